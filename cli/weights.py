"""`livepitch weights list | fetch | verify | convert`: the checkpoints that --model accepts."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..model.errors import CheckpointError
from .terminal import FAILED, INTERRUPTED, Debug, UsageError, download_bar, one_line_errors, quiet_pipe, say

if TYPE_CHECKING:
    from ..model.checkpoint import Checkpoint
    from ..model.published import Release
    from ..model.registry import ModelInfo

weights = typer.Typer(help="The checkpoints that --model accepts.", rich_markup_mode=None)


@weights.command("list")
def list_weights(debug: Debug = False) -> None:
    """List the models that have a name, their size and where they are."""
    from ..model.registry import list_models

    with one_line_errors(debug), quiet_pipe():
        for entry in list_models():
            home = "bundled" if entry.bundled else entry.path if entry.available else _not_fetched(entry)
            typer.echo(f"{entry.name:<12} {entry.size / 1e6:6.1f} MB  {home!s:<8}  {entry.description}")


def _not_fetched(entry: ModelInfo) -> str:
    return f"not fetched: livepitch weights fetch {entry.name}"


@weights.command("fetch")
def fetch_weights(
    name: Annotated[str, typer.Argument(help="A model of `livepitch weights list`.")],
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Take this copy instead of the network's.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Fetch again what is there already.")] = False,
    debug: Debug = False,
) -> None:
    """Bring a model that is not bundled into the cache, checked; an interrupted fetch goes on where it was."""
    from ..model.published import RELEASES
    from ..model.registry import BUNDLED

    with one_line_errors(debug):
        if name in RELEASES:
            _fetch(RELEASES[name], source, force)
        elif name in BUNDLED:
            typer.echo(f"{name}: comes with livepitch, nothing to fetch")
        else:
            raise CheckpointError(f"{name}: no such model; {', '.join(RELEASES)} can be fetched")


def _fetch(release: Release, source: Path | None, force: bool) -> None:
    from ..model.download import megabytes
    from ..model.fetch import fetch
    from ..model.published import cache_folder

    try:
        with download_bar(release.model) as progress:
            got = fetch(release, cache_folder(), source, force, say, progress)
    except KeyboardInterrupt:
        what = "nothing was changed" if source else f"`livepitch weights fetch {release.model}` goes on where it was"
        say(f"{release.model}: interrupted; {what}")
        raise typer.Exit(INTERRUPTED) from None
    verb = "fetched" if got.new else "there already"
    if got.new:
        say(f"{release.model}: {release.licence}")
    typer.echo(f"{release.model}: {verb}, {got.path} ({megabytes(got.file.size)}, {got.file.about}, SHA-256 right)")


@weights.command("verify")
def verify_weights(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|FILE]...", help="[default: the bundled models and the fetched ones]"),
    ] = None,
    debug: Debug = False,
) -> None:
    """Read checkpoints strictly and say what they are; exit code 1 if one is not right."""
    from ..model.registry import list_models

    wanted = names or [entry.name for entry in list_models() if entry.available]
    right = [_verify(name, debug) for name in wanted]
    raise typer.Exit(0 if all(right) else FAILED)


def _verify(name: str, debug: bool) -> bool:
    try:
        with one_line_errors(debug):
            line = _verified(name)
    except typer.Exit:
        return False
    with quiet_pipe():
        typer.echo(f"{name}: {line}")
    return True


def _verified(name: str) -> str:
    """One line about a checkpoint that is right.

    Raises:
        CheckpointError: it is not.
    """
    from ..model.published import RELEASES
    from ..model.registry import load_model

    model = load_model(name)
    path = model.checkpoint.path
    files = [release.identify(path) for release in RELEASES.values()] if path else []
    known = next((file for file in files if file), None)
    if name in RELEASES and not known:
        raise CheckpointError(
            f"{path}: its SHA-256 is none of the published {name} files; `livepitch weights fetch {name}` replaces it"
        )
    values = "exact in 16 bits" if model.fits_half else "of 32 bits"
    checkpoint = model.checkpoint
    return (
        f"intact, {_network(checkpoint)}, {model.parameters:,} parameters, finite values {values}, "
        f"threshold {checkpoint.threshold:g} (release {checkpoint.release:g})"
        + (f"; is {known.about}" if known else "")
    )


def _network(checkpoint: Checkpoint) -> str:
    """The configuration as one word and its numbers: `rmvpe (n_blocks 4, …)`."""
    fields = asdict(checkpoint.config)
    kind = fields.pop("kind")
    return f"{kind} ({', '.join(f'{name} {value}' for name, value in fields.items())})"


@weights.command("convert")
def convert_weights(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A checkpoint that --model accepts.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="OUT.safetensors", show_default=False)],
    half: Annotated[
        bool | None,
        typer.Option("--half/--float32", help="Bits of a value. [default: 16 where that loses nothing, else 32]"),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Confidence that is voiced. [default: the source's]", min=0, max=1)
    ] = None,
    name: Annotated[str | None, typer.Option(help="What it is called. [default: OUT]")] = None,
    debug: Debug = False,
) -> None:
    """Write any readable checkpoint in livepitch's own form, thresholds with it."""
    if output.suffix != ".safetensors":
        raise UsageError(f"-o {output}: its name must end in .safetensors")
    with one_line_errors(debug):
        from ..model.checkpoint import write_checkpoint
        from ..model.registry import Model, load_model

        model = load_model(source)
        origin = model.checkpoint.path
        if origin and output.exists() and output.samefile(origin):
            raise UsageError(f"-o {output} would overwrite the source: choose another name")
        made = Model(_renamed(model.checkpoint, name or output.stem, threshold))
        in_half = model.fits_half if half is None else half
        write_checkpoint(output, made.checkpoint, in_half)
        size, bits = output.stat().st_size, 16 if in_half else 32
        typer.echo(f"{output}: {made.name}, {made.parameters:,} parameters of {bits} bits, {size / 1e6:.1f} MB")


def _renamed(checkpoint: Checkpoint, name: str, threshold: float | None) -> Checkpoint:
    """Under another name, and with another threshold; the hysteresis below it keeps its proportion."""
    if threshold is None:
        return replace(checkpoint, name=name)
    share = checkpoint.release / checkpoint.threshold if checkpoint.threshold else 1.0
    return replace(checkpoint, name=name, threshold=threshold, release=min(1.0, share) * threshold)
