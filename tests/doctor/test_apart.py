"""Checks that crash, hang or raise take nothing else with them."""

import subprocess
import sys
from pathlib import Path

import pytest

from livepitch.doctor.apart import examine
from livepitch.doctor.finding import Finding, Grade, Wanted, failed, warning

CHECKS = """
import ctypes, os, sys, time
from livepitch.doctor.finding import well

def fine(wanted):
    yield well("fine", f"asked for {wanted.input}")
    yield well("fine", "twice")

def raising(wanted):
    yield well("raising", "first")
    raise ValueError("then\\nthis")

def crashing(wanted):
    print("xcb: no display", file=sys.stderr, flush=True)
    ctypes.string_at(0)

def hanging(wanted):
    yield well("hanging", "first")
    time.sleep(1000)

def leaving(wanted):
    os._exit(3)

def chatting(wanted):
    print("x" * 1_000_000)
    yield well("chatting", "done")

CHECKS = {check.__name__: check for check in (fine, raising, crashing, hanging, leaving, chatting)}
"""


@pytest.fixture
def odd_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "odd_checks.py").write_text(CHECKS)
    monkeypatch.syspath_prepend(tmp_path)
    return "odd_checks"


def test_every_check_is_told_of_whatever_the_others_do(odd_checks: str) -> None:
    found = list(examine(odd_checks, Wanted("Headset"), limit=5.0))
    assert [(finding.check, finding.grade) for finding in found] == [
        ("fine", Grade.WELL),
        ("fine", Grade.WELL),
        ("raising", Grade.WELL),
        ("raising", Grade.FAILED),
        ("crashing", Grade.FAILED),
        ("hanging", Grade.WELL),
        ("hanging", Grade.FAILED),
        ("leaving", Grade.FAILED),
        ("chatting", Grade.WELL),
    ]
    assert found[0].found == "asked for Headset"
    assert "ValueError: then" in found[3].line(words=False)
    assert found[4].found == "crashed (SIGSEGV, xcb: no display)"
    assert found[6].found == "hangs: it does not answer"
    assert found[7].found == "crashed (exit code 3)"


def test_no_process_is_left(odd_checks: str) -> None:
    for finding in examine(odd_checks, Wanted(), limit=5.0):
        if finding.check == "hanging":
            break  # in the middle, as by Ctrl-C
    children = subprocess.run(["ps", "-o", "args=", "-e"], capture_output=True, text=True, check=True).stdout
    assert "odd_checks" not in children


def test_checks_that_cannot_be_loaded_are_a_finding() -> None:
    (found,) = examine("livepitch.doctor.nowhere", Wanted(), limit=30.0)
    assert (found.check, found.grade) == ("nowhere", Grade.FAILED)
    assert "nowhere" in found.found


def test_a_machine_that_starts_no_process_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    (found,) = examine("livepitch.doctor.machine", Wanted())
    assert found.grade is Grade.FAILED
    assert "no process can be started" in found.found


def test_a_finding_is_one_line_in_signs_or_plain_letters() -> None:
    found = failed("microphone", f"{Path.home()}/x\n\x1b[31m Müller", "turn it up")
    assert found.line(words=False) == "✗ microphone        ~/x \\x1b[31m Müller → turn it up"
    assert found.line(words=True) == "FAILED  microphone        ~/x \\x1b[31m M?ller -> turn it up"
    assert warning("a", "b").line(words=True).startswith("WARNING a")
    assert Finding("a", Grade.WELL, "b").line(words=False) == "✓ a                 b"
