"""The first thing that an engine's process does."""

from __future__ import annotations

import os
import signal
from importlib import import_module

from ..log.log import take_up


def main(module: str, descriptor: int, added: int, log: str) -> None:
    """Serve over an inherited socket as `module` does, as long as it lasts.

    added: to the nice value; log: what `handed_on` gave.
    """
    # First the priority: threads have that of the one that starts them. Ctrl-C and the end of a terminal or a session
    # go to every process there; the engine is told by its window, or finds it gone, and completes its recording.
    os.nice(added)
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    take_up(log, module.rpartition(".")[2])
    import_module(module).main(descriptor)
