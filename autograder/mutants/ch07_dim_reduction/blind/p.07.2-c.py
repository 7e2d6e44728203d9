# %% right
# Intent: coordinate after coordinate is a Markov chain with the states "inside so far" and "at a border"
# (absorbing), so the answer is an entry of a matrix power; distances come from one einsum over the differences.
import numpy as np


def border_share(d: int, margin: float) -> float:
    touch = 2.0 * margin
    step = np.array([[1.0 - touch, touch], [0.0, 1.0]])
    return float(np.linalg.matrix_power(step, d)[0, 1])


def contrast(X: ArrayLike, x: ArrayLike) -> float:
    delta = np.asarray(X, dtype=float) - np.asarray(x, dtype=float)
    radii = np.sqrt(np.einsum("ij,ij->i", delta, delta))
    return float(np.ptp(radii) / radii.min())

# %% wrong: contrast
# Misconception: Writes |a - x|^2 = |a|^2 + |x|^2 - 2 a.x and drops the last term, because "in many dimensions all
# vectors are orthogonal anyway".
def contrast(X: ArrayLike, x: ArrayLike) -> float:
    X, x = np.asarray(X, dtype=float), np.asarray(x, dtype=float)
    radii = np.sqrt(np.einsum("ij,ij->i", X, X) + x @ x)
    return float(np.ptp(radii) / radii.min())

# %% wrong: border_share
# Misconception: Counts the 2d faces of the cube and takes being close to each of them for independent events, though
# a coordinate can't be close to 0 and to 1 at once.
def border_share(d: int, margin: float) -> float:
    return 1.0 - (1.0 - margin) ** (2 * d)
