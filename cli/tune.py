"""`livepitch tune`: the smallest block size and hop that this machine holds, kept as the default for the device."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..model.errors import LivepitchError
from .settings import A_DAY, chosen_device
from .terminal import INTERRUPTED, Debug, UsageError, load_blas, one_line_errors, quiet_pipe, say

if TYPE_CHECKING:
    from ..bench.tune import Attempt
    from ..model.registry import Model
    from ..realtime.source import DemoVoice, Microphone
    from ..realtime.tuned import Tuned

ADVICE = "close other programs, or try --model stream"


def tune(
    input: Annotated[
        str | None, typer.Option("--input", help="Input: its number or part of its name. [default: the system's]")
    ] = None,
    model: Annotated[str, typer.Option(help="A name of `livepitch weights list`, or a file.")] = "stream",
    seconds: Annotated[float, typer.Option(help="Of sound in the trial that decides.", min=1, max=A_DAY)] = 60.0,
    demo: Annotated[bool, typer.Option("--demo", help="For the built-in voice; needs no microphone.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what was found.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write every trial here.")] = None,
    debug: Debug = False,
) -> None:
    """Find the lowest latency that this machine holds, and keep it as the default for the input."""
    if demo and input is not None:
        raise UsageError("--demo uses no microphone: leave out --input")
    with one_line_errors(debug):
        load_blas()
        from ..model.registry import load_model

        loaded = load_model(model)
        try:
            _tune(_source_maker(input, demo), loaded, seconds, dry_run, json_file)
        except KeyboardInterrupt:
            say("stopped; nothing was written")
            raise typer.Exit(INTERRUPTED) from None


def _source_maker(input: str | None, demo: bool) -> Callable[[int | None], DemoVoice | Microphone]:
    from ..realtime.source import DemoVoice, Microphone

    device = chosen_device(input)
    return lambda blocksize: DemoVoice(blocksize=blocksize) if demo else Microphone(device, blocksize=blocksize)


def _tune(
    make_source: Callable[[int | None], DemoVoice | Microphone],
    model: Model,
    seconds: float,
    dry_run: bool,
    json_file: Path | None,
) -> None:
    from ..bench.trial import Trials
    from ..bench.tune import STREAM_HOPS, candidates, search
    from ..bench.tune_report import explanation, failure, make_record, tuned_of
    from ..realtime.pace import HOPS

    device, rate = make_source(None).look_up()  # said here if there is none
    offered = candidates(rate, STREAM_HOPS if model.causal else HOPS)
    with _progress() as (trying, report):
        trials = Trials(make_source, model, trying=trying)
        found = search(offered, trials, seconds, report)
    tuned = tuned_of(found, device, model)
    path = _kept(tuned, dry_run)
    if json_file is not None:
        _write(make_record(found, device, model, seconds, path), json_file)
    if tuned is None:
        raise LivepitchError(failure(found, device, model, ADVICE))
    with quiet_pipe():
        print(explanation(found, tuned, model))
        print(f"Written to {path}: used from now on." if path else "Nothing was written (--dry-run).")


def _kept(tuned: Tuned | None, dry_run: bool) -> Path | None:
    from ..realtime.tuned import write_tuned

    return write_tuned(tuned, say) if tuned is not None and not dry_run else None


def _write(record: dict[str, object], path: Path) -> None:
    from ..bench.record import write_record

    write_record(record, path)


@contextmanager
def _progress() -> Iterator[tuple[Callable[[str], None], Callable[[Attempt], None]]]:
    """What is being tried, where that is a terminal, and a line for each attempt; both on standard error."""
    from ..bench.tune_report import line

    if not sys.stderr.isatty():
        yield lambda text: None, lambda attempt: typer.echo(line(attempt), err=True)
        return
    from rich.console import Console

    console = Console(stderr=True)
    # Drawn seldom: drawing takes the interpreter from the engine that is being tried.
    with console.status("", refresh_per_second=2) as status:
        yield status.update, lambda attempt: console.print(line(attempt), highlight=False, markup=False)
