"""What long runs share: memory, threads and open files of a process, a slope, a table of figures with a verdict."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

MIB = 1 << 20


def resident(pid: int | None = None) -> float:
    """Resident memory of a process in MiB, this one's by default; NaN if it has ended."""
    pid = pid or os.getpid()
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except FileNotFoundError:  # no Linux
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
        return int(told) / 1024 if told.strip() else float("nan")
    except (ProcessLookupError, IndexError):
        return float("nan")
    return pages * resource.getpagesize() / MIB


def threads(pid: int | None = None) -> int:
    """Threads of a process, on Linux."""
    return len(os.listdir(f"/proc/{pid or os.getpid()}/task"))


def open_files(pid: int | None = None) -> int:
    """Descriptors that a process has open, on Linux."""
    return len(os.listdir(f"/proc/{pid or os.getpid()}/fd"))


def slope(x: Iterable[float], y: Iterable[float]) -> float:
    """Of the least-squares line through points, per unit of x; NaN of fewer than two."""
    points = np.array([pair for pair in zip(x, y, strict=True) if not np.isnan(pair).any()], np.float64)
    if len(points) < 2 or np.ptp(points[:, 0]) == 0:
        return float("nan")
    return float(np.polyfit(points[:, 0] - points[0, 0], points[:, 1], 1)[0])


@dataclass
class Memory:
    """Resident memory of a process over a run."""

    pid: int = field(default_factory=os.getpid)
    hours: list[float] = field(default_factory=list)
    """Of whatever the run counts, sound or clock, at each look."""
    mebibytes: list[float] = field(default_factory=list)

    def look(self, hours: float) -> float:
        """Note the memory now, MiB."""
        self.hours.append(hours)
        self.mebibytes.append(resident(self.pid))
        return self.mebibytes[-1]

    def after(self, warm: float) -> tuple[float, float, float]:
        """From the hour `warm` on: MiB then (the median of the first tenth), at the end (of the last), MiB per hour."""
        kept = [(h, m) for h, m in zip(self.hours, self.mebibytes, strict=True) if h >= warm and m == m]
        if not kept:
            return float("nan"), float("nan"), float("nan")
        hours, values = zip(*kept, strict=True)
        tenth = max(1, len(kept) // 10)
        return float(np.median(values[:tenth])), float(np.median(values[-tenth:])), slope(hours, values)


class Figures:
    """The table of a run: what was to hold, what was found, and whether it holds."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, bool | None]] = []
        self._begun = time.monotonic()

    def add(self, what: str, found: object, holds: bool | None = None) -> None:
        """A line; `holds` is None where nothing was to hold."""
        self._rows.append((what, str(found), holds))

    @property
    def hold(self) -> bool:
        """Whether everything does that was to."""
        return all(holds is not False for *_, holds in self._rows)

    def __str__(self) -> str:
        """Markdown, with the time that the run took."""
        rows = [*self._rows, ("wall clock", f"{time.monotonic() - self._begun:,.0f} s", None)]
        words = {None: "", True: "yes", False: "**no**"}
        lines = [f"| {what} | {found} | {words[holds]} |" for what, found, holds in rows]
        return "\n".join(["| what | found | holds |", "|---|---|---|", *lines])
