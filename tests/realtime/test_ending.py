"""Signals that ask a program to end: the first is obeyed in order, the second at once, ignored ones stay ignored."""

import os
import signal
import subprocess
import sys

import pytest

from livepitch.realtime.ending import ASKING, ending_by

CODE = """
import os, signal, time
from livepitch.realtime.ending import ending_by
with ending_by(lambda: print("closing", flush=True)):
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.05)
    print("still there")
"""


@pytest.mark.parametrize("number", ASKING)
def test_the_first_one_is_obeyed_and_the_handlers_come_back(number):
    before, asked = signal.getsignal(number), []
    with ending_by(lambda: asked.append(number)):
        os.kill(os.getpid(), number)
    assert asked == [number]
    assert signal.getsignal(number) is before


def test_the_second_one_ends_the_program_whatever_it_waits_for():
    result = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=100)
    assert (result.returncode, result.stdout) == (128 + signal.SIGTERM, "closing\n")


def test_what_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with ending_by(lambda: pytest.fail("it was ignored")):
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
