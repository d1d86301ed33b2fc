"""The command line: `livepitch live | track | export | practice | bench | tune | devices | doctor | weights | …`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import Annotated

import typer

from .cli.bench import bench
from .cli.devices import devices
from .cli.doctor import doctor
from .cli.export import export
from .cli.live import live
from .cli.live_outputs import LiveCommand
from .cli.parity import parity
from .cli.practice import practice
from .cli.terminal import INTERRUPTED, UsageError, say
from .cli.track import track
from .cli.tune import tune
from .cli.weights import weights
from .realtime.log.log import kept

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command(cls=LiveCommand)(live)
app.command()(track)
app.command()(export)
app.command()(bench)
app.command()(tune)
app.command()(devices)
app.command()(doctor)
app.command()(parity)
app.add_typer(practice, name="practice")
app.add_typer(weights, name="weights")
COMMANDS = frozenset({"live", "track", "export", "bench", "tune", "devices", "doctor", "parity", "practice", "weights"})


@app.callback(invoke_without_command=True)
def livepitch(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """See your pitch while you sing: without a command, the live window opens."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"livepitch {installed('livepitch')}")
        raise typer.Exit


def main() -> None:
    """Run the command line and leave with its exit code: 0 done, 1 an input failed, 2 wrong usage."""
    arguments = sys.argv[1:]
    # `livepitch` and `livepitch --demo` mean `livepitch live …`.
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("--help", "--version")):
        arguments.insert(0, "live")
    with kept(arguments[0]) if arguments[0] in COMMANDS else nullcontext():
        code = _run(arguments)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    try:
        code: int = app(arguments, prog_name="livepitch", standalone_mode=False) or 0
    except UsageError as error:
        command = error.ctx.command_path if error.ctx else "livepitch"
        say(f"{error.format_message().rstrip('.')} (see {command} --help)")
        code = error.exit_code
    except typer.Abort:
        code = INTERRUPTED
    return code


if __name__ == "__main__":
    main()
