"""The worker's place in the queue for a processor: before everything that can wait, where the system lets it."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

REALTIME = 1  # of SCHED_RR's 1..99: before all ordinary threads, behind every sound server
NICE = -11  # what sound servers give themselves where they may not have more
CORES = frozenset(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ())
"""That the process may use, before any thread of it chose one."""
USER_INTERACTIVE = 0x21  # macOS's highest class of service


def claim() -> str:
    """Raise the calling thread, and the threads that it starts from now on; what it is now, in a word.

    `realtime`, `high` or `normal`: on Linux the first two need a right that many systems give to audio users (an
    rtprio or nice limit). macOS gives `high` to everyone. It never fails: `normal` works, with more jitter. Who is
    `realtime` takes the processor from everything ordinary, so it must rest most of the time, and `give_up` if not.
    """
    if sys.platform == "darwin":
        return "high" if _claim_on_macos() else "normal"
    if not hasattr(os, "sched_setscheduler"):
        return "normal"
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REALTIME))
    except OSError:
        return _claim_nice()
    return "realtime"


def stay() -> None:
    """Keep the calling thread, and those that it starts from now on, on the processor core that it is on.

    For threads that work in turn, as the worker and MLX's own do: the network's weights stay in that core's cache, and
    no sleeping core is woken for the second. On two cores that took the slowest hundredth of the hops from 6 to 4.5 ms.
    """
    if sys.platform.startswith("linux"):
        core = _core()
        if core is not None:
            os.sched_setaffinity(0, {core})


@contextmanager
def roaming() -> Iterator[None]:
    """Threads started inside may run on every core, as those of a sound device must."""
    if not sys.platform.startswith("linux"):
        yield
        return
    kept = os.sched_getaffinity(0)
    os.sched_setaffinity(0, CORES)
    try:
        yield
    finally:
        os.sched_setaffinity(0, kept)


@contextmanager
def relaxed() -> Iterator[None]:
    """Processes and threads started inside have the priority that this process began with, not the calling thread's."""
    if not sys.platform.startswith("linux"):
        yield
        return
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, os.getpid()))
    try:
        yield
    finally:
        claim()


def _core() -> int | None:
    """The fastest core that the process may use, the last of several alike: the first ones see more interrupts."""
    return max(CORES, key=lambda core: (_speed(core), core)) if len(CORES) > 1 else None


def _speed(core: int) -> int:
    """kHz, 0 where the system does not say."""
    try:
        return int(Path(f"/sys/devices/system/cpu/cpu{core}/cpufreq/cpuinfo_max_freq").read_text())
    except (OSError, ValueError):
        return 0


def give_up() -> str:
    """Take real time back from every thread of this process that has it, and the one core too: `normal`."""
    if not sys.platform.startswith("linux"):
        return "normal"
    for thread in os.listdir("/proc/self/task"):
        with suppress(OSError):  # it may have ended meanwhile
            if os.sched_getscheduler(int(thread)) == os.SCHED_RR:
                os.sched_setscheduler(int(thread), os.SCHED_OTHER, os.sched_param(0))
                os.sched_setaffinity(int(thread), CORES)
    return "normal"


def _claim_nice() -> str:
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)  # on Linux 0 is the calling thread
    except OSError:
        return "normal"
    return "high"


def _claim_on_macos() -> bool:
    try:
        return bool(ctypes.CDLL(None).pthread_set_qos_class_self_np(USER_INTERACTIVE, 0) == 0)
    except (OSError, AttributeError):
        return False
