"""Hidden checks of chapter 1: how models learn, and what gets in their way (p.01.9 to p.01.14)."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, Ridge, SGDRegressor
from sklearn.neighbors import KNeighborsRegressor

from autograder.checks.ch01_landscape import inputs
from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen

CASES = range(12)


@check("p.01.9", core=True, hint="For each example in turn: first predict with the weight you have, then change it.")
def test_predicts_then_learns(student, rng):
    """Each prediction uses what was learned from the examples before it, and from no other."""

    def by_steps(x: np.ndarray, y: np.ndarray, rate: float) -> list[float]:
        model = SGDRegressor(learning_rate="constant", eta0=rate, alpha=0, penalty=None, fit_intercept=False)
        predictions = [0.0]
        for i in range(len(x) - 1):
            model.partial_fit(x[i : i + 1, None], y[i : i + 1])
            predictions.append(float(model.predict(x[i + 1 : i + 2, None])[0]))
        return predictions

    cases = [(*inputs.stream(rng), float(rng.uniform(0.1, 0.6))) for _ in range(8)]
    ask_all(student.predict_then_learn, by_steps, cases)


@check("p.01.10", core=True, weight=2, hint="Which few sums over all rows does the line depend on? Each part adds to "
       "them.")  # fmt: skip
def test_line_of_the_whole_table(student, rng):
    """Your line is the one that fits all rows at once, though you see them in parts of different size and kind."""
    table = student.probe_(inputs.Table)
    cases = [inputs.big_table(rng, 6, 40) for _ in CASES]
    found = [student.fit_line_in_chunks(table(*case)) for case in cases]
    wanted = [np.polyfit(x, y, 1)[::-1] for x, y, _ in cases]
    np.testing.assert_allclose(np.array(found, dtype=float), wanted, rtol=1e-6, atol=1e-8)


@check("p.01.10", hint="What do you still hold of a part when the next one comes? A list of rows grows with the table.")
def test_rows_are_not_kept(student, rng):
    """When the next part of a long table comes, your function has let go of the rows before; its line is right."""
    x, y, sizes = inputs.big_table(rng, 60, 1_000)
    table = student.probe_(inputs.Table)(x, y, sizes)
    found = student.fit_line_in_chunks(table)
    np.testing.assert_allclose(np.array(found, dtype=float), np.polyfit(x, y, 1)[::-1], rtol=1e-6)
    assert table.kept_rows is False


@check("p.01.11", core=True, weight=2, hint="How far is each known example from the new one, in either direction? "
       "Which k are nearest, and what is their mean target?")  # fmt: skip
def test_neighbours_are_asked(student, rng):
    """On the wealth and happiness of countries, you predict the mean of the k most similar ones."""

    def neighbours(x: np.ndarray, y: np.ndarray, new: float, k: int) -> float:
        return float(KNeighborsRegressor(k).fit(x[:, None], y).predict([[new]])[0])

    cases = []
    for k in (1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9):
        x, y = inputs.countries(rng)
        # One that is known already has itself for its nearest.
        cases.append((x, y, float(rng.choice(x) if k in (1, 3, 5) else rng.uniform(15_000, 70_000)), k))
    cases.append((x, y, float(rng.uniform(15_000, 70_000)), len(x)))  # everyone is asked
    ask_all(student.predict_by_neighbours, neighbours, cases)


@check("p.01.11", hint="Which kind of system keeps its examples, and compares new ones with them?")
def test_kind_that_compares(student, rng):
    """You chose the kind of system that relies on a measure of similarity."""
    two = np.array([1.0, 2.0])
    found = choice(student, "P_01_11_CHOICE", "predict_by_neighbours", two, two, 1.2, 1)
    chosen(found, inputs.KINDS, right=["instance-based learning"])


@check("p.01.12", core=True, weight=2, hint="Begin with the slope. What must be zero where a sum of squares is least? "
       "Only the slope is penalised: where does the line pass through, then?")  # fmt: skip
def test_penalised_line(student, rng):
    """For every hyperparameter, 0 included, your parameters are those with the least sum."""

    def ridge(x: np.ndarray, y: np.ndarray, alpha: float) -> dict[str, float]:
        model = Ridge(alpha=alpha, solver="svd").fit(x[:, None], y) if alpha else LinearRegression().fit(x[:, None], y)
        return {"intercept": float(model.intercept_), "slope": float(model.coef_[0])}

    alphas = [0.0, 0.0, *(10 ** rng.uniform(-1, 3, 10)).tolist()]
    ask_all(student.fit_with_penalty, ridge, [(*inputs.noisy_line(rng), alpha) for alpha in alphas])


@check("p.01.12", hint="For each of them: who decides it, the person before training or the data during it?")
def test_what_is_learned(student, rng):
    """You told all that is learned from the data from what is set beforehand."""
    two = np.array([1.0, 2.0])
    found = choice(student, "P_01_12_LEARNED", "fit_with_penalty", two, two, 0.0)
    chosen(found, inputs.LETTERS, right="adehi")


@check("p.01.13", core=True, hint="Take the error of each prediction, square it, and take the mean.")
def test_cost(student, rng):
    """The cost of any line, good or bad, is its mean squared error."""

    def by_hand(line: tuple[float, float], x: np.ndarray, y: np.ndarray) -> float:
        return sum((line[0] + line[1] * a - b) ** 2 for a, b in zip(x.tolist(), y.tolist(), strict=True)) / len(x)

    cases = [((rng.uniform(2, 6), rng.uniform(-1e-5, 9e-5)), *inputs.countries(rng)) for _ in CASES]
    ask_all(student.cost, by_hand, cases)


@check("p.01.13", core=True, hint="Is there a line with a lower cost than yours? Mind the order: intercept, slope.")
def test_search(student, rng):
    """On the wealth and happiness of countries, you find the line with the least cost."""

    def least_squares(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        model = LinearRegression().fit(x[:, None], y)
        return float(model.intercept_), float(model.coef_[0])

    ask_all(student.search_line, least_squares, [inputs.countries(rng) for _ in CASES])


@check("p.01.13", core=True, hint="Put the new feature into the function: the training data is not needed any more.")
def test_prediction(student, rng):
    """The prediction for a new country is the height of the line there."""

    def height(line: tuple[float, float], new: float) -> float:
        return float(np.polynomial.Polynomial(line)(new))

    cases = [((rng.uniform(2, 6), rng.uniform(1e-5, 9e-5)), rng.uniform(1e4, 1e5)) for _ in CASES]
    ask_all(student.predict_line, height, cases)


@check("p.01.14", core=True, hint="Compare shares, not counts. A group that is missing from the sample has a share "
       "too.")  # fmt: skip
def test_shares_off(student, rng):
    """For every group you tell by how much the sample has too many of it, or too few."""

    def off(sample: list[str], population: list[str]) -> dict[str, float]:
        found, there = (pd.Series(groups).value_counts(normalize=True) for groups in (sample, population))
        return found.reindex(there.index, fill_value=0.0).sub(there).to_dict()

    ask_all(student.shares_off, off, [inputs.poll(rng) for _ in CASES])


@check("p.01.14", hint="Which of these makes a model do worse on new examples, and which is as it should be?")
def test_four_challenges(student, rng):
    """You named four different challenges, and nothing that is no trouble at all."""
    found = choice(student, "P_01_14_CHOICE", "shares_off", ["a"], ["a", "b"])
    chosen(found, inputs.LETTERS, right=[], allowed="abdehj")
    assert not isinstance(found, str) and len({letter.strip().lower() for letter in found}) == 4
