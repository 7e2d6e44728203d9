"""Hidden checks of chapter 7: why reduce, and what is lost (p.07.1 to p.07.4)."""

from itertools import pairwise

import numpy as np
from numpy.testing import assert_allclose
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA

from autograder.testing import check
from autograder.testing.closed import agrees, ask_all, chosen

# ---------------------------------------------------------------- p.07.1


def _stored(n: int, d: int, k: int) -> int:
    """Let scikit-learn compress, and count what it takes to get everything back."""
    X = np.random.default_rng(0).normal(size=(n, d))
    pca = PCA(k).fit(X)
    return pca.transform(X).size + pca.components_.size + pca.mean_.size


@check("p.07.1", core=True, weight=2, hint="Write down how a row is reconstructed. What appears in that formula for "
       "each row anew, and what is the same for all?")  # fmt: skip
def test_what_is_stored(student, rng):
    """For data sets of any size you count all the numbers that a compressed copy takes."""
    cases = []
    for _ in range(12):
        d, n = int(rng.integers(3, 30)), int(rng.integers(31, 200))
        cases.append((n, d, int(rng.integers(1, d))))
    cases += [(n, d, d), (d, n, d - 1)]  # more than the rows themselves take; more features than rows
    agrees(student.numbers_stored, _stored, cases)


@check("p.07.1", hint="Which of the statements would make you think twice before reducing?")
def test_motives_and_drawbacks(student, rng):
    """You choose all that are reasons to reduce dimensionality, and none of the drawbacks."""
    student.numbers_stored(10, 4, 2)  # a known misconception is told by calls, not by constants alone
    right = ["faster training", "less noise", "less storage", "a picture of the data"]
    others = ["information is lost", "one more step to compute", "a more complex pipeline",
              "features that are hard to interpret"]  # fmt: skip
    chosen(student.P_07_1_CHOICE, [*right, *others], right=right)


# ---------------------------------------------------------------- p.07.2


def _near_border(d: int, margin: float) -> float:
    """One dimension after the other: a point that was not close before may be so now."""
    chance = 0.0
    for _ in range(d):
        chance += (1 - chance) * 2 * margin
    return chance


@check("p.07.2", core=True, hint="It is easier to find the probability of the opposite: what must hold for every "
       "coordinate?")  # fmt: skip
def test_share_close_to_a_border(student, rng):
    """In few dimensions or thousands, you get the probability that a random point is close to a border."""
    cases = [(int(d), round(rng.uniform(0.001, 0.45), 4)) for d in rng.integers(1, 12, 8)]
    cases += [(int(d), round(rng.uniform(2e-5, 2e-4), 6)) for d in rng.integers(300, 5_000, 6)]
    agrees(student.border_share, _near_border, cases)


@check("p.07.2", core=True, hint="Take the distances from `x` to all rows first. What are the largest and the "
       "smallest?")  # fmt: skip
def test_contrast_of_distances(student, rng):
    """You measure how much farther the farthest row is than the nearest, in few dimensions and in many."""
    cases = [(rng.random((int(rng.integers(3, 40)), d)), rng.random(d)) for d in (1, 2, 3, 5, 20, 100, 400, 400, 2, 3)]

    def farther(X, x) -> float:
        distances = cdist(X, x[None])
        return float(distances.max() / distances.min() - 1)

    agrees(student.contrast, farther, cases)


# ---------------------------------------------------------------- p.07.3


def _cloud(rng) -> np.ndarray:
    """Correlated rows, far from the origin."""
    n, d = int(rng.integers(20, 60)), int(rng.integers(3, 9))
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(0, 20, d)


@check("p.07.3", core=True, weight=2, hint="What does PCA take away before it projects, and must be added again?")
def test_error_of_the_reconstruction(student, rng):
    """The error is what lies outside the components that were kept: the other variances, for any number kept."""

    def outside(X: np.ndarray, k: int) -> float:
        singular = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
        return float((singular[k:] ** 2).sum() / len(X))

    clouds = [_cloud(rng) for _ in range(12)]
    cases = [(X, int(rng.integers(1, X.shape[1]))) for X in clouds]
    agrees(student.reconstruction_error, outside, cases, rtol=1e-3)  # some compute in single precision


@check("p.07.3", hint="How many components are there in all?")
def test_nothing_is_lost_with_all_components(student, rng):
    """With all components the reconstruction is exact; each one less makes it worse."""
    for _ in range(3):
        X = _cloud(rng)
        errors = [float(student.reconstruction_error(X, k)) for k in range(1, X.shape[1] + 1)]
        assert_allclose(errors[-1], 0, atol=1e-9 * X.var(axis=0).sum())
        assert all(one > other for one, other in pairwise(errors))


@check("p.07.3", hint="Which of the methods learn a function that can be turned round?")
def test_methods_with_a_way_back(student, rng):
    """You choose all the methods whose result can be turned back, at least approximately."""
    student.reconstruction_error([[0.0, 1.0], [1.0, 3.0], [2.0, 2.0]], 1)
    right = ["PCA", "random projection"]
    chosen(student.P_07_3_CHOICE, [*right, "t-SNE", "LLE"], right=right)


# ---------------------------------------------------------------- p.07.4


def _shape(rng, extra: int) -> np.ndarray:
    """A nonlinear shape that needs all its dimensions, and `extra` more that it does not: mixed in, or alone."""
    n = 60
    t = rng.uniform(1, 4, n)
    shape = [t * np.cos(2 * t), t * np.sin(2 * t), rng.uniform(-3, 3, n), t**2][: int(rng.integers(2, 5))]
    needed = np.column_stack(shape) + rng.normal(0, 5, len(shape))  # (n, r), away from the origin
    r = len(shape)
    kind = rng.integers(3)
    if kind == 0:  # lies in a tilted plane
        return needed @ np.linalg.qr(rng.normal(size=(r + extra, r + extra)))[0][:r] + rng.normal(0, 5, r + extra)
    if kind == 1:  # constant columns
        X = np.column_stack([needed, np.tile(rng.normal(0, 3, extra), (n, 1))])
    else:  # columns made of others
        X = np.column_stack([needed, needed @ rng.normal(size=(r, extra))])
    return X[:, rng.permutation(r + extra)]


def _corners(rng) -> np.ndarray:
    """No more rows than it takes to fill their space: none can be left out."""
    d = int(rng.integers(2, 5))
    corners = np.vstack([np.zeros(d), np.linalg.qr(rng.normal(size=(d, d)))[0] * rng.uniform(1, 3, d)])
    return corners + rng.normal(0, 5, d)


def _thin(rng, share: float, *, tilted: bool = True) -> np.ndarray:
    """Rows of which one component holds just this share of the variance, none of the others two thirds; in any unit."""
    d = int(rng.integers(3, 6))
    spread = rng.normal(size=(40, d))
    directions, _, turn = np.linalg.svd(spread - spread.mean(axis=0), full_matrices=False)
    shares = rng.uniform(0.5, 1, d)
    shares[-1] = share * shares[:-1].sum() / (1 - share)
    placed = directions * shares**0.5 @ (turn if tilted else np.eye(d))
    return (placed + rng.normal(0, 0.3, d)) * 10.0 ** rng.integers(-5, 6)


def _held(X: np.ndarray) -> np.ndarray:
    """The share of the variance that each component holds."""
    squares = np.linalg.svd(X - X.mean(axis=0), compute_uv=False) ** 2
    return squares / squares.sum()


@check("p.07.4", core=True, weight=2, hint="A tilted plane has no column without variance. Along which directions does "
       "PCA measure it?")  # fmt: skip
def test_dimensions_without_variance(student, rng):
    """For spirals and rolls that lie in a plane, tilted or not, or have columns made of others, you count the
    dimensions that can go; for those that need all of theirs, you find none. Units don't matter, and less than a
    billionth of the variance is none."""
    extras, powers = rng.permutation([0, 0, 1, 2, 3, 4, 1, 2, 3, 5, 2, 1]), rng.permutation([-7, 0, 7] * 4)
    cases = [(_shape(rng, int(extra)) * 10.0**power,) for extra, power in zip(extras, powers, strict=True)]
    cases += [(_corners(rng),), (_corners(rng),), (_thin(rng, 1.6e-9),), (_thin(rng, 1e-12),)]
    cases += [(_thin(rng, 8e-10),), (_thin(rng, 1e-10, tilted=False),)]  # above a billionth of the largest; as a column
    ask_all(student.useless_dimensions, lambda X: int((_held(X) < 1e-9).sum()), cases)


@check("p.07.4", hint="Sample each of them and ask your function.")
def test_sets_that_pca_flattens_without_loss(student, rng):
    """You choose all the sets that PCA takes from three to two dimensions without loss."""
    student.useless_dimensions([[0.0, 1.0, 2.0], [1.0, 0.0, 2.0], [3.0, 3.0, 3.0], [1.0, 2.0, 0.0]])
    right = ["tilted circle", "spiral and sum"]
    chosen(student.P_07_4_CHOICE, [*right, "Swiss roll", "sphere"], right=right)
