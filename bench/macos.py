"""A Mac as its owner knows it, from the system's own programs; the parsers are pure and take what those print."""

from __future__ import annotations

import json
import re
from typing import Any

from .probe import answer_of, number_in

SYSCTL = (
    "machdep.cpu.brand_string",
    "hw.model",
    "hw.memsize",
    "hw.physicalcpu",
    "hw.perflevel0.physicalcpu",
    "hw.perflevel1.physicalcpu",
)
POWER_MODES = {"0": "automatic", "1": "low power", "2": "high power"}

Facts = dict[str, Any]


def describe_mac() -> Facts:
    """Chip, cores, graphics, memory, system and power; whatever the system does not tell is None."""
    # Without -n each value comes with its name, so one that this Mac does not know shifts no other.
    values = sysctl_values("\n".join(answer_of(["sysctl", name]) or "" for name in SYSCTL))
    memory = number_in(values.get("hw.memsize"))
    return {
        "chip": values.get("machdep.cpu.brand_string"),
        "computer": values.get("hw.model"),
        "cores": mac_cores(values),
        "gpu": graphics(answer_of(["system_profiler", "SPDisplaysDataType", "-json"])),
        "memory_gb": round(memory / 2**30, 1) if memory else None,
        "os": system_name(answer_of(["sw_vers"])),
        "power": {
            "source": power_source(answer_of(["pmset", "-g", "batt"])),
            "mode": power_mode(answer_of(["pmset", "-g"])),
        },
    }


def sysctl_values(text: str) -> dict[str, str]:
    """`name: value` lines of sysctl; lines of another kind are passed over."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, colon, value in pairs if colon and value.strip()}


def mac_cores(values: dict[str, str]) -> Facts:
    """Cores in all, and of each kind; an Intel Mac has one kind only."""
    return {
        "total": number_in(values.get("hw.physicalcpu")),
        "performance": number_in(values.get("hw.perflevel0.physicalcpu")),
        "efficiency": number_in(values.get("hw.perflevel1.physicalcpu")),
    }


def graphics(text: str | None) -> Facts:
    """Name and cores of the first graphics processor that `system_profiler SPDisplaysDataType -json` lists."""
    try:
        entries = json.loads(text or "")["SPDisplaysDataType"]
        first = next(entry for entry in entries if entry.get("sppci_model"))
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return {"name": None, "cores": None}
    return {"name": str(first["sppci_model"]), "cores": number_in(first.get("sppci_cores"))}


def system_name(text: str | None) -> str | None:
    """`macOS 14.5 (23F79)` from what sw_vers prints."""
    values = sysctl_values(text or "")
    name, version = values.get("ProductName"), values.get("ProductVersion")
    if not name or not version:
        return None
    build = values.get("BuildVersion")
    return f"{name} {version} ({build})" if build else f"{name} {version}"


def power_source(text: str | None) -> str | None:
    """mains or battery, from what `pmset -g batt` prints."""
    found = re.search(r"drawing from '(\w+) Power'", text or "")
    return {"AC": "mains", "Battery": "battery"}.get(found[1]) if found else None


def power_mode(text: str | None) -> str | None:
    """automatic, low power or high power, from what `pmset -g` prints.

    Macs with a high power mode call the setting `powermode`, the others `lowpowermode`.
    """
    found = re.search(r"^\s*(?:low)?powermode\s+(\d)\b", text or "", re.MULTILINE)
    return POWER_MODES.get(found[1]) if found else None
