"""`livepitch practice run`: an exercise or a song, sung step by step."""

from __future__ import annotations

import json
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..model.errors import LivepitchError
from ..realtime.recording.takes import take_files
from .live import FIRST
from .practice_devices import listening
from .practice_meter import Meter
from .practice_plan import Plan, Wishes, check_named, exercise_named, planned
from .practice_range import find_range
from .settings import chosen_device
from .terminal import Debug, UsageError, load_blas, one_line_errors, progress_bar, quiet_pipe, say

if TYPE_CHECKING:
    from ..practice.rehearsal.arrangement import Arrangement
    from ..practice.rehearsal.outcome import Outcome
    from ..practice.rehearsal.rehearsal import Rehearsal
    from ..realtime.session import Session

LOOK = 0.02  # s between two looks at what was sung


def run(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="NAME|FILE|NOTES", help="An exercise, a song's file, or notes: 'C4 D4:2 r E4'.")
    ],
    no_gui: Annotated[bool, typer.Option("--no-gui", help="Sing here, without the window.")] = False,
    device: Annotated[str | None, typer.Option(help="Input: its number or part of its name.")] = None,
    output: Annotated[str | None, typer.Option(help="Output: its number or part of its name.")] = None,
    model: Annotated[str, typer.Option(help="What follows the voice while it sings.")] = FIRST,
    tempo: Annotated[str | None, typer.Option(metavar="F|BPM", help="0.8, 80% or 96bpm. [default: as written]")] = None,
    transpose: Annotated[
        str | None, typer.Option(metavar="N|auto", help="Semitones; auto brings a song into your range.")
    ] = None,
    part: Annotated[str | None, typer.Option(help="A song's voice: its name, or its number from 1.")] = None,
    steps: Annotated[int | None, typer.Option(help="Sing so many steps. [default: all]", min=1)] = None,
    first: Annotated[int, typer.Option("--from", metavar="STEP", help="Begin with this step.", min=1)] = 1,
    singer: Annotated[
        str | None, typer.Option("--range", metavar="LOW-HIGH", help="Your range, such as C3-G4. [default: as found]")
    ] = None,
    voice: Annotated[str | None, typer.Option(help="Or your voice, such as alto or tenor.")] = None,
    no_guide: Annotated[bool, typer.Option("--no-guide", help="Do not play the notes to be sung.")] = False,
    no_metronome: Annotated[bool, typer.Option("--no-metronome", help="Do not click the beats.")] = False,
    guide_volume: Annotated[float, typer.Option(help="0 to 1.", min=0, max=1)] = 0.3,
    count_in: Annotated[
        int | None, typer.Option(metavar="BEATS", help="Beats before it begins. [default: a bar]", min=0, max=32)
    ] = None,
    loop: Annotated[str | None, typer.Option(metavar="A-B", help="Sing these seconds of a song over and over.")] = None,
    level: Annotated[str, typer.Option(help="How strictly: strict, teacher, friendly, beginner.")] = "teacher",
    octave_free: Annotated[bool, typer.Option("--octave-free", help="Any octave of a note will do.")] = False,
    json_out: Annotated[
        Path | None, typer.Option("--json", metavar="OUT", help="Write the scores there, a list by step.")
    ] = None,
    no_save: Annotated[bool, typer.Option("--no-save", help="Keep neither recordings nor scores.")] = False,
    debug: Debug = False,
) -> None:
    """Sing an exercise, a song or notes, and hear what to work on. Headphones keep the guide out of the microphone."""
    with one_line_errors(debug):
        load_blas()
        if not no_gui:
            raise typer.Exit(_window(context, what, device, model))
        exercise = exercise_named(what)
        if exercise is not None and exercise.finds_range:
            with listening(device, model) as session, quiet_pipe():
                find_range(session, save=not no_save)
            return
        sounds = _sounds(count_in, not no_guide, not no_metronome, guide_volume, chosen_device(output))
        wishes = Wishes(tempo, transpose, part, steps, first, singer, voice, loop, level, octave_free)
        plan = planned(what, wishes, sounds)
        with listening(device, model) as session, quiet_pipe():
            outcomes = _practise(plan, session, no_save)
        if json_out is not None:
            _write(outcomes, json_out)


def _sounds(
    count_in: int | None, guide: bool, metronome: bool, guide_volume: float, output: int | str | None
) -> Arrangement:
    """What is to be heard: without guide and metronome nothing is, and no output device is needed."""
    from ..practice.rehearsal.arrangement import Arrangement

    return Arrangement(
        count_in=count_in,
        guide=None if guide else False,
        metronome=metronome,
        guide_volume=guide_volume,
        silent=not guide and not metronome,
        output=output,
    )


def _window(context: typer.Context, what: str, device: str | None, model: str) -> int:
    """Open the window on the practice. UsageError for options that it does not take."""
    from ..gui.app import run_window
    from ..realtime.source import Microphone

    taken = {"what", "no_gui", "device", "model", "debug"}
    given = [parameter for parameter in context.command.params if parameter.name not in taken]
    for parameter in given:
        if parameter.name and context.params[parameter.name] != parameter.get_default(context):
            raise UsageError(f"{parameter.opts[0]} is for the terminal: choose in the window, or give --no-gui too")
    check_named(what)
    source = None if device is None else Microphone(device=chosen_device(device))
    named = () if model == FIRST else ("model",)
    return run_window(source, model, remember=True, named=named, practice=what)


def _practise(plan: Plan, session: Session, no_save: bool) -> list[Outcome]:
    """Sing the steps in turn, to the end or until Ctrl-C; what came of them."""
    from ..practice.progress.store import Progress
    from ..practice.rehearsal.kept import remember
    from ..practice.rehearsal.rehearsal import Rehearsal

    with tempfile.TemporaryDirectory(prefix="livepitch-") as folder:
        rehearsal = Rehearsal(
            plan.steps,
            plan.arrangement,
            judging=plan.judging,
            name=plan.name,
            folder=Path(folder) if no_save else None,
            keep=None if no_save else partial(remember, progress=Progress(complain=say)),
        )
        outcomes = []
        try:
            for index in range(len(plan.steps)):
                rehearsal.go(index)
                outcome, stopped = _sing(rehearsal, session)
                if outcome is not None:
                    outcomes.append(outcome)
                    _show(outcome, no_save)
                if rehearsal.problem is not None:
                    say(rehearsal.problem)
                if stopped:
                    break
        finally:
            rehearsal.close()
        return outcomes


def _sing(rehearsal: Rehearsal, session: Session) -> tuple[Outcome | None, bool]:
    """One take: what came of it, and whether it was the last, because of Ctrl-C or trouble."""
    from ..practice.rehearsal.state import UNDER_WAY
    from ..practice.sound.bleed_watch import SENTENCE as GUIDE_HEARD

    place = f" · {rehearsal.index + 1} of {len(rehearsal.steps)}" if len(rehearsal.steps) > 1 else ""
    typer.echo(f"{rehearsal.step.title}{place}: {rehearsal.step.spoken}")
    meter, stopped, warned = Meter(), False, False
    session.frames()  # of the time before
    rehearsal.begin(session)
    try:
        while rehearsal.tick() in UNDER_WAY:
            meter.show(rehearsal, rehearsal.observe(session.frames()))
            if rehearsal.guide_heard and not warned:
                warned = True
                meter.clear()
                say(GUIDE_HEARD)
            time.sleep(LOOK)
    except KeyboardInterrupt:
        rehearsal.end()
        stopped = True
    meter.clear()
    stopped = stopped or rehearsal.problem is not None
    try:
        with progress_bar("listening to it again") as progress:
            return rehearsal.judge(progress), stopped
    except KeyboardInterrupt:
        say(f"not judged; the take is in {take_files(rehearsal.take)[0]}" if rehearsal.take else "not judged")
        return None, True


def _show(outcome: Outcome, no_save: bool) -> None:
    from .practice_score_table import print_score

    sound = take_files(outcome.taken.take)[0]
    print_score(sound, outcome.score)
    if outcome.bleed is not None and outcome.bleed.sentence is not None:
        say(outcome.bleed.sentence)
    if not no_save:
        say(f"kept in {sound}")


def _write(outcomes: list[Outcome], path: Path) -> None:
    """Scores as JSON, a list by step."""
    from ..model.replacement import replacing

    records: list[dict[str, Any]] = [
        {**outcome.score.to_json(), "step": outcome.taken.step.title, "take": str(outcome.taken.take)}
        for outcome in outcomes
    ]
    try:
        with replacing(path) as file:
            json.dump(records, file, indent=1)
            file.write("\n")
    except OSError as error:
        raise LivepitchError(f"{path}: cannot be written ({error.strerror or error})") from None
