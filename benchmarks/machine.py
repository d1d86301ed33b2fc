"""What a figure was measured on, as every JSON file of these benchmarks says it: `bench/machine.py` finds it out."""

from __future__ import annotations

from typing import Any

from livepitch.bench import machine

PACKAGES = (*machine.PACKAGES, "mir_eval")


def describe_machine() -> dict[str, Any]:
    """The machine as docs/bench-json.md describes it, with the versions of Python and packages in `packages`."""
    return machine.describe_machine() | {"packages": machine.versions(PACKAGES)}
