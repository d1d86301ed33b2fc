"""The computer and this installation: system, Python, packages, clock, priority."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from statistics import median

from ..model.blas import cores
from ..realtime.priority import claim
from .finding import Checks, Finding, Wanted, failed, warning, well

OLDEST = (3, 10)
REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[\w,.-]*\])?\s*(?:>=\s*([\w.]+))?[^;]*(?:;\s*(.*))?")
SYSTEM = re.compile(r"platform_system\s*==\s*['\"](\w+)['\"]")
NAPS, NAP = 20, 0.001  # s
FINE, LATE = 1e-5, 0.005  # s: a clock's step, and a nap that is too long


def system(_: Wanted) -> Iterator[Finding]:
    """The operating system and the processor."""
    name, machine = platform.system(), platform.machine()
    text = f"{platform.platform()}, {machine}, {cores()} of {os.cpu_count()} processor cores"
    if name not in ("Linux", "Darwin"):
        yield failed("system", text, "livepitch runs on Linux and macOS")
    elif name == "Darwin" and machine != "arm64":
        yield failed("system", text, "on macOS livepitch needs Apple silicon, and a Python for it (arm64)")
    else:
        yield well("system", text)


def python(_: Wanted) -> Iterator[Finding]:
    """The interpreter."""
    where = "virtual environment" if sys.prefix != sys.base_prefix else "system's own"
    text = f"{platform.python_version()} ({platform.python_implementation()}, {where}), {sys.executable}"
    if sys.version_info < OLDEST:
        yield failed("Python", text, f"livepitch needs {OLDEST[0]}.{OLDEST[1]} or newer")
    else:
        yield well("Python", text)


def packages(_: Wanted) -> Iterator[Finding]:
    """Whether everything is installed that livepitch asks for."""
    there, wrong = [], []
    for name, least in _required():
        try:
            found = version(name)
        except PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        there.append(f"{name} {found}")
        if least and _numbers(found) < _numbers(least):
            wrong.append(f"{name} is {found}, {least} or newer is needed")
    try:
        there.insert(0, f"livepitch {version('livepitch')}")
    except PackageNotFoundError:
        wrong.append("livepitch itself is not installed")
    if wrong:
        yield failed("packages", "; ".join(wrong), "`pip install .` in livepitch's folder (or ./run) installs them")
    yield well("packages", ", ".join(there))


def _required() -> list[tuple[str, str]]:
    """Names and least versions of what is needed here; nothing where livepitch is not installed."""
    try:
        lines = requires("livepitch") or []
    except PackageNotFoundError:
        return []
    found: dict[str, str] = {}
    for line in lines:
        name, least, marker = (REQUIREMENT.match(line) or re.match("()()()", "")).groups()  # type: ignore[union-attr]
        systems = SYSTEM.findall(marker or "")
        if name and "extra" not in (marker or "") and (not systems or platform.system() in systems):
            found[name] = least or ""
    return sorted(found.items())


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def clock(_: Wanted) -> Iterator[Finding]:
    """How finely time is told, and how late a thread wakes."""
    step = time.get_clock_info("monotonic").resolution
    late = []
    for _nap in range(NAPS):
        begun = time.monotonic()
        time.sleep(NAP)
        late.append(time.monotonic() - begun - NAP)
    text = f"steps of {1e9 * step:.0f} ns; a nap of 1 ms ends {1e3 * median(late):.2f} ms late"
    if step > FINE or median(late) > LATE:
        yield warning("clock", text, "the machine is busy, or a slow virtual one: pitches will be late")
    else:
        yield well("clock", text)


def priority(_: Wanted) -> Iterator[Finding]:
    """Whether the worker may go before other programs."""
    got = claim()
    if got == "normal":
        advice = "only if pitches come late: give your user an rtprio limit (often: the group audio or realtime)"
        yield warning("priority", "normal: other programs may delay the pitch", advice)
    else:
        yield well("priority", f"{got}: the pitch goes before other programs")


CHECKS: Checks = {"system": system, "Python": python, "packages": packages, "clock": clock, "priority": priority}
