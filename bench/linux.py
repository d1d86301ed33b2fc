"""A Linux machine as its owner knows it, from the kernel's own files; the parsers are pure and take their text."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from .probe import answer_of, number_in, text_of

GOVERNOR = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
SUPPLIES = Path("/sys/class/power_supply")
NVIDIA = ("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")

Facts = dict[str, Any]


def describe_linux() -> Facts:
    """Chip, cores, graphics, memory, system and power; whatever the kernel does not tell is None."""
    processor = text_of("/proc/cpuinfo") or ""
    return {
        "chip": chip(processor) or _line("/proc/device-tree/model") or platform.machine() or None,
        "computer": _line("/sys/class/dmi/id/product_name"),
        "cores": {
            "total": physical_cores(processor),
            "performance": listed_cores(text_of("/sys/devices/cpu_core/cpus")),
            "efficiency": listed_cores(text_of("/sys/devices/cpu_atom/cpus")),
        },
        "gpu": {"name": graphics(answer_of(NVIDIA)), "cores": None},
        "memory_gb": memory(text_of("/proc/meminfo") or ""),
        "os": system_name(text_of("/etc/os-release") or "", platform.release()),
        "power": {"source": _power_source(), "mode": _line(GOVERNOR)},
    }


def chip(text: str) -> str | None:
    """The processor's name in /proc/cpuinfo; ARM machines often give none."""
    return next((value for name, value in _pairs(text, ":") if name == "model name" and value), None)


def physical_cores(text: str) -> int | None:
    """Cores in /proc/cpuinfo, threads of one core counted once where it tells them apart."""
    entries = [dict(_pairs(part, ":")) for part in text.split("\n\n")]
    threads = [entry for entry in entries if "processor" in entry]
    if all("core id" in entry for entry in threads):
        return len({(entry.get("physical id"), entry["core id"]) for entry in threads}) or None
    return len(threads) or None


def listed_cores(text: str | None) -> int | None:
    """How many processors a list of the kernel's such as `0-7,16` names."""
    count = 0
    for part in (text or "").strip().split(","):
        first, _, last = part.partition("-")
        begin, end = number_in(first), number_in(last or first)
        if begin is None or end is None:
            return None
        count += end - begin + 1
    return count


def graphics(text: str | None) -> str | None:
    """Names of what nvidia-smi lists: `NVIDIA H200`, or `2 x NVIDIA H200`."""
    names = [line.strip() for line in (text or "").splitlines() if line.strip()]
    counted = {name: names.count(name) for name in names}
    return ", ".join(name if count == 1 else f"{count} x {name}" for name, count in counted.items()) or None


def memory(text: str) -> float | None:
    """GiB in /proc/meminfo."""
    kilobytes = number_in(dict(_pairs(text, ":")).get("MemTotal", "").removesuffix("kB"))
    return round(kilobytes / 2**20, 1) if kilobytes else None


def system_name(text: str, kernel: str) -> str | None:
    """The distribution of /etc/os-release and the kernel."""
    name = dict(_pairs(text, "=")).get("PRETTY_NAME", "").strip("\"'")
    return ", ".join(part for part in (name, f"Linux {kernel}" if kernel else "") if part) or None


def power_source(supplies: list[tuple[str, str, str]]) -> str | None:
    """mains or battery, from each supply's type, `online` and `status`; None where there is no battery."""
    kinds = [kind for kind, _, _ in supplies]
    if "Battery" not in kinds:
        return None
    plugged = any(kind != "Battery" and online == "1" for kind, online, _ in supplies)
    draining = any(kind == "Battery" and status == "Discharging" for kind, _, status in supplies)
    return "battery" if draining or not plugged else "mains"


def _power_source() -> str | None:
    try:
        folders = sorted(SUPPLIES.iterdir())
    except OSError:
        return None
    names = ("type", "online", "status")
    read = [tuple(_line(folder / name) or "" for name in names) for folder in folders]
    return power_source([(kind, online, status) for kind, online, status in read])


def _line(path: str | Path) -> str | None:
    return (text_of(path) or "").strip("\0 \n") or None


def _pairs(text: str, sign: str) -> list[tuple[str, str]]:
    split = (line.partition(sign) for line in text.splitlines() if sign in line)
    return [(name.strip(), value.strip()) for name, _, value in split]
