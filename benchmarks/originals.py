"""Folders of recordings, in this project's layout or as the data sets' authors (and mirdata) lay them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soxr
from recordings import SAMPLE_RATE, Recording, evenly, read_recordings, read_sound, recording_of

HINT = "docs/accuracy.md says what belongs there and where to get it"
KEELE_RATE = 20_000  # Hz


def read_folder(folder: Path, sources: list[str] | None = None, limit: int | None = None) -> list[Recording]:
    """The recordings of a folder: of `sources` only, at most `limit` of each.

    Raises:
        ValueError: no such folder, nothing known in it, or a recording that cannot be read.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder; {HINT}")
    try:
        if (folder / "index.json").is_file():
            found = list(read_recordings(folder, sources, limit))
        else:
            found = list(_originals(folder, sources, limit))
    except (OSError, KeyError, IndexError, RuntimeError, ValueError) as error:
        raise ValueError(f"{folder} cannot be read: {error}; {HINT}") from None
    if not found:
        raise ValueError(f"{folder} holds no recordings{' of ' + ', '.join(sources) if sources else ''}; {HINT}")
    return found


def _originals(folder: Path, sources: list[str] | None, limit: int | None) -> Iterator[Recording]:
    """The sets that lie in the folder, or in folders in it."""
    places = [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())]
    for source, (names, read) in SETS.items():
        if sources is None or source in sources:
            found = [(place, name) for place in places for name in names(place)]
            yield from (read(place, name) for place, name in evenly(found, limit))


def _stems(folder: Path, pattern: str) -> list[str]:
    return sorted(path.stem for path in folder.glob(pattern))


def _mir1k_names(folder: Path) -> list[str]:
    return _stems(folder, "PitchLabel/*.pv")


def _mir1k(folder: Path, name: str) -> Recording:
    """MIR-1K: MIDI semitones every 20 ms, 0 where unvoiced, from the middle of its first 40 ms on."""
    semitones = np.loadtxt(folder / f"PitchLabel/{name}.pv", ndmin=1)
    f0 = np.where(semitones > 0, 440 * 2 ** ((semitones - 69) / 12), 0.0)
    time = 0.02 * np.arange(1, len(f0) + 1)
    return recording_of(f"mir1k/{name}", "MIR-1K", read_sound(folder / f"Wavfile/{name}.wav"), time, f0)


def _vocadito_names(folder: Path) -> list[str]:
    return [stem.removesuffix("_f0") for stem in _stems(folder, "Annotations/F0/*_f0.csv")]


def _vocadito(folder: Path, name: str) -> Recording:
    """vocadito: seconds and Hz, 0 where unvoiced."""
    rows = np.loadtxt(folder / f"Annotations/F0/{name}_f0.csv", delimiter=",", ndmin=2)
    sound = read_sound(folder / f"Audio/{name}.wav")
    return recording_of(f"vocadito/{name}", "vocadito", sound, rows[:, 0], np.maximum(rows[:, 1], 0.0))


def _keele_names(folder: Path) -> list[str]:
    return _stems(folder, "*.pev") if any(folder.glob("*.pes")) else []


def _keele(folder: Path, name: str) -> Recording:
    """Keele: 16-bit samples at 20 kHz, a period in samples every 10 ms, 0 where unvoiced, negative where unsure."""
    lines = (folder / f"{name}.pev").read_text(encoding="latin-1").split("\n")
    period = np.array([float(line) for line in lines if line.strip() and ":" not in line])  # "KEY: value" is its head
    possible = np.abs(period) >= KEELE_RATE / 1000  # -1 says "unsure" and nothing else
    f0 = np.where(possible, KEELE_RATE / np.maximum(np.abs(period), 1.0), 0.0)
    raw = np.fromfile(folder / f"{name}.pes", "<i2").astype(np.float32) / 32768
    sound = np.asarray(soxr.resample(raw, KEELE_RATE, SAMPLE_RATE, quality="VHQ"), np.float32)[None]
    return recording_of(f"keele/{name}", "Keele", sound, 0.01 * np.arange(len(f0)), f0, period >= 0)


def _fda_names(folder: Path) -> list[str]:
    return _stems(folder, "*.f0ref")


def _fda(folder: Path, name: str) -> Recording:
    """FDA (Bagshaw) as `fda_ue` has it: Hz every 15 ms, 0 where unvoiced."""
    f0 = np.loadtxt(folder / f"{name}.f0ref", ndmin=1)
    return recording_of(f"fda/{name}", "FDA", read_sound(folder / f"{name}.wav"), 0.015 * np.arange(len(f0)), f0)


SETS: dict[str, tuple[Callable[[Path], list[str]], Callable[[Path, str], Recording]]] = {
    "MIR-1K": (_mir1k_names, _mir1k),
    "Keele": (_keele_names, _keele),
    "FDA": (_fda_names, _fda),
    "vocadito": (_vocadito_names, _vocadito),
}
