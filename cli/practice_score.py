"""`livepitch practice score`: recordings judged against what was to be sung."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..model.errors import LivepitchError
from .terminal import FAILED, Debug, UsageError, load_blas, one_line_errors, progress_bar, quiet_pipe

if TYPE_CHECKING:
    from ..model.registry import Model
    from ..practice.scoring.heard import Heard
    from ..practice.scoring.judging import Judging
    from ..practice.scoring.result import TakeScore
    from ..practice.target.target import Target

LARGEST_FACTOR = 4.0
LATEST = 10_000.0  # ms


@dataclass(frozen=True)
class Scored:
    """A recording, and what is said of it."""

    recording: Path
    score: TakeScore

    def to_json(self) -> dict[str, Any]:
        """The score's figures, and the recording they are of."""
        return {"recording": str(self.recording), **self.score.to_json()}


def score(
    target: Annotated[
        str,
        typer.Argument(
            help="What was to be sung: a MIDI, MusicXML, MEI, ABC or UltraStar file, a recording, an exercise's name, "
            'or notes ("C4 D4:2 r E4").'
        ),
    ],
    recordings: Annotated[list[Path], typer.Argument(help="Recordings of it, or folders of them.")],
    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json",
            help="Write the figures here too: a .json file (a list, for several), or a folder for NAME.score.json "
            "each; - prints them instead of the table.",
        ),
    ] = None,
    part: Annotated[str | None, typer.Option(help="The voice of the file: its name, or its number from 1.")] = None,
    transpose: Annotated[
        str, typer.Option(help="Semitones by which the target is moved; auto: to the key that was sung.")
    ] = "0",
    tempo: Annotated[float, typer.Option(help="How many times as fast as written it was to be sung.")] = 1.0,
    level: Annotated[str, typer.Option(help="strict, teacher, friendly or beginner.")] = "teacher",
    tolerance: Annotated[
        float | None, typer.Option(help="Cents off at which a note is still hit. [default: the level's]")
    ] = None,
    octave_free: Annotated[bool, typer.Option("--octave-free", help="Any octave of a note will do.")] = False,
    align: Annotated[
        str, typer.Option(help="What is taken out before timing is judged: auto, none, shift or tempo.")
    ] = "auto",
    difficulty: Annotated[str, typer.Option(help="Of UltraStar's points: easy, medium or hard.")] = "medium",
    latency: Annotated[
        float, typer.Option(help="Milliseconds by which the recording lies late.", min=-LATEST, max=LATEST)
    ] = 0.0,
    model: Annotated[str, typer.Option(help="A name of `livepitch weights list`, or a file.")] = "rmvpe-small",
    a4: Annotated[float, typer.Option(help="Hz of A4.", min=392, max=466)] = 440.0,
    debug: Debug = False,
) -> None:
    """Judge recordings: a score, every note, and what to work on."""
    judging = _judging(
        level, tolerance, octave_free, alignment=align, difficulty=difficulty, latency=latency / 1000, a4=a4
    )
    semitones = _semitones(transpose)
    if not 1 / LARGEST_FACTOR <= tempo <= LARGEST_FACTOR:
        raise UsageError(f"--tempo {tempo:g}: it must lie in {1 / LARGEST_FACTOR:g} to {LARGEST_FACTOR:g}")
    with one_line_errors(debug):
        takes, strangers = _recordings(recordings)
        load_blas()
        from ..model.registry import load_model
        from .practice_target import target_named

        loaded = load_model(model)
        asked = target_named(target, part, loaded, a4).at_tempo(tempo)
        _check_output(json_file, takes)
    scored = []
    failed = bool(strangers)
    for stranger in strangers:
        _refuse(stranger, debug)
    for number, take in enumerate(takes, 1):
        title = take.name if len(takes) == 1 else f"{number}/{len(takes)} {take.name}"
        try:
            with one_line_errors(debug):
                scored.append(Scored(take, _scored(asked, semitones, _heard(take, loaded, title), judging)))
        except typer.Exit:
            failed = True
    with one_line_errors(debug):
        _give(scored, json_file, len(takes) == 1)
    raise typer.Exit(FAILED if failed else 0)


def _judging(level: str, tolerance: float | None, octave_free: bool, **changes: Any) -> Judging:
    from ..practice.scoring.judging import LEVELS

    if level not in LEVELS:
        raise UsageError(f"--level {level}: it can be {', '.join(LEVELS)}")
    named = LEVELS[level]
    if tolerance is not None:
        changes["tolerance_cents"] = tolerance
    try:
        return replace(named, octave_free=named.octave_free or octave_free, **changes)
    except ValueError as error:
        words = str(error).replace("tolerance_cents", "--tolerance")
        raise UsageError(words.replace("alignment", "--align").replace("difficulty", "--difficulty")) from None


def _semitones(transpose: str) -> float | None:
    """None for auto."""
    if transpose == "auto":
        return None
    try:
        semitones = float(transpose)
    except ValueError:
        semitones = 1000.0
    if not abs(semitones) <= 48:
        raise UsageError(f"--transpose {transpose}: it can be a number of semitones up to 48, or auto")
    return semitones


def _recordings(given: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The audio files, those in folders by name, and folders that have none."""
    from .practice_target import AUDIO

    takes: list[Path] = []
    empty: list[Path] = []
    for path in given:
        if not path.is_dir():
            takes.append(path)
            continue
        inside = sorted(file for file in path.iterdir() if file.suffix.lower() in AUDIO and file.is_file())
        takes += inside
        empty += [] if inside else [path]
    return takes, empty


def _refuse(folder: Path, debug: bool) -> None:
    try:
        with one_line_errors(debug):
            raise LivepitchError(f"{folder}: holds no recordings; name another folder, or the files")
    except typer.Exit:
        pass


def _check_output(output: Path | None, takes: Sequence[Path]) -> None:
    """Refuses at once what could not be written after all the work; makes a folder."""
    if output is None or str(output) == "-":
        return
    if output.suffix.lower() == ".json" and not output.is_dir():
        if not output.parent.is_dir():
            raise LivepitchError(f"{output}: cannot be written, there is no folder {output.parent}")
        return
    names = [f"{take.stem}.score.json" for take in takes]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice and len(takes) > 1:
        raise LivepitchError(f"two of the recordings would both become {twice}: give --json a file for all")
    if len(takes) > 1 or output.is_dir():
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LivepitchError(f"{output}: cannot be made ({error.strerror})") from error
    elif not output.parent.is_dir():
        raise LivepitchError(f"{output}: cannot be written, there is no folder {output.parent}")


def _heard(take: Path, model: Model, title: str) -> Heard:
    from ..practice.scoring.heard import hear
    from ..realtime.audio_file import SAMPLE_RATE
    from ..realtime.engine.apart import read_audio_apart

    audio = read_audio_apart(take)
    with progress_bar(title) as progress:
        return hear(audio, SAMPLE_RATE, model, progress)


def _scored(target: Target, semitones: float | None, heard: Heard, judging: Judging) -> TakeScore:
    from ..practice.scoring.take import score_take, transposition

    return score_take(
        target.transposed(transposition(target, heard, judging) if semitones is None else semitones), heard, judging
    )


def _give(scored: Sequence[Scored], output: Path | None, alone: bool) -> None:
    """The table on standard output, and the figures where they were asked for."""
    from .practice_score_table import print_score, print_scores

    if str(output) == "-":
        with quiet_pipe():
            _dump(scored[0].to_json() if alone and scored else [each.to_json() for each in scored], sys.stdout)
        return
    if output is not None and scored:
        _write(scored, output, alone)
    with quiet_pipe():
        if alone:
            for each in scored:
                print_score(each.recording, each.score)
        else:
            print_scores([(each.recording, each.score) for each in scored])


def _write(scored: Sequence[Scored], output: Path, alone: bool) -> None:
    files: dict[Path, Any] = {output / f"{each.recording.stem}.score.json": each.to_json() for each in scored}
    if not output.is_dir():
        files = {output: scored[0].to_json() if alone else [each.to_json() for each in scored]}
    for path, figures in files.items():
        _write_one(path, figures)


def _write_one(path: Path, figures: Any) -> None:
    from ..model.replacement import replacing

    try:
        with replacing(path) as file:
            _dump(figures, file)
    except OSError as error:
        raise LivepitchError(f"{path}: cannot be written ({error.strerror})") from error


def _dump(figures: Any, file: Any) -> None:
    json.dump(figures, file, indent=1, allow_nan=False)
    file.write("\n")
