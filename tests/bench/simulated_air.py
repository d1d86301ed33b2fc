"""An output, some air and an input whose delays the test chooses: the stamps, the sound and the frames of one run."""

from dataclasses import dataclass, field, replace

import numpy as np

from livepitch.bench.loopback_sums import Heard
from livepitch.bench.playback import Playback
from livepitch.bench.siren import Programme
from livepitch.bench.tap import Recording
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.playing.loudspeaker import Played

BEGIN = 1000.0  # s: when the first sample truly leaves the output
BEFORE = 0.8  # s that the input has run by then
BLOCK = 0.01  # s, of both


class Nowhere:
    """A sink for sound that nobody needs."""

    def __call__(self, block, captured, overflowed):
        pass


@dataclass
class Air:
    """What is planted, in seconds unless said otherwise."""

    delay: float = 0.03  # from the output's converter to the input's
    engine: float = 0.045  # from a frame's centre to the frame
    buffer: float = 0.06  # from handing over to the output's converter
    output_error: float = 0.0  # by which the output's claims are late
    input_error: float = 0.0  # by which the input's claims are late
    jitter: float = 0.0  # of all claims and of the engine, standard deviation
    bias: float = 0.0  # cents
    pitch_noise: float = 0.0  # cents, standard deviation
    gain: float = 0.5
    noise: float = 0.0  # RMS
    echo: float = 0.0  # after which everything is heard again
    output_rate: int = 48_000
    input_rate: int = 48_000
    rounds: int = 3
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    @property
    def programme(self):
        return Programme(self.rounds)

    def heard(self, frames=None):
        playback = Playback(self.played(), self.output_rate)
        recording = self.recording()
        heard = Heard(recording, self.frames() if frames is None else frames, playback)
        heard.input, heard.output, heard.output_rate = "ear", "mouth", self.output_rate
        return heard

    def played(self):
        size, block = round(self.programme.seconds * self.output_rate), round(BLOCK * self.output_rate)
        starts = np.arange(0, size, block)
        sounds = BEGIN + starts / self.output_rate
        claimed = sounds + self.output_error + self.some(len(starts))
        return Played(starts.tolist(), (sounds - self.buffer).tolist(), claimed.tolist(), [])

    def audio(self):
        """What the input delivers, from `BEFORE` s before the output begins."""
        rate = self.input_rate
        time = np.arange(round((BEFORE + self.programme.seconds) * rate)) / rate - BEFORE
        played = self.programme.signal(rate)

        def later(seconds):
            return np.interp(time - seconds, np.arange(len(played)) / rate, played, left=0, right=0)

        sound = later(self.delay) + (0.7 * later(self.delay + self.echo) if self.echo else 0)
        noise = self.noise * self.rng.standard_normal(len(time))
        return np.clip(self.gain * sound + noise, -1, 1).astype(np.float32)

    def recording(self):
        audio, block, now = self.audio(), round(BLOCK * self.input_rate), [0.0]
        recording = Recording(Nowhere(), clock=lambda: now[0])
        recording.allocate(self.input_rate, len(audio) / self.input_rate)
        for start in range(0, len(audio) - block + 1, block):
            captured = BEGIN - BEFORE + start / self.input_rate
            now[0] = captured + BLOCK + 0.001
            claimed = captured + self.input_error + float(self.some(1)[0])
            recording(audio[start : start + block], claimed, False)
        return recording

    def frames(self):
        """What a tracker with a pitch bias would give out."""
        programme, frames = self.programme, []
        for time in np.arange(0, BEFORE + programme.seconds, 0.01):
            f0 = np.nan
            for glide in programme.glides:
                moment = time - BEFORE - self.delay
                if glide.start <= moment < glide.stop:
                    off = self.bias + self.pitch_noise * self.rng.standard_normal()
                    f0 = 2 ** ((glide.cents(moment) + off) / 1200)
            frames.append(self.stamped(PitchFrame(float(time), f0, 1.0, -20.0)))
        return frames

    def stamped(self, frame):
        """A frame as a session would stamp it."""
        centre = BEGIN - BEFORE + frame.time
        at = np.linspace(0, self.engine + abs(self.some(1)[0]), 8)
        at[0] = self.input_error + self.some(1)[0]
        names = ("captured", "complete", "due", "begun", "heard", "inferred", "decoded", "emitted")
        return replace(frame, **{name: centre + float(place) for name, place in zip(names, at, strict=True)})

    def some(self, n):
        return self.jitter * self.rng.standard_normal(n)
