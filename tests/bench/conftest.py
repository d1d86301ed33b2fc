import time
from pathlib import Path

import pytest

from livepitch.bench.record import make_record
from livepitch.bench.run import MeasuredSession, Plan, run
from livepitch.bench.trace import trace_file
from livepitch.model.registry import load_model
from livepitch.realtime.frame import Settings
from livepitch.realtime.session import stream_tracker
from livepitch.realtime.source import DemoVoice

SECONDS = 2.0
HOP = 16  # frames: few runs of the network, so that a slow machine is not a slow engine
PLANTED = 0.1  # s


def slowed_tracker(model, sample_rate, settings):
    """The real one, whose network takes longer."""
    tracker = stream_tracker(model, sample_rate, settings)
    push = tracker._stream.push

    def slow(mel):
        time.sleep(PLANTED if len(mel) else 0)
        return push(mel)

    tracker._stream.push = slow
    return tracker


def measure(trace=None, factory=stream_tracker, hop=HOP):
    """A real run of the demo voice through the real engine: its record, and the session."""
    plan = Plan(DemoVoice(), load_model("stream"), SECONDS, Settings(hop=hop), None, 480, factory=factory)
    with trace_file(trace) as written:
        session = MeasuredSession(plan, written)
        complete = run(session)
    return make_record(session, complete, gui=False), session


@pytest.fixture(scope="session")
def measured(tmp_path_factory):
    """Record and trace of one run."""
    trace = Path(tmp_path_factory.mktemp("bench")) / "trace.json"
    record, _ = measure(trace)
    return record, trace


@pytest.fixture
def record(measured):
    """A fresh copy of the record."""
    import copy

    return copy.deepcopy(measured[0])
