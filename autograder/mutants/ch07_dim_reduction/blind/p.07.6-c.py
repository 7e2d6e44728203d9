# %% right
# Intent: the formula, cut off at d; and count, mean and scatter of a batch as a monoid (pairwise update of Chan et
# al.), so that the stream is a reduce with +, and one (d, d) eigenvalue problem at the end.
import functools
import math
import operator
from dataclasses import dataclass

import numpy as np


def projection_dims(n: int, d: int, eps: float) -> int:
    enough = 4 * math.log(n) / (eps**2 / 2 - eps**3 / 3)
    return min(int(d), math.ceil(enough))


@dataclass(frozen=True)
class _Moments:
    count: int
    mean: Any
    scatter: Any

    @classmethod
    def of(cls, batch):
        rows = np.asarray(batch, dtype=np.float64)
        mean = rows.mean(axis=0)
        rows = rows - mean
        return cls(len(rows), mean, rows.T @ rows)

    def __add__(self, other):
        count = self.count + other.count
        gap = other.mean - self.mean
        between = (self.count * other.count / count) * np.multiply.outer(gap, gap)
        return _Moments(count, self.mean + gap * (other.count / count), self.scatter + other.scatter + between)


def batch_variances(batches: Iterable[NDArray[Any]], k: int) -> NDArray[np.float64]:
    whole = functools.reduce(operator.add, map(_Moments.of, batches))
    return np.linalg.eigvalsh(whole.scatter / (whole.count - 1))[::-1][:k].clip(min=0.0)


P_07_6_CHOICE: dict[str, str] = dict(
    zip(
        "ABCDEF",
        (
            "regular PCA",
            "incremental PCA",
            "incremental PCA",
            "randomized PCA",
            "random projection",
            "regular PCA",
        ),
    )
)

# %% wrong: batch_variances
# Misconception: Thinks that the mean of the first batch will do for all rows: it is only a shift, and a shift
# doesn't change variances.
def batch_variances(batches: Iterable[NDArray[Any]], k: int) -> NDArray[np.float64]:
    stream = iter(batches)
    first = np.asarray(next(stream), dtype=np.float64)
    origin = first.mean(axis=0)
    count, scatter = len(first), (first - origin).T @ (first - origin)
    for batch in stream:
        rows = np.asarray(batch, dtype=np.float64) - origin
        count, scatter = count + len(rows), scatter + rows.T @ rows
    return np.linalg.eigvalsh(scatter / (count - 1))[::-1][:k]

# %% wrong: projection_dims, P_07_6_CHOICE
# Misconception: Thinks that n rows in d dimensions are never more than min(n, d) independent ones, so that this
# number goes into the logarithm; and that a big table in memory (A) always calls for the fast randomized PCA, also
# if a share of the variance is asked for.
def projection_dims(n: int, d: int, eps: float) -> int:
    enough = 4 * math.log(min(n, d)) / (eps**2 / 2 - eps**3 / 3)
    return min(int(d), math.ceil(enough))


P_07_6_CHOICE: dict[str, str] = {**P_07_6_CHOICE, "A": "randomized PCA"}
