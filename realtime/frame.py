"""The records that flow from the tracker to whoever listens: frames, tracks, counters, settings."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

LARGEST_GAIN = 40.0  # dB, either way


@dataclass(frozen=True, slots=True)
class PitchFrame:
    """One analysis step of a stream, 10 ms after the one before it.

    Every duration is in seconds. The instants from `captured` to `emitted` are in the order in which a sound passes
    them, all by `time.monotonic`; the session stamps them, and they are NaN in frames that come straight from a
    `StreamTracker`. What lies between two of them is a stage of `StreamStats.stages`.
    """

    time: float
    """The frame's centre, counted from the stream's first sample."""
    f0: float
    """Hz; NaN where unvoiced."""
    confidence: float
    """Largest salience of the frame, 0..1."""
    level: float
    """RMS of the hop round the frame's centre in dBFS (0 = full-scale square wave); -inf for digital silence."""
    candidate: float = math.nan
    """Hz; the best guess in every frame, voiced or not."""
    settled: bool = True
    """False for an instant estimate that a later frame of the same time will replace."""
    captured: float = math.nan
    """When the sound at the frame's centre reached the input."""
    complete: float = math.nan
    """When the last sound that the frame needs reached the input."""
    due: float = math.nan
    """When the block with that sound was in the ring: nobody could have known the frame before."""
    begun: float = math.nan
    """When the worker took that block up."""
    heard: float = math.nan
    """When it was resampled and turned into mel."""
    inferred: float = math.nan
    """When the network had run."""
    decoded: float = math.nan
    """When its salience had become pitches."""
    emitted: float = math.nan
    """When the worker gave the frame out."""
    peak: float = math.nan
    """dBFS of the largest sample, either way, of the sound that came in with it, as the device delivered it, before any
    gain; -inf for digital silence. A session fills it in; NaN in frames that settle earlier ones."""

    @property
    def voiced(self) -> bool:
        """Whether the frame carries a pitch."""
        return not math.isnan(self.f0)

    @property
    def instants(self) -> tuple[float, ...]:
        """From `captured` to `emitted`, in their order."""
        return (
            self.captured,
            self.complete,
            self.due,
            self.begun,
            self.heard,
            self.inferred,
            self.decoded,
            self.emitted,
        )

    @property
    def latency(self) -> float:
        """Seconds from the sound at the frame's centre to the frame, algorithmic latency included."""
        return self.emitted - self.captured


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no one answer to ==
class PitchTrack:
    """The pitch of a whole recording: one entry per 10 ms, the first centred on sample 0."""

    time: NDArray[np.float64]
    """(n,) seconds."""
    f0: NDArray[np.float32]
    """(n,) Hz, NaN where unvoiced."""
    voiced: NDArray[np.bool_]
    """(n,)."""
    confidence: NDArray[np.float32]
    """(n,) 0..1."""
    candidate: NDArray[np.float32]
    """(n,) Hz, the best guess in every frame, voiced or not: what mir_eval computes RPA on."""
    level: NDArray[np.float32] | None = None
    """(n,) dBFS of the same frames, by which notes repeated on one pitch are told apart; None where unknown."""

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Distribution of one latency stage, in milliseconds; NaN before anything was measured."""

    p50: float = math.nan
    p95: float = math.nan
    p99: float = math.nan
    max: float = math.nan


@dataclass(frozen=True, slots=True)
class StreamStats:
    """Counters of one session since its start."""

    frames: int = 0
    """Frames given out."""
    xruns: int = 0
    """Input overflows that PortAudio reported."""
    dropped: int = 0
    """Samples (at the device's rate) that a full ring refused."""
    skipped: int = 0
    """Samples (at the device's rate) that no tracker heard although they came: jumped over to keep latency bounded, or
    while a tracker failed, or too few for one more frame when the input was lost. A recording hears them."""
    late: int = 0
    """Frames given out later than one hop of the model (10 ms times its frames per run) after they were due."""
    restarts: int = 0
    """Times that the tracker, the device or the engine was started again after a fault."""
    heard: int = 0
    """Samples (at the device's rate) that the tracker took, or that waited for a frame when the session was stopped.
    Every sample that a live source delivers is, once the session has ended, in one of heard, skipped and dropped."""
    settled: int = 0
    """Frames given out again, settled."""
    unsettled: int = 0
    """Frames left instant where settling fell behind, or sound was lost."""
    unread: int = 0
    """Frames thrown away because nobody fetched them."""
    priority: str = "normal"
    """The worker's among the threads of the system: `realtime`, `high` or `normal`, see `realtime/priority.py`."""
    rtf: float = math.nan
    """Compute time / audio time."""
    stages: dict[str, Percentiles] = field(default_factory=dict)
    """Milliseconds by stage, see `realtime/counters.py` for what each is; a stage without figures is left out."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user may choose about a stream; None means what the checkpoint recommends."""

    threshold: float | None = None
    """Confidence at which a voiced run begins, 0..1."""
    release: float | None = None
    """Confidence below which a voiced run ends, 0..threshold."""
    context: int | None = None
    """Windowed models: frames to the left of the newest ones."""
    lookahead: int | None = None
    """Windowed models: frames to the right of the newest frame given out."""
    hop: int | None = None
    """Frames given out per run of the network."""
    a4: float = 440.0
    """Concert pitch, Hz."""
    refine: bool = True
    """Whether the waveform has a say in the pitch, where the checkpoint asks for it; False: the network's alone."""
    gate: float = -math.inf
    """Level in dBFS, 0 at most, below which a frame counts as unvoiced."""
    gain: float = 0.0
    """dB, -40..40, that a session adds to what it hears, before anything else; a tracker by itself adds none."""
    ring_seconds: float = 30.0
    """Length of the ring between callback and worker: a worker that is busy for less loses no sound on record."""
    max_behind: float = 0.25
    """Seconds of unread audio, beyond one hop, at which the worker skips to the newest.

    So no frame comes later after it is due, however slow the model is, than `max_behind`, one hop, and the time that
    one push takes: 0.2 s, or as long as one run of the network, whichever is longer. A network that needs longer than
    that for the sound of its first frame gives none.
    """

    def __post_init__(self) -> None:
        for name in ("threshold", "release"):
            value = getattr(self, name)
            if value is not None and not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} must lie in 0..1, not {value}")
        if not self.gate <= 0.0:  # nor NaN
            raise ValueError(f"gate must be 0 dBFS at most, not {self.gate}")
        if not abs(self.gain) <= LARGEST_GAIN:
            raise ValueError(f"gain must lie in {-LARGEST_GAIN:g}..{LARGEST_GAIN:g} dB, not {self.gain}")
        if not 392.0 <= self.a4 <= 466.0:
            raise ValueError(f"a4 must lie in 392..466 Hz, not {self.a4}")
        if self.ring_seconds <= self.max_behind or self.max_behind <= 0:
            raise ValueError(f"max_behind must lie in 0..{self.ring_seconds} s (the ring), not {self.max_behind}")

    def adjusted(self, gate: float | None = None, gain: float | None = None) -> Settings:
        """The same with another gate, another gain, where they are given. ValueError as in the making."""
        return replace(self, gate=self.gate if gate is None else gate, gain=self.gain if gain is None else gain)

    def for_another_model(self) -> Settings:
        """The same without what was chosen for one model: its thresholds, its windows."""
        return replace(self, threshold=None, release=None, context=None, lookahead=None, hop=None)
