"""`livepitch practice calibrate`: what the devices leave out of their claims, measured with clicks."""

from __future__ import annotations

from typing import Annotated

import typer

from .settings import chosen_device
from .terminal import Debug, load_blas, one_line_errors, progress_bar, say


def calibrate(
    device: Annotated[str | None, typer.Option(help="Input: its number or part of its name.")] = None,
    output: Annotated[str | None, typer.Option(help="Output: its number or part of its name.")] = None,
    debug: Debug = False,
) -> None:
    """Measure how late the microphone hears the headphones, and take it out of every score.

    Hold the headphones to the microphone: ten clicks are played.
    """
    with one_line_errors(debug):
        load_blas()
        from ..practice.sound.calibration import calibrate as measure
        from ..practice.sound.offset import OffsetStore
        from ..realtime.playing.accompaniment import Accompaniment
        from .practice_devices import listening

        with listening(device, "stream") as session, progress_bar("clicks") as progress:
            accompaniment = Accompaniment(chosen_device(output))
            offset = measure(session, accompaniment, progress=progress)
            source = session.source.name
        way = "later" if offset.seconds >= 0 else "earlier"
        typer.echo(
            f"{source} hears {accompaniment.name} {1e3 * abs(offset.seconds):.1f} ms {way} than they claim "
            f"(± {1e3 * offset.spread:.1f} ms, {offset.heard} of {offset.played} clicks)"
        )
        say(f"kept in {OffsetStore(say).put(source, accompaniment.name, offset)}")
