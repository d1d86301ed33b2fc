"""Closer looks at the same comparison: every layer, the edges, the BatchNorm statistics, the GRU frame by frame."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..model.backend import mx
from ..model.config import GRID
from ..model.gru import BiGru
from ..model.layers import norm
from .compare import Cell, Heard, Pair, Table, View
from .difference import Difference
from .operations import shown

Floats = NDArray[np.float32]

SUSPICIOUS_EDGE = 10.0  # times the inside's RMS difference
SMALLEST_VARIANCE = 1e-4  # ten times the epsilon that is added to it
LARGEST_SCALE = 100.0  # of a folded BatchNorm
FAR = 3.0  # deviations by which this audio may lie off what the statistics say


class TraceView:
    """Every activation in the order of the network."""

    def __init__(self, pair: Pair) -> None:
        self._found: dict[str, Difference] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}

    def add(self, heard: Heard) -> None:
        """Takes in one piece."""
        for name, reference in heard.reference.items():
            self._found.setdefault(name, Difference()).add(heard.ours[name], reference)
            self._shapes[name] = reference.shape

    def tables(self) -> list[Table]:
        """One line for each layer."""
        rows: list[tuple[Cell, ...]] = [
            (name, "x".join(map(str, self._shapes[name])), found.max, found.rms, found.reference_rms, *found.relative())
            for name, found in self._found.items()
        ]
        columns = ("layer", "shape", "max", "RMS", "RMS of PyTorch's", "max, relative", "RMS, relative")
        return [Table("Every layer in order (shape: of the last piece)", columns, rows)]


_FIRST, _INNER, _LAST = slice(0, 1), slice(1, -1), slice(-1, None)
REGIONS = {  # of (T, F), without the corners, where two edges meet
    "inside": (_INNER, _INNER),
    "first frame": (_FIRST, _INNER),
    "last frame": (_LAST, _INNER),
    "first band": (_INNER, _FIRST),
    "last band": (_INNER, _LAST),
}


class PaddingView:
    """The edges of each level against its inside, and what was reflected at the right."""

    def __init__(self, pair: Pair) -> None:
        self._found: dict[str, dict[str, Difference]] = {}
        self._clips: list[tuple[Cell, ...]] = []

    def add(self, heard: Heard) -> None:
        """Takes in one piece."""
        for name, reference in heard.reference.items():
            if reference.ndim == 3:
                for region, (frames, bands) in REGIONS.items():
                    difference = self._found.setdefault(name, {}).setdefault(region, Difference())
                    difference.add(heard.ours[name][:, frames, bands], reference[:, frames, bands])
        self._clips.append(_padding(heard))

    def tables(self) -> list[Table]:
        """The levels, then the clips."""
        rows: list[tuple[Cell, ...]] = []
        for name, regions in self._found.items():
            sizes = {region: found.relative()[1] for region, found in regions.items()}
            inside = sizes.pop("inside")
            known = regions["inside"].count > 0  # of a single frame all is edge
            bad = [region for region, size in sizes.items() if known and size > SUSPICIOUS_EDGE * inside]
            rows.append((name, inside, *sizes.values(), ", ".join(bad)))
        columns = ("layer", *REGIONS, "suspicious")
        clips = ("clip", "frames", "padded to", "reflected", "salience max", "in the padding")
        return [
            Table("Edges: RMS difference, relative to PyTorch's RMS there", columns, rows),
            Table(f"Reflection at the right to a multiple of {GRID} frames", clips, self._clips),
        ]


def _padding(heard: Heard) -> tuple[Cell, ...]:
    n, padded = heard.frames, len(heard.mel)
    source = np.pad(np.arange(n), (0, padded - n), mode="reflect")[n:]
    told = f"{n}..{padded - 1} from {source[0]}..{source[-1]}" if len(source) else "-"
    apart = np.abs(heard.ours["salience"] - heard.reference["salience"])
    return heard.name, n, padded, told, float(apart[:n].max()), float(apart[n:].max(initial=0.0))


class BatchNormView:
    """Statistics and folded scales of each BatchNorm, and how this audio lies in them."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._weights = pair.checkpoint.weights
        self._count = 0
        self._sums: dict[str, list[NDArray[np.float64]]] = {}  # of the normalised input, and of its square

    def add(self, heard: Heard) -> None:
        """Takes in one piece: runs PyTorch once more, to see what reaches each BatchNorm."""
        hooks = [
            module.register_forward_pre_hook(self._measurer(path))
            for path, module in self._pair.reference.named_modules()
            if isinstance(module, nn.BatchNorm2d)
        ]
        with torch.no_grad():
            self._pair.reference.unet(torch.from_numpy(heard.mel)[None, None])
        for hook in hooks:
            hook.remove()
        self._count += 1

    def _measurer(self, path: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def measure(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            mean, variance = (self._weights[f"{path}.running_{part}"][:, None] for part in ("mean", "var"))
            x = inputs[0][0].flatten(1).numpy()
            normal = (x - mean) / np.sqrt(np.maximum(variance, 0.0) + 1e-5)
            parts = normal.mean(1, dtype=np.float64), np.square(normal).mean(1, dtype=np.float64)
            sums = self._sums.setdefault(path, [np.zeros(len(x)), np.zeros(len(x))])
            for total, part in zip(sums, parts, strict=True):
                total += part

        return measure

    def tables(self) -> list[Table]:
        """One line for each BatchNorm."""
        columns = (
            "BatchNorm", "channels", "mean from", "to", "variance from", "to", "scale from", "to",
            "input off by", "spread from", "to", "suspicious",
        )  # fmt: skip
        rows = [self._row(path) for path in self._sums]
        return [Table("BatchNorm: running statistics, folded scale, and this audio in deviations", columns, rows)]

    def _row(self, path: str) -> tuple[Cell, ...]:
        mean, variance = (self._weights[f"{path}.running_{part}"] for part in ("mean", "var"))
        scale = np.abs(norm(self._weights, path)[0])
        shift, square = (total / self._count for total in self._sums[path])
        spread = np.sqrt(np.maximum(square - shift * shift, 0.0))
        off = float(np.abs(shift).max())
        marks = {
            "negative variance": variance.min() < 0,
            "variance near epsilon": 0 <= variance.min() < SMALLEST_VARIANCE,
            "large scale": scale.max() > LARGEST_SCALE,
            "not this audio's statistics": off > FAR,
        }
        ranges = [float(edge) for values in (mean, variance, scale) for edge in (values.min(), values.max())]
        told = ", ".join(mark for mark, is_so in marks.items() if is_so)
        return shown(path), len(mean), *ranges, off, float(spread.min()), float(spread.max()), told


class GruView:
    """How the difference of the states grows from a direction's first frame on."""

    def __init__(self, pair: Pair) -> None:
        self._gru = BiGru.load(pair.checkpoint.weights, "fc.0.gru")
        self._found: dict[str, dict[int, Difference]] = {}

    def add(self, heard: Heard) -> None:
        """Takes in one piece."""
        alone = self._gru(mx.array(heard.reference["features"]), mx.zeros((self._gru.hidden,)))
        for direction, states, order in zip(("forward", "backward"), alone, (1, -1), strict=True):
            reference = heard.reference[f"gru.{direction}"][::order]
            ours = {"alone": np.array(states)[::order], "in the network": heard.ours[f"gru.{direction}"][::order]}
            for where, values in ours.items():
                self._gather(f"{direction}, {where}", values, reference)

    def _gather(self, name: str, ours: Floats, reference: Floats) -> None:
        found, stop = self._found.setdefault(name, {}), 1
        while stop < 2 * len(ours):  # frames 1, 2, 3-4, 5-8, ...
            frames = slice(stop // 2, stop)
            found.setdefault(stop, Difference()).add(ours[frames], reference[frames])
            stop *= 2

    def tables(self) -> list[Table]:
        """One line for each doubling of the distance from the start."""
        columns = ["frames"]
        columns += [f"{name}: {what}" for name in self._found for what in ("max", "RMS")]
        stops = sorted({stop for found in self._found.values() for stop in found})
        rows: list[tuple[Cell, ...]] = []
        for stop in stops:
            cells = [x for found in self._found.values() for x in (found[stop].max, found[stop].rms)]
            first = stop // 2 + 1
            rows.append((f"{first}" if first >= stop else f"{first}-{stop}", *cells))
        return [Table("GRU: difference of the states, by frames since the direction's start", tuple(columns), rows)]


VIEWS: dict[str, Callable[[Pair], View]] = {
    "trace": TraceView,
    "padding": PaddingView,
    "batchnorm": BatchNormView,
    "gru": GruView,
}
