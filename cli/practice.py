"""`livepitch practice list | run | score | calibrate`: singing exercises and songs, and what to work on."""

from __future__ import annotations

import typer

from .practice_calibrate import calibrate
from .practice_list import list_exercises
from .practice_run import run
from .practice_score import score

practice = typer.Typer(help="Sing exercises and songs, and see what to work on.", rich_markup_mode=None)
practice.command("list")(list_exercises)
practice.command("run")(run)
practice.command("score")(score)
practice.command("calibrate", short_help="Measure how late the microphone hears the headphones.")(calibrate)
