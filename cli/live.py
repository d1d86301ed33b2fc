"""`livepitch live`: the window, or one printed line per frame."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..realtime.recording.takes import TakeError, new_take
from .live_outputs import A4, Chosen, JsonLines, Lsl, Midi, Mpe, Osc, WebSocket, is_unread, pages
from .live_print import run_session
from .settings import (
    HIGHEST_RATE,
    LARGEST_BLOCK,
    LOWEST_GATE,
    Context,
    Hop,
    Lookahead,
    Threshold,
    chosen_device,
    chosen_settings,
)
from .terminal import Debug, UsageError, load_blas, one_line_errors, say

if TYPE_CHECKING:
    from ..model.registry import Model
    from ..realtime.engine.remote import RemoteSession
    from ..realtime.frame import Settings
    from ..realtime.pace import Outlook
    from ..realtime.session import Session
    from ..realtime.source import Source

SETTLES, FIRST = "rmvpe-small", "stream"
Settle = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help=f"Give every pitch again from this windowed model, {SETTLES} for one, when there is time.",
    ),
]
Gate = Annotated[
    float | None,
    typer.Option(metavar="DBFS", help="Count what is quieter as unvoiced. [default: nothing]", min=LOWEST_GATE, max=0),
]


def live(
    device: Annotated[str | None, typer.Option(help="Input: its number or part of its name.")] = None,
    model: Annotated[
        str | None,
        typer.Option(help=f"A name of `livepitch weights list`, or a file. [default: the window's last, or {FIRST}]"),
    ] = None,
    rate: Annotated[
        int | None, typer.Option(help="Sample rate to open the input at, Hz.", min=1, max=HIGHEST_RATE)
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Hear a built-in voice; needs no microphone.")] = False,
    kiosk: Annotated[bool, typer.Option("--kiosk", help="Picture and note alone, on the whole screen.")] = False,
    no_gui: Annotated[bool, typer.Option("--no-gui", help="Print one line per frame, no window.")] = False,
    settle: Settle = None,
    seconds: Annotated[float | None, typer.Option(help="With --no-gui: stop then.", min=0)] = None,
    threshold: Threshold = None,
    context: Context = None,
    lookahead: Lookahead = None,
    hop: Hop = None,
    gain: Annotated[
        float | None, typer.Option(metavar="DB", help="Hear everything so much louder.", min=-40, max=40)
    ] = None,
    gate: Gate = None,
    record: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Record sound (FLAC) and pitch (CSV) from the start, into there.")
    ] = None,
    blocksize: Annotated[
        int | None,
        typer.Option(
            help="Samples per block of the input. [default: as tuned, else the input's own]", min=1, max=LARGEST_BLOCK
        ),
    ] = None,
    osc: Osc = None,
    midi: Midi = None,
    mpe: Mpe = False,
    json_lines: JsonLines = False,
    websocket: WebSocket = None,
    lsl: Lsl = None,
    a4: A4 = 440.0,
    untuned: Annotated[bool, typer.Option("--untuned", help="Leave out what `livepitch tune` found.")] = False,
    debug: Debug = False,
) -> None:
    """Show the pitch of a microphone while you sing."""
    if demo and (device is not None or rate is not None):
        raise UsageError("--demo uses no microphone: leave out --device and --rate")
    if seconds is not None and not no_gui:
        raise UsageError("--seconds ends the printed frames: give --no-gui too")
    if kiosk and no_gui:
        raise UsageError("--kiosk fills the screen with the window: leave out --no-gui")
    with one_line_errors(debug):
        sent = Chosen(osc or (), midi, mpe, json_lines, websocket, lsl).outputs(a4)
        load_blas()
        from ..model.registry import load_model

        title = model or FIRST
        loaded = load_model(title)  # a wrong name or file is said here, before a window opens
        chosen = chosen_settings(loaded, threshold, context, lookahead, hop)
        settings = chosen.adjusted(gate, gain)
        if record is not None:
            _make_folder(record)
        source = _source(device, rate, demo, blocksize)
        tuned = not untuned and _is_tuned(source, loaded, settings)
        if not loaded.causal and not tuned:
            _try(loaded, settings, Path(title).name)
        settler = _settler(settle, loaded, title)
        if no_gui:
            session = _make_session(untuned)(source, loaded, settings, settle=settler)
            if record is not None:
                session.record(new_take(record, datetime.now()))
            session.send(sent)
            for page in pages(sent):
                say(f"the overlay page is at {page}")
            run_session(session, math.inf if seconds is None else seconds, a4, json_lines, lambda: is_unread(sent))
            return
        from ..gui.app import run_window

        del loaded  # the engine's process reads the weights for itself
        raise typer.Exit(
            run_window(
                source if demo or (device, rate, blocksize) != (None, None, None) else None,
                title,
                settings,
                None,
                _make_remote(untuned),
                settle=settler,
                record=record,
                kiosk=kiosk,
                remember=True,
                outputs=sent,
                named=_named(gain, gate, settle, (model, threshold, context, lookahead, hop)),
            )
        )


def _named(
    gain: float | None, gate: float | None, settle: str | None, of_model: tuple[str | float | None, ...]
) -> list[str]:
    """What comes before the window's memory: with any option that a model must fit, the model too."""
    given = {
        "gain": gain is not None,
        "gate": gate is not None,
        "settle": settle is not None,
        "model": settle is not None or any(option is not None for option in of_model),
    }
    return [name for name, there in given.items() if there]


def _make_folder(folder: Path) -> None:
    """Make the folder for recordings, if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TakeError(f"{folder}: is no folder to record into ({error.strerror}); name another") from None


def _settler(name: str | None, loaded: Model, title: str) -> Model | None:
    """What settles, if anything was asked to."""
    from ..model.registry import load_model

    if name is None:
        return None
    if not loaded.causal:
        raise UsageError(f"--settle corrects what an instant model says, and {Path(title).name} is none: leave it out")
    settler = load_model(name)
    if settler.causal:
        raise UsageError(f"--settle takes a windowed model, and {name} is causal: try --settle {SETTLES}")
    return settler


def _is_tuned(source: Source, model: Model, settings: Settings) -> bool:
    """Whether the hop comes from `livepitch tune`, which has tried it; a damaged file of it is told of here, once."""
    from ..realtime.tuned import DamagedSettingsWarning, use_tuned

    warnings.simplefilter("ignore", DamagedSettingsWarning)
    return use_tuned(source, model, settings, say)[0] != settings


def _make_session(untuned: bool) -> Callable[..., Session]:
    from ..realtime.session import Session
    from ..realtime.tuned import tuned_session

    return Session if untuned else tuned_session


def _make_remote(untuned: bool) -> Callable[..., RemoteSession]:
    from ..realtime.engine.remote import RemoteSession, tuned_remote_session

    return RemoteSession if untuned else tuned_remote_session


def _try(model: Model, settings: Settings, title: str) -> None:
    """Say in one line what to do if this machine is too slow for the model."""
    from ..realtime.pace import look_ahead

    with _spinner(f"trying how fast {title} runs here"):
        outlook = look_ahead(model, settings)
    if not outlook.now.holds:
        say(_advice(outlook, title))


def _advice(outlook: Outlook, title: str) -> str:
    now, remedy = outlook.now, outlook.remedy
    problem = f"{title} needs {now.seconds:.2f} s for each {now.layout.hop_seconds:.2f} s of sound on this machine"
    if remedy is not None:
        return f"{problem}: try --hop {remedy.layout.hop} ({remedy.behind:.1f} s behind), or --model stream"
    others = "--model stream" if title == "rmvpe-small" else "--model rmvpe-small, or --model stream"
    return f"{problem}, and no --hop helps: try {others}"


@contextmanager
def _spinner(text: str) -> Iterator[None]:
    """Something that moves on standard error while a second or more passes; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


def _source(device: str | None, rate: int | None, demo: bool, blocksize: int | None) -> Source:
    from ..realtime.source import DemoVoice, Microphone

    if demo:
        return DemoVoice(blocksize=blocksize)
    return Microphone(device=chosen_device(device), sample_rate=rate, blocksize=blocksize)
