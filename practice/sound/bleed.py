"""Whether the guide is heard in the microphone, and how loud: a singer's pitch could not be told from it.

Clicks tell it best: they are known to the sample, and no voice is like them. Tones tell it where the singer is silent:
one from the loudspeaker keeps its phase and begins with the guide; a voice does neither, however well it is in
tune.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...realtime.playing.tone import SHARES
from ..target.target import Manner, Target
from .changes import Change, whole
from .guide import GuideSettings, GuideSound
from .played import Played
from .tones import CLICK, HIGH, LOW, PLAIN_PITCH, Click, Tone

HARMLESS = -45.0  # dB below the voice: what is softer is not worth a word
REACH = 0.15  # s either way that a click is looked for: the offset may not be measured
LIKELY, SURE = 4.0, 7.0  # times the usual size of a correlation: of half of the clicks, and of all
SAME = 0.002  # s
FLOOR = 1e-6  # of a spectrum's power: digital silence must not outweigh everything else
BLOCK = 0.06  # s of a tone that give one phase
ATTACK = 0.06  # s of a tone left out, and at its end: it may be heard a little later
FEWEST = 5  # blocks
COHERENT = 0.8  # share of the power that keeps its phase
EARLY = 0.5  # amplitude of a tone's first block, the others' being 1: singers need a fifth of a second to join in
QUIET = -15.0  # dB below the voice: nobody sings then
HARMONICS = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bleed:
    """What of the guide is in a recording."""

    level: float
    """dB, of the guide where it sounds against the voice where it sings; -inf if nothing was found."""

    @property
    def heard(self) -> bool:
        """Whether it is loud enough to matter."""
        return self.level > HARMLESS

    @property
    def sentence(self) -> str | None:
        """For the singer, if it is heard."""
        if not self.heard:
            return None
        level = f"{self.level:+.0f} dB".replace("-", "−")
        return f"The guide is heard in the microphone ({level}): use headphones, or turn it down"


def bleed(
    audio: NDArray[np.float32],
    sample_rate: int,
    target: Target,
    settings: GuideSettings,
    zero: float,
    rate: float = 1.0,
    changes: Sequence[Change] = (),
) -> Bleed:
    """Look for the guide of a take in its recording float32 `(n,)`.

    zero: second of the recording that the target's 0 belongs to, the measured offset taken out; rate: seconds of the
    target per second of the recording. What both settings and target say is what was played, but for `changes`
    meanwhile: the level is then that of the guide as loud as it ever was.
    """
    played = Played(GuideSound(target, sample_rate, whole(settings, changes)), settings, tuple(changes))
    search = _Search(np.asarray(audio, np.float64), sample_rate, played, zero, rate)
    gain = search.gain_of_tones() or search.gain_of_clicks()
    if not gain:
        return Bleed(-math.inf)
    return Bleed(20 * math.log10(gain * search.guide_rms / search.voice_rms))


class _Search:
    """A recording, and where in it each second of the guide belongs."""

    def __init__(self, audio: Floats, sample_rate: int, played: Played, zero: float, rate: float) -> None:
        self._audio, self._rate, self._guide, self._sound = audio, sample_rate, played, played.sound
        self._zero, self._pace = zero, rate
        self.voice_rms = self._voice()
        """Of the louder half of what was recorded while there was something to sing."""

    @property
    def guide_rms(self) -> float:
        """Of the guide as it is played, where its tones sound; of its clicks where there are no tones."""
        sound = self._sound
        if (sound.tones or sound.cues) and sound.settings.guide_volume:
            one = (sound.tones or sound.cues)[0]
            samples = sound.tone_samples(one, np.arange(one.start, one.end, 1 / self._rate))
        else:
            samples = sound.click_samples(sound.clicks[0], sound.clicks[0].start + np.arange(0, CLICK, 1 / self._rate))
        return _rms(samples)

    def gain_of_clicks(self) -> float:
        """Amplitude of the clicks in the recording, those played being 1; 0 if they are not found.

        A matched filter over all of them at once, the quiet places counting more: their voice hides less. Chance may
        look like a click somewhere, but not at the same delay in every second click and in those between.
        """
        halves = [self._correlation(self._sound.clicks[first::2]) for first in (0, 1)]
        if any(half is None for half in halves):
            return 0.0
        gains = [np.abs(strength) / energy for strength, energy in filter(None, halves)]
        apart = abs(int(gains[0].argmax()) - int(gains[1].argmax())) / self._rate
        whole = np.abs(sum(strength for strength, _ in filter(None, halves)))
        if apart > SAME or min(map(_outstanding, gains)) < LIKELY or _outstanding(whole) < SURE:
            return 0.0
        return float(whole.max() / sum(energy for _, energy in filter(None, halves)))

    def _correlation(self, clicks: Sequence[Click]) -> tuple[Floats, float] | None:
        """Product sum of clicks with the recording by delay `(n,)`, and what it is where they are as loud as played."""
        size = round((CLICK + 2 * REACH) * self._rate)
        length = 1 << (2 * size - 1).bit_length()
        frequency = np.fft.rfftfreq(length, 1 / self._rate)
        band = (frequency > 0.8 * PLAIN_PITCH * LOW) & (frequency < 1.1 * HIGH)
        strength, energy = np.zeros(length), 0.0
        for click in clicks:
            heard, share = self._part(click.start - REACH, size), self._guide.share_of_click(click)
            if heard is None or not share:
                continue
            played = np.fft.rfft(share * self._click(click), length) * band
            spectrum = np.fft.rfft(heard, length) * band
            weight = 1 / (np.sum(np.abs(spectrum) ** 2) + FLOOR)
            strength += weight * np.fft.irfft(spectrum * np.conj(played), length)
            energy += weight * float(np.sum(np.fft.irfft(played, length) ** 2))
        return (strength[: round(2 * REACH * self._rate)], energy) if energy else None

    def gain_of_tones(self) -> float:
        """Amplitude of the tones in the recording, those played being 1; 0 if they are not found."""
        coherent = whole = played = 0.0
        for tone, quiet in self._listened():
            heard, share = self._blocks(tone, quiet), self._guide.share_of_tone(tone)
            if not share or len(heard) < FEWEST or not _begins_with_it(heard):
                continue
            reference = share * self._played(tone)
            coherent += float(np.sum(np.abs(heard.mean(axis=0)) ** 2)) * len(heard)
            whole += float(np.sum(np.abs(heard) ** 2))
            played += float(np.sum(np.abs(reference) ** 2)) * len(heard)
        return math.sqrt(coherent / played) if whole and coherent > COHERENT * whole else 0.0

    def _listened(self) -> Iterable[tuple[Tone, bool]]:
        """Steady tones, and whether somebody sings meanwhile, so that only what is quiet in it counts."""
        sound = self._sound
        for tone in (*sound.cues, *sound.tones):
            if not tone.octaves and not tone.swell:
                yield tone, tone not in sound.cues and tone not in sound.listened

    def _blocks(self, tone: Tone, quiet: bool) -> NDArray[np.complex128]:
        """Amplitude and phase of the tone's harmonics, block by block `(n, HARMONICS)`; quiet: only of what is."""
        size, found = round(BLOCK * self._rate), []
        window = 2 * np.hanning(size) / np.sum(np.hanning(size))
        order = np.arange(1, self._harmonics + 1)[:, None]
        for start in np.arange(tone.start + ATTACK, tone.end - ATTACK - BLOCK, BLOCK):
            heard = self._part(start, size)
            if heard is None or (quiet and _rms(heard) > self.voice_rms * 10 ** (QUIET / 20)):
                continue
            time = self._guide_second(start) + self._pace * np.arange(size) / self._rate
            found.append(np.exp(-2j * np.pi * order * tone.hz * (time - tone.start)) @ (window * heard))
        return np.array(found).reshape(-1, self._harmonics)

    def _played(self, tone: Tone) -> Floats:
        """Amplitudes of the tone's harmonics `(HARMONICS,)` as they were played."""
        voice = self._sound.settings.voice
        shares = voice * SHARES[: self._harmonics]
        shares[0] += 1 - voice
        return np.asarray(self._sound.scale * tone.volume * shares)

    @property
    def _harmonics(self) -> int:
        return HARMONICS if self._sound.settings.voice else 1

    def _voice(self) -> float:
        """RMS of the louder half of what was recorded during notes; of all where there are none."""
        size = round(BLOCK * self._rate)
        notes = [note for note in self._sound.target.notes if note.manner is not Manner.LISTEN]
        starts = np.concatenate([[], *(np.arange(note.start, note.end, BLOCK) for note in notes)])
        parts = [part for part in (self._part(start, size) for start in starts) if part is not None]
        levels = np.sort([_rms(part) for part in parts or [self._audio]])
        return max(_rms(levels[len(levels) // 2 :]), 1e-9)

    def _sample(self, second: float) -> int:
        return round((self._zero + second / self._pace) * self._rate)

    def _guide_second(self, second: float) -> float:
        """The second that really belongs to the sample next to a second of the guide."""
        return (self._sample(second) / self._rate - self._zero) * self._pace

    def _part(self, second: float, size: int) -> Floats | None:
        """The recording from a second of the guide on `(size,)`; None where there is not so much."""
        first = self._sample(second)
        return self._audio[first : first + size] if first >= 0 and first + size <= len(self._audio) else None

    def _click(self, click: Click) -> Floats:
        return self._sound.click_samples(click, click.start + np.arange(0, CLICK, 1 / self._rate))


def _begins_with_it(blocks: NDArray[np.complex128]) -> bool:
    loud = np.linalg.norm(blocks, axis=1)
    return bool(loud[0] > EARLY * np.median(loud))


def _outstanding(sizes: Floats) -> float:
    """How many times the usual size the largest is."""
    return float(sizes.max() / max(np.median(sizes) / 0.6745, 1e-12))


def _rms(samples: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0
