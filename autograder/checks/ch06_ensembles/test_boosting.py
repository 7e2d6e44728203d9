"""Hidden checks of chapter 6: questions on boosting (p.06.6, p.06.7)."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import AdaBoostClassifier, GradientBoostingRegressor

from autograder.testing import check
from autograder.testing.closed import agrees, ask_all, chosen


class _Recorder(ClassifierMixin, BaseEstimator):
    """Is wrong about the rows it is told to, and notes the weights it is trained with."""

    def __init__(self, wrong=None, seen=None):
        self.wrong, self.seen = wrong, seen

    def __sklearn_clone__(self):
        return _Recorder(self.wrong, self.seen)

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        self.seen.append(np.array(sample_weight))
        return self

    def predict(self, X):
        return X[:, 0].astype(int) ^ np.asarray(self.wrong)


def _next_weights(weights: np.ndarray, wrong: np.ndarray, learning_rate: float) -> np.ndarray:
    """What scikit-learn hands to the second model."""
    y = np.arange(len(weights)) % 2
    recorder = _Recorder(wrong, [])
    AdaBoostClassifier(recorder, n_estimators=2, learning_rate=learning_rate).fit(y[:, None], y, weights)
    return recorder.seen[1] / recorder.seen[1].sum()


@check("p.06.6", core=True, weight=2, hint="Work out r first: by weights, not by numbers of rows.")
def test_weights_after_a_round(student, rng):
    """After one round of boosting, the weights are those that scikit-learn's AdaBoost uses."""
    cases = []
    for _ in range(10):
        n = int(rng.integers(6, 30))
        wrong = rng.permutation(n) < max(1, n // 5)
        weights = rng.uniform(0.5, 1.5, n) * np.where(wrong, 0.7, 1)
        cases.append((weights, wrong, round(rng.uniform(0.2, 1.5), 2)))
    agrees(student.boosted_weights, lambda *case: _next_weights(*case).tolist(), cases)


@check("p.06.6", hint="Is ln((1 - r) / r) above 0 or below, if r is more than a half?")
def test_weights_after_a_model_worse_than_chance(student, rng):
    """Where the newest model gets more than half of the weight wrong, its say is below 0: the rows that it gets wrong
    lose weight."""

    def lighter(weights: np.ndarray, wrong: np.ndarray, learning_rate: float) -> list[float]:
        share = np.where(wrong, weights[wrong].sum(), weights[~wrong].sum())  # of the row's own kind
        new = weights / share * share ** (1 - learning_rate) * (weights.sum() - share) ** learning_rate
        return (np.where(wrong, new, weights) / (new[wrong].sum() + weights[~wrong].sum())).tolist()

    cases = []
    for _ in range(8):
        n = int(rng.integers(6, 30))
        wrong = rng.permutation(n) >= max(1, n // 5)
        weights = rng.uniform(0.5, 1.5, n) * np.where(wrong, 1, 0.7)
        cases.append((weights, wrong, round(rng.uniform(0.2, 1.5), 2)))
    agrees(student.boosted_weights, lighter, cases)


@check("p.06.6", hint="Which changes let the ensemble follow its training rows more closely?")
def test_what_helps_against_underfitting(student, rng):
    """You choose all the changes that help an ensemble which underfits, and none that make it worse."""
    student.boosted_weights([1.0, 1.0, 1.0], [True, False, False], 0.5)
    right = ["a hundred estimators", "trees of depth 3 as base models", "a learning rate of 0.5"]
    others = ["stopping when the validation error rises", "equal weights for all rows in each round",
              "a larger test set", "a vote in which each stump counts the same"]  # fmt: skip
    chosen(student.P_06_6_CHOICE, [*right, *others], right=right)


def _boosted(learning_rate: float, left: float) -> int:
    """Let scikit-learn boost trees without limits, and see what is left over."""
    X, y = np.arange(4.0)[:, None], np.array([3.0, -2.0, 5.0, -7.0])
    model = GradientBoostingRegressor(init="zero", learning_rate=learning_rate, max_depth=None, n_estimators=50)
    stages = model.fit(X, y).staged_predict(X)
    return next(n for n, said in enumerate(stages, 1) if np.max(np.abs((y - said) / y)) <= left + 1e-9)


@check("p.06.7", core=True, hint="What share is left after one tree? And after two?")
def test_trees_needed_to_fit(student, rng):
    """For each learning rate you find how many trees it takes until little enough is left over."""
    cases = [(round(rate, 2), round(left, 3)) for rate, left in rng.uniform((0.12, 0.02), (0.9, 0.6), (10, 2))]
    agrees(student.trees_needed, _boosted, [*cases, (1.0, 0.3), (0.5, 0.124)])  # 0.125 is no hair's breadth above


@check("p.06.7", hint="0.3 ** 3 is 0.027, but not in a computer. Compare with a little more than `left`.")
def test_rounding_does_not_decide(student, rng):
    """Where just as much is left over as may be, no further tree is needed."""
    cases = [(0.7, 0.027), (0.9, 0.001), (0.8, 0.008)]
    for rate in rng.permutation(np.arange(2, 10))[:7] / 10:
        number = int(rng.integers(1, 6))
        cases.append((float(rate), float(round((1 - rate) ** number, 12))))
    agrees(student.trees_needed, _boosted, cases)


@check("p.06.7", core=True, hint="Go through the errors one by one and note which was the lowest so far, and how long "
       "ago that was.")  # fmt: skip
def test_stops_in_time(student, rng):
    """You keep the number of trees with the lowest error seen until patience runs out, and look no further."""

    def kept(errors: list[float], patience: int) -> int:
        for seen in range(1, len(errors) + 1):
            best = int(np.argmin(errors[:seen]))
            if seen - 1 - best >= patience:
                break
        return best + 1

    cases = []
    for _ in range(16):
        n = int(rng.integers(10, 50))
        course = np.linspace(6, int(rng.integers(0, 9)), n) + rng.normal(0, 1.5, n)
        cases.append((course.round(1).tolist(), int(rng.integers(1, 8))))  # a list, as in the examples
    cases += [([3.0, 2.0, 2.0, 2.0, 1.0], patience) for patience in (2, 3)] + [([2.5], 1)]
    ask_all(student.stop_early, kept, cases)


@check("p.06.7", hint="Which learning rate makes each tree count for less?")
def test_what_helps_against_overfitting(student, rng):
    """You know which way to turn the learning rate of an ensemble that overfits."""
    student.trees_needed(0.5, 0.5)
    chosen(student.P_06_7_CHOICE, ["increase", "decrease", "no difference"], right=["decrease"])
