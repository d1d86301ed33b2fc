"""What lies in the folder in which a page's blocks run: sung phrases, their notes, weights, programs."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import soundfile

from livepitch.model.checkpoint import write_checkpoint
from livepitch.practice.target.typed import typed_target
from tests.docs.pages import ROOT
from tests.model.networks import SMALL_RMVPE, seeded
from tests.practice.planted import in_tune, sound, track

NOTES = "A3 C4 E4 D4"
BEATS = 150  # a minute
RECORDINGS = {"song.wav": 0, "take1.wav": 0, "take.wav": 3, "take.flac": 3, "a.wav": 0, "b.wav": 12}
FOLDERS = {"songs/one.wav": 0, "songs/two.wav": 5, "songs/three.flac": 8, "takes/ann.flac": 6, "takes/ben.flac": 20}
CHECKPOINTS = ("FILE", "my_rmvpe.pt")
CHANGING = ("pip", "apt-get", "sudo", "git", "twine")
PROGRAMS = ("benchmarks", "examples", "training")
MEASURED = {"mir1k/anna": "MIR-1K", "vocadito/ben": "vocadito"}
VOICE = "anna"


def fill(folder: Path) -> None:
    """Make the folder: every recording sings NOTES, each so many cents sharp."""
    target = typed_target(NOTES, tempo=BEATS)
    for name, cents in {**RECORDINGS, **FOLDERS}.items():
        sung = [type(note)(note.start, note.end, note.midi + cents / 100) for note in in_tune(target)]
        (folder / name).parent.mkdir(exist_ok=True)
        soundfile.write(folder / name, sound(sung), 16_000)
    score(folder / "song.mid")
    recordings(folder / "FOLDER")
    write_checkpoint(folder / "toy.safetensors", seeded(SMALL_RMVPE))
    for name in CHECKPOINTS:
        shutil.copy(folder / "toy.safetensors", folder / name)
    for name in PROGRAMS:
        (folder / name).symlink_to(ROOT / name)


def recordings(folder: Path) -> None:
    """Write what benchmarks read: a rest, NOTES twice, and their f0; noise on the left stands for an accompaniment."""
    sung = [
        replace(note, start=note.start + 0.5, end=note.end + 0.5)
        for note in in_tune(typed_target(f"{NOTES} {NOTES}", tempo=BEATS))
    ]
    voice, (pitch, _) = sound(sung), track(sung)
    rows = np.stack([pitch.time, np.where(pitch.voiced, pitch.f0, 0), np.ones(len(pitch.time))], 1)
    noise = 0.05 * np.random.default_rng(0).standard_normal(len(voice))
    for name, source in MEASURED.items():
        (folder / name).parent.mkdir(parents=True)
        soundfile.write(folder / f"{name}.flac", np.stack([noise, voice], 1) if source == "MIR-1K" else voice, 16_000)
        np.savetxt(folder / f"{name}.f0.csv", rows, delimiter=",", header="time,f0,certain", comments="")
    index = [{"name": name, "source": source} for name, source in MEASURED.items()]
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")


def voices(folder: Path) -> None:
    """Write a folder of one voice that sings NOTES, as `training.voices` and `benchmarks/sung.py` read it."""
    sung = in_tune(typed_target(" ".join([NOTES] * 6), tempo=BEATS))
    (folder / VOICE).mkdir(parents=True)
    for number, timbre in enumerate(("ah", "ee")):
        soundfile.write(folder / VOICE / f"{number}.flac", sound(sung, timbre=timbre), 16_000)
    (folder / "index.json").write_text(json.dumps([{"source": VOICE, "kind": "sung"}]), encoding="utf-8")


def score(path: Path) -> None:
    """Write NOTES as a MIDI file."""
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(BEATS))])
    for note in typed_target(NOTES, tempo=BEATS).notes:
        track.append(mido.Message("note_on", note=round(note.midi), velocity=80))
        track.append(mido.Message("note_off", note=round(note.midi), time=480))
    mido.MidiFile(tracks=[track], ticks_per_beat=480).save(path)


def programs(folder: Path, livepitch: str) -> None:
    """Put `livepitch` (a script's text) and `python` into a folder for PATH."""
    folder.mkdir()
    for name in CHANGING:
        (folder / name).write_text(
            f'#!/bin/sh\necho "{name} changes this machine: put it into elsewhere.txt"\nexit 1\n'
        )
        (folder / name).chmod(0o755)
    for name, text in {"livepitch": livepitch, "python": f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'}.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
