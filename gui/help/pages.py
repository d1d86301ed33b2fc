"""What stands on the cards of the help menu, as HTML."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from html import escape
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby

from PyQt6.QtCore import QT_VERSION_STR

from ...model.registry import list_models
from ..menus.choices import model_label
from .overview import Entry

PACKAGES = ("PyQt6", "pyqtgraph", "mlx", "numpy", "sounddevice", "soundfile", "soxr")
LICENCES = (
    "livepitch is free software under the GNU General Public License, version 3 or later, since PyQt6 is.",
    "PyQt6: GPL-3.0. Qt: LGPL-3.0. MLX, sounddevice, pyqtgraph, Typer, Rich: MIT. NumPy, numba, OpenBLAS, soundfile: "
    "BSD. librosa: ISC. safetensors: Apache-2.0. libsndfile, soxr: LGPL-2.1 or later.",
    "The models stream and rmvpe-small were trained for livepitch and are given under its licence.",
)


def shortcuts_page(entries: Sequence[Entry], words: str) -> str:
    """The actions in which all the words occur, by menu."""
    wanted = words.casefold().split()
    found = [entry for entry in entries if all(word in _text_of(entry) for word in wanted)]
    if not found:
        return f"<p>Nothing is called “{escape(words)}”.</p>"
    rows = []
    for place, group in groupby(found, key=lambda entry: entry.place):
        rows.append(f'<tr><td colspan="3" style="padding-top: 12px"><b>{escape(place)}</b></td></tr>')
        rows += [_row(entry) for entry in group]
    return f'<table width="100%" cellspacing="0" cellpadding="3">{"".join(rows)}</table>'


def about_page(model: str) -> str:
    """Versions, the model in use, licences."""
    known = {info.name: info.description for info in list_models()}
    about = f"{model_label(model)}: {known[model]}" if model in known else model_label(model)
    here = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    system = f"Python {platform.python_version()}, Qt {QT_VERSION_STR}, {platform.system()} {platform.machine()}"
    licences = "".join(f"<p>{escape(line)}</p>" for line in LICENCES)
    return (
        f"<p>See your pitch while you sing.</p><p><b>Version</b> {_version('livepitch')}</p>"
        f"<p><b>Model</b> {escape(about)}</p><p><b>Runs with</b> {escape(system)}; {escape(here)}</p>"
        f"<p><b>Licences</b></p>{licences}"
    )


def _text_of(entry: Entry) -> str:
    return f"{entry.place} {entry.name} {entry.keys} {entry.tip}".casefold()


def _row(entry: Entry) -> str:
    keys, name, tip = (escape(text) for text in (entry.keys, entry.name, entry.tip))
    return f'<tr><td style="white-space: pre" width="130">{keys}</td><td width="190">{name}</td><td>{tip}</td></tr>'


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"
