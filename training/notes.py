"""Short notes of one voice, even and exactly known: melodies with pauses or without, in the noise of a room."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .bank import Bank
from .contours import Dice, slow_noise
from .steady import FRAMES, faded, labelled, rendered
from .synthesis import to_samples
from .voices import HOP

LOW, HIGH = 80.0, 1_150.0  # Hz of a melody's middle
SHORT, LONG = 7.0, 40.0  # frames of a note
REACH = 9.0  # semitones from the middle of a melody
MOST = 70  # notes of a clip


def melodies(dice: Dice, n: int) -> tuple[Tensor, Tensor]:
    """Which frames sound (n, FRAMES), and their pitch in Hz, that of the note before in a pause."""
    length = torch.exp(dice.uniform(n, 1, low=math.log(SHORT), high=math.log(LONG)))
    pause = torch.exp(dice.uniform(n, 1, low=math.log(3), high=math.log(40))) * dice.chance(0.75, n, 1)
    at = dice.uniform(n, 1, low=5, high=60) * dice.chance(0.7, n, 1)
    time = torch.arange(FRAMES, device=dice.device)[None]
    on = torch.zeros(n, FRAMES, dtype=torch.bool, device=dice.device)
    semitones, note = torch.zeros(n, FRAMES, device=dice.device), torch.zeros(n, 1, device=dice.device)
    for _ in range(MOST):
        lasting = length * torch.exp(dice.uniform(n, 1, low=-0.3, high=0.3))
        on |= (time >= at.round()) & (time < (at + lasting).round())
        semitones = torch.where(time >= at.round(), note, semitones)
        note = (note + dice.integers(11, n, 1) - 5).clamp(-REACH, REACH)
        at = at + lasting + pause * torch.exp(dice.uniform(n, 1, low=-0.3, high=0.3))
    centre = torch.exp(dice.uniform(n, 1, low=math.log(LOW), high=math.log(HIGH)))
    drift = dice.uniform(n, 1, high=0.1) * slow_noise(dice, n, FRAMES, 0.1)
    return on, centre * torch.exp2((semitones + drift) / 12)


def notes(dice: Dice, n: int) -> Bank:
    """`n` clips of FRAMES hops, one after another: breath with the voice, and noise in seven tenths all along."""
    on, f0 = melodies(dice, n)
    loud = faded(dice, on)
    sound = rendered(dice, f0.amax(1, keepdim=True), f0) * loud
    breath = dice.normal(n, FRAMES * HOP) * loud * 10 ** dice.uniform(n, 1, low=-2.7, high=-1.2)
    noise = dice.normal(n, FRAMES * HOP) * 10 ** dice.uniform(n, 1, low=-3.5, high=-1.0)
    level = to_samples(dice.uniform(n, 1, high=0.2) * slow_noise(dice, n, FRAMES, 0.4))
    sound = (sound + breath) * 10**level + noise * dice.chance(0.7, n, 1)
    return labelled(sound, on, f0)


def note_bank(seed: int, n: int, device: torch.device, batch: int = 50) -> tuple[Bank, Tensor]:
    """A bank of notes, at least two clips, and the frames where its clips begin, but for the last."""
    dice = Dice(seed, device)
    parts = [notes(dice, min(batch, n - i)) for i in range(0, n, batch)]
    bank = Bank(*(torch.cat(column) for column in zip(*((p.audio, p.f0, p.state) for p in parts), strict=True)))
    return bank, torch.arange(0, n - 1, device=device) * FRAMES
