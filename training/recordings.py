"""Take instrumental music and noises without voices from Debian packages, for training backgrounds.

Packages are downloaded and unpacked into a temporary folder, never installed. What may have a lead vocal,
speech or shouts is left out by name: judged by file names and by running Silero VAD over the parts.

    python -m training.recordings --out DIR
"""

from __future__ import annotations

import argparse
import io
import itertools
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from training.background import SAMPLE_RATE, Audio, Part, frame_levels, render_midi, to_mono_16k, write_parts

SEED = 30
LONGEST = 30  # s of music in one part
NOISE_PART = 14  # s, about
AUDIBLE = 0.006  # RMS, -44 dBFS: a stretch whose median frame is softer counts as silence


@dataclass(frozen=True)
class Source:
    """A package's files of one kind: regular expressions on the path, and how much of each file to take."""

    package: str
    licence: str  # as the package's own copyright file states it for these files
    take: str
    leave: str = "^$"
    seconds: int = 30  # music only: of each track


MUSIC = (
    Source("nexuiz-music", "GPL-2+", r"cdtracks/.*ogg", "calling-bogus|digital-pursuit", 35),
    Source("fretsonfire-songs-sectoid", "MIT", r"song\.ogg", seconds=90),
    Source("fretsonfire-songs-muldjord", "CC-BY-SA-3.0", r"song\.ogg", "chaos_god", 90),
    Source("warzone2100-music", "GPL-2+", r"track\d+\.opus", seconds=15),
    Source("singularity-music", "CC-BY-SA-3.0", r"music/[^/]+\.ogg", "Media Threat", 25),
    Source("hyperrogue-music", "CC-BY-SA-3.0", r"music/hr.*ogg", "rlyeh|graveyard"),
    Source("planetblupi-music-ogg", "GPL-3+", r"music\d+\.ogg", seconds=60),
    Source("colobot-common-sounds", "GPL-3+", r"music/.*ogg", "Intro|Proton", 25),
    Source("extremetuxracer-data", "GPL-2+", r"music/.*ogg", "wonrace|lostrace", 40),
    Source("lincity-ng-data", "GPL-2+", r"music/.*ogg", "pronobozo", 60),
    Source("asc-music", "GPL-2+", r"\.mp3", seconds=60),
)
NOISE = (
    Source(
        "ufoai-sound",
        "GPL-2, GPL-2+, CC-BY-3.0, CC-BY-SA-3.0 or public domain by file",
        r"sound/(ambience|doors|footsteps|misc|ugv)/.*ogg",
        "radio|tv_news|disco|jingle|aliencom|talk|lobby|roundstart|psi|bodyimpact|medikit|grunt",
    ),
    Source(
        "lincity-ng-data",
        "GPL-2+",
        r"\.wav",
        "School|Sport|Crou|Market|Resid|Shanty|Commune|University|Health|Monument|Parkland|Harbor|Farm|Substation",
    ),
    Source("openttd-opensfx", "CC-BY-SA-3.0", r"opensfx\.cat"),
    Source("extremetuxracer-data", "GPL-2+", r"sounds/.*(slide|hit)\.wav"),
    Source("colobot-common-sounds", "GPL-3+", r"sound\d+\.wav", "sound0(3[1-6]|6[3-8])"),
    Source(
        "sonic-pi-samples",
        "CC0",
        r"(ambi|misc|perc|vinyl|elec|drum|tabla|glitch)_.*flac",
        "choir|burp|vox|robot|crow",
    ),
    Source("stormbaancoureur-data", "GPL-3", r"\.wav"),
)
APPLAUSE, SEASHORE, HELICOPTER, FRET_NOISE, GUNSHOT = 126, 122, 125, 120, 127  # General MIDI sound effects
SOUNDFONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"


def unpack(package: str, folder: Path) -> Path:
    """Download a package and unpack it below folder, unless that was done."""
    target = folder / package
    if not target.exists():
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True, capture_output=True)
        (archive,) = folder.glob(f"{package}_*.deb")
        subprocess.run(["dpkg", "-x", str(archive), str(target)], check=True)
        archive.unlink()
    return target


def wanted(source: Source, name: str) -> bool:
    """Say whether a source takes the file of that name."""
    return bool(re.search(source.take, name)) and not re.search(source.leave, name)


def raw_files(source: Source, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (name, contents) of the audio files, also inside game archives, in sorted order."""
    for path in sorted(unpack(source.package, folder).rglob("*")):
        if path.suffix == ".pk3" and path.is_file():
            with zipfile.ZipFile(path) as archive:
                yield from ((n, archive.read(n)) for n in sorted(archive.namelist()) if wanted(source, n))
        elif path.is_file() and not path.is_symlink() and wanted(source, str(path)):
            if path.suffix == ".cat":
                yield from split_cat(path.read_bytes())
            else:
                yield "/".join(path.parts[-2:]), path.read_bytes()


def split_cat(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the RIFF files inside an OpenTTD sound catalogue."""
    for n, match in enumerate(re.finditer(rb"RIFF(....)WAVE", data, re.DOTALL)):
        yield f"sound {n}", data[match.start() : match.start() + 8 + int.from_bytes(match[1], "little")]


def decode(name: str, data: bytes, beside: bytes | None = None) -> Audio | None:
    """Decode to float32 (n,) at 16 kHz; None for what libsndfile cannot read."""
    try:
        audio, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    except soundfile.LibsndfileError:
        print("cannot read", name)
        return None
    return to_mono_16k(audio, rate)


def track(name: str, data: bytes, folder: Path, source: Source) -> Audio | None:
    """Decode a track; Frets on Fire keeps the guitar apart, so add it."""
    audio = decode(name, data)
    guitars = [p for p in (folder / source.package).rglob("guitar.ogg") if p.parent.name == name.split("/")[0]]
    if audio is None or name.split("/")[-1] != "song.ogg":
        return audio
    for path in guitars:
        other = decode(str(path), path.read_bytes())
        if other is not None:
            n = min(len(audio), len(other))
            audio = audio[:n] + other[:n]
    return audio


def audible(audio: Audio) -> bool:
    """Say whether at least half the frames sound."""
    levels = frame_levels(audio)
    return len(levels) > 0 and float(np.median(levels)) > AUDIBLE


def segments(audio: Audio, seconds: int, rng: np.random.Generator) -> Iterator[Audio]:
    """Yield stretches of LONGEST seconds or less spread over the middle nine tenths of a track."""
    count = -(-seconds // LONGEST)
    length = seconds * SAMPLE_RATE // count
    edges = np.linspace(0.05, 0.95, count + 1) * len(audio)
    for low, high in itertools.pairwise(edges):
        starts = rng.uniform(low, max(high - length, low), 8).astype(int)
        stretches = (audio[s : s + length] for s in starts)
        yield from [s for s in stretches if len(s) > 8 * SAMPLE_RATE and audible(s)][:1]


def music_parts(folder: Path) -> Iterator[Part]:
    """Yield stretches of every track."""
    rng = np.random.default_rng([SEED, 0])
    for source in MUSIC:
        for name, data in raw_files(source, folder):
            audio = track(name, data, folder, source)
            for stretch in segments(audio, source.seconds, rng) if audio is not None else ():
                yield Part(stretch, "music", source.package, source.licence, name)


def scene(effects: list[tuple[str, Audio]], rng: np.random.Generator) -> tuple[str, Audio]:
    """Lay effects one after another at uneven levels with pauses of 0-0.8 s, repeating short ones."""
    names, pieces = [], []
    for name, audio in effects:
        repeats = int(np.clip(2.5 * SAMPLE_RATE / len(audio), 1, 5))
        names.append(name)
        for _ in range(repeats):
            pause = np.zeros(int(rng.uniform(0, 0.8) * SAMPLE_RATE), np.float32)
            peak = max(float(np.abs(audio).max()), 1e-4)
            pieces += [audio * np.float32(rng.uniform(0.3, 1.0) / peak), pause]
    return ", ".join(names), np.concatenate(pieces)


def noise_parts(folder: Path) -> Iterator[Part]:
    """Yield long noises as they are and short effects gathered into scenes."""
    rng = np.random.default_rng([SEED, 1])
    for source in NOISE:
        decoded = [(name, decode(name, data)) for name, data in raw_files(source, folder)]
        effects = [(n, a) for n, a in decoded if a is not None and len(a) > 800 and audible(a)]
        long = [(n, a) for n, a in effects if len(a) > 6 * SAMPLE_RATE]
        short = [(n, a) for n, a in effects if len(a) <= 6 * SAMPLE_RATE]
        made = [(n, a[: NOISE_PART * SAMPLE_RATE]) for n, a in long]
        made += [scene(short[i : i + 6], rng) for i in range(0, len(short), 6)]
        yield from (Part(audio, "noise", source.package, source.licence, name) for name, audio in made)


def midi_effect(program: int, rng: np.random.Generator, path: Path) -> Audio:
    """Play a General MIDI sound effect over and over at several pitches, float32 (n,)."""
    import mido

    track = mido.MidiTrack([mido.Message("program_change", program=program)])
    for _ in range(int(rng.integers(3, 7))):
        note = int(rng.integers(45, 76))
        track.append(mido.Message("note_on", note=note, velocity=int(rng.integers(60, 127))))
        track.append(mido.Message("note_off", note=note, time=int(rng.uniform(1500, 4000))))
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)
    return render_midi(path, SOUNDFONT, reverb=True, chorus=False)[: NOISE_PART * SAMPLE_RATE]


def midi_parts(folder: Path) -> Iterator[Part]:
    """Yield applause, surf and the like from the soundfont."""
    rng = np.random.default_rng([SEED, 2])
    for program, count in ((APPLAUSE, 8), (SEASHORE, 3), (HELICOPTER, 2), (FRET_NOISE, 2), (GUNSHOT, 1)):
        for _ in range(count):
            audio = midi_effect(program, rng, folder / "effect.mid")
            yield Part(audio, "noise", "fluid-soundfont-gm", "MIT", f"General MIDI effect {program + 1}")


def main() -> None:
    """Write the parts of music and of noise."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the parts")
    parser.add_argument("--packages", type=Path, help="folder of unpacked packages to use and keep")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.packages or Path(temporary)
        write_parts(args.out / "recorded_music", music_parts(folder))
        write_parts(args.out / "recorded_noise", (*noise_parts(folder), *midi_parts(Path(temporary))))


if __name__ == "__main__":
    main()
