"""A program that uses every public name and says what types it expects: `./test` has mypy --strict read it.

It is never run: what the names do is what the other tests are for.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import livepitch as lp

if TYPE_CHECKING:
    from typing_extensions import assert_type


def of_a_file(path: Path) -> lp.PitchTrack:
    audio = lp.read_audio(path)
    assert_type(audio, NDArray[np.float32])
    model = lp.load_model("rmvpe-small")
    assert_type(model, lp.Model)
    print([each.name for each in lp.list_models() if each.available], lp.__version__)
    track = lp.estimate(audio, model, settings=lp.Settings(gate=-60.0, a4=442.0))
    assert_type(track, lp.PitchTrack)
    assert_type(track.f0[track.voiced], NDArray[np.float32])
    assert_type(lp.stream_track(audio, model), lp.PitchTrack)
    return track


def of_notes(track: lp.PitchTrack) -> str:
    for note in lp.sung_notes(track.time, track.f0, track.level):
        assert_type(note, lp.SungNote)
        assert_type(lp.midi_to_hz(note.midi), float)
    assert_type(lp.hz_to_midi(track.f0), NDArray[np.float64])
    assert_type(lp.hz_to_cents(lp.cents_to_hz(4800.0)), float)
    number, cents = lp.nearest_note(440.0)
    assert_type(number, int | None)
    assert_type(cents, float)
    return lp.note_name(440.0)


def to_files(track: lp.PitchTrack) -> None:
    try:
        lp.export_track(track, "take.mid", tempo=96.0, overwrite=True)
        for name, format in lp.FORMATS.items():
            lp.export_track(track, f"take.{format.ending}", format=name)
        assert_type(lp.track_file("take1.wav", "take1.csv", options=lp.Options(tempo=90.0)), Path)
    except (lp.AudioFileError, lp.CheckpointError, lp.ExportError) as error:
        assert_type(str(error), str)


def block_by_block(model: lp.Model) -> Iterator[lp.PitchFrame]:
    tracker = lp.StreamTracker(model, 44_100)
    for block in lp.read_blocks("take1.wav", blocksize=256, sample_rate=44_100):
        yield from tracker.push(block)
    yield from tracker.flush()


class Silence:
    """A source of one's own."""

    name, sample_rate, live, patience, endless = "silence", 16_000, False, float("inf"), False
    finished = False
    error: Exception | None = None

    def open(self, sink: lp.Sink) -> None:
        self._sink = sink

    def start(self) -> None:
        self._sink(np.zeros(16_000, np.float32), 0.0, False)
        self.finished = True
        self._sink(np.zeros(0, np.float32), 0.0, False)

    def close(self) -> None:
        self.finished = True


def sources() -> Iterator[lp.Source]:
    yield from (lp.Microphone(each.index) for each in lp.input_devices())
    yield lp.DemoVoice()
    yield lp.FileSource("take1.wav", realtime=False)
    yield Silence()


def outputs() -> list[lp.Output]:
    return [
        lp.OscOutput("127.0.0.1:9000"),
        lp.MidiOutput(),
        lp.WebSocketOutput(),
        lp.LslOutput(),
        lp.JsonLinesOutput(sys.stdout),
    ]


def live(source: lp.Source) -> list[lp.PitchFrame]:
    heard: list[lp.PitchFrame] = []
    try:
        with lp.Session(source, "stream", outputs=outputs()) as session:
            delivery = session.deliver(heard.append)
            assert_type(delivery, lp.Delivery)
            session.record("takes/first")
            for frame in session:
                assert_type(frame, lp.PitchFrame)
                assert_type(session.sending, tuple[lp.Sending, ...])
    except lp.DeviceError as error:
        raise lp.LivepitchError("no sound") from error
    assert_type(session.stats, lp.StreamStats)
    assert_type(session.stats.stages, dict[str, lp.Percentiles])
    assert_type(lp.track_of(heard), lp.PitchTrack)
    return heard


async def awaited(source: lp.Source) -> AsyncIterator[float]:
    async with lp.Session(source) as session:
        assert_type(session, lp.Session)
        async for frame in session:
            yield frame.f0
