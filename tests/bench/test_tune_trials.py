"""Trials of real sessions: a machine that is slowed by the test gets larger settings than the same machine unslowed."""

import threading
import time
from dataclasses import replace
from itertools import repeat
from types import SimpleNamespace

import pytest

from livepitch.bench.run import POLL
from livepitch.bench.trial import REPEATS, Trials
from livepitch.bench.tune import Candidate, candidates, search
from livepitch.model.registry import Model
from livepitch.realtime.devices import DeviceError
from livepitch.realtime.frame import Settings
from livepitch.realtime.session import stream_tracker
from livepitch.realtime.source import DemoVoice, Microphone
from livepitch.realtime.tuned import Tuned, tuned_session, write_tuned
from tests.model.networks import SMALL_CAUSAL, SMALL_RMVPE, seeded

PLANTED = 0.045  # s for each run of the network: more than 4 frames last, and a good quarter of 16


@pytest.fixture(autouse=True)
def short_warm_up(monkeypatch):
    monkeypatch.setattr("livepitch.bench.run.WARM_UP", 0.2)


def slowed(model, sample_rate, settings):
    """The real tracker on a machine whose network takes longer."""
    tracker = stream_tracker(model, sample_rate, settings)
    run = tracker._stream._run

    def slow(mel, *rest, **named):
        time.sleep(PLANTED if len(mel) else 0)
        return run(mel, *rest, **named)

    tracker._stream._run = slow
    return tracker


def tuned(make_source=lambda blocksize: DemoVoice(blocksize=blocksize), hops=(1, 4, 16), rate=48_000, **options):
    model = Model(seeded(SMALL_CAUSAL))
    return search(candidates(rate, hops, (256, 1024)), Trials(make_source, model, **options), 0.6)


@pytest.mark.alone
def test_a_slowed_machine_gets_larger_settings_than_the_same_unslowed():
    fast, slow = tuned().found, tuned(factory=slowed).found
    assert fast is not None
    assert slow is not None
    assert slow.candidate.hop == 16
    assert slow.candidate.hop > fast.candidate.hop
    assert slow.candidate.added > fast.candidate.added
    assert slow.result.sound_to_frame.p50 > fast.result.sound_to_frame.p50 + 1e3 * PLANTED
    assert slow.result.late == 0


def test_a_trial_counts_what_it_was_asked_for_and_leaves_nothing_behind():
    told, before = [], threading.active_count()
    trials = Trials(lambda size: DemoVoice(blocksize=size), Model(seeded(SMALL_CAUSAL)), trying=told.append)
    result = trials(Candidate(960, 4, 48_000), 0.8, 1000)
    assert 60 < result.frames <= 80
    # From the centre of a hop's first frame: 32 ms ahead, 30 for the hop, and at most a block.
    assert result.sound_to_frame.p50 > 32
    assert 0 < result.rtf < 1
    assert threading.active_count() == before
    assert told == ["trying blocks of 960 samples, hop 4: 1 s of sound"]


def test_a_trial_that_has_failed_ends_at_once():
    trials = Trials(lambda size: DemoVoice(blocksize=size), Model(seeded(SMALL_CAUSAL)), slowed)
    result = trials(Candidate(256, 1, 48_000), 3600.0, 1)
    assert result.late > 1 or result.skipped
    assert result.frames < 1000
    assert result.compute_ms > 1e3 * PLANTED


@pytest.mark.parametrize(("stands_still", "repeats"), [([True], 1), (repeat(True), REPEATS + 1)])
def test_a_trial_during_which_the_machine_stood_still_is_repeated(monkeypatch, stands_still, repeats):
    """This thread is kept from running, as it would be with all the others: only in the first trial, or in each."""
    real_sleep, still, told = time.sleep, iter(stands_still), []

    def hold_up(seconds):
        real_sleep(seconds + (0.4 if next(still, False) else 0.0))

    monkeypatch.setattr("livepitch.bench.trial.STILL", 0.35)
    monkeypatch.setattr("livepitch.bench.trial.time", SimpleNamespace(monotonic=time.monotonic, sleep=hold_up))
    trials = Trials(lambda size: DemoVoice(blocksize=size), Model(seeded(SMALL_CAUSAL)), trying=told.append)
    assert trials(Candidate(960, 4, 48_000), 0.2, 1000).frames
    assert sum(line.startswith("once more, the machine stood still") for line in told) >= repeats


def test_a_windowed_model_is_tried_with_its_hops():
    trials = Trials(lambda size: DemoVoice(blocksize=size), Model(seeded(SMALL_RMVPE)))
    small = replace(trials, settings=Settings(context=32, lookahead=0))
    found = search(candidates(48_000, (32, 64), (512,)), small, 1.0).found
    assert found is not None
    assert found.candidate.hop in (32, 64)
    assert found.result.frames >= 4 * 32


class Choosy(DemoVoice):
    """A device that does not open with every block size."""

    def open(self, sink):
        if self.blocksize < 512:
            raise DeviceError("USB Mic: cannot be opened (Invalid blocksize)")
        super().open(sink)


def test_a_block_size_that_the_device_refuses_is_passed_with_its_reason():
    found = tuned(lambda blocksize: Choosy(blocksize=blocksize))
    assert found.found.candidate.blocksize == 1024
    refused = [attempt for attempt in found.attempts if attempt.candidate.blocksize == 256]
    assert refused
    assert all(attempt.fault == "refused: USB Mic: cannot be opened (Invalid blocksize)" for attempt in refused)


def test_an_error_that_is_no_device_s_ends_the_search():
    def broken(model, sample_rate, settings):
        raise KeyError("broken")

    with pytest.raises(KeyError):
        tuned(factory=broken)


def test_ctrl_c_in_a_trial_leaves_no_thread(monkeypatch):
    def interrupt(seconds):
        if seconds == POLL:
            raise KeyboardInterrupt

    before = threading.active_count()
    monkeypatch.setattr("livepitch.bench.trial.time.sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        tuned()
    assert threading.active_count() == before


@pytest.mark.audio
@pytest.mark.alone
def test_a_real_microphone_is_tuned_and_opened_so(own_settings):
    from livepitch.realtime.source import input_devices
    from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

    skip_unless_installed()
    with VirtualMicrophone(48_000):
        assert DEVICE in [device.name for device in input_devices(refresh=True)]
        name, rate = Microphone(DEVICE).look_up()
        found = tuned(lambda blocksize: Microphone(DEVICE, blocksize=blocksize), rate=rate).found
        assert found is not None
        of = found.candidate
        write_tuned(Tuned(name, "stream", rate, of.blocksize, of.hop, 1.0))
        with tuned_session(Microphone(DEVICE)) as session:
            frames = [frame for frame, _ in zip(session, range(50), strict=False)]
        assert session.tuned is not None
        assert session.latency == pytest.approx(0.0295 + 0.01 * (of.hop - 1), abs=0.003)
        assert len(frames) == 50
