"""The table: RMVPE in MLX against RMVPE in PyTorch (CPU, float32), component by component."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..model.backend import mx
from ..model.blas import use_cores
from ..model.checkpoint import Checkpoint
from ..model.config import RmvpeConfig
from ..model.decode import decode, voicing
from ..model.errors import CheckpointError
from ..model.rmvpe import RmvpeNetwork, padded_to_grid
from .activations import activations, run
from .clips import LENGTHS, Clip, pieces, short_clips
from .decoding import cents_of
from .difference import Bounds, Difference, Row, worst
from .file_rows import file_rows, torch_weights
from .mel_rows import mel_rows
from .operations import KINDS, Found, watched
from .reference import load_reference

Floats = NDArray[np.float32]
Trace = dict[str, Floats]
Report = Callable[[float], None]


class Heard(NamedTuple):
    """One piece as both sides heard it."""

    name: str
    frames: int
    """Before the padding to a multiple of 32."""
    mel: Floats
    """Padded, (T, 128)."""
    ours: Trace
    reference: Trace


Cell = str | float | int


class Table(NamedTuple):
    """What a view shows."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]


class View(Protocol):
    """Looks at every piece that goes through the networks."""

    def add(self, heard: Heard) -> None:
        """Takes in one piece."""

    def tables(self) -> list[Table]:
        """What it has seen."""


class Pair:
    """One RMVPE checkpoint in both frameworks; PyTorch reads a `.pt` file itself."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        if not isinstance(checkpoint.config, RmvpeConfig):
            raise CheckpointError(
                f"{checkpoint.name}: not an RMVPE, and there is no other program's to compare it with"
            )
        use_cores(1)  # of the BLAS: the network's lanes share the cores already
        self.checkpoint = checkpoint
        self.read_by_torch = torch_weights(checkpoint)
        self.reference = load_reference(checkpoint.config, self.read_by_torch or checkpoint.weights)
        self.ours = RmvpeNetwork(checkpoint.config, checkpoint.weights)

    def salience(self, mel: Floats) -> Floats:
        """Ours as `track` runs it: log-mel (n, 128) of any length -> (n, 360)."""
        features = self.ours.features(mx.array(padded_to_grid(mel)))
        return np.array(self.ours.salience(features, self.ours.initial_state())[0])[: len(mel)]


def compare(
    pair: Pair,
    clips: Sequence[Clip],
    bounds: Bounds,
    views: Sequence[View] = (),
    report: Report | None = None,
    lengths: Sequence[int] = LENGTHS,
) -> Iterator[Row]:
    """Yields the rows of the table as they are ready.

    Args:
        pair: the two networks.
        clips: what both hear.
        bounds: of the differences.
        views: are shown every piece as well.
        report: hears the finished share, 0..1.
        lengths: frames of the short clips that are cut from `clips`.
    """
    report = report or (lambda share: None)
    short = short_clips(clips, lengths)
    if pair.read_by_torch:
        yield from file_rows(pair.checkpoint, pair.read_by_torch)
    yield from mel_rows([*clips, *short], bounds)
    heard = list(pieces(clips))
    total = sum(len(mel) for _, mel in heard) + sum(len(clip.mel) for clip in short)
    layers: Found = {}
    network: dict[str, Difference] = {}
    whole, done = Pitch(pair.checkpoint), 0
    for name, mel in heard:
        _hear(pair, name, mel, layers, network, views)
        whole.add(name, pair.salience(mel), run(pair.reference, mel)[1])
        done += len(mel)
        report(done / total)
    yield from (
        _activation_row("each layer alone", kind, layers[kind], bounds.layer) for kind in KINDS if kind in layers
    )
    yield from _network_rows(network, bounds)
    yield from whole.rows("whole network", bounds)
    clipped = Pitch(pair.checkpoint)
    for clip in short:
        clipped.add(clip.name, pair.salience(clip.mel), run(pair.reference, clip.mel)[1])
        done += len(clip.mel)
        report(done / total)
    yield from clipped.rows(f"clips of {min(lengths)} to {max(lengths)} frames", bounds)


def _hear(
    pair: Pair, name: str, mel: Floats, layers: Found, network: dict[str, Difference], views: Sequence[View]
) -> None:
    padded = padded_to_grid(mel)
    with watched(pair.reference, pair.checkpoint.weights, layers):
        reference = activations(pair.reference, padded)
    ours = pair.ours.trace(padded)
    for key, value in reference.items():
        network.setdefault(key, Difference()).add(ours[key], value)
    for view in views:
        view.add(Heard(name, len(mel), padded, ours, reference))


def _activation_row(group: str, component: str, differences: dict[str, Difference], bound: float) -> Row:
    name = worst(differences)
    largest, rms = differences[name].relative()
    return Row(group, component, largest, rms, bound, "of RMS", name if len(differences) > 1 else "")


def _network_rows(network: dict[str, Difference], bounds: Bounds) -> Iterator[Row]:
    """One row for each level, input, CNN, direction of the GRU, and the linear layer; the worst activation of each."""
    levels: dict[str, dict[str, Difference]] = {}
    for name, difference in network.items():
        levels.setdefault(component_of(name), {})[name] = difference
    for component, members in levels.items():
        if component != "salience":  # which has a unit and rows of its own
            yield _activation_row("whole network", component, members, bounds.network)


_COMPONENTS = {
    "input": "input BatchNorm",
    "pool": "encoder",  # a level's pooling belongs to it
    "features": "CNN",
    "cnn": "CNN",
    "gru.forward": "GRU forward",
    "gru.backward": "GRU backward",
    "logits": "linear",
}


def component_of(name: str) -> str:
    """The row to which an activation of `trace` belongs: `encoder.0.3` -> `encoder 1`."""
    kind, *rest = name.split(".")
    if rest and rest[0].isdecimal():
        return f"{_COMPONENTS.get(kind, kind)} {int(rest[0]) + 1}"
    return _COMPONENTS.get(name, name)


class Pitch:
    """Salience and what is made of it, frame by frame, over any number of clips."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._salience, self._cents = Difference(), Difference()
        self._voicing = self._argmax = 0
        self._where: dict[str, str] = {}

    def add(self, name: str, ours: Floats, reference: Floats) -> None:
        """Takes in saliences (n, 360): ours decoded by our code, PyTorch's by the published definition."""
        self._note("salience", name, self._salience, ours, reference)
        pitch = decode(ours)
        cents = 1200.0 * np.log2(pitch.candidate.astype(np.float64) / 10.0)
        self._note("f0", name, self._cents, cents, cents_of(reference))
        limits = self._checkpoint.threshold, self._checkpoint.release
        voiced = voicing(pitch.confidence, *limits), voicing(reference.max(axis=1), *limits)
        self._voicing += int(np.count_nonzero(voiced[0] != voiced[1]))
        self._argmax += int(np.count_nonzero(ours.argmax(axis=1) != reference.argmax(axis=1)))

    def _note(
        self, what: str, name: str, difference: Difference, ours: NDArray[np.floating], theirs: NDArray[np.floating]
    ) -> None:
        before = difference.max
        difference.add(ours, theirs)
        if difference.max > before:
            self._where[what] = name

    def rows(self, group: str, bounds: Bounds) -> Iterator[Row]:
        """Salience, f0 of every frame, voiced or not, and the frames that differ in voicing or largest bin."""
        for what, difference, bound, unit in (
            ("salience", self._salience, bounds.salience, ""),
            ("f0", self._cents, bounds.cents, "cents"),
        ):
            yield Row(group, what, difference.max, difference.rms, bound, unit, self._where.get(what, ""))
        n = f"of {self._cents.count:,}"
        yield Row(group, "voicing", self._voicing, None, 0, "frames", n)
        yield Row(group, "argmax", self._argmax, None, 0, "frames", n)
