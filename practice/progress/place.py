"""Where what the user has practised is kept."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "LIVEPITCH_DATA"
"""Environment variable that names another folder."""
FILE = "practice.sqlite"


def data_folder() -> Path:
    """`LIVEPITCH_DATA`, or livepitch's folder among the user's data."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("livepitch")


def default_file() -> Path:
    """The file of the user's practice."""
    return data_folder() / FILE
