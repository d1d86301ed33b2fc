"""RMVPE run by livepitch, by PyTorch and by the PyPI package mlx-rmvpe, each in a process of its own.

A process of its own because of the BLAS: livepitch loads a fast one before MLX, and mlx-rmvpe is to be measured as it
is when installed. A worker (`python benchmarks/engines.py ENGINE ...`) is told `run` on its standard input and answers
with the seconds that one pass took; `end` makes it answer with its peak memory in bytes and leave.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Pass = Callable[[], object]
Mel = NDArray[np.float32]

ENGINES = {
    "livepitch": {},
    "livepitch/TF32 on": {"MLX_ENABLE_TF32": "1"},
    "livepitch/half": {"LIVEPITCH_BENCH_HALF": "1"},
    "PyTorch": {},
    "PyTorch/TF32 off": {"NVIDIA_TF32_OVERRIDE": "0"},
    "mlx-rmvpe": {},
}
"""Name -> environment of the worker."""


def log_mels(frames: int) -> Mel:
    """Noise in the range of log-mels, (frames, 128): the time does not depend on what is heard."""
    return np.random.default_rng(0).normal(-6.0, 2.0, (frames, 128)).astype(np.float32)


def livepitch_pass(mel: Mel, gpu: bool) -> Pass:
    """One pass of livepitch's network, salience evaluated; full-size, random weights."""
    from livepitch.model.backend import mx

    mx.set_default_device(mx.gpu if gpu else mx.cpu)
    from livepitch.model.blas import use_cores
    from livepitch.model.config import RmvpeConfig
    from livepitch.model.names import expected_shapes
    from livepitch.model.rmvpe import RmvpeNetwork

    use_cores(1)
    rng, weights = np.random.default_rng(0), {}
    for name, shape in expected_shapes(RmvpeConfig()).items():
        scale = 0.5 / np.sqrt(max(1, np.prod(shape[1:])))
        values = rng.normal(size=shape) * scale
        weights[name] = (1.0 + np.abs(values) if name.endswith("running_var") else values).astype(np.float32)
    network = RmvpeNetwork(RmvpeConfig(), weights, half=os.environ.get("LIVEPITCH_BENCH_HALF") == "1")
    x, state = mx.array(mel), network.initial_state()

    def run() -> object:
        salience, _ = network.salience(network.features(x), state)
        mx.eval(salience)
        return np.array(salience)

    return run


def torch_pass(mel: Mel, gpu: bool) -> Pass:
    """One pass of the PyTorch reference, salience on the host."""
    import torch

    from livepitch.model.config import RmvpeConfig
    from livepitch.parity.reference import Rmvpe

    device = "cuda" if gpu else "cpu"
    network, x = Rmvpe(RmvpeConfig()).eval().to(device), torch.from_numpy(mel)[None].to(device)

    def run() -> object:
        with torch.inference_mode():
            return torch.sigmoid(network(x)).cpu().numpy()

    return run


def mlx_rmvpe_pass(mel: Mel, gpu: bool) -> Pass:
    """One pass of mlx-rmvpe's network as installed."""
    import mlx.core as mx
    from mlx_rmvpe.model import E2E

    mx.set_default_device(mx.gpu if gpu else mx.cpu)
    network = E2E(4, 1, (2, 2))
    network.eval()
    x = mx.array(np.ascontiguousarray(mel.T)[None])

    def run() -> object:
        salience = network(x)
        mx.eval(salience)
        return np.array(salience)

    return run


MAKERS = {"livepitch": livepitch_pass, "PyTorch": torch_pass, "mlx-rmvpe": mlx_rmvpe_pass}


class Worker:
    """An engine in its own process."""

    def __init__(self, engine: str, frames: int, gpu: bool) -> None:
        command = [sys.executable, __file__, engine, str(frames), "gpu" if gpu else "cpu"]
        environment = os.environ | ENGINES[engine]
        root = str(Path(__file__).parents[1])
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def ask(self, question: str) -> float:
        """The worker's answer to `run` or `end`.

        Raises:
            RuntimeError: the engine failed; its own words stand on standard error.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{question}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the engine's process ended")
        return float(answer)

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()


@contextmanager
def workers(engines: list[str], frames: int, gpu: bool) -> Iterator[dict[str, Worker]]:
    """A worker for each engine; they are gone afterwards."""
    started = {engine: Worker(engine, frames, gpu) for engine in engines}
    try:
        yield started
    finally:
        for worker in started.values():
            worker.close()


def _work(engine: str, frames: int, gpu: bool) -> None:
    run = MAKERS[engine.split("/")[0]](log_mels(frames), gpu)
    for line in sys.stdin:
        if line.strip() == "end":
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(peak * (1 if sys.platform == "darwin" else 1024), flush=True)
            return
        start = time.perf_counter()
        run()
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    _work(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "gpu")
