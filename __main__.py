"""The command line: `livepitch live | track | practice | bench | tune | devices | weights | parity`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from .cli.bench import bench
from .cli.devices import devices
from .cli.live import live
from .cli.parity import parity
from .cli.practice import practice
from .cli.terminal import INTERRUPTED, UsageError, say
from .cli.track import track
from .cli.tune import tune
from .cli.weights import weights

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command()(live)
app.command()(track)
app.command()(bench)
app.command()(tune)
app.command()(devices)
app.command()(parity)
app.add_typer(practice, name="practice")
app.add_typer(weights, name="weights")


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
    try:
        code = app(arguments, prog_name="livepitch", standalone_mode=False)
    except UsageError as error:
        command = error.ctx.command_path if error.ctx else "livepitch"
        say(f"{error.format_message().rstrip('.')} (see {command} --help)")
        code = error.exit_code
    except typer.Abort:
        code = INTERRUPTED
    sys.exit(code)


if __name__ == "__main__":
    main()
