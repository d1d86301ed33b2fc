"""The options about a stream that `live` and `track` share, and the settings they make."""

from __future__ import annotations

from typing import Annotated

import typer

from ..model.registry import Model
from ..realtime.frame import Settings
from ..realtime.layout import CONTEXT, HOP_FRAMES, LOOKAHEAD
from .terminal import UsageError

LONGEST = 256  # frames
LOWEST_GATE = -120  # dBFS
HIGHEST_RATE = 1_000_000  # Hz: what no device reaches would only be asked of one
LARGEST_BLOCK = 65_536  # samples, more than a second of any device
A_DAY = 86_400.0  # s
NUMBER = 9  # digits at most; what is longer is a name

Threshold = Annotated[
    float | None,
    typer.Option(help="Confidence from which a frame is voiced. [default: the checkpoint's]", min=0, max=1),
]
Context = Annotated[
    int | None,
    typer.Option(
        help=f"Windowed models: frames of 10 ms seen before the new ones. [default: {CONTEXT}]", min=0, max=LONGEST
    ),
]
Lookahead = Annotated[
    int | None,
    typer.Option(
        help=f"Windowed models: frames of 10 ms seen after the new ones. [default: {LOOKAHEAD}]", min=0, max=LONGEST
    ),
]
Hop = Annotated[
    int | None,
    typer.Option(
        help=f"Frames of 10 ms that are given out per run of the network. [default: 1; windowed models: {HOP_FRAMES}]",
        min=1,
        max=LONGEST,
    ),
]


def chosen_device(text: str | None) -> int | str | None:
    """A device's number, part of its name, or None for the system's default."""
    return int(text) if text is not None and text.isdecimal() and len(text) <= NUMBER else text


def chosen_settings(
    model: Model, threshold: float | None, context: int | None, lookahead: int | None, hop: int | None
) -> Settings:
    """The settings of a stream with `model`.

    Raises:
        UsageError: windows for a model that has none.

    """
    windows = {"context": context, "lookahead": lookahead}
    given = [name for name, frames in windows.items() if frames is not None]
    if given and model.causal:
        raise UsageError(f"--{given[0]}: the model {model.name} has no windows, it hears frame by frame")
    return Settings(threshold=threshold, context=context, lookahead=lookahead, hop=hop)
