"""`livepitch devices` and `livepitch weights list`: what the options accept."""

from __future__ import annotations

import typer

from ..model.errors import LivepitchError
from .terminal import Debug, one_line_errors

weights = typer.Typer(help="The checkpoints that --model accepts by name.", rich_markup_mode=None)


def devices(debug: Debug = False) -> None:
    """List the inputs that --device accepts; * marks the default."""
    from ..realtime.source import input_devices

    with one_line_errors(debug):
        found = input_devices()
        if not found:
            raise LivepitchError("no input device: plug in a microphone, or try `livepitch live --demo`")
        typer.echo("    no  channels  rate_hz  latency_ms  name")
        for entry in found:
            mark = "*" if entry.default else " "
            numbers = f"{entry.channels:8d}  {entry.sample_rate:7.0f}  {1e3 * entry.latency:10.1f}"
            typer.echo(f"{mark} {entry.index:4d}  {numbers}  {entry.name} ({entry.host_api})")


@weights.command("list")
def list_weights(debug: Debug = False) -> None:
    """List the checkpoints, their size and where they are."""
    from ..model.registry import list_models

    with one_line_errors(debug):
        for entry in list_models():
            home = "bundled" if entry.bundled else str(entry.path)
            typer.echo(f"{entry.name:<12} {entry.size / 1e6:6.1f} MB  {home:<8}  {entry.description}")
