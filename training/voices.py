"""Voices on disk: the folder of recordings, and the pack (one audio file and its labels) that training reads.

A pack named `n` is two files: the audio of every voice one after another at 16 kHz, mono, and `n.npz` with
one entry per 10 ms frame of it; frame `i` is centred on sample `160 * i`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

SAMPLE_RATE = 16_000  # Hz
HOP = 160  # samples, 10 ms
GAP = 20 * HOP  # samples, 0.2 s of silence between recordings
PEAK = 10 ** (-3 / 20)  # -3 dBFS
JOIN = 3  # frames on either side of a join that see both recordings

UNVOICED, VOICED, UNKNOWN = 0, 1, 2
PITCHED = 3  # the pitch is known, but not whether it counts as voiced: edges, creak, breath

Floats = NDArray[np.float32]
States = NDArray[np.uint8]
Values = TypeVar("Values", bound=Any)


@dataclass(frozen=True)
class Recording:
    """One voice file: its source's name, whether it is sung, and its samples: float32 `(160 n,)`, 16 kHz."""

    source: str
    sung: bool
    audio: Floats


@dataclass(frozen=True)
class Labelled:
    """Audio float32 `(160 n,)` at 16 kHz with f0 `(n,)` in Hz and state `(n,)` per 10 ms frame."""

    source: str
    sung: bool
    audio: Floats
    f0: Floats
    state: States


def has_pitch(state: Values) -> Values:
    """Where f0 says something, of the states of frames: an array or a tensor."""
    return (state == VOICED) | (state == PITCHED)


def read_mono(path: Path) -> Floats:
    """Read any sound file as float32 `(n,)`, mono, 16 kHz, peak at -3 dBFS, padded to whole frames."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if rate != SAMPLE_RATE:
        mono = soxr.resample(mono, rate, SAMPLE_RATE)
    mono = mono * (PEAK / max(float(np.abs(mono).max()), 1e-6))
    return np.pad(mono, (0, -len(mono) % HOP)).astype(np.float32)


def read_recordings(folder: Path) -> Iterator[Recording]:
    """Read the recordings under `folder`, in the order of its `index.json` (name and kind of each source)."""
    for entry in json.loads((folder / "index.json").read_text()):
        kind = str(entry["kind"])
        for path in sorted((folder / entry["source"]).glob("*.flac")):
            yield Recording(entry["source"], "sung" in kind or "singing" in kind, read_mono(path))


def frame_level(audio: Floats, window: int = 2 * HOP) -> Floats:
    """Level in dBFS `(n,)` of the `window` samples round each frame's centre, of audio `(160 n,)`."""
    energy = np.concatenate([[0.0], np.cumsum(audio.astype(np.float64) ** 2)])
    centre = np.arange(len(audio) // HOP) * HOP
    low, high = np.maximum(centre - window // 2, 0), np.minimum(centre + window // 2, len(audio))
    return (10 * np.log10((energy[high] - energy[low]) / (high - low) + 1e-12)).astype(np.float32)


def runs(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Start and end (exclusive) of every run of True: int64 `(n_runs, 2)`."""
    edge = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return edge.reshape(-1, 2)


def write_pack(pieces: list[Labelled], names: list[str], audio_path: Path) -> None:
    """Write `pieces` one after another with gaps: `audio_path` (.flac or .ogg) and the `.npz` beside it."""
    audio = np.concatenate([part for piece in pieces for part in (piece.audio, np.zeros(GAP, np.float32))])
    write_audio(audio_path, audio)
    state = np.concatenate([gapped_state(piece.state) for piece in pieces])
    f0 = np.concatenate([np.pad(piece.f0, (0, GAP // HOP)) for piece in pieces])
    np.savez_compressed(
        audio_path.with_suffix(".npz"),
        f0=np.where(has_pitch(state), f0, 0),
        state=state,
        source=_per_frame(pieces, [names.index(piece.source) for piece in pieces], np.int16),
        sung=_per_frame(pieces, [int(piece.sung) for piece in pieces], np.uint8),
        names=np.array(names),
    )


def gapped_state(state: States) -> States:
    """Append the silent gap's states; frames within `JOIN` of a join see two recordings: unknown."""
    padded = np.pad(state, (0, GAP // HOP))
    padded[:JOIN] = UNKNOWN
    padded[len(state) - JOIN : len(state) + JOIN] = UNKNOWN
    padded[-JOIN:] = UNKNOWN
    return padded


def _per_frame(pieces: list[Labelled], values: list[int], dtype: type) -> NDArray[np.integer]:
    return np.repeat(np.array(values, dtype), [len(piece.state) + GAP // HOP for piece in pieces])


def write_audio(path: Path, audio: Floats) -> None:
    """Write float32 `(n,)` at 16 kHz as 16-bit FLAC, or as Vorbis if the name ends in .ogg."""
    vorbis = path.suffix == ".ogg"
    form = {"format": "OGG", "subtype": "VORBIS"} if vorbis else {"format": "FLAC", "subtype": "PCM_16"}
    # libsndfile's compression level is 1 - quality for Vorbis and effort for FLAC.
    level = 0.4 if vorbis else 1.0
    path.parent.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1, compression_level=level, **form) as sink:
        # libsndfile's Vorbis encoder keeps a whole call on the stack: long calls crash it.
        for start in range(0, len(audio), SAMPLE_RATE):
            sink.write(audio[start : start + SAMPLE_RATE])


def read_pack(audio_path: Path) -> tuple[Floats, dict[str, NDArray[Any]]]:
    """Read a pack: audio float32 `(160 n,)` and the arrays of its `.npz`, each `(n,)` but `names`."""
    audio, _ = soundfile.read(audio_path, dtype="float32")
    with np.load(audio_path.with_suffix(".npz")) as labels:
        return audio, {name: labels[name] for name in labels.files}
