"""Inputs and oracles of chapter 4's hidden checks. No oracle takes the reference's way: they count, take differences,
try all cases, or ask another library."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax
from sklearn.linear_model import ElasticNet, LinearRegression, Ridge

from autograder.engine.judging.judge import NOT_BEGUN
from autograder.engine.wire.proxy import Handle, NoAnswer, Student, SubmissionFault

Array = NDArray[Any]


def choice(student: Student, name: str, probe: Callable[[], Any]) -> Any:
    """Return the constant `name`, or say that it still holds the dots of the release.

    The exercise's function is called as well, whatever it does: an answer is compared with the known misconceptions
    only where something was called.
    """
    found = getattr(student, name)
    if isinstance(found, Handle):
        raise NoAnswer(NOT_BEGUN)
    with suppress(SubmissionFault):
        probe()
    return found


def noisy_line(rng: np.random.Generator, m: int, n: int) -> tuple[Array, Array]:
    """Rows and targets of a linear regression: (m, n), (m,)."""
    X = rng.normal(size=(m, n))
    return X, X @ rng.normal(size=n) + rng.normal(size=m)


def slope(cost: Callable[[Array], float], theta: Array, step: float = 1e-4) -> Array:
    """The gradient by central differences, in the shape of `theta`."""
    found = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        move = np.zeros(theta.shape)
        move[index] = step
        found[index] = (cost(theta + move) - cost(theta - move)) / (2 * step)
    return found


# p.04.1


class _Counting:
    """A number that counts the multiplications it takes part in."""

    count = 0

    def __mul__(self, other: "_Counting") -> "_Counting":
        _Counting.count += 1
        return self

    def __add__(self, other: "_Counting") -> "_Counting":
        return self

    __sub__ = __add__


def counted_multiplications(method: str, m: int, n: int, batch: int) -> int:
    """Carry the products out on numbers that count."""
    one = _Counting()
    rows = {"normal equation": m, "batch": m, "mini-batch": batch, "stochastic": 1}[method]
    X, theta = np.full((rows, n), one, dtype=object), np.full(n, one, dtype=object)
    _Counting.count = 0
    if method == "normal equation":
        X.T @ X
    else:
        X.T @ (X @ theta)
    return _Counting.count


# p.04.2


def stretched(rng: np.random.Generator, ratio: float) -> tuple[Array, Array]:
    """Correlated columns, one of them `ratio` times as wide as the others, and noisy targets: (40, 3), (40,)."""
    X = rng.normal(size=(40, 3)) @ (np.eye(3) + rng.uniform(0, 0.5, (3, 3))) + rng.uniform(0.5, 2, 3)
    y = X @ rng.uniform(1, 3, 3) + rng.normal(size=40) / 2
    return X * np.roll([ratio, 1, 1], rng.integers(3)), y


def far_up(rng: np.random.Generator) -> tuple[Array, Array]:
    """Columns that are all but independent, and targets a long way up, which takes steps: (90, 2), (90,)."""
    X = rng.normal(rng.uniform(-2, 2, 2), rng.uniform(0.5, 3, 2), (90, 2))
    return X, X @ rng.uniform(1, 3, 2) + rng.normal(size=90) / 2 + rng.choice([-1, 1]) * rng.uniform(500, 2000)


def few_rows(rng: np.random.Generator) -> tuple[Array, Array]:
    """One column and few rows, nearly on a line: (m, 1), (m,).

    Scaled as asked for, all directions are equally steep, and one step does it; a deviation that is divided by m - 1
    makes them differ."""
    m = int(rng.integers(5, 8))
    X = rng.normal(rng.normal(0, 5), rng.uniform(0.5, 3), (m, 1))
    return X, X[:, 0] * rng.choice([-1, 1]) * rng.uniform(20, 200) + rng.normal(size=m) / 20


def about_zero(rng: np.random.Generator) -> tuple[Array, Array]:
    """Targets that no column says anything about: parameters of 0 are as good as any: (30, 2), (30,)."""
    X, y = rng.normal(rng.uniform(1, 3, 2), 1, (30, 2)), rng.normal(size=30)
    return X, y - LinearRegression().fit(X, y).predict(X) + rng.normal(0, 1e-3, 30)


def steps_by_eigenvalues(X: Array, y: Array, scale: bool) -> int:
    """In the basis of the eigenvectors every step multiplies each error by its own factor: no step is taken."""
    if scale:
        X = (X - np.mean(X, axis=0)) / np.std(X, axis=0)
    A = np.insert(X, 0, 1.0, axis=1)
    model = LinearRegression().fit(X, y)
    target = np.array([model.intercept_, *model.coef_])
    values, vectors = np.linalg.eigh(A.T @ A / len(A))
    start = values * (vectors.T @ target) ** 2  # what each direction adds to the error at first
    factors = (1 - values / values[-1]) ** 2
    excess = (start * factors ** np.arange(5001)[:, None]).sum(axis=1)
    near = excess <= 0.01 * np.mean((model.predict(X) - y) ** 2)
    return int(np.argmax(near)) if near.any() else 5000


# p.04.3


def undecided(rng: np.random.Generator, m: int, n: int) -> tuple[Array, Array]:
    """Two classes that no line separates, so that a lowest cost exists: (m, n), (m,)."""
    X = rng.normal(size=(m, n))
    chance = 1 / (1 + np.exp(-X @ rng.uniform(-1.5, 1.5, n)))
    y = (rng.random(m) < chance).astype(int)
    return np.vstack([X, X[:4]]), np.concatenate([y, 1 - y[:4]])  # four rows are there with both labels


def log_loss(X: Array, y: Array, theta: Array) -> float:
    """The mean log loss of logistic regression."""
    return float(np.mean(np.logaddexp(0, np.where(y == 1, -1, 1) * (X @ theta))))


def numerical_end_points(X: Array, y: Array, starts: Array, rate: float, steps: int) -> Array:
    """Each descent by itself, along numerical gradients."""
    ends = np.array(starts, dtype=float)
    for theta in ends:
        for _ in range(steps):
            theta -= rate * slope(lambda point: log_loss(X, y, point), theta)
    return ends


# p.04.4


def numerical_descent(X: Array, y: Array, batches: list[list[int]], rate: float, decay: float) -> Array:
    """Along numerical gradients, which are exact for squares but for rounding."""
    theta = np.zeros(X.shape[1])
    for t, rows in enumerate(batches):
        step = rate / (1 + decay * t)
        theta -= step * slope(lambda point, rows=rows: np.mean((X[rows] @ point - y[rows]) ** 2), theta, 1e-2)
    return theta


# p.04.5


def curves(rng: np.random.Generator, advice: str) -> tuple[list[float], list[float]]:
    """Training and validation errors that call for `advice`: smooth, and moving one way in the last ten epochs."""
    n = int(rng.integers(50, 151))
    t = np.arange(n)

    def falling() -> Array:
        return rng.uniform(0.1, 1) + rng.uniform(1, 2) * np.exp(-t * rng.uniform(3, 6) / n)

    training, validation = falling(), falling() + rng.uniform(0, 1.5)
    late = rng.random() < 0.5  # after a long good time, and still far below where it began
    if advice == "stop" and late:
        validation = _turned(rng, validation)
    elif advice == "stop":
        turn = rng.uniform(0.4, 0.5)
        validation += rng.uniform(3, 7) * np.clip(t / n - turn, 0, None) ** 2
    elif advice == "lower the rate" and late:
        training, validation = _turned(rng, training), _turned(rng, validation)
    elif advice == "lower the rate":
        growth = rng.uniform(0.3, 0.6) * np.exp(t * rng.uniform(3, 6) / n)
        training, validation = training + growth, validation + rng.uniform(0.7, 1.5) * growth
    return training.tolist(), validation.tolist()


def _turned(rng: np.random.Generator, curve: Array) -> Array:
    """The curve, but that in its last ten epochs it rises, by about what it would have fallen."""
    lowest = curve[-11]
    return np.where(np.arange(len(curve)) > len(curve) - 11, lowest + rng.uniform(0.7, 1.3) * (lowest - curve), curve)


def short_curves(rng: np.random.Generator, advice: str) -> tuple[list[float], list[float]]:
    """The same after ten epochs, or hardly more."""
    n = int(rng.integers(10, 13))
    signs = {"go on": (-1, -1), "stop": (-1, 1), "lower the rate": (1, 1)}[advice]
    training, validation = (3 + sign * np.cumsum(rng.uniform(0.05, 0.2, n)) for sign in signs)
    return training.tolist(), (validation + rng.uniform(0, 1)).tolist()


# p.04.6


def noisy_errors(rng: np.random.Generator, n: int) -> list[float]:
    """Falls, turns, and is noisy all along; in whole tenths, so that some are equal."""
    t = np.arange(n)
    return np.round(5 * np.exp(-t / 6) + 0.05 * t + rng.normal(0, 0.3, n), 1).tolist()


def histories(rng: np.random.Generator, k: int) -> list[list[float]]:
    """Noisy errors of `k` trainings; of some that are measured in millionths, or in millions."""
    sizes = np.resize([1, 1e-6, 1e6], k)
    return [(size * np.array(noisy_errors(rng, int(rng.integers(2, 60))))).tolist() for size in sizes]


def stops_by_walking(errors: list[float], patience: int) -> bool:
    """Walk along the errors and count the epochs since the last record."""
    lowest, waited = float("inf"), 0
    for error in errors:
        lowest, waited = (error, 0) if error < lowest else (lowest, waited + 1)
    return waited >= patience


# p.04.7


def updates_by_reading(m: int, batch_size: int, epochs: int) -> int:
    """Read the rows and count."""
    return sum(1 for _ in range(epochs) for _ in range(0, m, batch_size))


def noise_of_all_batches(G: Array, batch_size: int) -> float:
    """Try every batch."""
    batches = itertools.combinations(range(len(G)), batch_size)
    return float(np.mean([np.sum((G[list(rows)].mean(axis=0) - G.mean(axis=0)) ** 2) for rows in batches]))


# p.04.8


def polynomial_errors(x: Array, y: Array, x_valid: Array, y_valid: Array, degree: int, alpha: float) -> list[float]:
    """The penalty as extra rows of a least-squares problem."""
    powers, powers_valid = (np.vander(values, degree + 1)[:, :-1] for values in (x, x_valid))
    mean, deviation = powers.mean(axis=0), powers.std(axis=0)
    Z = np.vstack([(powers - mean) / deviation, np.sqrt(alpha) * np.eye(degree)])
    weights = np.linalg.lstsq(Z, np.concatenate([y - y.mean(), np.zeros(degree)]), rcond=None)[0]
    pairs = [(powers, y), (powers_valid, y_valid)]
    return [np.sqrt(np.mean(((P - mean) / deviation @ weights + y.mean() - target) ** 2)) for P, target in pairs]


# p.04.9


def bias_and_variance_by_svd(X: Array, w: Array, sigma: float, alpha: float) -> list[float]:
    """Along each singular vector ridge keeps the share s**2 / (s**2 + alpha)."""
    _, s, Vt = np.linalg.svd(X, full_matrices=False)
    kept = s**2 / (s**2 + alpha)
    bias = (1 - kept) * s * (Vt @ w)
    return [np.sum(bias**2) / len(X), sigma**2 * np.sum(kept**2) / len(X)]


# p.04.10


def shrunk_by_fitting(w: Array, alpha: float, l1_ratio: float) -> Array:
    """Fit scikit-learn's models to columns that don't overlap, where plain least squares finds `w`."""
    m = len(w)
    X = np.sqrt(m) * np.eye(m)
    if l1_ratio == 0 or alpha == 0:
        return Ridge(alpha=m * alpha, fit_intercept=False).fit(X, X @ w).coef_
    model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, fit_intercept=False, tol=1e-12, max_iter=10_000)
    return model.fit(X, X @ w).coef_


# p.04.12


def softmax_cost(theta: Array, X: Array, y: Array, alpha: float) -> float:
    """Cost of softmax regression; `theta` (1 + d, k), `y` 0 to k - 1."""
    log_p = log_softmax(X @ theta[1:] + theta[0], axis=1)
    own = [log_p[row, label] for row, label in enumerate(y)]
    return float(-np.mean(own) + alpha * np.sum(np.square(theta[1:])) / 2)


def softmax_path(X: Array, y: Array, k: int, rate: float, alpha: float) -> Iterator[Array]:
    """The parameters after 1, 2, ... steps along numerical gradients."""
    theta = np.zeros((1 + X.shape[1], k))
    while True:
        theta = theta - rate * slope(lambda point: softmax_cost(point, X, y, alpha), theta)
        yield theta


def clouds(rng: np.random.Generator, m: int, k: int, d: int = 2) -> tuple[Array, Array]:
    """Overlapping clouds away from the origin, one per class, each class about equally often: (m, d), (m,)."""
    y = rng.permutation(np.arange(m) % k)
    return rng.uniform(-2, 2, (k, d))[y] + rng.normal(size=(m, d)) + 1, y
