"""Level, store and join the background parts: music.ogg, noise.ogg and the list of what is in them.

python -m training.background --parts DIR --out .pack
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

SAMPLE_RATE = 16_000  # Hz
RENDER_RATE = 32_000  # Hz, so that FluidSynth's own aliasing stays above our band
LEVEL = 0.1  # RMS of a part's sounding frames, -20 dBFS
PEAK = 0.9  # Vorbis overshoots a little
FADE = 0.5  # s at the end of a part
FRAME = 1600  # samples, 100 ms
COMPRESSION = 0.6  # soundfile's scale; Vorbis quality 4

Audio = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Part:
    """One stretch of background, with where it comes from; audio: float32 (n,), mono, 16 kHz."""

    audio: Audio
    kind: str  # "music" or "noise"
    origin: str
    licence: str
    content: str


def to_mono_16k(audio: npt.NDArray[np.floating], rate: int) -> Audio:
    """Mix (n,) or (n, channels) at any rate to float32 (m,) at 16 kHz."""
    mono = audio.mean(axis=1) if audio.ndim == 2 else audio
    return soxr.resample(mono.astype(np.float32), rate, SAMPLE_RATE)


def render_midi(midi: Path, soundfont: str, reverb: bool, chorus: bool) -> Audio:
    """Play a MIDI file with FluidSynth to float32 (n,) at 16 kHz; float samples, so nothing clips."""
    wav = midi.with_suffix(".wav")
    switches = ["-R", str(int(reverb)), "-C", str(int(chorus)), "-g", "0.4", "-r", str(RENDER_RATE)]
    command = [
        "fluidsynth",
        "-niq",
        *switches,
        "-T",
        "wav",
        "-O",
        "float",
        "-F",
        str(wav),
        soundfont,
        str(midi),
    ]
    subprocess.run(command, check=True, capture_output=True)
    audio, rate = soundfile.read(wav, dtype="float32")
    return to_mono_16k(audio, rate)


def frame_levels(audio: Audio) -> Audio:
    """Return the RMS of each 100 ms frame, (n // FRAME,)."""
    frames = audio[: len(audio) // FRAME * FRAME].reshape(-1, FRAME)
    return np.sqrt(np.mean(frames**2, axis=1))


def level(audio: Audio) -> Audio:
    """Remove DC, fade the ends, and scale to LEVEL over the frames that sound, below PEAK."""
    audio = audio - audio.mean()
    head, tail = np.linspace(0, 1, 160), np.linspace(1, 0, min(len(audio), round(FADE * SAMPLE_RATE)))
    audio[:160] *= head[: len(audio)]
    audio[-len(tail) :] *= tail
    levels = frame_levels(audio)
    sounding = levels[levels > 0.1 * levels.max(initial=0)]  # within 20 dB of the loudest frame
    rms = float(np.sqrt(np.mean(sounding**2))) if len(sounding) else 0.0
    gain = min(LEVEL / max(rms, 1e-5), PEAK / max(float(np.abs(audio).max()), 1e-5))
    return (gain * audio).astype(np.float32)


def write_parts(folder: Path, parts: Iterable[Part]) -> None:
    """Write each part as FLAC with a list of them beside, parts.json."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for n, part in enumerate(parts):
        row = asdict(part)
        row["file"] = f"{n:04d}.flac"
        soundfile.write(folder / row["file"], level(row.pop("audio")), SAMPLE_RATE)
        rows.append(row)
    (folder / "parts.json").write_text(json.dumps(rows, indent=1))


def read_parts(root: Path, kind: str) -> list[tuple[Audio, dict[str, str]]]:
    """Read all parts of a kind from the folders below root, in an order shuffled with a fixed seed."""
    found = [
        (listing.parent / row.pop("file"), row)
        for listing in sorted(root.glob("*/parts.json"))
        for row in json.loads(listing.read_text())
        if row["kind"] == kind
    ]
    order = np.random.default_rng(0).permutation(len(found))
    return [(soundfile.read(found[i][0], dtype="float32")[0], found[i][1]) for i in order]


def blocks(audio: Audio) -> Iterator[Audio]:
    """Cut into seconds: libsndfile can crash on one long write to Vorbis."""
    for start in range(0, len(audio), SAMPLE_RATE):
        yield audio[start : start + SAMPLE_RATE]


def join(root: Path, kind: str, path: Path) -> list[dict[str, str | int]]:
    """Write the parts of a kind one after another; return start and length (samples) with each origin."""
    rows: list[dict[str, str | int]] = []
    start = 0
    form = {"samplerate": SAMPLE_RATE, "channels": 1, "format": "OGG", "subtype": "VORBIS"}
    with soundfile.SoundFile(path, "w", **form, compression_level=COMPRESSION) as file:
        for audio, row in read_parts(root, kind):
            for block in blocks(audio):
                file.write(block)
            rows.append({"start": start, "length": len(audio), **row})
            start += len(audio)
    return rows


def main() -> None:
    """Join what accompaniment and recordings have written."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--parts", type=Path, required=True, help="the --out of the other two scripts")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    names = {"music": "music.ogg", "noise": "noise.ogg"}
    listing = {name: join(args.parts, kind, args.out / name) for kind, name in names.items()}
    (args.out / "background.json").write_text(json.dumps(listing, indent=1))


if __name__ == "__main__":
    main()
