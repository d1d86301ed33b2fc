"""Runs checks in a process of their own, with a time limit, and goes on after one that crashed or hung."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import IO, Any

from ..model.child import child_command
from .child import finding_of
from .finding import Finding, Wanted, failed

LIMIT = 30.0  # s that a check may be silent
STARTING = 60.0  # s that a process may take to load its checks
LAST = 1.0  # s that a killed process may take
PIECE = 65_536  # bytes
LINES, SAID = 3, 300  # lines and characters of what it said last
START = "import json, sys; sys.path[:] = json.loads({path!r}); from {child} import main; main(*json.loads({order!r}))"


@dataclass
class _Begun:
    """The check that was under way last."""

    number: int = -1
    name: str = ""


def examine(module: str, wanted: Wanted, limit: float = LIMIT) -> Iterator[Finding]:
    """What the CHECKS of `module` find, as they find it. A check that crashes or hangs is a finding; others follow."""
    first = 0
    while True:
        begun = _Begun(first - 1, module.rpartition(".")[2])
        with tempfile.TemporaryFile() as said:
            ended = yield from _child(module, wanted, first, limit, begun, said)
        if ended or begun.number < first:
            return
        first = begun.number + 1


def _child(
    module: str, wanted: Wanted, first: int, limit: float, begun: _Begun, said: IO[bytes]
) -> Generator[Finding, None, bool]:
    """One process's findings; returns whether there is nothing more to do."""
    ours, its = os.pipe()
    try:
        process = _started(its, said, [its, module, first, asdict(wanted)])
    except OSError as error:
        os.close(ours)
        yield failed(begun.name, f"no process can be started ({error.strerror})", "end other programs, and try again")
        return True
    finally:
        os.close(its)
    try:
        for message in _messages(ours, limit):
            if "finding" in message:
                yield finding_of(message["finding"])
            elif "begun" in message:
                begun.number, begun.name = message["begun"], message["name"]
            else:
                return True
        yield _what_happened(process, begun.name, said)
        return False
    finally:
        os.close(ours)
        process.kill()
        with suppress(subprocess.TimeoutExpired):  # stuck in a driver: the system ends it when it can
            process.wait(LAST)


def _started(its: int, said: IO[bytes], order: list[Any]) -> subprocess.Popen[bytes]:
    child = finding_of.__module__
    code = START.format(path=json.dumps(sys.path), child=child, order=json.dumps(order))
    return subprocess.Popen(
        child_command(code, child, order), stdin=subprocess.DEVNULL, stdout=said, stderr=said, pass_fds=[its]
    )


def _messages(pipe: int, limit: float) -> Iterator[dict[str, Any]]:
    """What is told, until the other end is closed or, once a check has begun, was silent for `limit` seconds."""
    data = b""
    until = time.monotonic() + STARTING
    while select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
        piece = os.read(pipe, PIECE)
        if not piece:
            return
        *lines, data = (data + piece).split(b"\n")
        yield from map(json.loads, lines)
        until = time.monotonic() + limit


def _what_happened(process: subprocess.Popen[bytes], name: str, said: IO[bytes]) -> Finding:
    with suppress(subprocess.TimeoutExpired):
        process.wait(LAST)
    code = process.returncode
    if code is None:
        return failed(name, "hangs: it does not answer", "unplug what was plugged in, or restart the computer")
    last = _last_words(said)
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return failed(name, f"crashed ({how}{f', {last}' if last else ''})", "please tell us, with this report")


def _last_words(said: IO[bytes]) -> str:
    """What the process said before it crashed; Python's own list of frames left out."""
    said.seek(0)
    text = said.read().decode("utf-8", "replace").partition("Fatal Python error")[0]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[-LINES:])[:SAID]
