"""The inner loops of the mel, compiled; apart from it, since numba takes half a second to import.

Between two runs of a network, which fill the processor's cache, a dozen calls of numpy take ten times what they
compute.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@njit(cache=True)
def log_bands(
    spectra: NDArray[np.complex128],
    bins: NDArray[np.intp],
    weights: NDArray[np.float64],
    starts: NDArray[np.intp],
    floor: float,
) -> Floats:
    """Spectra (n, 513) -> log-mel (n, 128).

    Band b sums `weights` times the magnitudes of `bins` from `starts[b]` to the next band's start, `floor` at least.
    """
    n, n_bands = len(spectra), len(starts)
    out = np.empty((n, n_bands), np.float32)
    magnitude = np.empty(spectra.shape[1])
    for t in range(n):
        for i in range(len(magnitude)):
            value = spectra[t, i]
            magnitude[i] = np.sqrt(value.real * value.real + value.imag * value.imag)
        for band in range(n_bands):
            stop = starts[band + 1] if band + 1 < n_bands else len(bins)
            total = 0.0
            for i in range(starts[band], stop):
                total += weights[i] * magnitude[bins[i]]
            out[t, band] = np.log(max(total, floor))
    return out


@njit(cache=True)
def hop_level(hops: Floats) -> Floats:
    """RMS of each hop in dBFS: (n, 160) -> (n,)."""
    out = np.empty(len(hops), np.float32)
    for t in range(len(hops)):
        total = 0.0
        for sample in hops[t]:
            total += float(sample) * float(sample)
        out[t] = 10.0 * np.log10(total / hops.shape[1]) if total > 0.0 else -np.inf
    return out
