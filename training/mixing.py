"""Training batches: a voice, moved in pitch, in a room, under music and noise, at any level."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import torch
from torch import Tensor

from .bank import Bank, labels_at, resampled
from .contours import Dice, per_segment, segments
from .synthesis import to_samples
from .voices import HOP, PITCHED, UNKNOWN, UNVOICED, VOICED, has_pitch

SAMPLE_RATE = 16_000
ROOM = 16_000  # samples of the longest reverberation kept
# What `--without` can leave out.
PARTS = (
    "voices", "deep", "world", "synthetic", "tones", "notes", "music", "noise", "room", "pitched", "muted", "colour",
    "doubled", "uneven", "gated", "faint",
)  # fmt: skip
MUTED = 0.1  # of the clips: music and noise with nobody singing
DRY = 0.6  # of the clips of tones: heard as they are, two fifths of those with a little noise
CUT = 0.6  # of the batches: end between two frames
# Hz. Every second period weaker: above ROUGH in passing, a rough voice that sounds an octave above its period; all
# along, in voices between these, a voice an octave lower.
ROUGH, HALVED = 140.0, (90.0, 300.0)
UNEVEN = 130.0  # Hz; below it the periods of creaky voices differ
HALVES, UNEVENNESS = 0.15, 0.2  # shares of the clips
GATED = 0.08  # of the recorded clips: short notes cut out of them
FAINT = 0.15  # of the clips: a hum or whine in their noise
DRAWS = 512  # periods after which their differences come again


@dataclass
class Source:
    """A bank of voices, its share of the batch, and how far it is moved in pitch (semitones either way)."""

    bank: Bank
    share: float
    semitones: float
    starts: Tensor | None = None
    """Frames (k,) from which clips are read; any if None."""
    recorded: bool = True
    """Real voices, as they were or resynthesised: a lower octave is made of these alone."""
    tones: bool = False
    """Tones of a machine: nothing makes them rough or mutes them."""


@dataclass
class Batch:
    """audio float32 (B, n), f0 float32 (B, T) Hz, state uint8 (B, T); T = 1 + n // 160."""

    audio: Tensor
    f0: Tensor
    state: Tensor


class Mixer:
    """Draws batches from voices, music and noise that lie on one device."""

    def __init__(
        self,
        voices: list[Source],
        music: Tensor,
        noise: Tensor,
        dice: Dice,
        frames: int,
        compiled: bool = False,
        without: frozenset[str] = frozenset(),
        halved: float = HALVES,
        uneven: float = UNEVENNESS,
    ) -> None:
        self.voices, self.music, self.noise, self.dice, self.frames = voices, music, noise, dice, frames
        self.ends = random.Random(dice.generator.initial_seed())  # on no device: they are lengths
        self.without = without
        self.samples = (frames - 1) * HOP + HOP - 1
        self.halved, self.uneven = halved, uneven
        self._resampled = torch.compile(resampled) if compiled else resampled  # three times faster

    def batch(self, size: int) -> Batch:
        """One batch of `size` clips."""
        voice, f0, state, recorded, tones = self._voices(size)
        dry = tones & self.dice.chance(DRY, size, 1)
        untouched = self._hissing(voice), state
        if "pitched" in self.without:
            state = torch.where(state == PITCHED, torch.full_like(state, UNKNOWN), state)
        if "doubled" not in self.without:
            voice, f0, state = self._doubled(voice, f0, state, recorded, ~tones)
        if "uneven" not in self.without:
            voice = self._uneven(voice, f0, ~tones)
        if "gated" not in self.without:
            voice, state = self._gated(voice, state, recorded)
        if "colour" not in self.without:
            voice = self._colour(voice)
        if "room" not in self.without:
            voice, state = self._room(voice, state)
        muted = self.dice.chance(0.0 if "muted" in self.without else MUTED, size, 1) & ~tones
        voice = voice * ~muted
        state = torch.where(muted, torch.full_like(state, UNVOICED), state)
        if "music" not in self.without:
            voice = self._with_music(voice)
        if "noise" not in self.without:
            voice = self._with_noise(voice)
        voice, state = (torch.where(dry, plain, mixed) for plain, mixed in zip(untouched, (voice, state), strict=True))
        # The last frame's window is reflected about the last sample, as at the end of a take: it may be any.
        beyond = self.ends.randrange(HOP) if self.ends.random() < CUT else 0
        return Batch(self._levelled(voice)[:, : (self.frames - 1) * HOP + beyond], f0, state)

    def _voices(self, size: int) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Clips at unit RMS with f0 and state, and which of them (size, 1) are recorded voices, and which tones."""
        parts, left = [], size
        for i, source in enumerate(self.voices):
            n = left if i == len(self.voices) - 1 else min(left, round(size * source.share))
            left -= n
            if n:
                kind = torch.tensor([[source.recorded, source.tones]], device=self.dice.device).expand(n, 2)
                parts.append((*self._read(source, n), kind))
        audio, f0, state, kind = (torch.cat(column) for column in zip(*parts, strict=True))
        power = audio.square().mean(1, keepdim=True)
        return audio / power.sqrt().clamp(min=1e-4), f0, state, kind[:, :1], kind[:, 1:]

    def _hissing(self, audio: Tensor) -> Tensor:
        """White noise, 34 to 100 dB below, in two fifths of the clips."""
        n, dice = len(audio), self.dice
        hiss = dice.normal(n, self.samples) * 10 ** dice.uniform(n, 1, low=-5.0, high=-1.7)
        return audio + hiss * dice.chance(0.4, n, 1)

    def _read(self, source: Source, n: int) -> tuple[Tensor, Tensor, Tensor]:
        bank, dice = source.bank, self.dice
        ratio = torch.exp2(dice.uniform(n, low=-source.semitones, high=source.semitones) / 12)
        ratio = torch.where(dice.chance(0.35, n), torch.ones_like(ratio), ratio)
        room = bank.n_frames - self.frames * ratio - 4
        first = dice.uniform(n) * room
        if source.starts is not None:
            first = source.starts[dice.integers(len(source.starts), n)].minimum(room)
        start = first.floor() * HOP
        audio = self._resampled(bank.audio, start, ratio, self.samples)
        f0, state = labels_at(bank, start, ratio, self.frames)
        outside = has_pitch(state) & ((f0 < 33.0) | (f0 > 1_900.0))
        return audio, f0, torch.where(outside, torch.full_like(state, UNKNOWN), state)

    def _doubled(
        self, audio: Tensor, f0: Tensor, state: Tensor, recorded: Tensor, alive: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Every second period weaker: rough voices, heard an octave above that, and low ones, heard as low.

        A fifth of the clips `alive` (n, 1) are rough in stretches. In `halved` of the `recorded` (n, 1), if they lie
        between `HALVED`, nearly nothing is left of every second pulse, in stretches more, and the label is the octave
        below: what was before tells them apart.
        """
        n, dice = len(audio), self.dice
        index, _ = segments(dice, n, self.frames, 0.08, 0.8)
        kind, stretch = dice.uniform(n, 1), per_segment(dice.chance(0.5, n, 256), index)
        strength = per_segment(dice.uniform(n, 256), index)
        pitched = has_pitch(state)
        outside = pitched & ~((f0 > HALVED[0]) & (f0 < HALVED[1]))
        between = outside.sum(1, keepdim=True) < 0.1 * pitched.sum(1, keepdim=True)
        low = (kind > 1 - self.halved) & recorded & between
        rough = (kind < 0.2) & alive & stretch & (f0 > ROUGH)
        depth = (0.1 + 0.7 * strength) * rough + torch.where(stretch, 0.4 + 0.5 * strength, 0.95) * (low & (f0 > 0))
        cycles = (to_samples(f0.double()) / SAMPLE_RATE).cumsum(1)[:, : self.samples]
        shift = torch.where(low, self._pulses(audio, cycles), dice.uniform(n, 1, high=2.0))
        turns = ((cycles - to_samples(shift)[:, : self.samples]) % 2.0).float()
        audio = audio * (1 + to_samples(depth)[:, : self.samples] * torch.cos(math.pi * turns))
        state = torch.where(low & outside, torch.full_like(state, UNKNOWN), state)
        return audio, torch.where(low, f0 / 2, f0), state

    def _pulses(self, audio: Tensor, cycles: Tensor) -> Tensor:
        """Where in the cycle, counted from 0 without a jump, a voice's power is gathered: (n, T) of `cycles` (n, m)."""
        power = torch.diff(audio, dim=1, prepend=audio[:, :1]).square()
        angle = 2 * math.pi * (cycles % 1.0).float()
        parts = (power * torch.cos(angle), power * torch.sin(angle))
        across, along = (torch.nn.functional.avg_pool1d(part[:, None], 4 * HOP, HOP, 2 * HOP)[:, 0] for part in parts)
        place = torch.atan2(along, across) / (2 * math.pi)
        steps = torch.diff(place, dim=1, prepend=place[:, :1])
        return place[:, :1] + (steps - steps.round()).cumsum(1)

    def _uneven(self, audio: Tensor, f0: Tensor, alive: Tensor) -> Tensor:
        """Low voices' periods 3 dB louder or less (1 sigma), in stretches of `uneven` of the clips `alive` (n, 1)."""
        n, dice = len(audio), self.dice
        index, _ = segments(dice, n, self.frames, 0.1, 1.5)
        stretch = alive & dice.chance(self.uneven, n, 1) & per_segment(dice.chance(0.6, n, 256), index)
        depth = per_segment(dice.uniform(n, 256), index) * (stretch & (f0 > 0) & (f0 < UNEVEN))
        cycles = (to_samples(f0.double()) / SAMPLE_RATE).cumsum(1)[:, : self.samples]
        period, part = cycles.floor().long() % DRAWS, (cycles % 1.0).float()
        draws = dice.normal(n, DRAWS).clamp(-2.5, 2.5)
        loud = torch.lerp(*(row.gather(1, at) for row, at in ((draws, period), (draws, (period + 1) % DRAWS))), part)
        return audio * torch.exp(0.35 * to_samples(depth)[:, : self.samples] * loud)

    def _gated(self, audio: Tensor, state: Tensor, alive: Tensor) -> tuple[Tensor, Tensor]:
        """Voices in turns of 60 to 400 ms and silence, in `GATED` of the clips `alive` (n, 1); edges of 10 ms."""
        n, dice = len(audio), self.dice
        index, _ = segments(dice, n, self.frames, 0.06, 0.4)
        shut = ((index + dice.integers(2, n, 1)) % 2 == 0) & alive & dice.chance(GATED, n, 1)
        inside = -torch.nn.functional.max_pool1d(-shut.float()[:, None], 3, 1, 1)[:, 0] > 0
        edge = torch.where(has_pitch(state), PITCHED, UNKNOWN).to(state.dtype)
        beside = torch.where(state == UNVOICED, state, edge)
        state = torch.where(inside, torch.full_like(state, UNVOICED), torch.where(shut, beside, state))
        return audio * to_samples((~shut).float())[:, : self.samples], state

    def _colour(self, audio: Tensor) -> Tensor:
        """Microphones: a random smooth tilt, sometimes a telephone's band."""
        n, dice = len(audio), self.dice
        frequency = torch.fft.rfftfreq(self.samples, 1 / SAMPLE_RATE, device=audio.device)
        octave = (frequency.clamp(min=40.0) / 40.0).log2() / 7.7  # 0..1 from 40 Hz to 8 kHz
        knots = dice.normal(n, 1, 6) * 4.0 * dice.chance(0.7, n, 1, 1)  # dB
        curve = torch.nn.functional.interpolate(knots, 257, mode="linear", align_corners=True)[:, 0]
        gain = 10 ** (curve[:, (octave * 256).long()] / 20)
        low = torch.where(
            dice.chance(0.12, n, 1), dice.uniform(n, 1, low=150.0, high=350.0), dice.uniform(n, 1, high=90.0)
        )
        high = torch.where(
            dice.chance(0.12, n, 1), dice.uniform(n, 1, low=2500.0, high=5000.0), torch.full_like(low, 9e3)
        )
        gain = gain * torch.sigmoid((frequency - low) / 12.0) * torch.sigmoid((high - frequency) / 80.0)
        return torch.fft.irfft(torch.fft.rfft(audio) * gain, self.samples)

    def _room(self, audio: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Reverberation of 0.1 to 1.2 s in two fifths of the clips; the tails' voicing is unknown."""
        n, dice = len(audio), self.dice
        decay = torch.exp(dice.uniform(n, 1, low=math.log(0.1), high=math.log(1.2)))
        time = torch.arange(ROOM, device=audio.device)[None] / SAMPLE_RATE
        tail = dice.normal(n, ROOM) * torch.exp(-6.9 * time / decay) * (time > 0.002)
        wet = dice.chance(0.4, n, 1)
        amount = 10 ** dice.uniform(n, 1, low=-1.5, high=0.0) * wet
        response = tail / tail.square().sum(1, keepdim=True).sqrt() * amount
        response[:, 0] += 1.0
        size = self.samples + ROOM
        audio = torch.fft.irfft(torch.fft.rfft(audio, size) * torch.fft.rfft(response, size), size)[:, : self.samples]
        heard = (state == VOICED).float()[:, None]
        after = torch.nn.functional.max_pool1d(torch.nn.functional.pad(heard, (20, 0)), 21, 1)[:, 0] > 0
        doubtful = after & (state == UNVOICED) & (amount > 0.05)
        return audio, torch.where(doubtful, torch.full_like(state, UNKNOWN), state)

    def _excerpt(self, recording: Tensor, n: int, semitones: float) -> Tensor:
        """Random pieces of a recording at unit RMS (n, samples)."""
        ratio = torch.exp2(self.dice.uniform(n, low=-semitones, high=semitones) / 12)
        start = (self.dice.uniform(n) * (len(recording) - 2 * self.samples)).floor()
        piece = self._resampled(recording, start, ratio, self.samples)
        return piece / piece.square().mean(1, keepdim=True).sqrt().clamp(min=1e-3)

    def _with_music(self, voice: Tensor) -> Tensor:
        """Accompaniment of any key and colour in three fifths of the clips, voice to music -8..25 dB."""
        n, dice = len(voice), self.dice
        music = self._colour(self._excerpt(self.music, n, 6.0))
        music = music / music.square().mean(1, keepdim=True).sqrt().clamp(min=1e-3)
        second = self._excerpt(self.music, n, 6.0) * dice.chance(0.2, n, 1)
        snr = dice.uniform(n, 1, low=-8.0, high=25.0)
        return voice + (music + 0.7 * second) * 10 ** (-snr / 20) * dice.chance(0.6, n, 1)

    def _with_noise(self, audio: Tensor) -> Tensor:
        """Recorded, coloured and mains noise, each in some of the clips."""
        n, dice = len(audio), self.dice
        recorded = self._excerpt(self.noise, n, 4.0)
        audio = audio + recorded * 10 ** (-dice.uniform(n, 1, low=3.0, high=40.0) / 20) * dice.chance(0.2, n, 1)
        spectrum = torch.fft.rfft(dice.normal(n, self.samples))
        slope = torch.arange(1, spectrum.shape[1] + 1, device=audio.device)[None].float()
        coloured = torch.fft.irfft(spectrum * slope ** -dice.uniform(n, 1, low=-0.2, high=1.1), self.samples)
        coloured = coloured / coloured.square().mean(1, keepdim=True).sqrt()
        level = 10 ** (-dice.uniform(n, 1, low=5.0, high=65.0) / 20) * dice.chance(0.6, n, 1)
        if "faint" not in self.without:
            coloured = coloured + self._faint(n)
        audio = audio + coloured * level
        time = torch.arange(self.samples, device=audio.device)[None] / SAMPLE_RATE
        mains = torch.where(dice.chance(0.5, n, 1), 50.0, 60.0)
        hum = sum(torch.sin(2 * math.pi * mains * k * time) / k**2 for k in (1, 2, 3))
        return audio + hum * 10 ** (-dice.uniform(n, 1, low=15.0, high=50.0) / 20) * dice.chance(0.08, n, 1)

    def _faint(self, n: int) -> Tensor:
        """A mains hum or a whine, no louder than noise of unit RMS, in `FAINT` of the clips: (n, samples)."""
        dice = self.dice
        time = torch.arange(self.samples, device=dice.device)[None] / SAMPLE_RATE
        mains = torch.where(dice.chance(0.5, n, 1), 50.0, 60.0) * (1 + dice.integers(2, n, 1))
        whine = torch.exp(dice.uniform(n, 1, low=math.log(300.0), high=math.log(3_000.0)))
        tone = torch.sin(2 * math.pi * torch.where(dice.chance(0.4, n, 1), mains, whine) * time)
        return tone * 10 ** dice.uniform(n, 1, low=-0.9, high=0.15) * dice.chance(FAINT, n, 1)

    def _levelled(self, audio: Tensor) -> Tensor:
        """Peaks from full scale down to -50 dBFS, a few clipped, all in 16-bit steps."""
        n, dice = len(audio), self.dice
        audio = audio / audio.abs().amax(1, keepdim=True).clamp(min=1e-4)
        loud = dice.chance(0.06, n, 1)
        audio = torch.where(loud, (audio * dice.uniform(n, 1, low=1.0, high=4.0)).clamp(-1, 1), audio)
        quiet = dice.chance(0.5, n, 1)
        decibels = torch.where(quiet, dice.uniform(n, 1, low=-50.0, high=-3.0), dice.uniform(n, 1, low=-18.0, high=0.0))
        audio = audio * 10 ** (decibels / 20)
        return torch.where(dice.chance(0.5, n, 1), (audio * 32767).round() / 32767, audio)
