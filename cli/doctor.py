"""`livepitch doctor`: looks at everything that livepitch needs, and says what to do."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from .terminal import FAILED, Debug, UsageError, one_line_errors, quiet_pipe, say

if TYPE_CHECKING:
    from ..doctor.finding import Finding


def doctor(
    input: Annotated[
        str | None,
        typer.Option("--input", help="Input to try: its number or part of its name. [default: the system's]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Print it with the end of the log, to be pasted in an issue.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Check this machine and this installation, and say what to do.

    Exit code 0 if all is well or only could be better, 1 if something does not work.
    """
    if as_json and report:
        raise UsageError("--json and --report are two forms of the same: choose one")
    with one_line_errors(debug), quiet_pipe():
        from ..doctor.finding import Grade, Wanted
        from ..doctor.report import as_text, examined

        words = not _shows_signs()
        found = []
        for finding in examined(Wanted(input)):
            found.append(finding)
            if not (as_json or report):
                typer.echo(finding.line(words))
        if as_json:
            typer.echo(json.dumps(_record(found), indent=1, ensure_ascii=False))
        elif report:
            typer.echo(as_text([finding.line(words) for finding in found]))
        wrong = [finding for finding in found if finding.grade is Grade.FAILED]
        say(_summary(len(wrong), sum(finding.grade is Grade.WARNING for finding in found)))
    raise typer.Exit(FAILED if wrong else 0)


def _shows_signs() -> bool:
    """Whether standard output can have `✓`."""
    try:
        "✓✗→".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _record(found: list[Finding]) -> dict[str, object]:
    from importlib.metadata import version

    from ..realtime.log.lines import without_home

    checks = [
        {name: without_home(str(value)) for name, value in {**asdict(finding), "grade": finding.grade.value}.items()}
        for finding in found
    ]
    return {"format": "livepitch doctor", "version": 1, "livepitch": version("livepitch"), "checks": checks}


def _summary(wrong: int, warnings: int) -> str:
    if wrong:
        return (
            f"{wrong} of these {'does' if wrong == 1 else 'do'} not work, see ✗"
            if _shows_signs()
            else f"{wrong} FAILED"
        )
    return f"it works; {warnings} could be better" if warnings else "all is well"
