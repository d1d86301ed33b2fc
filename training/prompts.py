"""Spoken voices of Debian packages: many speakers and languages that the recordings at hand lack.

    python -m training.prompts --out VOICES

Writes what `training.voices.read_recordings` reads: an `index.json` and a folder per package, in which short
files are joined to pieces of about a minute. Packages are downloaded and unpacked, never installed.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.background import SAMPLE_RATE, Audio
from training.recordings import decode, unpack
from training.voices import PEAK, write_audio

SEED = 40
SHORTEST, LONGEST = 0.35, 12.0  # s of one file
PIECE = 60.0  # s of a joined piece
PAUSE = int(0.12 * SAMPLE_RATE)


@dataclass(frozen=True)
class Prompts:
    """A package's speech: which paths, how many minutes, and which part of a path names the speaker or language."""

    package: str
    licence: str  # as the package's own copyright file states it
    take: str
    speaker: str
    minutes: float


ASTERISK = r"sounds/(?P<voice>[a-z_A-Z]+)/(?!silence|phonetic|beep|tt-|ascending).*\.g722$"
PROMPTS = (
    Prompts("klettres-data", "GPL-2+", r"klettres/[^/]+/.*\.ogg$", r"klettres/([^/]+)/", 8.0),
    Prompts("ktuberling-data", "GPL-2+", r"sounds/[^/]+/.*\.(ogg|wav)$", r"sounds/([^/]+)/", 8.0),
    Prompts("gcin-voice", "GPL-3, some files CC-BY-3.0", r"\.ogg$", r"/([0-9]+)\.ogg$", 3.0),
    *(
        Prompts(f"asterisk-core-sounds-{language}-g722", "CC-BY-SA-3.0", ASTERISK, r"sounds/([^/]+)/", 3.2)
        for language in ("en", "es", "fr", "it", "ru")
    ),
)


def read_g722(data: bytes) -> Audio:
    """Decode raw G.722, which libsndfile cannot read, to float32 (n,) at 16 kHz."""
    import av

    with av.open(io.BytesIO(data), mode="r", format="g722") as container:
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return np.concatenate([np.zeros(0, np.int16), *frames]).astype(np.float32) / np.float32(32768)


def read_file(path: Path) -> Audio | None:
    """One prompt, mono, 16 kHz, peak at -3 dBFS; None if it is of no use."""
    if path.suffix == ".g722":
        audio: Audio | None = read_g722(path.read_bytes())
    else:
        audio = decode(str(path), path.read_bytes())
    if audio is None or not SHORTEST <= len(audio) / SAMPLE_RATE <= LONGEST:
        return None
    peak = float(np.abs(audio).max())
    return (audio * (PEAK / peak)).astype(np.float32) if peak > 0.01 else None


def in_turn(paths: list[Path], speaker: str, rng: np.random.Generator) -> Iterator[Path]:
    """The paths in random order, one of each speaker (group of `speaker`) after the other."""
    by_speaker: dict[str, list[Path]] = {}
    for i in rng.permutation(len(paths)):
        found = re.search(speaker, str(paths[i]))
        by_speaker.setdefault(found.group(1) if found else "", []).append(paths[i])
    while by_speaker:
        for name in list(by_speaker):
            yield by_speaker[name].pop()
            if not by_speaker[name]:
                del by_speaker[name]


def pieces(source: Prompts, folder: Path) -> Iterator[Audio]:
    """A package's prompts joined to pieces of about a minute, up to its minutes."""
    rng = np.random.default_rng(SEED)
    found = [path for path in sorted(unpack(source.package, folder).rglob("*")) if re.search(source.take, str(path))]
    joined: list[Audio] = []
    seconds = total = 0.0
    for path in in_turn([path for path in found if path.is_file() and not path.is_symlink()], source.speaker, rng):
        audio = read_file(path)
        if audio is None:
            continue
        joined += [audio, np.zeros(PAUSE, np.float32)]
        seconds += len(audio) / SAMPLE_RATE
        if seconds >= PIECE:
            total += seconds
            yield np.concatenate(joined)
            joined, seconds = [], 0.0
        if total >= 60 * source.minutes:
            return
    if joined:
        yield np.concatenate(joined)


def main() -> None:
    """Write every package's voices."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of voices to write")
    parser.add_argument("--packages", type=Path, help="folder of unpacked packages to use and keep")
    args = parser.parse_args()
    index = []
    with tempfile.TemporaryDirectory() as temporary:
        for source in PROMPTS:
            seconds = 0.0
            for i, audio in enumerate(pieces(source, args.packages or Path(temporary))):
                write_audio(args.out / source.package / f"{i:02d}.flac", audio)
                seconds += len(audio) / SAMPLE_RATE
            index.append({
                "source": source.package, "origin": f"Debian package {source.package}", "licence": source.licence,
                "kind": "spoken prompts", "seconds": round(seconds, 1),
            })  # fmt: skip
            print(source.package, round(seconds), "s")
    (args.out / "index.json").write_text(json.dumps(index, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
