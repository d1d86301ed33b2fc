"""What every command shares: errors in one line, exit codes, a closed pipe, a progress bar."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import typer

from ..model.blas import preload_blas
from ..model.errors import LivepitchError, printable
from ..model.registry import SlowBlasWarning
from ..realtime.log.log import show

log = logging.getLogger(__name__)

FAILED = 1  # exit codes; 2 is a wrong command line
INTERRUPTED = 128 + 2  # as if SIGINT had ended it
CLOSED_PIPE = 128 + 13  # as if SIGPIPE had

# Of click's errors typer exports only this one's subclass. It carries exit code 2.
UsageError: Any = typer.BadParameter.__base__


def _show_log(debug: bool) -> bool:
    if debug:
        show()
    return debug


Debug = Annotated[
    bool,
    typer.Option("--debug", help="Show the log, with all details and the traceback of an error.", callback=_show_log),
]


def say(text: str) -> None:
    """One line to the person at the terminal: standard error, so that standard output stays data."""
    line = printable(" ".join(text.split()))
    log.info("said: %s", line)
    typer.echo(f"livepitch: {line}", err=True)


def load_blas() -> None:
    """Load the fast BLAS before anything imports MLX, and say so if MLX will be slow."""
    warning = preload_blas()
    if warning:
        say(warning)
        warnings.simplefilter("ignore", SlowBlasWarning)  # said already


@contextmanager
def one_line_errors(debug: bool) -> Iterator[None]:
    """Turn an error inside into one line on standard error and exit code 1."""
    try:
        yield
    except (typer.Exit, typer.Abort, UsageError):
        raise
    except Exception as error:
        expected = isinstance(error, LivepitchError)
        if debug or not expected:  # what the user can mend needs no traceback
            log.log(logging.WARNING if expected else logging.ERROR, "failed", exc_info=error)
        say(_line(error))
        raise typer.Exit(FAILED) from None


def tell(error: Exception, debug: bool) -> None:
    """An error in one line on standard error, where there is more to do."""
    with suppress(typer.Exit), one_line_errors(debug):
        raise error


def _line(error: Exception) -> str:
    if isinstance(error, LivepitchError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: cannot be used ({error.strerror}); name another file or folder"
    return f"{type(error).__name__}: {error} (--debug shows where)"


@contextmanager
def quiet_pipe() -> Iterator[None]:
    """Leave without a word when the reader of standard output has gone (`livepitch track a.wav | head`)."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes standard output once more when it ends: into nothing, then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(CLOSED_PIPE) from None


@contextmanager
def progress_bar(title: str, per_second: float = 10) -> Iterator[Callable[[float], None] | None]:
    """A bar on standard error that is told 0..1, drawn so often; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, refresh_per_second=per_second) as bar:
        task = bar.add_task(escape(printable(title)), total=1.0)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def files_bar(total: int) -> Iterator[Callable[[float], None]]:
    """A bar on standard error that is told how many of `total` files are done, parts counted; none if no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.fields[whole]} of {task.total:.0f} files"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, TimeRemainingColumn(elapsed_when_finished=True), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("", total=total, whole=0)
        yield lambda done: bar.update(task, completed=done, whole=int(done))


@contextmanager
def download_bar(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error, told the bytes there are and will be; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(
        *columns, TransferSpeedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(title, total=None)

        def show(there: int, size: int) -> None:
            if bar.tasks[0].total is None:  # what an earlier download brought is no speed of this one
                bar.reset(task, total=size, completed=there)
            else:
                bar.update(task, completed=there)

        yield show
