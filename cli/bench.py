"""`livepitch bench`: how long a sound takes to be a pitch on this machine, stage by stage."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..model.device import BACKENDS, VARIABLE, check_backend
from ..model.errors import LivepitchError
from .settings import A_DAY, HIGHEST_RATE, LARGEST_BLOCK, LONGEST, chosen_device
from .terminal import FAILED, INTERRUPTED, Debug, UsageError, load_blas, one_line_errors, progress_bar, quiet_pipe, say

if TYPE_CHECKING:
    from ..bench.compare import Comparison
    from ..bench.record import Record
    from ..bench.run import MeasuredSession, Plan

BAR = 2  # times a second that the progress bar is drawn: drawing it takes the interpreter from the engine

Input = Annotated[
    str | None, typer.Option("--input", help="Input: its number or part of its name. [default: a built-in voice]")
]
Output = Annotated[str | None, typer.Option("--output", help="With --loopback: the output that plays.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Also write everything here.")]
TraceFile = Annotated[Path | None, typer.Option("--trace", help="Write what happened when: a Chrome trace.")]
Older = Annotated[Path | None, typer.Option("--compare", help="What --json wrote before: exit code 1 if now is worse.")]


def bench(
    input: Input = None,
    model: Annotated[str, typer.Option(help="A name of `livepitch weights list`, or a file.")] = "stream",
    backend: Annotated[str | None, typer.Option(help="Where MLX runs: cpu or gpu. [default: MLX's own]")] = None,
    seconds: Annotated[float, typer.Option(help="Of sound, after one second of warm-up.", min=1, max=A_DAY)] = 20.0,
    rate: Annotated[
        int | None, typer.Option(help="With --input: sample rate to open it at, Hz.", min=1, max=HIGHEST_RATE)
    ] = None,
    gui: Annotated[bool, typer.Option("--gui", help="With the window drawing meanwhile.")] = False,
    blocksize: Annotated[
        int | None,
        typer.Option(help="Samples per block of the input. [default: 10 ms; a device's own]", min=1, max=LARGEST_BLOCK),
    ] = None,
    hop: Annotated[
        int | None, typer.Option(help="Frames of 10 ms in each run of the network.", min=1, max=LONGEST)
    ] = None,
    json_file: JsonFile = None,
    trace: TraceFile = None,
    compare: Older = None,
    loopback: Annotated[
        bool, typer.Option("--loopback", help="Play a sound and hear it: the whole way, the devices' part too.")
    ] = False,
    output: Output = None,
    debug: Debug = False,
) -> None:
    """Measure the latency on this machine: a known voice in real time through everything that live uses."""
    if backend is not None and backend not in BACKENDS:
        raise UsageError(f"--backend {backend}: it can be {', '.join(BACKENDS)}")
    if loopback:
        _only_loopback(backend=backend, rate=rate, gui=gui, blocksize=blocksize, hop=hop, trace=trace, compare=compare)
        from .loopback import loopback as listen

        listen(input, output, seconds, model, json_file, debug)
        return
    if output is not None:
        raise UsageError("--output plays what --loopback hears: give --loopback too")
    if rate is not None and input is None:
        raise UsageError("--rate opens an input at another rate: give --input too")
    with one_line_errors(debug):
        older = _older(compare)
        _check_folder(json_file)
        load_blas()
        check_backend(backend)  # said here if there is none, before a window opens
        if backend is not None:
            os.environ[VARIABLE] = backend  # for the engine beside a window, in a process of its own
        record = _measure(_plan(input, rate, model, backend, seconds, blocksize, hop), gui, trace)
        if json_file is not None:
            from ..bench.record import write_record

            write_record(record, json_file)
        worse = _show(record, older, compare)
    if not record["complete"]:
        say(f"cut short after {record['seconds']:.1f} s of {seconds:g}")
    raise typer.Exit(FAILED if worse else 0 if record["complete"] else INTERRUPTED)


def _only_loopback(**others: object) -> None:
    for name, value in others.items():
        if value not in (None, False):
            raise UsageError(f"--{name} has no meaning with --loopback: leave it out")


def _older(path: Path | None) -> Record | None:
    from ..bench.record import read_record

    return read_record(path) if path is not None else None


def _check_folder(path: Path | None) -> None:
    """Before minutes of measuring depend on it."""
    if path is not None and not path.parent.is_dir():
        raise LivepitchError(f"{path}: cannot be written, there is no folder {path.parent}")


def _plan(
    input: str | None,
    rate: int | None,
    model: str,
    backend: str | None,
    seconds: float,
    blocksize: int | None,
    hop: int | None,
) -> Plan:
    from ..bench.run import Plan
    from ..model.registry import load_model
    from ..realtime.frame import Settings
    from ..realtime.source import DemoVoice, Microphone
    from ..realtime.tuned import use_tuned

    loaded, settings = load_model(model), Settings(hop=hop)
    if input is None:
        voice = DemoVoice(blocksize=blocksize)
        return Plan(voice, loaded, seconds, settings, backend, voice.blocksize)
    microphone = Microphone(chosen_device(input), rate, blocksize)
    settings, tuned = use_tuned(microphone, model, settings, say)  # what live would take
    if blocksize is None and tuned is not None:
        blocksize = tuned.blocksize
    return Plan(microphone, loaded, seconds, settings, backend, blocksize, tuned)


def _measure(plan: Plan, gui: bool, trace: Path | None) -> Record:
    from ..bench.record import make_record
    from ..bench.run import MeasuredSession, run
    from ..bench.trace import trace_file

    title = f"measuring {plan.model.name} on the {plan.source.name}"
    with trace_file(trace) as written, progress_bar(title, BAR) as progress:
        session = MeasuredSession(plan, written, remote=gui)
        complete = _run_in_window(session, progress) if gui else run(session, progress)
    return make_record(session, complete, gui)


def _run_in_window(session: MeasuredSession, progress: Callable[[float], None] | None) -> bool:
    """Run with the window drawing; False where it was closed before the end."""
    from ..bench.run import no_frames
    from ..gui.app import run_window

    plan = session.plan
    made: list[Any] = []

    def make_stream(*_: object) -> MeasuredSession:
        if made:  # the person chose something else in the window
            raise LivepitchError("the benchmark runs with what the command line said: close the window to end it")
        made.append(session)
        return session

    def ended() -> bool:
        if progress is not None:
            progress(session.progress)
        broken = session.failure or session.error
        return bool(session.finished or broken or session.silent)

    run_window(plan.source, plan.model.name, plan.settings, plan.model, make_stream, ended)
    session.stop()
    if broken := session.failure or session.error:
        raise broken
    if session.silent:
        raise no_frames(session)
    return session.finished


def _show(record: Record, older: Record | None, path: Path | None) -> bool:
    """Print the figures, and beside them the older ones; whether these are worse."""
    from ..bench.compare import compare
    from ..bench.verdict import verdict
    from .bench_table import print_comparison, print_record

    with quiet_pipe():
        print_record(record)
        comparison = compare(older, record) if older is not None else None
        if comparison is not None:
            print_comparison(comparison, str(path))
        print(f"\n{verdict(record)}")
    return _tell_of_regressions(comparison)


def _tell_of_regressions(comparison: Comparison | None) -> bool:
    for phrase in comparison.regressions if comparison is not None else ():
        say(f"worse than before: {phrase}")
    return bool(comparison and comparison.regressions)
