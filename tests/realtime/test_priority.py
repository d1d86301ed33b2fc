"""The worker asks for a better place among the threads, and goes on where it gets none."""

import os
import sys
import threading

import pytest

from livepitch.realtime import priority
from livepitch.realtime.paced import DemoVoice
from livepitch.realtime.session import Session

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux's scheduler")


def in_a_thread(action):
    """What `action` returns on a thread of its own, which takes its priority with it."""
    found = []
    thread = threading.Thread(target=lambda: found.append(action()))
    thread.start()
    thread.join()
    return found[0]


def policy_of_a_child():
    return priority.claim(), os.sched_getscheduler(0), in_a_thread(lambda: os.sched_getscheduler(0))


@linux
def test_what_is_claimed_is_what_the_system_says():
    claimed, own, child = in_a_thread(policy_of_a_child)
    assert (claimed == "realtime") == (own == os.SCHED_RR)
    assert child == own  # threads started from it, as MLX's is, inherit it
    assert os.sched_getscheduler(0) == os.SCHED_OTHER  # the other threads stay what they were


@linux
@pytest.mark.parametrize(("nice_too", "expected"), [(False, "high"), (True, "normal")])
def test_a_refusal_is_no_error(monkeypatch, nice_too, expected):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "setpriority", refuse if nice_too else lambda *_: None)
    assert in_a_thread(priority.claim) == expected


def test_a_live_stream_says_what_its_worker_got():
    with Session(DemoVoice()) as session:
        next(iter(session))
        assert session.stats.priority == in_a_thread(priority.claim)
