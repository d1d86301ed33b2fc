"""One bash for a page: it keeps its folder, variables and background jobs from block to block."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import uuid
from pathlib import Path
from types import TracebackType


class Shell:
    """While open, `run` types a command; standard output and error come back as one text."""

    def __init__(self, folder: Path, environment: dict[str, str], limit: float = 120.0) -> None:
        """`limit`: seconds after which a command that hangs is ended, and with it the shell."""
        self._folder, self._environment, self._limit = folder, environment, limit
        self._typed = folder.parent / f"{folder.name}-typed"

    def __enter__(self) -> Shell:
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def run(self, command: str) -> tuple[int, str]:
        """Exit status and what was printed."""
        end = uuid.uuid4().hex
        self._typed.write_text(command, encoding="utf-8")
        # Its standard input is empty: otherwise a command could read what is typed next.
        line = f'eval "$(cat "{self._typed}")" </dev/null; printf "\\n{end} %s\\n" "$?"\n'
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        watch = threading.Timer(self._limit, self._kill)
        watch.start()
        try:
            self._bash.stdin.write(line.encode())
            self._bash.stdin.flush()
            printed: list[bytes] = []
            for each in self._bash.stdout:
                if each.startswith(end.encode()):
                    said = b"".join(printed)[:-1].decode(errors="replace")
                    return int(each.split()[1]), said
                printed.append(each)
        finally:
            watch.cancel()
        raise AssertionError(f"the shell ended in {command!r} after {b''.join(printed).decode(errors='replace')!r}")

    def _kill(self) -> None:
        os.killpg(self._bash.pid, signal.SIGKILL)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            self._kill()  # what the page left running in the background, too
        self._bash.wait(30)
        self._bash.stdout.close()
