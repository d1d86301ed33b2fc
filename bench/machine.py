"""What a figure was measured on: the machine as an owner would name it, and the software."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ..model.blas import cores
from .linux import describe_linux
from .macos import describe_mac

PACKAGES = ("livepitch", "mlx", "cmeel-openblas", "numpy", "numba", "soxr", "sounddevice", "PyQt6", "pyqtgraph")

Facts = dict[str, Any]


def describe_machine(mlx: dict[str, str | None] | None = None) -> Facts:
    """Chip, cores, graphics, memory, system and power, as JSON types; None for what the system does not tell.

    mlx: what MLX computed on (`model/device.py`), if that belongs to the figure.
    """
    facts = _nothing() | _described()
    facts["cores"]["usable"] = cores()
    return facts | {"architecture": platform.machine() or None, "mlx": mlx}


def versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Python's version and those of the packages that are installed."""
    found = {name: _version(name) for name in packages}
    return {"python": platform.python_version()} | {name: text for name, text in found.items() if text}


def machine_line(facts: Facts) -> str:
    """The machine in a line: `Apple M1 Pro (8 performance + 2 efficiency cores), GPU 16 cores, 16 GB, macOS 14.5`."""
    parts = [_chip_and_cores(facts["chip"], facts["cores"]), _graphics(facts["gpu"])]
    parts += [f"{facts['memory_gb']:g} GB" if facts["memory_gb"] else "", facts["os"] or "", _power(facts["power"])]
    return ", ".join(part for part in parts if part)


def _chip_and_cores(chip: str | None, kinds: Facts) -> str:
    if kinds["performance"] and kinds["efficiency"]:
        told = f"{kinds['performance']} performance + {kinds['efficiency']} efficiency cores"
    else:
        told = f"{kinds['total'] or kinds['usable']} cores"
    if kinds["total"] and kinds["usable"] < kinds["total"]:
        told += f", {kinds['usable']} usable"
    return f"{chip or 'unknown processor'} ({told})"


def _graphics(gpu: Facts) -> str:
    if not gpu["name"]:
        return ""
    return f"GPU {gpu['name']}" + (f" with {gpu['cores']} cores" if gpu["cores"] else "")


def _power(power: Facts) -> str:
    told = [power["mode"] or "", f"on {power['source']}" if power["source"] else ""]
    return "power: " + " ".join(part for part in told if part) if any(told) else ""


def _nothing() -> Facts:
    return {
        "chip": None,
        "computer": None,
        "cores": {"total": None, "performance": None, "efficiency": None},
        "gpu": {"name": None, "cores": None},
        "memory_gb": None,
        "os": platform.platform() or None,
        "power": {"source": None, "mode": None},
    }


def _described() -> Facts:
    describe = {"Darwin": describe_mac, "Linux": describe_linux}.get(platform.system())
    return describe() if describe else {}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
