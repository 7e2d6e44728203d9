"""Hidden checks of chapter 5: sorting beforehand (tf2.06.6)."""

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from autograder.testing import check
from autograder.testing.closed import agrees, choice, chosen


def _counted(sizes: list[int], presort: bool) -> float:
    steps = 0.0
    for node, size in enumerate(sizes):
        if node == 0 or not presort:
            steps += size * np.log2(size)
        if presort:
            steps += sizes[0]
    return float(steps)


@check("tf2.06.6", core=True, weight=2, hint="With `presort`, how long is the list that each node walks through?")
def test_steps_of_sorting(student, rng):
    """For real trees, large and small, you count the steps of either way to sort."""
    cases = []
    for n in rng.integers(40, 900, 6):
        X = rng.normal(size=(int(n), 3))
        y = (X[:, 0] + rng.normal(0, 0.8, len(X)) > 0).astype(int)
        depth = None if n % 2 else int(rng.integers(2, 7))
        tree = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X, y).tree_
        sizes = tree.n_node_samples[tree.children_left != -1].tolist()
        cases += [(sizes, presort) for presort in (False, True)]
    agrees(student.sorting_steps, _counted, cases)


@check("tf2.06.6", hint="How many nodes does a tree have that is grown on ten times as many rows?")
def test_presort_on_a_large_set(student, rng):
    """You know what sorting beforehand did to the training of an unlimited tree on 100,000 rows."""
    made = choice(student, "TF2_06_6_CHOICE", "sorting_steps", [4, 2, 2], False)
    chosen(made, ["faster", "slower", "about as long"], right=["slower"])
