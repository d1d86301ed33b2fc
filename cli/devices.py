"""`livepitch devices`: the inputs there are, and the MIDI ports."""

from __future__ import annotations

import typer

from ..model.errors import LivepitchError, printable
from .terminal import Debug, one_line_errors


def devices(debug: Debug = False) -> None:
    """List the inputs that --device accepts (* marks the default), and the ports that `live --midi` does."""
    from ..realtime.source import input_devices

    with one_line_errors(debug):
        found = input_devices()
        if not found:
            _list_ports()
            raise LivepitchError("no input device: plug in a microphone, or try `livepitch live --demo`")
        typer.echo("    no  channels  rate_hz  latency_ms  name")
        for entry in found:
            mark = "*" if entry.default else " "
            numbers = f"{entry.channels:8d}  {entry.sample_rate:7.0f}  {1e3 * entry.latency:10.1f}"
            typer.echo(f"{mark} {entry.index:4d}  {numbers}  {printable(f'{entry.name} ({entry.host_api})')}")
        _list_ports()


def _list_ports() -> None:
    from ..outputs.midi import midi_ports

    ports = midi_ports()
    if ports:
        typer.echo("MIDI ports, for `livepitch live --midi PORT`:")
    for port in ports:
        typer.echo(f"  {printable(port)}")
