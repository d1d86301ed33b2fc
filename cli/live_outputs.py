"""The options of `livepitch live` that send frames to other programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from ..model.errors import LivepitchError
from .terminal import UsageError

if TYPE_CHECKING:
    from ..realtime.roles import Output

WITHOUT_VALUE = ("--midi", "--lsl")
"""Options that may stand alone."""

Osc = Annotated[
    list[str] | None,
    typer.Option(metavar="HOST:PORT", help="Send frames there as Open Sound Control; may be given several times."),
]
Midi = Annotated[
    str | None,
    typer.Option(
        metavar="[PORT]",
        help="Play what is sung on a MIDI port, named by part of its name; without one on a virtual port, livepitch.",
    ),
]
Mpe = Annotated[bool, typer.Option("--mpe", help="With --midi: MIDI Polyphonic Expression, each note its own bend.")]
JsonLines = Annotated[
    bool, typer.Option("--json-lines", help="Write a JSON object per frame and line to standard output.")
]
WebSocket = Annotated[
    str | None,
    typer.Option("--websocket", metavar="[HOST:]PORT", help="Serve frames, and an overlay page, to browsers."),
]
Lsl = Annotated[
    str | None,
    typer.Option(metavar="[NAME]", help="Send frames into Lab Streaming Layer. [default name: livepitch]"),
]
A4 = Annotated[
    float,
    typer.Option(
        "--a4",
        metavar="HZ",
        help="Concert pitch by which notes are printed and sent. [default: 440]",
        min=392,
        max=466,
        show_default=False,
    ),
]


class LiveCommand(TyperCommand):
    """Takes --midi and --lsl with and without a value, which typer's own options cannot."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give those without one an empty value. The command has no arguments of its own that could be meant."""
        return list(super().parse_args(ctx, list(_completed(args))))


def _completed(args: Sequence[str]) -> Iterator[str]:
    for word, after in zip(args, [*args[1:], "--"], strict=False):  # none at all where args are none
        yield f"{word}=" if word in WITHOUT_VALUE and after.startswith("-") else word


@dataclass(frozen=True)
class Chosen:
    """What was asked for; empty names for the usual ones."""

    osc: Sequence[str] = ()
    midi: str | None = None
    mpe: bool = False
    json_lines: bool = False
    websocket: str | None = None
    lsl: str | None = None

    def outputs(self, a4: float) -> list[Output]:
        """Make them; nothing is opened yet. UsageError for what is no address, or a choice without its option."""
        if self.mpe and self.midi is None:
            raise UsageError("--mpe is a way of sending MIDI: give --midi too")
        try:
            return list(self._made(a4))
        except LivepitchError as error:
            raise UsageError(str(error)) from None

    def _made(self, a4: float) -> Iterator[Output]:
        if self.json_lines:
            from ..outputs.json_lines import JsonLinesOutput

            yield JsonLinesOutput(a4=a4)
        for address in self.osc:
            from ..outputs.osc import OscOutput

            yield OscOutput(address, a4=a4)
        if self.midi is not None:
            from ..outputs.midi import MidiOutput

            yield MidiOutput(self.midi or None, self.mpe, a4=a4)
        if self.websocket is not None:
            from ..outputs.websocket import WebSocketOutput

            yield WebSocketOutput(self.websocket, a4=a4)
        if self.lsl is not None:
            from ..outputs.lsl import LslOutput

            yield LslOutput(self.lsl or "livepitch", a4=a4)


def is_unread(outputs: Sequence[Output]) -> bool:
    """Whether one of them wrote to a reader who has gone."""
    return any(getattr(output, "unread", False) for output in outputs)


def pages(outputs: Sequence[Output]) -> list[str]:
    """Addresses of the pages that some of them serve to browsers, where they are known before they are open."""
    return [output.page for output in outputs if hasattr(output, "page") and not output.page.endswith(":0/")]
