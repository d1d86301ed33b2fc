"""What a run costs the machine, and what else it was doing meanwhile: memory over time, cores at work."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import time
from typing import Any

from ..model.blas import cores
from .probe import text_of

MB = 2**20
SHORTEST = 0.5  # s; the kernel counts in hundredths
LONG_ENOUGH = 30.0  # s; over less, what a library keeps once looks like a leak

# libproc's proc_pidinfo on macOS: flavour and size of struct proc_taskinfo, which begins with the virtual and the
# resident size in bytes (<sys/proc_info.h>).
TASK_INFO, TASK_INFO_SIZE = 4, 96

Facts = dict[str, Any]


def resident_mb(pid: int | None = None) -> float | None:
    """Memory that is in RAM now, of a process or this one; None where the system does not tell."""
    pid = pid or os.getpid()
    try:
        size = _mac_resident(pid) if sys.platform == "darwin" else _linux_resident(pid)
    except (OSError, ValueError, IndexError, AttributeError, struct.error):
        return None
    return size / MB if size else None


def _linux_resident(pid: int) -> int:
    return int((text_of(f"/proc/{pid}/statm") or "").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _mac_resident(pid: int) -> int:
    answer = ctypes.create_string_buffer(TASK_INFO_SIZE)
    size = ctypes.CDLL(None).proc_pidinfo(pid, TASK_INFO, ctypes.c_uint64(0), answer, TASK_INFO_SIZE)
    return int(struct.unpack_from("=QQ", answer)[1]) if size == TASK_INFO_SIZE else 0


class Line:
    """The straight line of least squares through points that come one by one; keeps sums only."""

    def __init__(self) -> None:
        self._n, self._x, self._y, self._xx, self._xy = 0, 0.0, 0.0, 0.0, 0.0

    def add(self, x: float, y: float) -> None:
        """Take a point; `x` should begin near 0, so that nothing is lost to rounding."""
        self._n += 1
        self._x, self._y = self._x + x, self._y + y
        self._xx, self._xy = self._xx + x * x, self._xy + x * y

    @property
    def slope(self) -> float | None:
        """Rise per unit of `x`; None before two different `x`."""
        spread = self._n * self._xx - self._x**2
        return (self._n * self._xy - self._x * self._y) / spread if spread > 0 else None


class Load:
    """Looks at the machine from the moment it is made, whenever it is told to, until `facts` are asked for.

    engine: process number of an engine that works for this process; its memory and work count as this one's.
    """

    def __init__(self, engine: int | None = None) -> None:
        self._engine = engine
        self._began, self._own, self._busy = time.monotonic(), self._own_seconds(), _busy_seconds()
        self._last: tuple[float, float | None, float | None] = (self._began, self._own, self._busy)
        self._average = _load_average()
        self._memory: list[float | None] = [self._resident()] * 2  # at the beginning, at the last look
        self._line = Line()

    def look(self) -> None:
        """Note the memory and the work now; nothing once the engine has ended."""
        size, own = self._resident(), self._own_seconds()
        if size is None:
            return
        self._memory[1] = size
        self._last = (time.monotonic(), own, _busy_seconds())
        self._line.add((self._last[0] - self._began) / 60, size)

    def _resident(self) -> float | None:
        sizes = [resident_mb(pid) for pid in ((None, self._engine) if self._engine else (None,))]
        return sum(size for size in sizes if size is not None) if None not in sizes else None

    def _own_seconds(self) -> float | None:
        """Processor seconds of this process and the engine's."""
        own = time.process_time()
        if not self._engine:
            return own
        engine = process_seconds(text_of(f"/proc/{self._engine}/stat") or "", _ticks())
        return own + engine if engine is not None else None

    def facts(self) -> Facts:
        """`memory` and `load` of a bench file, see docs/bench-json.md."""
        self.look()
        begin, end = self._memory
        passed = self._last[0] - self._began
        slope = self._line.slope if passed >= LONG_ENOUGH else None
        own, others = self._cores_busy(passed)
        return {
            "memory": {"begin_mb": begin, "end_mb": end, "slope_mb_per_minute": slope},
            "load": {
                "cores": cores(),
                "begin": self._average,
                "end": _load_average(),
                "own_cores": own,
                "other_cores": others,
            },
        }

    def _cores_busy(self, passed: float) -> tuple[float | None, float | None]:
        """Cores that this process, and that all others, kept busy; None where that is unknown."""
        _, own, busy = self._last
        if passed < SHORTEST or own is None or self._own is None:
            return None, None
        spent = own - self._own
        if busy is None or self._busy is None:
            return spent / passed, None
        return spent / passed, max(busy - self._busy - spent, 0.0) / passed


def _load_average() -> list[float] | None:
    try:
        return list(os.getloadavg())
    except (OSError, AttributeError):
        return None


def _ticks() -> int:
    return os.sysconf("SC_CLK_TCK")


def _busy_seconds() -> float | None:
    """Seconds that all cores together have worked since the machine began; None where only the kernel knows."""
    return busy_seconds(text_of("/proc/stat") or "", _ticks()) if sys.platform.startswith("linux") else None


def busy_seconds(text: str, ticks: int) -> float | None:
    """The same from the first line of /proc/stat, which counts in ticks: user, nice, system, idle, iowait, irq, …"""
    try:
        name, *counts = text.splitlines()[0].split()
        user, nice, system, _, _, irq, softirq, steal = (int(count) for count in counts[:8])
    except (ValueError, IndexError):
        return None
    return (user + nice + system + irq + softirq + steal) / ticks if name == "cpu" else None


def process_seconds(text: str, ticks: int) -> float | None:
    """Processor seconds of a process from its /proc/N/stat; its name, in brackets, may hold anything."""
    try:
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / ticks
    except (ValueError, IndexError):
        return None
