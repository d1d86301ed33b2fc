"""Which device MLX computes on: chosen before a network is built, on the thread that will run it."""

from __future__ import annotations

import os
import sys

from .errors import LivepitchError

BACKENDS = ("cpu", "gpu")
VARIABLE = "LIVEPITCH_BACKEND"
"""Environment variable with one of them, for engines in processes of their own."""


def choose_backend(backend: str | None = None) -> str:
    """Let MLX compute on "gpu" or "cpu" from now on; returns which it is.

    Without one, on what `VARIABLE` says, or else on what MLX takes by itself.

    Raises:
        LivepitchError: there is no such device here.

    """
    from .backend import mx
    from .lanes import on_gpu

    backend = backend or os.environ.get(VARIABLE)
    if backend in BACKENDS:
        check_backend(backend)
        try:
            mx.set_default_device(getattr(mx, backend))
            mx.eval(mx.zeros(1))  # a driver that is missing shows only now
        except (RuntimeError, ValueError) as error:
            raise _none(backend, str(error)) from None
    return "gpu" if on_gpu() else "cpu"


def check_backend(backend: str | None) -> None:
    """Raise LivepitchError where MLX was built without "gpu" or "cpu"; computes nothing, so any thread may ask."""
    from .backend import mx

    if backend and hasattr(mx, "is_available") and not mx.is_available(getattr(mx, backend)):
        raise _none(backend, f"it was built without a {backend}")


def release_memory() -> None:
    """Give back what MLX keeps for later, if it is loaded at all: after a failure there may be none left."""
    backend = sys.modules.get("mlx.core")
    if backend is not None:
        backend.clear_cache()


def _none(backend: str, reason: str) -> LivepitchError:
    return LivepitchError(
        f"--backend {backend}: MLX has none here ({reason}); try the other backend, or install mlx[cuda13]"
    )


def describe_device(backend: str | None = None) -> dict[str, str | None]:
    """What MLX computes on, by itself or with `backend`; computes nothing, so any thread may ask.

    `device` gpu or cpu, `backend` Metal, CUDA or CPU, `name` as the driver gives it.
    """
    from .backend import mx
    from .lanes import on_gpu

    device = backend or ("gpu" if on_gpu() else "cpu")
    kind = "CPU" if device == "cpu" else "Metal" if mx.metal.is_available() else "CUDA"
    name = mx.device_info(getattr(mx, device)).get("device_name") if hasattr(mx, "device_info") else None
    return {"device": device, "backend": kind, "name": str(name) if name else None}
