"""`livepitch track`: files of audio in, files of pitch out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..model.errors import LivepitchError
from .settings import Context, Hop, Lookahead, Threshold, chosen_settings
from .terminal import FAILED, Debug, UsageError, load_blas, one_line_errors, progress_bar, quiet_pipe

if TYPE_CHECKING:
    from ..model.registry import Model
    from ..realtime.frame import PitchTrack, Settings

Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="A file, or a folder for NAME.f0.csv. [default: standard output]"),
]


def track(
    audio: Annotated[list[Path], typer.Argument(help="Audio files: wav, flac, ogg, mp3, aiff.")],
    output: Output = None,
    format: Annotated[
        str | None, typer.Option(help="What to write: csv or json. [default: as -o ends, else csv]")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="A name, or a file. [default: rmvpe-small; stream with --stream]"),
    ] = None,
    stream: Annotated[
        bool, typer.Option("--stream", help="Run through the streaming tracker exactly as live would.")
    ] = False,
    threshold: Threshold = None,
    context: Context = None,
    lookahead: Lookahead = None,
    hop: Hop = None,
    debug: Debug = False,
) -> None:
    """Write the pitch of audio files, one row every 10 ms."""
    if not stream and not (context is None and lookahead is None and hop is None):
        raise UsageError("--context, --lookahead and --hop are about windows of a stream: give --stream too")
    format = format or _format_of(output)
    with one_line_errors(debug):
        targets = _targets(audio, output, format)
        loaded = _prepare(model or ("stream" if stream else "rmvpe-small"), targets)
        settings = chosen_settings(loaded, threshold, context, lookahead, hop)
    failed = False
    for number, (path, target) in enumerate(zip(audio, targets, strict=True), 1):
        title = path.name if len(audio) == 1 else f"{number}/{len(audio)} {path.name}"
        try:
            with one_line_errors(debug):
                _write(_track(path, loaded, settings, stream, title), target, format)
        except typer.Exit as problem:
            if problem.exit_code != FAILED:
                raise
            failed = True
    raise typer.Exit(FAILED if failed else 0)


def _format_of(output: Path | None) -> str:
    """What the ending of the output's name asks for."""
    from ..realtime.export import WRITERS

    ending = "" if output is None else output.suffix.removeprefix(".").lower()
    return ending if ending in WRITERS else "csv"


def _targets(audio: list[Path], output: Path | None, format: str) -> list[Path | None]:
    """Where each file's track goes; None is standard output.

    Raises:
        UsageError: a choice that would overwrite audio or one track by another.

    """
    from ..realtime.export import WRITERS

    if format not in WRITERS:
        raise UsageError(f"--format {format}: it can be {', '.join(WRITERS)}")
    if len(audio) > 1 and (output is None or output.suffix == f".{format}" or output.is_file()):
        raise UsageError(f"{len(audio)} files need a folder to go to: -o FOLDER")
    if output is None or str(output) == "-":
        return [None]
    if len(audio) == 1 and not output.is_dir():
        if output.exists() and audio[0].exists() and output.samefile(audio[0]):
            raise UsageError(f"-o {output} would overwrite the audio: choose another name")
        return [output]
    names = [f"{path.stem}.f0.{format}" for path in audio]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UsageError(f"two of the files would both become {twice[0]}: track them in separate calls")
    return [output / name for name in names]


def _prepare(model: str, targets: list[Path | None]) -> Model:
    """The model; the folder of several files is made here, before hours of work depend on it."""
    from ..model.registry import load_model

    folder = targets[0].parent if targets[0] else None
    if folder and len(targets) > 1:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LivepitchError(f"{folder}: cannot be made ({error.strerror})") from error
    elif folder and not folder.is_dir():
        raise LivepitchError(f"{targets[0]}: cannot be written, there is no folder {folder}")
    load_blas()
    return load_model(model)


def _track(path: Path, model: Model, settings: Settings, stream: bool, title: str) -> PitchTrack:
    from ..realtime.audio_file import SAMPLE_RATE
    from ..realtime.engine.apart import read_audio_apart
    from ..realtime.estimate import estimate, stream_track

    audio = read_audio_apart(path)
    with progress_bar(title) as progress:
        if stream:
            return stream_track(audio, model, SAMPLE_RATE, settings, progress)
        return estimate(audio, model, SAMPLE_RATE, settings, progress)


def _write(track: PitchTrack, target: Path | None, format: str) -> None:
    from ..realtime.export import WRITERS, replacing

    if target is None:
        with quiet_pipe():
            WRITERS[format](track, sys.stdout)
        return
    try:
        with replacing(target) as file:
            WRITERS[format](track, file)
    except OSError as error:
        raise LivepitchError(f"{target}: cannot be written ({error.strerror})") from error
