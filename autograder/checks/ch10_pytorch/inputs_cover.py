"""Land that exists nowhere, for the checks of chapter 10's project (p.10.15): what grows where is drawn anew."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float32]
SHARES = np.array([0.30, 0.25, 0.15, 0.1, 0.1, 0.05, 0.05])  # of the seven types
_SCALES = np.array([[3000, 300], [180, 100], [15, 8], [270, 200], [50, 60], [2300, 1500], [210, 25], [220, 20], [140, 40],
                    [2000, 1300]])  # fmt: skip  # mean and standard deviation of the ten quantities


def rule(rng: Generator):
    """Draw what decides over what grows; return a function of a number of rows that draws patches, (n, 54) and (n,).

    Each type likes some height, which depends on the ground and on how steep and sunny it is: a bump for each type, so
    that no weighted sum of the columns tells them apart.
    """
    which = rng.permutation(10)[:3]
    centres = 1.5 * rng.normal(0, 1, (7, 3))
    by_soil = 0.4 * rng.normal(0, 1, (40, 3))
    names = rng.permutation(7)

    def patches(n: int) -> tuple[Array, NDArray[np.int64]]:
        z = rng.normal(0, 1, (n, 10))
        soil, area = rng.integers(0, 40, n), rng.integers(0, 4, n)
        place = z[:, which] + by_soil[soil]
        y = names[((place[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)] + 1
        X = np.hstack([_SCALES[:, 0] + _SCALES[:, 1] * z, np.eye(4)[area], np.eye(40)[soil]])
        return X.astype(np.float32), y

    return patches
