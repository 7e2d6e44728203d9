"""Hidden checks of chapter 5: what more rows and features cost (p.05.5 and p.05.6)."""

import math

import numpy as np

from autograder.checks.ch05_trees.inputs import grown, number
from autograder.testing import check
from autograder.testing.closed import agrees, choice


@check("p.05.5", core=True, weight=2, hint="How many rows are looked at on each level? And how many levels are there?")
def test_hours_with_more_or_fewer_rows(student, rng):
    """For any two sizes, a few rows or a billion, more or fewer, the hours are right."""

    def hours(known: float, n_rows: int, new_rows: int) -> float:
        work = [n * math.log(n) for n in (n_rows, new_rows)]
        return known * work[1] / work[0]

    exponents = rng.uniform(1, 9, (12, 2))
    cases = [(round(rng.uniform(0.1, 30), 2), *(int(10**e) for e in pair)) for pair in exponents]
    agrees(student.hours_with_more_rows, hours, cases)


@check("p.05.5", core=True, hint="Write down the levels of a tree on 8 rows, and the rows on each.")
def test_hours_of_balanced_trees(student, rng):
    """Where the numbers of rows are powers of two, the hours are in the ratio of the comparisons counted level by
    level."""

    def counted(levels: int) -> int:
        return sum(nodes * (2**levels // nodes) for nodes in (2**level for level in range(levels)))

    depths = [tuple(map(int, rng.integers(1, 25, 2))) for _ in range(12)]
    wanted = iter([counted(after) / counted(before) for before, after in depths])
    cases = [(1.0, 2**before, 2**after) for before, after in depths]
    agrees(student.hours_with_more_rows, lambda *case: next(wanted), cases)


@check("p.05.5", hint="What does your function say about 1 hour and 1,000,000 rows?")
def test_hours_on_ten_million_rows(student, rng):
    """You know how long it takes to train on ten million rows what takes an hour on one million."""
    assert abs(number(choice(student, "P_05_5_HOURS", "hours_with_more_rows", 1.0, 4, 8)) - 35 / 3) <= 0.1


@check("p.05.6", core=True, weight=2, hint="Which nodes are split, and how many rows does each of them have?")
def test_comparisons_in_real_trees(student, rng):
    """For trees that scikit-learn has grown, large or limited, on few features or many, you count the comparisons."""
    cases, answers = [], []
    for _ in range(10):
        d = int(rng.integers(1, 12))
        limit = int(rng.integers(2, 40)) if rng.random() < 0.5 else None
        model, X = grown(rng, int(rng.integers(10, 150)), 2, d, max_leaf_nodes=limit)
        left, sizes = model.tree_.children_left, model.tree_.n_node_samples
        cases.append((left.tolist(), sizes.tolist(), d) if len(cases) % 2 else (left, sizes, d))
        answers.append(int(model.decision_path(X).sum() - len(X)) * d)  # each row's way, its leaf left out
    wanted = iter([*answers, 0])
    agrees(student.comparisons, lambda *case: next(wanted), [*cases, (np.array([-1]), np.array([9]), 2)])


@check("p.05.6", hint="Compare your count for a tree with 5 features with that for one with 10.")
def test_hours_with_twice_the_features(student, rng):
    """You know how long the training takes with twice as many features."""
    assert abs(number(choice(student, "P_05_6_HOURS", "comparisons", [1, -1, -1], [4, 2, 2], 2)) - 2) <= 0.05
