"""Hidden checks of chapter 1: what machine learning is, and its kinds (p.01.1 to p.01.7)."""

from itertools import product

import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import MultiLabelBinarizer

from autograder.checks.ch01_landscape import inputs
from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen

CASES = range(12)


def _fewest_mistakes(values: np.ndarray, labels: np.ndarray) -> int:
    """Cut the sorted labels at each place: ones before the cut and zeros after it are mistakes."""
    ordered = labels[np.argsort(values)]
    before = np.concatenate([[0], np.cumsum(ordered)])
    after = np.concatenate([[0], np.cumsum(1 - ordered[::-1])])[::-1]
    return int((before + after).min())


@check("p.01.1", core=True, weight=2, hint="Try each value as the threshold, and count the mistakes it makes.")
def test_threshold_is_learned(student, rng):
    """On examples of any scale, a few of them labelled wrongly, no threshold makes fewer mistakes than yours, also
    where "always 1" or "never 1" is best."""
    tables = inputs.threshold_tables(rng)
    found = [student.learn_threshold(*table) for table in tables]
    for threshold, (values, labels) in zip(found, tables, strict=True):
        assert np.ndim(threshold) == 0
        assert np.sum((values >= float(threshold)) != labels) == _fewest_mistakes(values, labels)


@check("p.01.1", hint="Does your function look at all of the examples that it is given?")
def test_experience_helps(student, rng):
    """With more examples, your threshold comes nearer to the truth."""

    def error(size: int) -> float:
        values, labels, truth = inputs.threshold_table(rng, size, 0.0)
        return abs(float(student.learn_threshold(values, labels)) - truth) / truth

    few, many = (np.median([error(size) for _ in range(30)]) for size in (6, 200))
    assert many < few / 4


@check("p.01.2", core=True, hint="How many rows has the table of all combinations of two columns? And how many "
       "columns does a table get that has one column for each value?")  # fmt: skip
def test_rules_and_weights(student, rng):
    """Both counts are right, for tables with up to six columns."""

    def counted(levels: list[int]) -> tuple[int, int]:
        columns = pd.DataFrame([range(level) for level in levels]).T.astype(object)
        return len(list(product(*map(range, levels)))), pd.get_dummies(columns).shape[1] + 1

    cases = [(rng.integers(2, 6, size).tolist(),) for size in (1, 2, 3, 3, 4, 4, 5, 5, 6, 6)]
    ask_all(student.rules_and_weights, counted, cases)


@check("p.01.2", hint="For each task, ask: is this what examples can teach and a written program can't do, or is it "
       "the other way round?")  # fmt: skip
def test_four_sound_reasons(student, rng):
    """You chose the four tasks for a program that learns, and none of those that are better off without."""
    found = choice(student, "P_01_2_CHOICE", "rules_and_weights", [2, 3])
    chosen(found, inputs.LETTERS[:8], right="acfg")


@check("p.01.3", core=True, hint='Which value says that a label is not known? Are 0, False and "" labels?')
def test_labelled_rows(student, rng):
    """You find exactly the rows that have a label, whatever the labels are and wherever else there are gaps."""

    def known(rows: list[dict[str, object]], target: str) -> list[int]:
        return np.flatnonzero(pd.DataFrame(rows, dtype=object)[target].notna()).tolist()

    ask_all(student.labelled_rows, known, [inputs.houses(rng) for _ in CASES])


@check("p.01.4", core=True, weight=2, hint="Where is something between two targets, and where are they names? What "
       "single answer is right most often, and which one is least wrong on average?")  # fmt: skip
def test_baseline(student, rng):
    """You tell the task by what can stand between targets, not by their type, and give the best constant answer."""

    def dummy(targets: list[object], between: bool) -> tuple[str, object]:
        rows = np.zeros((len(targets), 1))
        if between:
            return "regression", float(DummyRegressor().fit(rows, targets).predict(rows[:1])[0])
        return "classification", DummyClassifier().fit(rows, targets).predict(rows[:1])[0].item()

    def asked(targets: list[object], between: bool) -> tuple[str, object]:
        task, prediction = student.baseline(targets, between)
        return str(task).strip().lower(), prediction  # written as the options are, or with capitals

    ask_all(asked, dummy, [inputs.targets(rng, i % 5) for i in CASES])


@check("p.01.4", hint="Which tasks need the right answers while training?")
def test_the_two_tasks(student, rng):
    """You named the two most common supervised tasks."""
    found = choice(student, "P_01_4_CHOICE", "baseline", ["a", "b", "a"], False)
    chosen(found, inputs.SUPERVISED, right=["classification", "regression"])


@check("p.01.5", core=True, hint="In how many baskets is each pair? It doesn't matter how many of a kind.")
def test_bought_together(student, rng):
    """You find the pair that is in the most baskets together."""

    def joint(baskets: list[list[str]]) -> list[str]:
        coder = MultiLabelBinarizer()
        table = coder.fit_transform(baskets)  # (baskets, goods), 0 or 1
        counts = np.triu(table.T @ table, 1)
        return sorted(coder.classes_[list(np.unravel_index(counts.argmax(), counts.shape))].tolist())

    ask_all(student.bought_together, joint, [(inputs.baskets(rng),) for _ in CASES])


@check("p.01.5", core=True, hint="How far is each row from the row nearest to it? Mind that it is at distance 0 from "
       "itself.")  # fmt: skip
def test_odd_one_out(student, rng):
    """You find the loneliest example, even between two crowds; one that has an exact double is not lonely."""

    def loneliest(X: np.ndarray) -> int:
        distances, _ = NearestNeighbors(n_neighbors=2).fit(X).kneighbors(X)
        return int(distances[:, 1].argmax())

    ask_all(student.odd_one_out, loneliest, [(inputs.lonely(rng),) for _ in CASES])


@check("p.01.5", hint="Which tasks can be done without a single right answer to learn from?")
def test_four_unsupervised_tasks(student, rng):
    """You named four different unsupervised tasks, and nothing else."""
    found = choice(student, "P_01_5_CHOICE", "bought_together", [["a", "b"], ["b", "a", "c"]])
    chosen(found, inputs.TASKS, right=[], allowed=inputs.UNSUPERVISED)
    assert not isinstance(found, str) and len({word.strip().lower() for word in found}) == 4


@check("p.01.6", core=True, weight=2, hint="What does a move pay on average on this ground, not in sum and not at "
       "best? How often it was tried says nothing.")  # fmt: skip
def test_best_moves(student, rng):
    """For every ground you find the move that pays best on average."""

    def best(steps: list[tuple[str, str, float]]) -> dict[str, str]:
        table = pd.DataFrame(steps, columns=["ground", "move", "reward"])
        return table.pivot_table(values="reward", index="ground", columns="move").idxmax(axis=1).to_dict()

    cases = [*(inputs.walks(rng) for _ in CASES), *(inputs.jackpots(rng, level) for level in (40.0, -40.0) * 2)]
    ask_all(student.best_moves, best, [(steps,) for steps in cases])


@check("p.01.6", hint="Does anyone tell the robot which move is right, or only how well it went?")
def test_family_for_the_robot(student, rng):
    """You chose the family of methods that learn from what their own moves bring."""
    found = choice(student, "P_01_6_CHOICE", "best_moves", [("a", "b", 1.0), ("a", "c", 2.0)])
    chosen(found, inputs.FAMILIES, right=["reinforcement learning"])


@check("p.01.7", core=True, hint="Nothing is known but where the customers are: which method looks for groups?")
def test_groups_are_found(student, rng):
    """Without names, customers who belong together get the same number, and others another."""
    crowds = [inputs.crowds(rng) for _ in range(8)]
    found = [np.asarray(student.find_groups(X, len(set(truth.tolist())))) for X, truth in crowds]
    for groups, (_, truth) in zip(found, crowds, strict=True):
        assert groups.shape == truth.shape
        assert ((groups[:, None] == groups) == (truth[:, None] == truth)).all()


@check("p.01.7", core=True, hint="The names are known for the old customers: train on them.")
def test_names_are_assigned(student, rng):
    """New customers get the name of the group that they belong to, even if it has two very different parts."""
    shops = [inputs.shop(rng) for _ in range(8)]
    found = [student.assign_groups(*shop[:3]) for shop in shops]
    assert [[str(name) for name in names] for names in found] == [shop[3] for shop in shops]


@check("p.01.7", hint="Is there a right answer to learn from? And what would a prediction be: a name or an amount?")
def test_two_kinds_of_segmentation(student, rng):
    """You named the kind of task for groups that nobody knows yet, and for groups that are known."""
    unknown = choice(student, "P_01_7_UNKNOWN", "find_groups", np.array([[0.0, 0.0], [9.0, 0.0]]), 2)
    chosen(unknown, inputs.GROUPING, right=["clustering"])
    chosen(student.P_01_7_KNOWN, inputs.GROUPING, right=["classification"])
