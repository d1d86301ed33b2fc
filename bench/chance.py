"""What a number of late runs among others says about their share in the long run: exact binomial bounds."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

SHARE = 0.001  # of frames that may be late: p99.9
DOUBT = 0.05  # the bounds hold with a confidence of 95 %


def at_most(late: int, runs: int, share: float) -> float:
    """Probability of `late` late ones or fewer among `runs`, each late with probability `share`, 0 < share < 1."""
    if late >= runs:
        return 1.0
    return min(1.0, sum(_exactly(k, runs, share) for k in range(late + 1)))


def _exactly(k: int, runs: int, share: float) -> float:
    ways = lgamma(runs + 1) - lgamma(k + 1) - lgamma(runs - k + 1)
    return exp(ways + k * log(share) + (runs - k) * log1p(-share))


def upper_bound(late: int, runs: int) -> float:
    """The largest share that `late` of `runs` leave possible (Clopper and Pearson 1934, one side); 1 without runs."""
    low, high = 0.0, 1.0
    if late >= runs:
        return high
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(late, runs, middle) > DOUBT else (low, middle)
    return high


def allowed(runs: int) -> int:
    """Late ones that still show a share of at most `SHARE`; 0 also where even none of so few would show it."""
    late = 0
    while at_most(late + 1, runs, SHARE) <= DOUBT:
        late += 1
    return late


def plausible(runs: int) -> int:
    """Late ones that a share of `SHARE` may bring by chance; with more it is larger."""
    late = 0
    while 1 - at_most(late, runs, SHARE) > DOUBT:
        late += 1
    return late


def runs_needed(late: int = 0) -> int:
    """How many runs show a share of at most `SHARE` if so many of them are late."""
    low, high = late, 1
    while at_most(late, high, SHARE) > DOUBT:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at_most(late, middle, SHARE) > DOUBT else (low, middle)
    return high
