"""Two bench records side by side, and what of the newer one is worse by more than chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .record import Record
from .run import LOSSES

# A stage is slower if its median and its 95th percentile both are, by so much. Runs of the same thing on a busy
# machine differ in either, seldom in both; below half a millisecond nobody hears or sees a difference.
SHARE, LEAST = 0.15, 0.5  # of the older figure, ms
RTF_LEAST = 0.02  # compute time / audio time
LATE_LEAST, LATE_SHARE = 0.01, 0.5  # of the frames, of the older share: single late frames are chance
KEYS = ("p50", "p95", "p99")
WAYS = ("compute_ms", "sound_to_frame_ms", "sound_to_paint_ms")
# What must be the same for two runs to say something of the program.
CONDITIONS = {
    "machine": ("chip", "cores", "memory_gb", "power", "mlx"),
    "model": ("name",),
    "settings": ("source", "sample_rate", "blocksize", "hop", "context", "lookahead", "gui"),
}


@dataclass(frozen=True)
class Row:
    """One figure of both records; None where one of them lacks it."""

    name: str
    old: float | None
    new: float | None
    unit: str = "ms"

    @property
    def change(self) -> float | None:
        """In per cent of the older one."""
        if self.old is None or self.new is None or self.old <= 0:
            return None
        return 100 * (self.new - self.old) / self.old


@dataclass(frozen=True)
class Comparison:
    """What `compare` found."""

    spans: dict[str, tuple[Row, ...]]
    """p50, p95 and p99 of each stage and way."""
    rows: list[Row]
    """Everything that is one figure."""
    regressions: list[str]
    """One phrase for each thing that got worse; empty if nothing did."""
    differences: list[str]
    """One phrase for each condition that was not the same."""


def compare(old: Record, new: Record) -> Comparison:
    """Compare two records of `bench/record.py`, the second being the newer."""
    both = list(_both(old, new))
    spans = {name: tuple(Row(key, _of(a, key), _of(b, key)) for key in KEYS) for name, a, b in both}
    rows = [
        Row("algorithmic latency", old["algorithmic_latency_ms"], new["algorithmic_latency_ms"]),
        Row("RTF", old["rtf"], new["rtf"], ""),
        *(Row(name, old[name], new[name], "") for name in ("frames", "late", *LOSSES)),
    ]
    slower = [phrase for name, a, b in both if a and b and (phrase := _slower(name, a, b))]
    worse = [*slower, *_costlier(old, new), *_lossier(old, new)]
    return Comparison(spans, rows, worse, list(_differences(old, new)))


def _both(old: Record, new: Record) -> Iterator[tuple[str, Record | None, Record | None]]:
    names = [*new["stages"], *(name for name in old["stages"] if name not in new["stages"])]
    for name in names:
        yield name, old["stages"].get(name), new["stages"].get(name)
    for way in WAYS:
        if old[way] or new[way]:
            yield way.removesuffix("_ms").replace("_", " "), old[way], new[way]


def _slower(name: str, old: Record, new: Record) -> str | None:
    """Name a stage whose p50 and p95 both rose by more than chance."""
    if not all(new[key] - old[key] > max(LEAST, SHARE * old[key]) for key in ("p50", "p95")):
        return None
    p50, p95 = (Row(key, old[key], new[key]) for key in ("p50", "p95"))
    return f"{name}: p50 {_risen(p50)}, p95 {_risen(p95)}"


def _risen(row: Row) -> str:
    share = f" (+{row.change:.0f} %)" if row.change is not None else ""
    return f"{row.old:.1f} to {row.new:.1f} {row.unit}{share}"


def _costlier(old: Record, new: Record) -> Iterator[str]:
    latency = old["algorithmic_latency_ms"], new["algorithmic_latency_ms"]
    if None not in latency and latency[1] - latency[0] > LEAST:
        yield f"algorithmic latency: {latency[0]:.1f} to {latency[1]:.1f} ms"
    rtf = old["rtf"], new["rtf"]
    if None not in rtf and rtf[1] - rtf[0] > max(RTF_LEAST, SHARE * rtf[0]):
        yield f"RTF: {rtf[0]:.2f} to {rtf[1]:.2f}"


def _lossier(old: Record, new: Record) -> Iterator[str]:
    """Losses, any more of which are worse, by the second of sound where the newer run is longer; late frames."""
    longer = new["seconds"] / old["seconds"] if old["seconds"] else 1.0
    for name in LOSSES:
        if new[name] > old[name] * max(longer, 1.0):
            yield f"{name}: {old[name]} to {new[name]}"
    before, after = _share(old), _share(new)
    if after - before > max(LATE_LEAST, LATE_SHARE * before):
        yield f"late frames: {100 * before:.1f} to {100 * after:.1f} %"


def _share(record: Record) -> float:
    return float(record["late"] / record["frames"]) if record["frames"] else 0.0


def _differences(old: Record, new: Record) -> Iterator[str]:
    for part, names in CONDITIONS.items():
        for name in names:
            a, b = old[part].get(name), new[part].get(name)
            if a != b:
                yield f"{part} {name}: {_told(a)}, now {_told(b)}"
    for record, which in ((old, "older"), (new, "newer")):
        if not record.get("complete", True):
            yield f"the {which} run was cut short after {record['seconds']:.1f} s"


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {item}" for key, item in value.items() if item is not None) or "unknown"
    return "unknown" if value is None else str(value)


def _of(span: Record | None, key: str) -> float | None:
    return span[key] if span else None
