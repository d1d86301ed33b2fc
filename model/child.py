"""How this program starts others of itself: an ordinary Python runs a line of code, a frozen one a module of its own.

A frozen program (an app bundle) is no Python: given `-c` it would open another window. Nor may it run any code that it
is told, since it may use the microphone. Its first act is `run_if_child`; one that does not call it starts no process.
"""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Sequence
from importlib import import_module

CHILD = "--livepitch-child"  # of a frozen program's arguments the first: then follow a module and what its `main` gets
_answering = False  # whether this frozen program knows CHILD


def may_start() -> bool:
    """Whether this program can start another of itself."""
    return bool(sys.executable) and (_answering or not _frozen())


def child_command(code: str, module: str, arguments: Sequence[object]) -> list[str]:
    """The words of a process that runs `code`; of a frozen program, of one that does the same by a module's `main`.

    arguments: what JSON can hold. OSError where `may_start` says no.
    """
    if not may_start():
        raise OSError(errno.ENOTSUP, "this program cannot start others of itself")
    if _frozen():
        return [sys.executable, CHILD, module, json.dumps(arguments)]
    return [sys.executable, "-c", code]


def run_if_child() -> bool:
    """Be the process that another one of this frozen program asked for, and say whether that was so."""
    global _answering
    _answering = True
    if sys.argv[1:2] != [CHILD]:
        return False
    module, arguments = sys.argv[2], json.loads(sys.argv[3])
    if not module.startswith(f"{__name__.partition('.')[0]}."):
        raise SystemExit(f"{module} is no part of this program")
    import_module(module).main(*arguments)
    return True


def _frozen() -> bool:
    return bool(getattr(sys, "frozen", False))
