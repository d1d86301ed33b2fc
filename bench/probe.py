"""Asking the system: every question may stay without an answer, none may raise or take long."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

PATIENCE = 10.0  # s that a system's program may take


def answer_of(command: Sequence[str]) -> str | None:
    """What a program prints; None if it is missing, fails or takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")


def text_of(path: str | Path) -> str | None:
    """What a small file of the system holds; None if it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return None


def number_in(text: object) -> int | None:
    """A whole number written as such; None for anything else."""
    try:
        return int(str(text).strip())
    except ValueError:
        return None
