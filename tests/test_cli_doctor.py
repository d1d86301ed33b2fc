"""`livepitch doctor` as a user runs it."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from livepitch.cli import doctor as cli
from livepitch.doctor import report
from tests.conftest import Cli

CHECKED = {"system", "Python", "packages", "clock", "priority", "BLAS", "live", "pitch", "MLX", "files", "model"}
CHECKED |= {"recordings folder", "log folder", "settings", "progress", "leftovers", "screen", "window"}


def test_it_looks_at_everything_and_its_exit_code_says_how_that_went(livepitch: Cli) -> None:
    done = livepitch("doctor", "--json")
    told = json.loads(done.stdout)
    assert told["format"] == "livepitch doctor"
    assert {check["check"] for check in told["checks"]} > CHECKED
    grades = [check["grade"] for check in told["checks"]]
    assert done.returncode == ("failed" in grades)
    assert all(check["advice"] for check in told["checks"] if check["grade"] == "failed")
    pitch = next(check for check in told["checks"] if check["check"] == "pitch")
    assert pitch["grade"] == "ok"
    assert str(Path.home()) + "/" not in done.stdout
    assert done.stderr.count("\n") == 1


def test_a_terminal_without_signs_gets_words_and_an_issue_gets_the_log(
    livepitch_here: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "CHECKED", ("livepitch.doctor.machine", "livepitch.doctor.files"))
    monkeypatch.setattr(cli, "_shows_signs", lambda: False)
    monkeypatch.setenv("LIVEPITCH_RECORDINGS", "/dev/null/takes")
    livepitch_here("track", "nothing.wav")
    done = livepitch_here("doctor", "--report")
    assert done.returncode == 1
    findings = done.stdout.split("```")[1]
    assert findings.isascii()
    assert re.search(r"^FAILED  recordings folder .* -> name another folder in LIVEPITCH_RECORDINGS$", findings, re.M)
    assert re.search(r"^ok      Python", findings, re.M)
    assert "said: nothing.wav: no such file" in done.stdout.split("```")[3]
    assert str(Path.home()) + "/" not in done.stdout


def test_a_printable_encoding_has_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding, signs in (("utf-8", True), ("ascii", False), ("iso-8859-1", False), ("nonsense", False)):
        monkeypatch.setattr("sys.stdout", SimpleNamespace(encoding=encoding))
        assert cli._shows_signs() is signs


def test_two_forms_at_once_are_refused(livepitch_here: Cli) -> None:
    done = livepitch_here("doctor", "--json", "--report")
    assert done.returncode == 2
    assert "choose one" in done.stderr


def test_debug_shows_the_log_on_standard_error(livepitch_here: Cli) -> None:
    plain = livepitch_here("track", "nothing.wav")
    assert plain.stderr == "livepitch: nothing.wav: no such file\n"
    shown = livepitch_here("track", "nothing.wav", "--debug")
    assert "Traceback" in shown.stderr
    assert re.search(r"INFO track\[\d+\] MainThread cli.terminal: said: nothing.wav", shown.stderr)
    assert shown.stderr.endswith("\nlivepitch: nothing.wav: no such file\n")


def test_every_command_has_debug() -> None:
    import typer

    from livepitch.__main__ import COMMANDS, app

    def commands(command, name=""):
        if not hasattr(command, "commands"):
            return {name: command}
        return {k: v for word, sub in command.commands.items() for k, v in commands(sub, f"{name} {word}").items()}

    found = commands(typer.main.get_command(app))
    assert len(found) > 10
    assert {name.split()[0] for name in found} == COMMANDS
    assert [name for name, sub in found.items() if not any("--debug" in entry.opts for entry in sub.params)] == []


def test_the_window_gets_its_report_while_somebody_sings(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the background: the process that computes stands behind the one that records."""
    monkeypatch.setattr(report, "CHECKED", ("livepitch.doctor.computing",))
    text = report.report_text()
    assert re.search(r"^. live +stream: .* behind others", text, re.M)
    assert "✓ MLX" in text
