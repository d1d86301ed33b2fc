"""What `livepitch track` does: one recording here, with a bar of its own, or many in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..batch.journal import Journal, Plan
from ..batch.processes import track_files
from ..batch.work import Recipe, Work
from ..batch.work import track as track_recording
from ..model.blas import cores
from ..model.errors import LivepitchError
from ..realtime.engine.apart import read_audio_apart
from .terminal import UsageError, files_bar, one_line_errors, progress_bar, say, tell
from .writing import write_sung

JOBS_OF_A_GPU = 2  # one prepares while the other computes


def track_one(work: Work, recipe: Recipe, printed: str | None, debug: bool) -> None:
    """Track a recording and write it, in the format `printed` to standard output."""
    with one_line_errors(debug):
        with progress_bar(work.path.name) as progress:
            sung = track_recording(work.path, recipe, read_audio_apart, progress)
        write_sung(sung, work, recipe.options, printed)


def track_many(folder: Path, works: list[Work], recipe: Recipe, jobs: int | None, debug: bool) -> bool:
    """Track what is left to be tracked of several recordings, several at once; whether one of them failed."""
    journal = Journal(folder)
    with one_line_errors(debug):
        plan = _plan(journal, folder, works, recipe)
    failed = False
    try:
        with files_bar(len(plan.works)) as progress:
            outcomes = track_files(plan.works, recipe, jobs or _usual_jobs(), progress)
            with closing(outcomes):
                for outcome in outcomes:
                    if outcome.error is not None:
                        failed = True
                        tell(outcome.error, debug)
    except KeyboardInterrupt:
        say("stopped; the same command goes on with what is left")
        raise
    with one_line_errors(debug), _kept(folder):
        journal.end()
    return failed


def _plan(journal: Journal, folder: Path, works: list[Work], recipe: Recipe) -> Plan:
    plan = journal.plan(works, recipe)
    if plan.there:
        others = f" and {len(plan.there) - 1} more are" if len(plan.there) > 1 else " is"
        raise UsageError(f"{plan.there[0]}{others} there already: --force replaces what is there, or choose another -o")
    if plan.done:
        say(f"{plan.done} of {len(works)} files are done already")
    with _kept(folder):
        journal.begin(plan.works, recipe)
    return plan


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LivepitchError(f"{folder}: cannot be written ({error.strerror or error})") from error


def _usual_jobs() -> int:
    from ..model.lanes import on_gpu

    return JOBS_OF_A_GPU if on_gpu() else cores()
