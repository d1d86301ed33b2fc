"""PyTorch's GRU in MLX, in one direction or two at once, stepped by a kernel on a GPU and by a graph elsewhere.

    r, z = sigmoid(W_i x + b_i + W_h h + b_h)
    n = tanh(W_in x + b_in + r·(W_hn h + b_hn))
    h' = n + z·(h - n)

The input's products are made for all frames at once; b_hh is merged into b_ih for r and z, while b_hn stays inside.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

import numpy as np

from .backend import mx
from .lanes import lane, on_gpu
from .layers import Weights, array

SLICE = 8  # steps that `slices` makes at once: 1 ms on a slow core
LONGEST_GRAPH = 512  # steps before the graph so far is sent off: that of a whole song would fill the memory
LONGEST_KERNEL = 2048  # steps of one kernel: a GPU that also draws the screen must not be held for long
MOST_THREADS = 768  # of a kernel's group
TOLERANCE = 1e-5  # of the kernel against the graph, on states within -1..1

Kernel = Callable[..., list[mx.array]]
Slices = Generator[str, None, tuple[mx.array, mx.array]]
"""A computation in slices: yields the name of the slice that the next step computes, to its end; returns two arrays."""


@dataclass(frozen=True)
class Gru:
    """One direction."""

    w_input: mx.array  # (n_in, 3H), order r, z, n
    b_input: mx.array  # (3H,)
    w_hidden: mx.array  # (H, 3H)
    b_hidden: mx.array  # (3H,), zero for r and z

    @classmethod
    def load(cls, weights: Weights, name: str, suffix: str = "") -> Gru:
        """From PyTorch's weights `name.weight_ih_l0` and so on."""
        w_ih, w_hh, b_ih, b_hh = (
            weights[f"{name}.{part}_l0{suffix}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        two = 2 * w_hh.shape[1]
        merged = np.concatenate((b_ih[:two] + b_hh[:two], b_ih[two:]))
        inside = np.concatenate((np.zeros(two), b_hh[two:]))
        return cls(array(w_ih.T), array(merged), array(w_hh.T), array(inside))

    @property
    def hidden(self) -> int:
        """Size of the state."""
        return int(self.w_hidden.shape[0])

    def __call__(self, x: mx.array, h: mx.array) -> mx.array:
        """x (n, n_in), h (H,) before the first frame -> the states (n, H) after each frame."""
        projected, kernel = mx.addmm(self.b_input, x, self.w_input), gpu_kernel()
        if kernel is None:
            return by_graph(projected, self.w_hidden, self.b_hidden, h)
        return by_kernel(kernel, projected[None], self.w_hidden[None], self.b_hidden[None], h[None])[0]


@dataclass(frozen=True)
class BiGru:
    """Both directions, at the same time: in one kernel, or each on a lane of its own."""

    ahead: Gru
    behind: Gru

    @classmethod
    def load(cls, weights: Weights, name: str) -> BiGru:
        """From PyTorch's weights of a bidirectional GRU."""
        return cls(Gru.load(weights, name), Gru.load(weights, name, "_reverse"))

    @property
    def hidden(self) -> int:
        """Size of each direction's state."""
        return self.ahead.hidden

    def __call__(self, x: mx.array, h: mx.array) -> tuple[mx.array, mx.array]:
        """x (n, n_in), h (H,) before the first frame -> states after each frame, (n, H) ahead and (n, H) behind.

        The backward direction starts from zeros after the last frame.
        """
        kernel, nothing = gpu_kernel(), mx.zeros_like(h)
        if kernel is None:
            with lane(0):
                ahead = self.ahead(x, h)
            with lane(1):
                return ahead, self.behind(x[::-1], nothing)[::-1]
        pair = (self.ahead, self.behind)
        projected = mx.stack([mx.addmm(g.b_input, y, g.w_input) for g, y in zip(pair, (x, x[::-1]), strict=True)])
        weights, biases = mx.stack([g.w_hidden for g in pair]), mx.stack([g.b_hidden for g in pair])
        states = by_kernel(kernel, projected, weights, biases, mx.stack([h, nothing]))
        return states[0], states[1][::-1]

    def through(self, parts: Sequence[mx.array], report: Callable[[float], None]) -> list[mx.array]:
        """Parts (n, n_in) of one sound, from zeros on -> states of each (n, 2H), ahead and behind.

        On a CPU with the memory of one part in each direction at a time; `report` hears the finished share.
        """
        h = back = mx.zeros((self.hidden,))
        if gpu_kernel() is not None:
            both = mx.concatenate(list(self(mx.concatenate(list(parts)), h)), axis=1)
            mx.eval(both)
            report(1.0)
            return list(mx.split(both, np.cumsum([len(part) for part in parts])[:-1].tolist()))
        ahead: list[mx.array] = []
        behind: list[mx.array] = []
        for first, last in zip(parts, reversed(parts), strict=True):
            with lane(0):
                ahead.append(self.ahead(first, h))
            with lane(1):
                behind.append(self.behind(last[::-1], back))
            mx.eval(ahead[-1], behind[-1])
            h, back = ahead[-1][-1], behind[-1][-1]
            report(len(ahead) / len(parts))
        pairs = zip(ahead, reversed(behind), strict=True)
        return [mx.concatenate([states, later[::-1]], axis=1) for states, later in pairs]

    def slices(self, x: mx.array, h: mx.array) -> Slices:
        """The same numbers, computed a few steps at a time."""
        if gpu_kernel() is not None:
            yield "gru"
            both = self(x, h)
            mx.eval(both)
            return both
        pair, projected = (self.ahead, self.behind), []
        for i, (gru, y) in enumerate(zip(pair, (x, x[::-1]), strict=True)):
            with lane(i):
                projected.append(mx.addmm(gru.b_input, y, gru.w_input))
        yield "gru.input"
        mx.eval(projected)
        states: list[list[mx.array]] = [[h[None]], [mx.zeros_like(h)[None]]]
        for start in range(0, len(x), SLICE):
            yield "gru"
            for i, gru in enumerate(pair):
                with lane(i):
                    part = projected[i][start : start + SLICE]
                    states[i].append(by_graph(part, gru.w_hidden, gru.b_hidden, states[i][-1][-1]))
            mx.eval([parts[-1] for parts in states])
        ahead, behind = (mx.concatenate(parts[1:]) for parts in states)
        return ahead, behind[::-1]


def by_graph(projected: mx.array, w_hidden: mx.array, b_hidden: mx.array, h: mx.array) -> mx.array:
    """The recurrence as a graph, for any backend.

    projected (n, 3H), w_hidden (H, 3H), b_hidden (3H,), h (H,) -> states (n, H).
    """
    n, size = len(projected), len(h)
    gates_in, new_in = (mx.split(part, n) for part in mx.split(projected, [2 * size], axis=1))
    states, h = [], h.reshape(1, -1)
    for gate_in, candidate_in in zip(gates_in, new_in, strict=True):
        gates, candidate = mx.split(mx.addmm(b_hidden, h, w_hidden), [2 * size], axis=1)
        reset, update = mx.split(mx.sigmoid(gate_in + gates), 2, axis=1)
        new = mx.tanh(candidate_in + reset * candidate)
        h = new + update * (h - new)
        states.append(h)
        if len(states) % LONGEST_GRAPH == 0:
            mx.async_eval(h)  # type: ignore[no-untyped-call]
    return mx.concatenate(states)


@cache
def gpu_kernel() -> Kernel | None:
    """The kernel, where there is a GPU on which it gives the graph's numbers."""
    if not on_gpu():
        return None
    try:
        kernel = _kernel()
        worst = _difference(kernel)
    except (RuntimeError, ValueError):  # does not compile or does not fit on this GPU
        return None
    return kernel if worst < TOLERANCE else None


def _difference(kernel: Kernel) -> float:
    """Largest difference from the graph on a small seeded problem that needs as many threads as there can be."""
    rng, size = np.random.default_rng(0), MOST_THREADS // 3
    shapes = ((2, 5, 3 * size), (2, size, 3 * size), (2, 3 * size), (2, size))
    problem = [mx.array(rng.uniform(-0.2, 0.2, shape).astype(np.float32)) for shape in shapes]
    graph = mx.stack([by_graph(*direction) for direction in zip(*problem, strict=True)])
    return float(mx.abs(by_kernel(kernel, *problem) - graph).max())


_NAMES = ("projected", "w_hidden", "b_hidden", "start", "frames")
# These stand in the source, not in a header: Metal's arguments are found by their names in it.
_CUDA = """
    #define GROUP blockIdx.x
    #define THREAD threadIdx.x
    #define GROUP_MEMORY __shared__
    #define BARRIER __syncthreads()
    #define READ(weight) __ldg(&(weight))
"""
_METAL = """
    #define GROUP threadgroup_position_in_grid.x
    #define THREAD thread_position_in_threadgroup.x
    #define GROUP_MEMORY threadgroup
    #define BARRIER threadgroup_barrier(mem_flags::mem_threadgroup)
    #define READ(weight) weight
"""
# One group of threads for each direction. H is the size of the state, THREADS that of the group.
_SOURCE = """
    GROUP_MEMORY float state[H];
    GROUP_MEMORY float inner[3 * H];
    const int direction = GROUP;
    const int first = THREAD;
    const int n = frames[0];
    for (int i = first; i < H; i += THREADS) state[i] = start[direction * H + i];
    BARRIER;
    for (int t = 0; t < n; ++t) {
        for (int column = first; column < 3 * H; column += THREADS) {
            float sums[4] = {b_hidden[direction * 3 * H + column], 0.0f, 0.0f, 0.0f};
            const int offset = direction * H * 3 * H + column;
            #pragma unroll 32
            for (int row = 0; row < H; ++row) sums[row % 4] += READ(w_hidden[offset + row * 3 * H]) * state[row];
            inner[column] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        }
        BARRIER;
        const int at = direction * n + t;
        for (int i = first; i < H; i += THREADS) {
            const float reset = 1.0f / (1.0f + exp(-(projected[at * 3 * H + i] + inner[i])));
            const float update = 1.0f / (1.0f + exp(-(projected[at * 3 * H + H + i] + inner[H + i])));
            const float fresh = tanh(projected[at * 3 * H + 2 * H + i] + reset * inner[2 * H + i]);
            const float next = fresh + update * (state[i] - fresh);
            state[i] = next;
            states[at * H + i] = next;
        }
        BARRIER;
    }
"""


def _kernel() -> Kernel:
    metal = mx.metal.is_available()
    make = mx.fast.metal_kernel if metal else mx.fast.cuda_kernel
    source = (_METAL if metal else _CUDA) + _SOURCE
    return cast(Kernel, make(name="gru", input_names=_NAMES, output_names=("states",), source=source))


def by_kernel(kernel: Kernel, projected: mx.array, w_hidden: mx.array, b_hidden: mx.array, h: mx.array) -> mx.array:
    """The recurrence by `kernel` for D directions at once; all shapes as in `by_graph`, after one axis of D."""
    parts = []
    for start in range(0, projected.shape[1], LONGEST_KERNEL):
        part = projected[:, start : start + LONGEST_KERNEL]
        parts.append(_launched(kernel, part, w_hidden, b_hidden, h))
        h = parts[-1][:, -1]
    return parts[0] if len(parts) == 1 else mx.concatenate(parts, axis=1)


def _launched(kernel: Kernel, projected: mx.array, w_hidden: mx.array, b_hidden: mx.array, h: mx.array) -> mx.array:
    directions, n, width = projected.shape
    threads = min(MOST_THREADS, -(-width // 32) * 32)
    return kernel(
        inputs=[projected, w_hidden, b_hidden, h, mx.array([n], mx.int32)],
        template=[("H", width // 3), ("THREADS", threads)],
        grid=(threads * directions, 1, 1),
        threadgroup=(threads, 1, 1),
        output_shapes=[(directions, n, width // 3)],
        output_dtypes=[mx.float32],
    )[0]
