"""What livepitch reads and writes: models, folders, settings, progress, leftovers, the log."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

from ..model.plain_file import open_plain, plain_text
from ..model.published import RELEASES, cache_folder, sha256
from ..model.registry import BUNDLED, FOLDER
from ..practice.progress import schema
from ..practice.progress.place import data_folder, default_file
from ..realtime.log.crashes import untold
from ..realtime.log.log import log_files, log_folder, log_text
from ..realtime.recording.takes import recordings_folder
from ..realtime.recording.unfinished import unfinished_takes
from ..realtime.tuned import config_folder, read_tuned
from .finding import Checks, Finding, Wanted, failed, warning, well

SUMS = "SHA256SUMS"
LITTLE, TOO_LITTLE = 2e9, 200e6  # bytes free for recordings
MINUTE = 4e6  # bytes of a minute of recorded voice, FLAC at 48 kHz
RECENT = timedelta(days=7)
ERROR = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.\d{3} (?:ERROR|CRITICAL) (.*)")
ASIDE = re.compile(r".+\.bad\d*(-\w+)?")
PARTIAL = ".part"
SHOWN = 3  # crashes

FOLDERS: dict[str, tuple[Callable[[], Path], str]] = {
    "recordings": (recordings_folder, "LIVEPITCH_RECORDINGS"),
    "settings": (config_folder, "LIVEPITCH_CONFIG"),
    "progress": (data_folder, "LIVEPITCH_DATA"),
    "models": (cache_folder, "LIVEPITCH_CACHE"),
    "log": (log_folder, "LIVEPITCH_LOGS"),
}
"""What is kept, where, and the variable that names another folder."""


def bundled(_: Wanted) -> Iterator[Finding]:
    """Whether the models that come with livepitch are as they were made."""
    known = known_sums()
    for name in BUNDLED:
        path = FOLDER / f"{name}.safetensors"
        if not path.is_file():
            yield failed("model", f"{name} is missing", "reinstall livepitch")
        elif sha256(path) != known.get(path.name):
            yield failed("model", f"{name} is not as it was made: its SHA-256 is another", "reinstall livepitch")
        else:
            yield well("model", f"{name}, {path.stat().st_size / 1e6:.1f} MB, SHA-256 right")


def known_sums() -> dict[str, str]:
    """SHA-256 of each bundled file, by its name; of the file `SHA256SUMS` beside them."""
    lines = (FOLDER / SUMS).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines if line.strip())}


def fetched(_: Wanted) -> Iterator[Finding]:
    """Whether the models that were fetched are those that were published."""
    for name, release in RELEASES.items():
        path = release.fetched(cache_folder())
        if path is None:
            yield well("model", f"{name}: not fetched (`livepitch weights fetch {name}`, if you want it)")
        elif release.identify(path) is None:
            advice = f"`livepitch weights fetch {name}` replaces it"
            yield failed("model", f"{name}: {path} is damaged, its SHA-256 is none that was published", advice)
        else:
            yield well("model", f"{name}, {path.stat().st_size / 1e6:.1f} MB, SHA-256 right")


def folders(_: Wanted) -> Iterator[Finding]:
    """Whether there is room, and leave to write, where something is kept."""
    for name, (folder, variable) in FOLDERS.items():
        yield _folder(name, folder(), variable)


def _folder(name: str, folder: Path, variable: str) -> Finding:
    check, elsewhere = f"{name} folder", f"name another folder in {variable}"
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        if not there.is_dir():
            raise NotADirectoryError(0, "is no folder")
        with tempfile.NamedTemporaryFile(dir=there, prefix=".livepitch-doctor-") as file:
            file.write(b"livepitch")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return failed(check, f"{there} cannot be written ({error.strerror or error})", elsewhere)
    free = shutil.disk_usage(there).free
    text = f"{folder}{'' if there == folder else ' (made when it is needed)'}, {_amount(free)} free"
    if name == "recordings":
        text += f", {free / MINUTE / 60:,.0f} hours of singing"
    if free < TOO_LITTLE:
        return failed(check, text, f"make room, or {elsewhere}")
    return warning(check, text, f"make room soon, or {elsewhere}") if free < LITTLE else well(check, text)


def _amount(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"


def settings(_: Wanted) -> Iterator[Finding]:
    """Whether what livepitch remembers can be read."""
    files = {path: _problem(path) for path in sorted(config_folder().glob("*.json"))}
    for path, problem in files.items():
        if problem:
            advice = "delete it, or leave it: it is put aside"
            yield warning("settings", f"{path}: {problem}, so it is not used", advice)
    yield well("settings", ", ".join(path.name for path, problem in files.items() if not problem) or "none yet")


def _problem(path: Path) -> str:
    """Why settings cannot be read from there, in a word or two; empty if they can."""
    try:
        read = json.loads(plain_text(path))
    except OSError as error:
        return error.strerror or "cannot be read"
    except (ValueError, RecursionError):
        return "damaged"
    return "" if isinstance(read, dict) else "damaged"


def tuned(_: Wanted) -> Iterator[Finding]:
    """What `livepitch tune` found."""
    problems: list[str] = []
    for entry in read_tuned(problems.append):
        times = f"blocks of {entry.blocksize} at {entry.sample_rate} Hz, hop {entry.hop}"
        yield well("tuned", f"{entry.device}, {Path(entry.model).name}: {times}, {entry.sound_to_frame_ms:.0f} ms")
    for problem in problems:
        yield warning("tuned", problem)


def progress(_: Wanted) -> Iterator[Finding]:
    """Whether the file of what was practised is whole; nothing is written or moved."""
    path = default_file()
    if not path.exists():
        yield well("progress", "nothing practised yet")
        return
    try:
        open_plain(path).close()  # a pipe would be waited for
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1.0)) as file:
            file.execute("PRAGMA trusted_schema = OFF")
            version = schema.check(file)
            problem = file.execute("PRAGMA integrity_check(1)").fetchone()[0]
            takes = file.execute("SELECT count(*) FROM session").fetchone()[0] if version else 0
    except schema.NewerSchemaError:
        yield failed("progress", f"{path}: written by a newer livepitch", "install that one again")
    except OSError as error:
        advice = f"move it away, or name another folder in {FOLDERS['progress'][1]}"
        yield failed("progress", f"{path}: cannot be used ({error.strerror or error})", advice)
    except (schema.DamagedSchemaError, schema.ForeignSchemaError, sqlite3.Error) as error:
        reason = str(error) or "not a file of livepitch's"
        yield failed("progress", f"{path}: cannot be used ({reason})", "the next take puts it aside and begins anew")
    else:
        if problem == "ok":
            yield well("progress", f"{takes} takes, whole")
        else:
            yield failed("progress", f"{path}: damaged ({problem})", "the next take puts it aside and begins anew")


def leftovers(_: Wanted) -> Iterator[Finding]:
    """What was put aside, or never completed."""
    unfinished = unfinished_takes(recordings_folder())
    if unfinished:
        names = ", ".join(take.name for take in unfinished)
        advice = "start the window with the same folder: it completes them"
        yield warning("unfinished", f"{len(unfinished)} takes that were cut off: {names}", advice)
    aside = [path for path in _files() if ASIDE.fullmatch(path.name)]
    if aside:
        names = ", ".join(str(path) for path in aside)
        yield warning("put aside", f"damaged files that were replaced: {names}", "delete them if you miss nothing")
    partial = [path for path in _files() if path.name.endswith(PARTIAL)]
    if partial:
        size = _amount(sum(path.stat().st_size for path in partial))
        advice = "a download goes on when it is asked for again; what is older may be deleted"
        yield warning("leftovers", f"{size} half-written: {', '.join(str(path) for path in partial)}", advice)
    if not (unfinished or aside or partial):
        yield well("leftovers", "none")


def _files() -> Iterator[Path]:
    for folder, _ in FOLDERS.values():
        with suppress(OSError):
            yield from (Path(entry) for entry in os.scandir(folder()) if entry.is_file(follow_symlinks=False))


def crashes(_: Wanted) -> Iterator[Finding]:
    """What went wrong in the last days, as far as the log knows."""
    errors = recent_errors(datetime.now() - RECENT)
    cut_off = untold(log_folder())
    advice = "`livepitch doctor --report` shows them; please tell us if they are news to you"
    if cut_off:
        yield warning("crashes", " ".join(crash.sentence for crash in cut_off[-SHOWN:]), advice)
    if errors:
        yield warning("log", f"{len(errors)} errors in a week, the last one: {errors[-1]}", advice)
    if not (cut_off or errors):
        yield well("log", "no error in a week")


def recent_errors(since: datetime) -> list[str]:
    """The errors in the log from a moment on, in order, without the tracebacks."""
    found = []
    for path in log_files():
        for line in log_text(path):
            match = ERROR.match(line)
            if match and datetime.fromisoformat(match[1]) >= since:
                found.append(f"{match[1]} {match[2]}")
    return found


CHECKS: Checks = {
    "model": bundled,
    "fetched model": fetched,
    "folders": folders,
    "settings": settings,
    "tuned": tuned,
    "progress": progress,
    "leftovers": leftovers,
    "log": crashes,
}
