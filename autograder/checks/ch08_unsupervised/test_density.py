"""Hidden checks of chapter 8: questions on active learning, odd rows and mixtures (p.08.6 to p.08.9)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.mixture import GaussianMixture

from autograder.checks.ch08_unsupervised.inputs import blobs, numbers
from autograder.testing import check
from autograder.testing.closed import agrees, chosen


@check("p.08.6", core=True, weight=2, hint="How probable is the class that the model would name? Where is that lowest?")
def test_asks_where_the_model_is_least_sure(student, rng):
    """You ask for the rows whose most probable class is least probable, in that order."""

    def least_sure(probas, n, labelled) -> list[int]:
        return sorted(range(len(probas)), key=lambda row: max(probas[row]))[:n]

    cases = [(rng.dirichlet(np.ones(int(rng.integers(2, 6))), 30), int(rng.integers(1, 9)), []) for _ in range(12)]
    cases.append((rng.dirichlet(np.ones(4), 600), 60, []))  # so many that no partition of them is in order by luck
    agrees(student.query, least_sure, cases)


@check("p.08.6", hint="What use is a label that you have already? And what are rows numbered by?")
def test_asks_for_no_label_twice(student, rng):
    """Rows that are labelled are not asked for again, and row numbers stay what they are."""

    def others(probas, n, labelled) -> list[int]:
        order = sorted((max(line), row) for row, line in enumerate(probas.tolist()))
        return [row for _, row in order if row not in labelled][:n]

    cases = []
    for _ in range(12):
        known = rng.permutation(20)[: int(rng.integers(4, 17))].tolist()
        cases.append((rng.dirichlet(np.ones(3), 20), int(rng.integers(2, 7)), known))
    # More are asked for than there are left, one of which the model is certain of, as it is of one with a label.
    for certain in ([0, 19], [19, 0]):
        probas, known = rng.dirichlet(np.ones(3), 20), rng.permutation(np.arange(1, 19))[:14].tolist()
        probas[certain] = np.eye(3)[rng.integers(0, 3, 2)]
        cases += [(probas, n, [*known, certain[0]]) for n in (5, 8)]
    agrees(student.query, others, cases)


@check("p.08.7", core=True, weight=2, hint="Which training rows may be odd? And what is a new row compared with?")
def test_rows_that_are_odd(student, rng):
    """In either task you point out the odd rows, among those for training and among new ones."""

    def odd(task, train, new, n_odd) -> list[list[bool]]:
        below = [sum(other <= score for other in train) for score in train]
        if task == "novelty":
            return [[False] * len(train), [all(score < other for other in train) for score in new]]
        caught = [rank <= n_odd for rank in below]
        return [caught, [sum(other < score for other in train) < n_odd for score in new]]

    cases = []
    for _ in range(8):
        n, m = int(rng.integers(6, 25)), int(rng.integers(8, 20))
        n_odd = int(rng.integers(2, n - 1))
        train, new = rng.permutation(3 * n)[:n] / 2 - n, rng.integers(-3, 2 * n, m) / 2 - n
        low, last, after = np.sort(train)[[0, n_odd - 1, n_odd]]
        new = rng.permutation([*new, low, last, last + (after - last) / 50])  # just as strange as these, and just less
        cases += [(task, train, new, n_odd) for task in ("novelty", "anomaly")]
    agrees(student.flag, odd, cases)


@check("p.08.7", hint="In each case: may there be something odd among the rows that the model is trained on?")
def test_cases_are_told_apart(student, rng):
    """For each of the four cases you name the task that it is."""
    student.flag("novelty", [1.0, 2.0], [0.0], 1)
    choice = student.P_08_7_CHOICE
    assert isinstance(choice, dict)
    for case, right in {"a": "anomaly", "b": "novelty", "c": "novelty", "d": "anomaly"}.items():
        chosen(choice[case], ["anomaly", "novelty"], right=[right])


def _mixture(rng, d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return weights, means and covariances of a mixture of d dimensions, with components that overlap."""
    k = int(rng.integers(2, 5))
    root = rng.normal(size=(k, d, d))
    return rng.dirichlet(np.full(k, 3.0)), rng.normal(0, 1.5, (k, d)), root @ root.transpose(0, 2, 1) + 0.3 * np.eye(d)


def _as_fitted(weights, means, covariances) -> GaussianMixture:
    mixture = GaussianMixture(len(weights))
    mixture.weights_, mixture.means_, mixture.covariances_ = weights, means, covariances
    mixture.precisions_cholesky_ = np.array([np.linalg.inv(np.linalg.cholesky(c)).T for c in covariances])
    return mixture


@check("p.08.8", core=True, hint="What is the density of one component? And what does its weight do?")
def test_density_of_a_mixture(student, rng):
    """The density of a mixture, in two dimensions or more, is the one that scikit-learn finds."""
    for d in (2, 3, 2, 4):
        parameters = _mixture(rng, d)
        X = rng.normal(0, 2, (int(rng.integers(5, 20)), d))
        found = numbers(student.mixture_density(X, *parameters), len(X))
        assert_allclose(found, np.exp(_as_fitted(*parameters).score_samples(X)), rtol=1e-6)


@check("p.08.8", core=True, hint="Bayes: how often would each component bring forth a row at this very place?")
def test_responsibilities_of_components(student, rng):
    """Each row is shared out among the components as scikit-learn does it; the shares add up to 1."""
    for d in (2, 3, 2, 4):
        parameters = _mixture(rng, d)
        X = rng.normal(0, 2, (int(rng.integers(5, 20)), d))
        found = numbers(student.responsibilities(X, *parameters), len(X), len(parameters[0]))
        assert_allclose(found, _as_fitted(*parameters).predict_proba(X), rtol=1e-6, atol=1e-9)


@check(
    "p.08.8", core=True, hint="First draw the component, then a row from it. Is the covariance a spread, or its square?"
)
def test_rows_drawn_from_a_mixture(student, rng):
    """Rows that you draw come from the components as often as the weights say, with their means and covariances."""
    n, apart = 4_000, np.array([[0.0, 0.0], [60.0, 0.0], [0.0, 60.0]])
    unit = 0.01  # so narrow that a rounded row is far from where it was
    weights, means = rng.permutation([0.2, 0.3, 0.5]), unit * (apart + rng.normal(0, 2, (3, 2)))
    root = unit * np.linalg.cholesky([[[9.0, s * 4.5], [s * 4.5, 4.0]] for s in rng.choice([-1, 1], 3)])
    covariances = root @ root.transpose(0, 2, 1)
    rows = numbers(student.sample_mixture(weights, means, covariances, n, int(rng.integers(1_000))), n, 2)
    component = np.linalg.norm(rows[:, None] - means, axis=2).argmin(axis=1)
    assert_allclose(np.bincount(component, minlength=3) / n, weights, atol=5 * np.sqrt(0.25 / n))
    for number in range(3):
        mine = rows[component == number]
        # Standardised, they have means of 0 and the unit matrix as their covariance; the bounds are 5 sigma and more.
        standard = np.linalg.solve(root[number], (mine - means[number]).T).T
        assert np.abs(standard.mean(axis=0)).max() < 5 / np.sqrt(len(mine))
        assert np.abs(np.cov(standard.T) - np.eye(2)).max() < 8 / np.sqrt(len(mine))


@check("p.08.8", hint="Of which component is a single row, with one seed and with another? And where does each row's "
       "noise come from?")  # fmt: skip
def test_rows_are_drawn_independently(student, rng):
    """Chance decides for each row by itself which component it is from, and where around the mean it lies."""
    weights, means = rng.permutation([0.2, 0.3, 0.5]), np.array([[0.0, 0.0], [60.0, 0.0], [0.0, 60.0]])
    covariances, seed = np.array([[[2.0, 0.5], [0.5, 1.0]]] * 3), int(rng.integers(1_000))

    def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        rows = numbers(student.sample_mixture(weights, means, covariances, n, seed), n, 2)
        gaps = rows[:, None] - means
        component = np.linalg.norm(gaps, axis=2).argmin(axis=1)
        return component, gaps[np.arange(n), component]

    singles = [int(drawn(1, seed + turn)[0][0]) for turn in range(30)]
    assert len(set(singles)) > 1
    _, noise = drawn(60, seed)
    assert len(np.unique(noise.round(6), axis=0)) == 60


@check("p.08.8", hint="What is `seed` for?")
def test_draws_depend_on_the_seed(student, rng):
    """The same seed draws the same rows, another seed others."""
    parameters, seed = _mixture(rng, 3), int(rng.integers(1_000))
    first, again, other = (numbers(student.sample_mixture(*parameters, 20, s), 20, 3) for s in (seed, seed, seed + 1))
    assert_array_equal(first, again)
    assert not np.allclose(first, other)


@check("p.08.9", core=True, hint="Count by hand for two components in two dimensions. How many weights are free?")
def test_free_parameters(student, rng):
    """For mixtures of any size and every type of covariance, you count as many parameters as scikit-learn does."""

    def counted(k: int, d: int, covariance_type: str) -> int:
        X = rng.normal(size=(60, d))
        model = GaussianMixture(k, covariance_type=covariance_type, max_iter=3, tol=1e9, random_state=0).fit(X)
        return round((model.aic(X) + 2 * model.score(X) * len(X)) / 2)  # AIC = 2 p - 2 log L

    types = ("full", "tied", "diag", "spherical")
    cases = [(int(rng.integers(2, 6)), int(rng.integers(2, 7)), kind) for kind in types for _ in range(3)]
    agrees(student.n_parameters, counted, [*cases, (1, 3, "full")])


@check("p.08.9", core=True, hint="Which term punishes parameters, and does it depend on the number of rows?")
def test_criterion(student, rng):
    """The criterion is the one that scikit-learn computes for a fitted mixture."""
    cases, wanted = [], []
    for _ in range(8):
        X = rng.normal(size=(int(rng.integers(30, 90)), 2))
        model = GaussianMixture(2, covariance_type="spherical", max_iter=3, tol=1e9, random_state=0).fit(X)
        cases.append((float(model.score(X) * len(X)), 7, len(X)))
        wanted.append(float(model.bic(X)))
    right = iter(wanted)
    agrees(student.bic, lambda *case: next(right), cases)


def _hardly_two(rng, n: int = 60, d: int = 6) -> np.ndarray:
    """Return rows of two separate Gaussians, which the BIC prefers to a single one, but not by much.

    The heaps are so far apart that the likelihood of two components is known: each of them is one heap.
    """
    heap, dear = np.repeat([0, 1], n // 2), 28 * np.log(n)  # 28 parameters more

    def fit(rows) -> float:
        return -len(rows) * np.linalg.slogdet(np.cov(rows.T, bias=True))[1]

    while True:
        X = rng.normal(size=(n, d))
        X[:, 0] += rng.uniform(7, 14) * heap
        gain = fit(X[heap == 0]) + fit(X[heap == 1]) - 2 * n * np.log(2) - fit(X)
        if 1.15 * dear < gain < 1.3 * dear:
            return rng.permutation(X) @ np.linalg.qr(rng.normal(size=(d, d)))[0]


@check("p.08.9", core=True, weight=2, hint="Is a high criterion good, or a low one? And what does the likelihood do as "
       "components are added?")  # fmt: skip
def test_number_of_components(student, rng):
    """For rows from two to five separate Gaussians you find how many there are (one slip is forgiven), of the numbers
    that you are given; and you prefer two components to one where the criterion just does."""
    true = [2, 3, 4, 5, *(int(k) for k in rng.integers(2, 6, 4))]
    found = []
    for k in true:
        X, _ = blobs(rng, k, 80, 2)
        X = X @ np.diag([1, 5]) @ np.linalg.qr(rng.normal(size=(2, 2)))[0]  # no circles, but as far apart as they were
        left_out = int(rng.integers(2, k)) if k > 2 else 3  # so that no place in the list tells the number
        best = student.best_components(X, [n for n in range(2, 9) if n != left_out])
        found.append(int(numbers(best)))
    assert sum(one == other for one, other in zip(found, true, strict=True)) >= len(true) - 1
    assert int(numbers(student.best_components(_hardly_two(rng), [1, 2]))) == 2
    assert int(numbers(student.best_components(blobs(rng, 3, 80, 2)[0], [1, 2]))) == 2  # three are not to be had


@check("p.08.9", hint="Which of these go on improving, however many components you add?")
def test_ways_to_choose(student, rng):
    """You choose all the ways to find the number of components, and nothing else."""
    student.bic(-5.0, 2, 10)
    right = ["lowest BIC", "lowest AIC", "a Bayesian mixture with more components than needed"]
    others = ["highest BIC", "highest AIC", "highest likelihood of the training rows", "lowest inertia"]
    chosen(student.P_08_9_CHOICE, [*right, *others], right=right)
