"""What `livepitch tune` found for a device and a model: kept in one file among the user's settings.

The file is JSON: a `version`, and under `tuned` a list of objects with the fields of `Tuned`. It is replaced as a whole
or not at all. One that cannot be used is put aside, told of in a line, and otherwise counts as empty.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from ..model.errors import LivepitchError
from ..model.published import RELEASES, cache_folder
from ..model.registry import BUNDLED, FOLDER, Model
from .devices import DeviceError
from .fetching import Fetching
from .frame import Settings
from .roles import Source
from .session import Session
from .settings_file import UnusableError, changing, read_settings, write_settings

S = TypeVar("S", bound=Fetching)

VARIABLE = "LIVEPITCH_CONFIG"
"""Environment variable that names another folder."""
FILE = "tuned.json"
VERSION = 1
LARGEST = {"sample_rate": 1_000_000, "blocksize": 65_536, "hop": 256}
"""Of the numbers in it: what is larger would only take memory, and time until the first frame."""

LONGEST = 1e6  # ms

Complain = Callable[[str], None]


class DamagedSettingsWarning(RuntimeWarning):
    """The file of tuned settings cannot be used; the text says what to do."""


class SettingsFileError(LivepitchError):
    """The file of tuned settings cannot be written."""


@dataclass(frozen=True)
class Tuned:
    """The smallest setting that a machine held, for one device and one model."""

    device: str
    """Its name, as the system lists it."""
    model: str
    """A name of `livepitch weights list`, or an absolute path."""
    sample_rate: int
    """Hz, at which it was tried; another rate knows nothing of it."""
    blocksize: int
    """Samples."""
    hop: int
    """Frames per run of the network."""
    sound_to_frame_ms: float
    """Median, measured."""


@runtime_checkable
class Tunable(Protocol):
    """A source whose block size may be chosen."""

    def look_up(self) -> tuple[str, int]:
        """Name and rate (Hz) of what `open` would take now; opens nothing. DeviceError if there is none."""
        ...

    def suggest_blocksize(self, samples: int | None) -> bool:
        """From the next `open` on, None for what the device likes best; False if the user chose one, which stays."""
        ...


def config_folder() -> Path:
    """Where settings lie: `LIVEPITCH_CONFIG`, or livepitch's folder among the user's settings."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_config_path

    return user_config_path("livepitch")


def model_key(model: Model | str | Path) -> str:
    """What a model is kept under: a name of `livepitch weights list`, else where its file is."""
    if not isinstance(model, Model) and (str(model) in BUNDLED or str(model) in RELEASES):
        return str(model)
    path = model.checkpoint.path if isinstance(model, Model) else Path(model)
    if path is None:
        return str(model)
    path = path.expanduser().resolve()
    # What comes with livepitch or was fetched by name may move with the next installation.
    return path.stem if path.parent in (FOLDER.resolve(), cache_folder().expanduser().resolve()) else str(path)


def _warn(problem: str) -> None:
    warnings.warn(problem, DamagedSettingsWarning, stacklevel=3)


def tuned_for(
    device: str, model: Model | str | Path, sample_rate: int | None = None, complain: Complain = _warn
) -> Tuned | None:
    """What was found for a device of this name and a model (or its name or path), None if nothing.

    sample_rate: Hz, if only what was tried at it will do. complain: told in one line of a file that is damaged.
    """
    key = model_key(model)
    for entry in read_tuned(complain):
        if (entry.device, entry.model) == (device, key) and sample_rate in (None, entry.sample_rate):
            return entry
    return None


def read_tuned(complain: Complain = _warn) -> list[Tuned]:
    """Everything that was found; nothing of a file that is missing or damaged."""
    path = config_folder() / FILE
    try:
        return read_settings(path, VERSION, _entries) or []
    except UnusableError as error:
        complain(f"{path}: {error}; run `livepitch tune` again")
        return []


def _entries(record: Mapping[str, Any]) -> list[Tuned]:
    return [_entry(entry) for entry in record["tuned"]]


def _entry(record: Any) -> Tuned:
    """One entry; ValueError, KeyError or TypeError for what was not written here."""
    entry = Tuned(**{field.name: record[field.name] for field in fields(Tuned)})
    texts = entry.device, entry.model
    whole = all(type(value := getattr(entry, name)) is int and 1 <= value <= most for name, most in LARGEST.items())
    delay = entry.sound_to_frame_ms
    said = type(delay) in (int, float) and 0 <= delay <= LONGEST
    if not (whole and said and all(isinstance(text, str) for text in texts)):
        raise ValueError(f"not a tuned setting: {record}")
    return entry


def write_tuned(found: Tuned, complain: Complain = _warn) -> Path:
    """Keep `found` in place of what was known of its device and model; the file's path. SettingsFileError."""
    path = config_folder() / FILE
    try:
        with changing(path):  # another process may be tuning another device
            others = [one for one in read_tuned(complain) if (one.device, one.model) != (found.device, found.model)]
            entries = [asdict(entry) for entry in [*others, found]]
            write_settings(path, {"version": VERSION, "tuned": entries})
    except OSError as error:
        reason = error.strerror or error
        raise SettingsFileError(f"{path}: cannot be written ({reason}); name another folder in {VARIABLE}") from None
    return path


def use_tuned(
    source: Source, model: Model | str | Path, settings: Settings, complain: Complain = _warn
) -> tuple[Settings, Tuned | None]:
    """Suggest the tuned block size to `source`, unless the user chose one; `settings` with the tuned hop, likewise.

    And what is in use of what was found: None if there is nothing, or all of it was chosen. Call it before each start,
    on the thread that may wait for a device: the default input may be another one by then.
    """
    if not isinstance(source, Tunable):
        return settings, None
    source.suggest_blocksize(None)
    found = _found_for(source, model, complain)
    if found is None:
        return settings, None
    suggested = source.suggest_blocksize(found.blocksize)
    windows = (settings.context, settings.lookahead, settings.hop)
    if windows == (None, None, None):  # it was tried with no other windows
        return replace(settings, hop=found.hop), found
    return settings, found if suggested else None


def tuned(
    make: Callable[..., S], source: Source, model: Model | str | Path, settings: Settings | None, **options: Any
) -> S:
    """What `make` makes of the arguments of a session, opening `source` with what `livepitch tune` found."""
    chosen, found = use_tuned(source, model, settings or Settings())
    session = make(source, model, chosen, **options)
    session.tuned = found
    return session


def tuned_session(
    source: Source, model: Model | str | Path = "stream", settings: Settings | None = None, **options: Any
) -> Session:
    """A session with these `options` that opens `source` with what `livepitch tune` found."""
    return tuned(Session, source, model, settings, **options)


def _found_for(source: Tunable, model: Model | str | Path, complain: Complain) -> Tuned | None:
    if not read_tuned(complain):
        return None  # no device need be looked for
    try:
        name, rate = source.look_up()
    except DeviceError:  # `open` will say so
        return None
    return tuned_for(name, model, rate, complain)
