"""The schema of docs/bench-json.md, field by field."""

import math

SPAN = {"p50": float, "p95": float, "p99": float, "max": float}
TEXT = (str, type(None))
FIGURE = (int, float, type(None))
COUNT = (int, type(None))

SCHEMA = {
    "kind": str,
    "schema": int,
    "complete": bool,
    "when": str,
    "machine": {
        "chip": TEXT,
        "computer": TEXT,
        "cores": {"total": COUNT, "performance": COUNT, "efficiency": COUNT, "usable": int},
        "gpu": {"name": TEXT, "cores": COUNT},
        "memory_gb": FIGURE,
        "os": TEXT,
        "power": {"source": TEXT, "mode": TEXT},
        "architecture": TEXT,
        "mlx": {"device": str, "backend": str, "name": TEXT},
    },
    "model": {"name": str, "causal": bool},
    "settings": {
        "source": str,
        "sample_rate": int,
        "blocksize": COUNT,
        "hop": COUNT,
        "context": COUNT,
        "lookahead": COUNT,
        "seconds": (int, float),
        "warm_up_seconds": (int, float),
        "gui": bool,
        "tuned": bool,
        "backend": TEXT,
    },
    "seconds": (int, float),
    "algorithmic_latency_ms": FIGURE,
    "compute_ms": SPAN,
    "sound_to_frame_ms": SPAN,
    "rtf": FIGURE,
    "frames": int,
    "late": int,
    "xruns": int,
    "dropped": int,
    "skipped": int,
    "restarts": int,
    "memory": {"begin_mb": FIGURE, "end_mb": FIGURE, "slope_mb_per_minute": FIGURE},
    "load": {"cores": int, "own_cores": FIGURE, "other_cores": FIGURE},
}
FREE = {"versions", "stages", "sound_to_paint_ms"}  # checked apart
STAGES = ["lookahead", "input", "wait", "mel", "network", "decode", "out"]


def check(value, schema=SCHEMA, where="record"):
    """Fail at the first field that is missing, too many or of another kind."""
    if not isinstance(schema, dict):
        assert isinstance(value, schema), f"{where}: {value!r}"
        return
    assert isinstance(value, dict), f"{where}: {value!r}"
    more = FREE if where == "record" else {"begin", "end"} if where == "record.load" else set()
    assert set(value) == set(schema) | more, where
    for name, kind in schema.items():
        check(value[name], kind, f"{where}.{name}")


def check_record(record, gui=False):
    """A whole record."""
    check(record)
    assert (record["kind"], record["schema"]) == ("livepitch bench", 1)
    assert {"python", "livepitch", "mlx", "numpy"} <= set(record["versions"])
    assert all(isinstance(text, str) for text in record["versions"].values())
    assert list(record["stages"]) == STAGES + ["draw"] * gui
    ways = [record[name] for name in ("compute_ms", "sound_to_frame_ms")]
    if gui:
        ways.append(record["sound_to_paint_ms"])
    else:
        assert record["sound_to_paint_ms"] is None
    for span in (*record["stages"].values(), *ways):
        check(span, SPAN, "span")
        assert 0 <= span["p50"] <= span["p95"] <= span["p99"] <= span["max"] * 1.0001
        assert math.isfinite(span["max"])
    for averages in (record["load"]["begin"], record["load"]["end"]):
        assert averages is None or len(averages) == 3
