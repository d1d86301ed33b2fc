"""The process in which checks run: what hangs, crashes or aborts there takes nothing else with it.

Over an inherited pipe goes one JSON object a line: `begun`, the number of the check that begins; then what it found.
"""

from __future__ import annotations

import faulthandler
import json
import os
from dataclasses import asdict
from importlib import import_module
from typing import Any

from .finding import Checks, Finding, Grade, Wanted, failed

BACKGROUND = 10  # added to the nice value of who gives way


def main(pipe: int, module: str, first: int, wanted: dict[str, Any]) -> None:
    """Do the checks of a module from the number `first` on."""
    faulthandler.enable()  # even a segmentation fault leaves a word on standard error
    asked = Wanted(**wanted)
    if asked.gentle:
        os.nice(BACKGROUND)
    with os.fdopen(pipe, "w", encoding="utf-8") as told:

        def tell(**what: object) -> None:
            told.write(json.dumps(what) + "\n")
            told.flush()  # before whatever comes next ends this process

        checks: Checks = import_module(module).CHECKS
        for number, (name, check) in enumerate(checks.items()):
            if number >= first:
                tell(begun=number, name=name)
                try:
                    for finding in check(asked):
                        tell(finding={**asdict(finding), "grade": finding.grade.value})
                except Exception as error:
                    broken = failed(name, f"the check failed, {type(error).__name__}: {error}")
                    tell(finding={**asdict(broken), "grade": broken.grade.value})
        tell(ended=True)
    os._exit(0)  # a driver may hang at the end of a process


def finding_of(record: dict[str, str]) -> Finding:
    """What was told."""
    return Finding(record["check"], Grade(record["grade"]), record["found"], record["advice"])
