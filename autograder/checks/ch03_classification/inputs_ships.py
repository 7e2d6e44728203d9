"""Ships made up for p.03.3: passengers put together anew, and a rule of who survived that only the table can teach."""

import numpy as np
import pandas as pd

from autograder.checks.ch03_classification.inputs import ordinary_passengers

# What stays together in one passenger: a title fits the sex and the age, a fare the class.
_PARTS = (["Name", "Sex", "Age"], ["SibSp", "Parch"], ["Pclass", "Ticket", "Fare", "Cabin", "Embarked"])
_COLUMNS = ("Sex", "Pclass", "Age")
_FLIPPED = 0.02  # share of passengers whose fate was chance


def draw_ship(rng: np.random.Generator, size: int, with_family: bool = False) -> pd.DataFrame:
    """Return passengers who never sailed, with their fate, which follows from sex, class and age taken together, and
    from whether any family is on board.

    Each is put together from three passengers of the Titanic. Which sex, class and age have the better chances, and how
    much each counts, is drawn; but never women *and* the first class or men *and* the third, so that the true fate of a
    passenger, or its opposite, says next to nothing.
    """
    people = ordinary_passengers()
    parts = [people[part].iloc[rng.integers(len(people), size=size)].reset_index(drop=True) for part in _PARTS]
    ship = pd.concat(parts, axis=1).assign(PassengerId=np.arange(1, size + 1))
    ship["Age"] = (ship["Age"] + rng.normal(0, 0.3, size)).clip(lower=0.2).round(2)
    ship["Fare"] = (ship["Fare"] * rng.normal(1, 0.01, size)).round(4)
    ship["Survived"] = _fate(rng, ship, with_family)
    return ship[list(people.columns)]


def _fate(rng: np.random.Generator, ship: pd.DataFrame, with_family: bool) -> np.ndarray:
    women_first = rng.choice([-1, 1])
    parts = [
        women_first * np.where(ship["Sex"] == "female", 1.0, -1.0),
        women_first * (ship["Pclass"] - ship["Pclass"].mean()).to_numpy(),
        # By rank, and 0 for those whose age nobody knows.
        rng.choice([-1, 1]) * np.nan_to_num(1.5 * (2 * ship["Age"].rank(pct=True).to_numpy() - 1)),
    ]
    if with_family:
        parts.append(rng.choice([-1, 1]) * np.where(ship["SibSp"] + ship["Parch"] > 0, 1.0, -1.0))
    score = sum(rng.uniform(0.9, 1.1) * part for part in parts)
    better_half = score + rng.normal(0, 0.01, len(ship)) > np.median(score)
    return (better_half ^ (rng.random(len(ship)) < _FLIPPED)).astype(int)


def best_single_column(train: pd.DataFrame, hidden: pd.DataFrame) -> float:
    """Return the accuracy, on hidden passengers, of the best rule that looks at sex alone, class alone or age alone."""
    return max(_accuracy_of(column, train, hidden) for column in _COLUMNS)


def _accuracy_of(column: str, train: pd.DataFrame, hidden: pd.DataFrame) -> float:
    def groups(frame: pd.DataFrame) -> pd.Series:
        return (frame[column] // 10 if column == "Age" else frame[column]).astype(object).fillna("unknown")

    survives = train["Survived"].groupby(groups(train)).mean() > 0.5
    said = groups(hidden).map(survives).fillna(0).astype(int)
    return float((said == hidden["Survived"]).mean())
