"""Hidden checks of chapter 6: questions on votes, bags and forests (p.06.1 to p.06.5)."""

import math
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.testing import assert_allclose
from scipy import stats
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import Perceptron

from autograder.testing import check
from autograder.testing.closed import agrees, chosen

KINDS = ("bagging", "pasting", "random forest", "boosting", "stacking")


@cache
def _rights(n: int, p: float) -> np.ndarray:
    """Distribution of the number of right voters, one voter after the other."""
    distribution = np.ones(1)
    for _ in range(n):
        distribution = np.convolve(distribution, [1 - p, p])
    return distribution


def _majority(n: int, p: float, shared: float = 0.0) -> float:
    independent = sum(chance for rights, chance in enumerate(_rights(n, p)) if rights > n - rights)
    return shared * p + (1 - shared) * independent


@check("p.06.1", core=True, weight=2, hint="The number of right voters follows a binomial distribution. Which of its "
       "values are a majority?")  # fmt: skip
def test_majority_of_independent_voters(student, rng):
    """For independent voters, few or many, good or poor, you get the probability that more than half are right."""
    sizes = [5, 4, *(int(n) for n in rng.integers(2, 15, 8)), 1, int(rng.integers(200, 900))]
    cases = [(n, round(rng.uniform(0.3, 0.97), 3)) for n in sizes]
    agrees(student.majority_right, _majority, cases)


@check("p.06.1", hint="There are two kinds of questions: what is the majority's chance on each, and how often does "
       "each come up?")  # fmt: skip
def test_voters_who_say_the_same(student, rng):
    """Where voters say the same on some of the questions, or on all, you get the right probability, too."""
    cases = [(int(rng.integers(3, 40)), round(rng.uniform(0.4, 0.9), 3), round(rng.random(), 3)) for _ in range(10)]
    agrees(student.majority_right, _majority, [*cases, (11, 0.8, 1.0), (11, 0.7, 0.0)])


@check("p.06.2", core=True, hint="Count the votes of one row: one column of the array.")
def test_hard_vote_counts(student, rng):
    """A hard vote names, for each row, the class that most models name."""
    cases = []
    for offset in [0, 0, *(int(n) for n in rng.integers(1, 8, 4)), 9, int(rng.integers(10, 60))]:
        votes = rng.integers(0, 4, (int(rng.integers(3, 10)), 60))
        counts = np.sort([(votes == label).sum(axis=0) for label in range(4)], axis=0)
        cases.append((votes[:, counts[-1] > counts[-2]] + offset,))
    agrees(student.hard_vote, lambda votes: stats.mode(votes, axis=0).mode, cases)


@check("p.06.2", hint="Try the votes 3, 1, 3, 1, and the votes 3, 5, 3, 5, 0.")
def test_hard_vote_with_a_tie(student, rng):
    """Where classes are named equally often, the smallest of them wins; one that is named less often does not."""
    cases = []
    for _ in range(8):
        classes = rng.permuted(np.tile(np.arange(9), (30, 1)), axis=1)[:, :3]
        votes = rng.permuted(classes[:, [0, 0, 1, 1, 2]], axis=1)  # the last is alone, and often the smallest
        cases.append((votes.T, classes[:, :2].min(axis=1)))
    wanted = iter([smallest for _, smallest in cases])
    agrees(student.hard_vote, lambda votes: next(wanted), [(votes,) for votes, _ in cases])


def _mean_winner(probas: np.ndarray) -> list[int]:
    n_rows, n_classes = probas.shape[1:]
    totals = [[sum(model[row, k] for model in probas) for k in range(n_classes)] for row in range(n_rows)]
    return [max(range(n_classes), key=total.__getitem__) for total in totals]


@check("p.06.2", core=True, hint="Which axis is the models', and which the classes'?")
def test_soft_vote_averages(student, rng):
    """A soft vote names, for each row, the class with the highest mean probability."""
    cases = [(rng.dirichlet(np.full(int(rng.integers(2, 6)), 0.7), (int(rng.integers(3, 8)), 40)),) for _ in range(8)]
    agrees(student.soft_vote, _mean_winner, cases)


@check("p.06.2", hint="Two models that hesitate against one that does not: what does either way of voting say?")
def test_a_sure_model_outweighs_two_that_hesitate(student, rng):
    """One model that is sure carries a soft vote against two that hesitate, and loses a hard vote against them."""
    classes = [rng.permutation(4)[:2].tolist() for _ in range(20)]
    probas = np.full((3, 20, 4), 0.02)
    for row, (doubtful, sure) in enumerate(classes):
        probas[:, row, doubtful], probas[:, row, sure] = (0.51, 0.52, 0.02), (0.45, 0.44, 0.94)
    probas = probas[rng.permutation(3)]
    assert np.asarray(student.soft_vote(probas)).tolist() == [sure for _, sure in classes]
    assert np.asarray(student.hard_vote(probas.argmax(axis=2))).tolist() == [doubtful for doubtful, _ in classes]


def _rounds(kind: str, n_models: int, n_servers: int) -> int:
    """Train round by round whatever has all it waits for."""
    waits_for = {model: set() for model in range(n_models)}
    if kind == "boosting":
        waits_for = {model: set(range(model)) for model in range(n_models)}
    if kind == "stacking":
        waits_for[n_models] = set(range(n_models))
    done: set[int] = set()
    rounds = 0
    while len(done) < len(waits_for):
        ready = [model for model, needed in waits_for.items() if model not in done and needed <= done]
        done |= set(ready[:n_servers])
        rounds += 1
    return rounds


@check("p.06.3", core=True, weight=2, hint="For each kind: what does the second model need from the first?")
def test_rounds_of_training(student, rng):
    """For each of the five kinds of ensemble, however many models and servers there are, you count the rounds."""
    cases = [(kind, int(rng.integers(5, 60)), int(rng.integers(2, 12))) for kind in KINDS * 4]
    agrees(student.training_rounds, _rounds, [*cases, *((kind, n, k) for n, k in ((12, 4), (7, 1)) for kind in KINDS)])


@check("p.06.3", hint="What does your function say about 100 servers instead of one?")
def test_kinds_that_can_be_spread(student, rng):
    """You name rightly which of the five kinds can be spread over servers: wholly, partly, or not at all."""
    student.training_rounds("bagging", 6, 3)  # a known misconception is told by calls, not by constants alone
    choice = student.P_06_3_CHOICE
    right = {**dict.fromkeys(KINDS, "yes"), "boosting": "no", "stacking": "partly"}
    for kind in KINDS:
        chosen(choice[kind], ("yes", "no", "partly"), right=[right[kind]])


@check("p.06.4", core=True, hint="How likely is it that one draw misses a certain row? And that all of them do?")
def test_share_left_out(student, rng):
    """You get the expected share of rows that are never drawn, for small and large sets, few and many draws."""
    sizes = rng.integers(2, 400, (10, 2)).tolist()
    agrees(student.oob_fraction, lambda n, drawn: float(np.prod(np.full(drawn, (n - 1) / n))), [*sizes, (50, 50)])


@check("p.06.4", core=True, weight=2, hint="Take one row and list the models that have not seen it: only these vote.")
def test_only_models_that_have_not_seen_a_row_judge_it(student, rng):
    """The out-of-bag accuracy of a bagging ensemble is the one that scikit-learn finds, whether each model is trained
    on as many rows as there are, or on fewer."""

    def case(share: float):
        y = rng.integers(0, 3, 40)
        X = rng.normal(y[:, None], 1.2, (40, 2))
        seed = int(rng.integers(10**6))
        weak = Perceptron(max_iter=5, tol=None)
        bagging = BaggingClassifier(weak, 40, max_samples=share, oob_score=True, random_state=seed).fit(X, y)
        votes = np.array([model.predict(X) for model in bagging.estimators_])
        return (votes, np.array(bagging.estimators_samples_), y), bagging.oob_score_

    pairs = [case(share) for share in (1.0, 0.5, 1.0, 0.7)]
    found = [student.oob_accuracy(*arguments) for arguments, _ in pairs]
    assert_allclose(np.asarray(found, dtype=float), [score for _, score in pairs], rtol=1e-9)


@check("p.06.4", hint="What if every model was trained on a certain row? And if two classes get equally many votes?")
def test_rows_that_no_model_may_judge(student, rng):
    """Rows that every model was trained on don't count, neither as right nor as wrong; ties go as agreed."""

    def accuracy(votes, drawn, y):
        right = []
        for row, label in enumerate(y):
            said = [int(vote[row]) for vote, rows in zip(votes, drawn, strict=True) if row not in rows.tolist()]
            if said:
                right.append(max(sorted(set(said)), key=said.count) == label)
        return float(np.mean(right))

    cases = []
    for _ in range(10):
        m, n, first = int(rng.integers(2, 5)), int(rng.integers(15, 40)), int(rng.integers(0, 20))
        cases.append((first + rng.integers(0, 3, (m, n)), rng.integers(0, n, (m, n)), first + rng.integers(0, 3, n)))
    agrees(student.oob_accuracy, accuracy, cases)


@check("p.06.5", core=True, hint="How many gaps are there between n different values? And how many of them does an "
       "extra-tree look at?")  # fmt: skip
def test_splits_at_a_node(student, rng):
    """You count the splits that either kind of tree compares at one node."""
    sizes = [(int(rng.integers(2, 500)), int(rng.integers(1, 30))) for _ in range(8)]
    cases = [(kind, *size) for kind in ("random forest", "extra-trees") for size in sizes]

    def compared(kind: str, n_rows: int, n_features: int) -> int:
        drawn = [np.arange(1, n_rows) if kind == "random forest" else np.array([n_rows / 2])] * n_features
        return sum(len(thresholds) for thresholds in drawn)

    agrees(student.splits_compared, compared, cases)


@check("p.06.5", core=True, weight=2, hint="Work out one feature by hand: which rows go left, how pure is each side, "
       "and how many rows does each hold?")  # fmt: skip
def test_best_of_the_random_splits(student, rng):
    """Given one random threshold for each feature, you choose the feature that separates the classes best."""
    cases, answers = [], []
    while len(cases) < 12 or len(set(answers)) < 2:
        X, y, thresholds = _node(rng)
        if len(best := _purest(np.less_equal(X, thresholds), y)) == 1:  # else it is a tie
            cases.append((X, y, thresholds))
            answers += best
    while len(cases) < 20:  # whole numbers, some of them equal to the threshold, which may leave one side empty
        y = rng.integers(0, 3, 30)
        X = np.clip(y[:, None] + rng.integers(-2, 4, (30, 3)), 0, 4)
        thresholds = np.append(rng.integers(0, 4, 2), 4)
        best = _purest(np.less_equal(X, thresholds), y)
        if len(best) == 1 and best != _purest(np.less(X, thresholds), y):
            cases.append((X, y, thresholds))
            answers += best
    wanted = iter(answers)
    agrees(student.extra_split, lambda *case: next(wanted), cases)


@check("p.06.5", hint="Gini: 1 minus the sum of the squared shares of the classes.")
def test_purity_is_measured_by_gini(student, rng):
    """You choose by Gini impurity, where another measure would choose another feature."""
    cases, answers = [], []
    for other in (_entropy, _mistakes) * 5:
        best = rival = [0]
        while len(best) > 1 or rival == best or len(rival) > 1:
            X, y, thresholds = _node(rng)
            left = np.less_equal(X, thresholds)
            best, rival = _purest(left, y), _purest(left, y, other)
        cases.append((X, y, thresholds))
        answers += best
    wanted = iter(answers)
    agrees(student.extra_split, lambda *case: next(wanted), cases)


def _node(rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows, classes and thresholds of a node with four candidate features."""
    y = rng.integers(0, 3, 40)
    X = rng.normal(rng.uniform(-1, 1, (3, 4))[y], 1)
    return X, y, rng.uniform(X.min(axis=0), X.max(axis=0))


def _gini(counts: list[int]) -> Fraction:
    return sum(counts) - Fraction(sum(n * n for n in counts), sum(counts))


def _entropy(counts: list[int]) -> float:
    return -sum(n * math.log(n / sum(counts)) for n in counts if n)


def _mistakes(counts: list[int]) -> int:
    return sum(counts) - max(counts)


def _purest(left: np.ndarray, y: np.ndarray, measure=_gini) -> list[int]:
    """Return the features with the least impurity, in fractions: there are ties that rounding would decide."""
    found = []
    for goes in left.T:
        sides = [np.bincount(y[side], minlength=3).tolist() for side in (goes, ~goes)]
        found.append(sum(measure(side) for side in sides if any(side)))
    return [feature for feature, impurity in enumerate(found) if impurity == min(found)]


@check("p.06.5", hint="Which part of the work does chance do away with: growing a tree, or walking down?")
def test_what_extra_randomness_does(student, rng):
    """You choose all that holds for extra-trees, and nothing else."""
    student.splits_compared("extra-trees", 10, 2)
    faster, same, variance = "trains faster", "predicts about as fast", "more bias and less variance"
    others = ["trains slower", "predicts faster", "predicts slower", "less bias and more variance"]
    chosen(student.P_06_5_CHOICE, [faster, same, variance, *others], right=[faster, same, variance])
