"""Hidden checks of chapter 3: the Titanic (p.03.3)."""

import numpy as np
import pandas as pd
from numpy.testing import assert_array_equal

from autograder.checks.ch03_classification.inputs import draw_halves, zeros_and_ones
from autograder.checks.ch03_classification.inputs_ships import best_single_column, draw_ship
from autograder.testing import Handle, Student, check


def _gain(student: Student, ships: list[pd.DataFrame]) -> float:
    """Return by how much the student's models are right more often than the best rule with one column, on average."""
    gains = []
    for ship in ships:
        train, hidden = ship.iloc[:800].reset_index(drop=True), ship.iloc[800:].reset_index(drop=True)
        said = zeros_and_ones(student.fit_titanic(train).predict(hidden.drop(columns="Survived")), len(hidden))
        gains.append((said == hidden["Survived"]).mean() - best_single_column(train, hidden))
    return float(np.mean(gains))


@check(
    "p.03.3",
    core=True,
    weight=4,
    at_least=True,
    data="titanic",
    hint="Let the model find the rules, in all columns that say something: write none into the code.",
)
def test_learns_the_rules_of_other_ships(student: Student, rng: np.random.Generator) -> float:
    """On made-up ships, each with a rule of its own that takes sex, class and age together, your model is right about
    {threshold:.1%} more of the passengers than the best rule with a single column."""
    return _gain(student, [draw_ship(rng, 2_600) for _ in range(3)])


@check("p.03.3", core=True, weight=3, at_least=True, data="titanic", hint="Which columns does your model use?")
def test_learns_that_families_matter(student: Student, rng: np.random.Generator) -> float:
    """On made-up ships where it counts as well whether a passenger has family on board, your model is right about
    {threshold:.1%} more of the passengers than the best rule with a single column."""
    return _gain(student, [draw_ship(rng, 2_600, with_family=True) for _ in range(2)])


@check("p.03.3", hint="Fill gaps inside the model, also in columns that have none in your table.")
def test_copes_with_gaps(student: Student, rng: np.random.Generator) -> None:
    """Age, Fare, Cabin and Embarked may be missing: every passenger still gets a prediction, 0 or 1."""
    train, hidden = draw_halves(rng)
    train.loc[rng.choice(len(train), 2, replace=False), "Embarked"] = np.nan  # as on the Titanic
    for column in ("Age", "Fare", "Cabin", "Embarked"):
        hidden.loc[rng.random(len(hidden)) < 0.3, column] = np.nan
    zeros_and_ones(student.fit_titanic(train).predict(hidden), len(hidden))


@check("p.03.3", hint="How does your encoder treat a value that was not there when it was fitted?")
def test_copes_with_values_never_seen(student: Student, rng: np.random.Generator) -> None:
    """Passengers from a port, with a ticket, cabin or title that is not in the training table get a prediction."""
    train, hidden = draw_halves(rng)
    model = student.fit_titanic(train)
    strangers = hidden.assign(Embarked="B", Ticket="ZZ 9", Cabin="Y7", Name="Doe, Archdeacon. Jo")
    zeros_and_ones(model.predict(strangers), len(hidden))


@check("p.03.3", hint="Whatever is learned from a table (medians, means, categories) comes from the training table.")
def test_judges_each_passenger_alone(student: Student, rng: np.random.Generator) -> None:
    """A passenger gets the same prediction alone, among passengers of the same class, and among all."""
    train, hidden = draw_halves(rng)
    hidden["Ticket"] = rng.choice(train["Ticket"].to_numpy()[:8], len(hidden))  # many share one, and none does alone
    for column in ("Age", "Fare", "Embarked"):
        hidden.loc[rng.random(len(hidden)) < 0.3, column] = np.nan
    model = student.fit_titanic(train)
    together = zeros_and_ones(model.predict(hidden), len(hidden))
    groups = [hidden["Pclass"].to_numpy() == number for number in (1, 2, 3)]
    groups += list(np.eye(len(hidden), dtype=bool)[:20])
    apart = [zeros_and_ones(model.predict(hidden[rows]), int(rows.sum())) for rows in groups]
    # Two may differ: sums over another number of rows are rounded differently, which can break a tie.
    assert sum((labels != together[rows]).sum() for labels, rows in zip(apart, groups, strict=True)) <= 2


@check("p.03.3", weight=0.5, hint="Choose columns by name.")
def test_finds_columns_by_name(student: Student, rng: np.random.Generator) -> None:
    """Columns in another order, or another index, change no prediction."""
    train, hidden = draw_halves(rng)
    model = student.fit_titanic(train)
    moved = list(np.roll(hidden.columns, rng.integers(1, hidden.shape[1])))  # no column stays where it was
    mixed = hidden[moved].set_index(rng.permutation(len(hidden)) + 5000)
    assert_array_equal(zeros_and_ones(model.predict(mixed), 150), zeros_and_ones(model.predict(hidden), 150))


@check("p.03.3", hint="Which columns say something about a passenger, and which are only book-keeping?")
def test_ignores_number_and_answer(student: Student, rng: np.random.Generator) -> None:
    """Neither another PassengerId nor a Survived column in the table changes a prediction."""
    train, hidden = draw_halves(rng)
    model = student.fit_titanic(train)
    expected = zeros_and_ones(model.predict(hidden), 150)
    assert_array_equal(
        zeros_and_ones(model.predict(hidden.assign(PassengerId=rng.integers(10**6, 10**7, 150))), 150), expected
    )
    for answer in (0, 1):
        assert_array_equal(zeros_and_ones(model.predict(hidden.assign(Survived=answer)), 150), expected)


@check("p.03.3", weight=0.5, hint="Work on a copy.")
def test_leaves_the_training_table_alone(student: Student, rng: np.random.Generator) -> None:
    """The table you are given is the same after fitting as before."""
    train, _ = draw_halves(rng)
    model, (after,) = student.watch_("fit_titanic", train)
    assert isinstance(model, Handle)
    # Only values and labels count: a passage between two processes may change a dtype's name.
    pd.testing.assert_frame_equal(after, train, check_dtype=False, check_index_type=False, check_column_type=False)
