"""Hidden checks of chapter 1: testing and choosing models (p.01.15 to p.01.19, tf1.01.19)."""

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from autograder.checks.ch01_landscape import inputs
from autograder.testing import check
from autograder.testing.closed import ask_all, built_in, choice, chosen, chosen_words

CASES = range(12)


def _polynomial(x: np.ndarray, y: np.ndarray, degree: int):
    return make_pipeline(PolynomialFeatures(degree), LinearRegression()).fit(x[:, None], y)


def _error(model, x: np.ndarray, y: np.ndarray) -> float:
    return float(root_mean_squared_error(y, model.predict(x[:, None])))


@check("p.01.15", core=True, weight=2, hint="Fit to the training set alone, then measure this one model twice.")
def test_two_errors(student, rng):
    """Both errors are right, for simple and for flexible models."""

    def both(x, y, x_new, y_new, degree):
        model = _polynomial(x, y, degree)
        return _error(model, x, y), _error(model, x_new, y_new)

    cases = [(*inputs.curve(rng, 15), *inputs.curve(rng, 10), i % 6) for i in CASES]
    ask_all(student.train_and_new_error, both, cases)


@check("p.01.15", hint="Has the model learned too little from its examples, or learned them too well?")
def test_diagnosis(student, rng):
    """You named what is wrong with a model that is good on training data only."""
    two = np.array([1.0, 2.0])
    found = choice(student, "P_01_15_DIAGNOSIS", "train_and_new_error", two, two, two, two, 0)
    chosen(found, inputs.FITNESS, right=["overfitting"])


@check("p.01.15", hint="For each of them: does it leave the model less room to learn noise, or give it more?")
def test_cures(student, rng):
    """You chose all that may help, and nothing that makes it worse or only hides it."""
    two = np.array([1.0, 2.0])
    found = choice(student, "P_01_15_CURES", "train_and_new_error", two, two, two, two, 0)
    chosen(found, inputs.LETTERS[:8], right="bceg")


def _sets(student, cases):
    """Return the two sets of each case, as lists of row numbers."""
    found = [[list(built_in(rows)) for rows in student.hold_out(*case)] for case in cases]
    for train, test in found:
        assert all(isinstance(row, int) for row in [*train, *test])
    return found


@check("p.01.16", core=True, weight=2, hint="Is any row in both sets, or in neither? How many are in the test set?")
def test_sets_share_no_row(student, rng):
    """Every row is in one of the two sets, and the test set has the share that was asked for."""
    shares = [0.125, 0.25, 0.5, 0.75]
    cases = [(int(rng.integers(2, 12)) * 8, shares[i % 4], int(rng.integers(1_000))) for i in CASES]
    for (n, share, _), (train, test) in zip(cases, _sets(student, cases), strict=True):
        assert sorted(train + test) == list(range(n))
        assert len(test) == share * n


@check("p.01.16", hint="If the rows are sorted, what does a test set look like that is cut off at one end?")
def test_rows_are_drawn_at_random(student, rng):
    """Over many seeds, the first, the middle and the last rows get into the test set about equally often."""
    sets = _sets(student, [(40, 0.25, int(seed)) for seed in rng.permutation(10_000)[:60]])
    drawn = np.bincount(np.concatenate([test for _, test in sets]), minlength=40)
    # 600 rows in five blocks: 120 in each, give or take 9; a fair draw misses 60 to 180 less than once in a billion.
    assert all(60 <= block.sum() <= 180 for block in np.split(drawn, 5))
    assert len({tuple(sorted(test)) for _, test in sets}) > 50


@check("p.01.16", hint="All chance has to come from `seed`: with other sets in each run, the model gets to "
       "see every row in the end.")  # fmt: skip  # also the mutant's words: what is drawn anew can't be recognised
def test_same_seed_same_sets(student, rng):
    """The same seed puts the same rows aside again, so that the model never sees them in a later run."""
    cases = [(48, 0.25, int(seed)) for seed in rng.integers(0, 1_000, 5)]
    once, again = (_sets(student, cases) for _ in range(2))
    assert [sorted(test) for _, test in once] == [sorted(test) for _, test in again]


@check("p.01.17", core=True, weight=2, hint="By which set do you choose? What may the final model learn from, once the "
       "choice has been made? And what is the test set for?")  # fmt: skip
def test_choice_and_report(student, rng):
    """You choose the right degree, and report the right error."""

    def protocol(train, validation, test, degrees):
        errors = [_error(_polynomial(*train, degree), *validation) for degree in degrees]
        best = degrees[int(np.argmin(errors))]
        return best, _error(_polynomial(*np.hstack([train, validation]), best), *test)

    cases = [(*inputs.three_curves(rng), rng.permutation(6).tolist()) for _ in CASES]
    ask_all(student.choose_degree, protocol, cases)


@check("p.01.17", hint="What comes first, so that no choice can depend on it, and what comes last?")
def test_order_of_steps(student, rng):
    """The six steps are in the order in which they are taken."""
    line = (np.arange(4.0), np.arange(4.0))
    found = choice(student, "P_01_17_ORDER", "choose_degree", line, line, line, [0])
    letters = found if isinstance(found, str) else chosen_words(found)
    assert [letter.strip().lower() for letter in letters] == list("dbfaec")


@check("p.01.18", core=True, hint="Go from one error to the next: wanted, train, train-dev, validation. Each step has "
       "a trouble of its own.")  # fmt: skip
def test_troubles(student, rng):
    """Each trouble is named when it is there, alone or with others, and only then."""

    def steps(*errors: float) -> list[str]:
        large = np.diff(errors[:4]) > errors[4]
        return np.array(["underfitting", "overfitting", "mismatch"])[large].tolist()

    cases = [inputs.four_errors(rng) for _ in range(24)]
    cases += [inputs.errors_on_the_edge(rng, step) for step in (0, 1, 2) * 2]
    ask_all(student.diagnose, steps, cases)


@check("p.01.19", core=True, hint="One model is chosen, by its accuracy on the test set. Both figures are about it.")
def test_the_winner_on_fresh_data(student, rng):
    """Both figures are those of the model that was best on the test set."""

    def winner(test: np.ndarray, fresh: np.ndarray) -> tuple[float, float]:
        scores = [(sum(row), i) for i, row in enumerate(test.tolist())]
        best = max(scores)[1]
        return sum(test[best].tolist()) / test.shape[1], sum(fresh[best].tolist()) / fresh.shape[1]

    ask_all(student.optimism, winner, [inputs.guessers(rng) for _ in CASES])


def _plans(student, cases):
    plans = [student.folds(*case) for case in cases]
    return [[[[int(row) for row in rows] for rows in fold] for fold in plan] for plan in plans]


def _sizes(rng) -> list[tuple[int, int]]:
    """Return (n, k), where n is no multiple of k in most cases, and equal to it in one."""
    return [
        *((int(rng.integers(10, 40)), int(rng.integers(2, 8))) for _ in range(8)),
        (7 * int(rng.integers(2, 5)) + 5, 7),
        (5, 5),
    ]


@check("tf1.01.19", core=True, hint="Put all validation parts together: is every row there, and only once? What if n "
       "is no multiple of k?")  # fmt: skip
def test_every_row_validates_once(student, rng):
    """There are k folds; over all of them each row is validated on exactly once, in parts of nearly equal size."""
    cases = _sizes(rng)
    for (n, k), plan in zip(cases, _plans(student, cases), strict=True):
        parts = [validation for _, validation in plan]
        assert len(plan) == k
        assert sorted(row for part in parts for row in part) == list(range(n))
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


@check("tf1.01.19", core=True, hint="Which rows may a fold train on, so that its score is honest and no row is wasted?")
def test_folds_train_on_the_rest(student, rng):
    """Each fold trains on all rows that it does not validate on, and on no other."""
    cases = _sizes(rng)
    for (n, _), plan in zip(cases, _plans(student, cases), strict=True):
        assert len({tuple(sorted(validation)) for _, validation in plan}) > 1
        for train, validation in plan:
            assert validation
            assert sorted(train) == sorted(set(range(n)) - set(validation))
