# %% right
# Intent: Turn each passenger into a fixed row of numbers by plain loops (gaps filled with what the training table
# says about people with the same title), then let a committee of a random forest and boosted trees vote.
import math
import re
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

TITLES: dict[str, int] = {"Mr": 0, "Mrs": 1, "Mme": 1, "Miss": 2, "Ms": 2, "Mlle": 2, "Master": 3}
OTHER_TITLE: int = 4


def _number(value: Any) -> float:
    """The value as a number; nan for whatever is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def _column(passengers: pd.DataFrame, name: str) -> list[Any]:
    if name not in passengers.columns:
        return [None] * len(passengers)
    return passengers[name].tolist()


def _title(name: Any) -> int:
    found = re.search(r",\s*([^.,]+)\.", name) if isinstance(name, str) else None
    return TITLES.get(found.group(1).strip(), OTHER_TITLE) if found else OTHER_TITLE


def _median(values: list[float], fallback: float) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.median(known)) if known else fallback


class TitanicModel(ClassifierMixin, BaseEstimator):
    """Numbers from passengers, and two kinds of trees on them."""

    def _learn_gaps(self, train: pd.DataFrame) -> None:
        ages = [_number(age) for age in _column(train, "Age")]
        titles = [_title(name) for name in _column(train, "Name")]
        self.age_ = _median(ages, 28.0)
        self.age_of_title_: dict[int, float] = {}
        for title in range(OTHER_TITLE + 1):
            same = [age for age, other in zip(ages, titles) if other == title]
            self.age_of_title_[title] = _median(same, self.age_)
        self.class_ = _median([_number(value) for value in _column(train, "Pclass")], 3.0)

    def _rows(self, passengers: pd.DataFrame) -> np.ndarray:
        rows: list[list[float]] = []
        names = ("Sex", "Pclass", "Age", "SibSp", "Parch", "Name")
        for sex, pclass, age, siblings, parents, name in zip(*(_column(passengers, column) for column in names)):
            female = float(str(sex).strip().lower().startswith("f"))
            grade, years = _number(pclass), _number(age)
            n_siblings, n_parents = _number(siblings), _number(parents)
            n_siblings = 0.0 if math.isnan(n_siblings) else n_siblings
            n_parents = 0.0 if math.isnan(n_parents) else n_parents
            if math.isnan(grade):
                grade = self.class_
            gap = math.isnan(years)
            if gap:
                years = self.age_of_title_[_title(name)]
            family = n_siblings + n_parents
            rows.append([female, grade, years, n_siblings, n_parents, family, float(family > 0), float(gap)])
        return np.array(rows, dtype=np.float64).reshape(len(rows), 8)

    def fit(self, train: pd.DataFrame, y: Any = None) -> "TitanicModel":
        labels = np.array([int(value) for value in (train["Survived"] if y is None else y)], dtype=np.int64)
        self.classes_ = np.unique(labels)
        self._learn_gaps(train)
        self.members_: list[Any] = []
        if len(self.classes_) > 1:
            self.members_ = [
                RandomForestClassifier(200, min_samples_leaf=3, max_features=0.5, random_state=1),
                GradientBoostingClassifier(
                    n_estimators=150, learning_rate=0.06, max_depth=4, min_samples_leaf=8, subsample=0.7, random_state=2
                ),
            ]
            rows = self._rows(train)
            for member in self.members_:
                member.fit(rows, labels)
        return self

    def predict(self, passengers: pd.DataFrame) -> np.ndarray:
        if len(passengers) == 0:
            return np.zeros(0, dtype=np.int64)
        if not self.members_:
            return np.full(len(passengers), self.classes_[0], dtype=np.int64)
        rows = self._rows(passengers)
        chance = np.zeros(len(rows))
        for member in self.members_:
            chance += member.predict_proba(rows)[:, 1]
        return (chance / len(self.members_) > 0.5).astype(np.int64)


def fit_titanic(train: pd.DataFrame) -> TitanicModel:
    return TitanicModel().fit(train)


# %% wrong: fit_titanic
# Misconception: Thinks that a gap is best filled with the median of the table in which it occurs, so that the
# passengers who are asked about fill each other's gaps.
class SelfFilling(TitanicModel):
    def predict(self, passengers: pd.DataFrame) -> np.ndarray:
        if len(passengers):
            self._learn_gaps(passengers)
        return super().predict(passengers)


def fit_titanic(train: pd.DataFrame) -> TitanicModel:
    return SelfFilling().fit(train)


# %% wrong: fit_titanic
# Misconception: Thinks that a column in which every fifth value is lacking does more harm than good, so drops Age
# altogether; sex, class and family are left.
class Ageless(TitanicModel):
    def _rows(self, passengers: pd.DataFrame) -> np.ndarray:
        return super()._rows(passengers)[:, [0, 1, 3, 4, 5, 6]]


def fit_titanic(train: pd.DataFrame) -> TitanicModel:
    return Ageless().fit(train)
