"""Hidden checks of chapter 7: choosing and judging methods (p.07.5 to p.07.8)."""

import math
from fractions import Fraction

import numpy as np
from numpy.testing import assert_allclose
from scipy.spatial.distance import cdist

from autograder.checks.ch07_dim_reduction.inputs import sheet
from autograder.testing import check
from autograder.testing.closed import agrees, ask_all, chosen

# ---------------------------------------------------------------- p.07.5


@check("p.07.5", core=True, hint="Which component do you keep first? And what is its share of the whole?")
def test_components_for_a_share(student, rng):
    """You find how many components hold a given share of the variance, or just reach it, however it is spread."""

    def fewest(variances: list[float], ratio: float) -> int:
        left, kept = sorted(variances), 0.0
        while kept < ratio * sum(variances):
            kept += left.pop()
        return len(variances) - len(left)

    cases = []
    for _ in range(14):
        d = int(rng.integers(2, 60))
        cases.append(((rng.random(d) ** rng.uniform(0.2, 6) * 10).round(5) + 1e-4, round(rng.uniform(0.1, 0.99), 4)))
    for _ in range(3):  # a share that is just reached; halves of halves are not rounded
        parts = np.diff(np.concatenate([[0], np.sort(rng.choice(63, 6, replace=False) + 1), [64]]))
        held = np.cumsum(np.sort(parts)[::-1]) / 64
        cases.append((rng.permutation([0.0, *parts]), float(held[rng.integers(6)])))
    agrees(student.dims_for, fewest, cases)


@check("p.07.5", core=True, weight=2, hint="Which data need the fewest components, and which the most? Try both on the "
       "first function.")  # fmt: skip
def test_fewest_and_most_components(student, rng):
    """For any number of dimensions and any share, you know how few and how many components it can take: all of them,
    or one, where the dimensions are few."""

    def bounds(d: int, ratio: float) -> tuple[int, int]:
        return 1, math.ceil(Fraction(str(ratio)) * d)

    cases: list[tuple[int, float]] = [(1_000, 0.95)]
    while len(cases) < 14:
        d, ratio = int(rng.integers(3, 3_000)), round(rng.uniform(0.05, 0.99), 3)
        if 0.01 < ratio * d % 1 < 0.99:  # where it is (nearly) a whole number, rounding errors would decide
            cases.append((d, ratio))
    d = int(rng.integers(3, 20))  # it takes all of them, or a single one
    cases += [(d, round((d - 0.5) / d, 4)), (d, round(0.5 / d, 4)), (2, 0.8), (2, 0.3), (1, 0.7)]
    cases += [(2, 0.502), (3, 0.334), (10, 0.501)]  # a little more than a whole number, by more than rounding errors
    agrees(student.dims_bounds, bounds, cases)


@check("p.07.5", hint="0.55 * 100 is not 55 in a computer; 55 / 100 is 0.55. What is rounded in your answer, and which "
       "way?")  # fmt: skip
def test_rounding_does_not_decide(student, rng):
    """Where the share is just reached by a whole number of components, that number is enough."""
    cases = [(100, 0.55), (100, 0.07), (1_000, 0.95)]
    while len(cases) < 14:
        d = int(rng.integers(20, 1_000))
        kept = int(rng.integers(1, d))
        if kept / d == round(kept / d, 4) and math.ceil(kept / d * d * (1 + 1e-15)) > kept:
            cases.append((d, kept / d))
    ask_all(student.dims_bounds, lambda d, ratio: (1, int(Fraction(str(ratio)) * d)), cases)


@check("p.07.5", hint="What does your second function say about 1,000 dimensions and 95%?")
def test_what_can_be_said_beforehand(student, rng):
    """You know what can be said about the number of dimensions before the data have been seen."""
    student.dims_bounds(10, 0.55)
    right = "depends on the data"
    chosen(student.P_07_5_CHOICE, ["always 50", "always 95", "always 950", right], right=[right])


# ---------------------------------------------------------------- p.07.6


@check("p.07.6", core=True, hint="Which of the three arguments appear in the bound? And when is there nothing to "
       "project?")  # fmt: skip
def test_dimensions_of_a_safe_projection(student, rng):
    """However many rows and features there are, you say how many dimensions a safe random projection leaves."""
    cases = [(int(10 ** rng.uniform(1, 6)), int(10 ** rng.uniform(1, 6.5)), round(rng.uniform(0.05, 0.9), 3))
             for _ in range(30)]  # fmt: skip
    cases += [(1_000, 10, 0.2), (1_000, 10**7, 0.2), (10**5, 10**7, 0.2)]
    for n, d, eps in cases:
        found = student.projection_dims(n, d, eps)
        bound = 4 * np.log(n) / (eps**2 / 2 - eps**3 / 3)
        assert isinstance(found, int | np.integer | float)
        assert float(found).is_integer()
        assert abs(float(found) - bound) < 1 if bound < d else float(found) == d


def _batches(rng, sizes, d: int) -> list[np.ndarray]:
    """Batches around means of their own, which drift."""
    drift = np.cumsum(rng.normal(0, 2, (len(sizes), d)), axis=0)
    mix = rng.normal(size=(d, d))
    return [rng.normal(size=(m, d)) @ mix + mean for m, mean in zip(sizes, drift, strict=True)]


def once_only(batches):
    """Give one batch after the other, and write down how many are still held by anyone, and whether copies of
    their rows pile up."""
    import tracemalloc
    import weakref

    class Once:
        def __init__(self):
            self.left = [batch.copy() for batch in batches]
            self.given, self.held, self.in_use, self.piled_up = [], [], [], False

        def __iter__(self):
            return self

        def __next__(self):
            if not tracemalloc.is_tracing():
                tracemalloc.start()
            self.held.append(sum(one() is not None for one in self.given))
            self.in_use.append(tracemalloc.get_traced_memory()[0])
            early = self.in_use[:7][-1]  # what is imported on the way, is so by now
            self.piled_up = self.piled_up or self.in_use[-1] - early > 8 * batches[0].nbytes
            if not self.left:
                tracemalloc.stop()
                raise StopIteration
            batch = self.left.pop(0)
            self.given.append(weakref.ref(batch))
            return batch

    batches = list(batches)
    return Once()


@check("p.07.6", core=True, weight=2, hint="The mean of all rows is not known before the last batch. Which sums can be "
       "kept up to date, from which mean and covariance follow in the end?")  # fmt: skip
def test_variances_from_batches(student, rng):
    """From batches of different sizes, around different means, that can be gone through only once, you get the
    variances that PCA finds in all rows at once."""
    for _ in range(4):
        d = int(rng.integers(3, 9))
        sizes = rng.permutation([1, *rng.integers(1, 30, int(rng.integers(4, 11)))])
        batches = _batches(rng, sizes, d)
        k = int(rng.integers(1, d))
        found = np.asarray(student.batch_variances(student.probe_(once_only)(batches), k), dtype=float)
        whole = np.concatenate(batches)
        assert found.shape == (k,)
        assert_allclose(found, np.linalg.svd(whole - whole.mean(axis=0))[1][:k] ** 2 / (len(whole) - 1), rtol=1e-6)


@check("p.07.6", hint="What do you keep from a batch when the next one comes?")
def test_few_batches_are_held(student, rng):
    """While you go through thirty batches, no more than three of them are in memory at a time, nor do copies of their
    rows pile up."""
    batches = student.probe_(once_only)(_batches(rng, np.full(30, 200), 4))
    found = np.asarray(student.batch_variances(batches, 2), dtype=float)
    assert found.shape == (2,)
    held = [int(number) for number in batches.held]
    assert len(held) >= 30
    assert max(held) <= 3
    assert not batches.piled_up


@check("p.07.6", hint="Does it fit in memory? Are new rows still to come? Are only a few components wanted, and fast?")
def test_method_for_each_case(student, rng):
    """You choose the method that fits, in each of the six cases."""
    student.projection_dims(100, 10**6, 0.3)
    choice = student.P_07_6_CHOICE
    methods = ("regular PCA", "incremental PCA", "randomized PCA", "random projection")
    for case, number in zip("ABCDEF", (0, 1, 1, 2, 3, 0), strict=True):
        chosen(choice[case], methods, right=[methods[number]])


# ---------------------------------------------------------------- p.07.7


@check("p.07.7", core=True, weight=2, hint="For one row, write down its neighbours before and after. Is the row itself "
       "among them?")  # fmt: skip
def test_neighbours_that_stay(student, rng):
    """For maps good and bad you get the share of neighbours that are still neighbours."""

    def kept(X, Z, k: int) -> float:
        near = [[{*np.argsort(row)[1 : k + 1].tolist()} for row in cdist(rows, rows)] for rows in (X, Z)]
        return float(np.mean([len(one & other) / k for one, other in zip(*near, strict=True)]))

    cases = []
    for noise in (0, 0.1, 0.3, 1, 3, 10, 30, 0.5, 2, 100):
        X = sheet(rng, int(rng.integers(20, 50)), 4)
        cases.append((X, X[:, :2] + rng.normal(0, noise, (len(X), 2)), int(rng.integers(1, 8))))
    agrees(student.neighbours_kept, kept, cases)


@check("p.07.7", hint="Which of these would tell a reduction that throws away what matters from one that keeps it?")
def test_ways_to_judge(student, rng):
    """You choose all the good ways to judge a reduction."""
    student.neighbours_kept([[0.0], [1.0], [3.0]], [[0.0], [1.0], [3.0]], 1)
    right = ["reconstruction error", "validation score of the next model"]
    others = ["training score of the next model", "number of dimensions dropped", "mean of the reduced data"]
    chosen(student.P_07_7_CHOICE, [*right, *others], right=right)


# ---------------------------------------------------------------- p.07.8


@check("p.07.8", core=True, weight=2, hint="How many dimensions does the second step get to see?")
def test_time_of_a_chain(student, rng):
    """For chains of one, two or more steps you add up the time that they take, that of a step which leaves as many
    dimensions as it is given, too."""

    def seconds(d: int, steps: list[tuple[float, int]]) -> float:
        (rate, left), *rest = steps
        return rate * d + (seconds(left, rest) if rest else 0.0)

    cases = []
    for number in (1, 2, 2, 2, 3, 3, 4, 2, 5, 1):
        d, *left = sorted((int(n) for n in rng.integers(2, 900, number + 1)), reverse=True)
        cases.append((d, [(round(rng.uniform(0.01, 5), 3), dims) for dims in left]))
    cases.append((d, [(0.5, d), (0.25, left[0])]))  # what only turns the axes takes its time, too
    agrees(student.chain_seconds, seconds, cases)


@check("p.07.8", hint="Is there a slow step that gets fewer dimensions by it? And what does the second step "
       "still find to do?")  # fmt: skip
def test_order_of_two_reductions(student, rng):
    """You know which chains of two reductions are worth it."""
    student.chain_seconds(10, [(1.0, 5), (2.0, 2)])
    choice = student.P_07_8_CHOICE
    chains = {
        "PCA to 50, t-SNE to 2": "sensible",
        "t-SNE to 2, PCA to 2": "pointless",
        "random projection to 300, PCA to 20": "sensible",
        "PCA to 50, PCA to 20": "pointless",
    }
    for chain, right in chains.items():
        chosen(choice[chain], ("sensible", "pointless"), right=[right])
