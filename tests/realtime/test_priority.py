"""The worker asks for a better place among the threads, and goes on where it gets none."""

import os
import sys
import threading
import time

import pytest

from livepitch.realtime import priority
from livepitch.realtime.paced import DemoVoice
from livepitch.realtime.session import Session, stream_tracker
from tests.realtime.fakes import wait_until

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux's scheduler")


def in_a_thread(action):
    """What `action` returns on a thread of its own, which takes its priority with it."""
    found = []
    thread = threading.Thread(target=lambda: found.append(action()))
    thread.start()
    thread.join()
    return found[0]


def policy():
    return os.sched_getscheduler(0)


def claim_and_look():
    return priority.claim(), policy(), in_a_thread(policy), priority.give_up(), policy()


@linux
def test_what_is_claimed_is_what_the_system_says():
    claimed, own, child, given_up, after = in_a_thread(claim_and_look)
    assert (claimed == "realtime") == (own == os.SCHED_RR)
    assert child == own  # threads started from it, as MLX's is, inherit it
    assert policy() == os.SCHED_OTHER  # the other threads stay what they were
    assert (given_up, after) == ("normal", os.SCHED_OTHER)


@linux
def test_threads_that_stay_share_a_core_and_those_that_roam_do_not():
    def look():
        priority.stay()
        own, child = os.sched_getaffinity(0), in_a_thread(lambda: os.sched_getaffinity(0))
        with priority.roaming():
            free = in_a_thread(lambda: os.sched_getaffinity(0))
        return own, child, free, os.sched_getaffinity(0)

    everywhere = os.sched_getaffinity(0)
    own, child, free, after = in_a_thread(look)
    assert own == child == after
    assert len(own) == 1
    assert free == everywhere == priority.CORES
    assert os.sched_getaffinity(0) == everywhere


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


def test_a_stream_that_falls_behind_gives_its_place_up():
    def slow(*arguments):
        tracker = stream_tracker(*arguments)
        push = tracker.push

        def sleepy(block):
            time.sleep(0.4)
            return push(block)

        tracker.push = sleepy
        return tracker

    with Session(DemoVoice(), tracker_factory=slow) as session:
        wait_until(lambda: session.stats.priority == "normal")
        wait_until(lambda: session.stats.skipped > 0)
