"""Generators of tables that stand in for real ones: same columns, types, gaps and kinds of patterns."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from course.datasets.loaders import COVTYPE_COLUMNS
from course.datasets.shapes import Arrays, Head, SplitTables, Tables, freeze

SEED = 20
TITANIC_TRAIN, TITANIC_TEST = 891, 418
DISTRICTS, DISTRICTS_WITH_GAPS = 20_640, 207
PATCHES = 20_000
SURNAMES = (
    "Abbot", "Barrow", "Carlin", "Dahl", "Ekstrom", "Fenwick", "Garvey", "Holm", "Ivers", "Jansen", "Keane",
    "Lindqvist", "Moran", "Novak", "Olsson", "Pettit", "Quill", "Rourke", "Sorensen", "Tully", "Ullman", "Vance",
)  # fmt: skip
MEN = ("Albert", "Carl", "Edgar", "Frank", "George", "Henrik", "John", "Patrick", "Thomas", "William")
WOMEN = ("Agnes", "Bertha", "Clara", "Edith", "Florence", "Hanna", "Ida", "Margaret", "Nora", "Rose")


def titanic(head: Head) -> SplitTables:
    """Draw passengers; women, children and the first class survive more often."""
    people = _passengers(TITANIC_TRAIN + TITANIC_TEST, np.random.default_rng(SEED))
    train = people.iloc[:TITANIC_TRAIN].reset_index(drop=True)
    test = people.iloc[TITANIC_TRAIN:].drop(columns="Survived").reset_index(drop=True)
    return SplitTables(head, {"train": train, "test": test})


def _passengers(n: int, rng: Generator) -> pd.DataFrame:
    pclass = rng.choice([1, 2, 3], n, p=[0.24, 0.21, 0.55])
    female = rng.random(n) < 0.355
    age = np.where(rng.random(n) < 0.1, rng.uniform(0.5, 14, n), rng.normal(40 - 5 * pclass, 12, n).clip(14, 78))
    child = age < 14
    siblings = rng.poisson(np.where(child, 1.6, 0.4)).clip(0, 8)
    parents = rng.poisson(np.where(child, 1.3, 0.25)).clip(0, 6)
    fare = np.exp(rng.normal(np.array([4.0, 2.7, 2.2])[pclass - 1], 0.5)) * (1 + 0.3 * (siblings + parents))
    # Log-odds in proportion to what is told of that night: sex first, then class, then age.
    odds = 1.15 - 1.4 * pclass + 3.8 * female + 2.0 * child - 0.35 * (siblings + parents)
    fare[-1] = np.nan  # one passenger for testing has none
    has_cabin = rng.random(n) < np.array([0.8, 0.09, 0.02])[pclass - 1]
    return pd.DataFrame(
        {
            "PassengerId": np.arange(1, n + 1),
            "Survived": (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(np.int64),
            "Pclass": pclass,
            "Name": _names(female, age, rng),
            "Sex": np.where(female, "female", "male"),
            "Age": np.where(rng.random(n) < 0.2, np.nan, np.where(child, age.round(2), age.round())),
            "SibSp": siblings,
            "Parch": parents,
            "Ticket": _tickets(n, rng),
            "Fare": fare.round(4),
            "Cabin": pd.Series(_cabins(pclass, rng), dtype="str").where(has_cabin),
            "Embarked": pd.Series(_ports(n, rng), dtype="str"),
        }
    ).astype(dict.fromkeys(("Name", "Sex", "Ticket"), "str"))


def _names(female: np.ndarray, age: np.ndarray, rng: Generator) -> list[str]:
    names = []
    for is_female, years in zip(female, age, strict=True):
        grown = ("Mrs" if rng.random() < 0.45 else "Miss") if is_female else "Mr"
        title = grown if years >= 14 else ("Miss" if is_female else "Master")
        names.append(f"{rng.choice(SURNAMES)}, {title}. {rng.choice(WOMEN if is_female else MEN)}")
    return names


def _cabins(pclass: np.ndarray, rng: Generator) -> list[str]:
    decks = {1: "BCDE", 2: "DEF", 3: "FG"}
    return [f"{rng.choice(list(decks[c]))}{rng.integers(1, 130)}" for c in pclass]


def _tickets(n: int, rng: Generator) -> list[str]:
    prefixes = rng.choice(["", "", "", "PC ", "A/5 ", "CA. "], n)
    return [f"{prefix}{number}" for prefix, number in zip(prefixes, rng.integers(2000, 400000, n), strict=True)]


def _ports(n: int, rng: Generator) -> np.ndarray:
    ports = rng.choice(["S", "C", "Q"], n, p=[0.72, 0.19, 0.09]).astype(object)
    ports[rng.choice(TITANIC_TRAIN, 2, replace=False)] = None
    return ports


def california_housing(head: Head) -> Tables:
    """Draw districts along a coast with two big cities; income, the sea and the cities make houses dear."""
    rng = np.random.default_rng(SEED)
    n = DISTRICTS
    along = rng.choice([0.25, 0.75, 0.5], n, p=[0.4, 0.25, 0.35]) + rng.normal(0, 1, n) * 0.08  # 0 = south, 1 = north
    inland = np.abs(rng.gamma(1.2, 0.8, n))  # degrees of longitude from the sea
    latitude, longitude = 32.5 + 9.4 * along.clip(0, 1), -117.2 - 6.5 * along.clip(0, 1) + inland
    households = rng.lognormal(6.0, 0.65, n).clip(2, 6000).round()
    income = rng.lognormal(1.25, 0.45, n).clip(0.5, 15.0001)
    near_city = np.exp(-(np.minimum(np.abs(along - 0.25), np.abs(along - 0.75)) ** 2) / 0.02)
    age = (rng.normal(26 + 8 * near_city, 11, n)).clip(1, 52).round()
    rooms = (households * rng.normal(4.3 + 0.28 * income, 0.7, n).clip(1.5)).round()
    # Money buys more inland: the parts multiply, which a linear model can't follow.
    place = 0.6 + 0.9 * np.exp(-inland / 0.6) + 0.8 * near_city * np.exp(-inland)
    value = 39_000 * income**1.1 * place + 500 * age
    bedrooms = (households * rng.normal(1.06, 0.07, n).clip(0.5)).round()
    bedrooms[rng.choice(n, DISTRICTS_WITH_GAPS, replace=False)] = np.nan
    table = pd.DataFrame(
        {
            "longitude": longitude.round(2),
            "latitude": latitude.round(2),
            "housing_median_age": age,
            "total_rooms": rooms,
            "total_bedrooms": bedrooms,
            "population": (households * rng.lognormal(1.06, 0.25, n)).round(),
            "households": households,
            "median_income": income.round(4),
            "median_house_value": (value * rng.lognormal(-0.1, 0.22, n)).clip(14_999, 500_001).round(),
            "ocean_proximity": pd.Series(_proximity(inland, along, rng), dtype="str"),
        }
    )
    return Tables(head, {"housing": table})


def _proximity(inland: np.ndarray, along: np.ndarray, rng: Generator) -> np.ndarray:
    bay = (np.abs(along - 0.75) < 0.09) & (inland < 0.9)
    kinds = np.select([bay, inland < 0.2, inland < 1.2], ["NEAR BAY", "NEAR OCEAN", "<1H OCEAN"], default="INLAND")
    kinds = kinds.astype(object)
    kinds[rng.choice(len(kinds), 5, replace=False)] = "ISLAND"
    return kinds


def covtype(head: Head) -> Arrays:
    """Draw patches of land whose cover depends on elevation first, then on wilderness, soil and water."""
    rng = np.random.default_rng(SEED)
    share = np.array([0.365, 0.488, 0.062, 0.012, 0.016, 0.025, 0.032])
    cover = rng.choice(7, PATCHES, p=share)
    elevation = rng.normal(np.array([3130, 2920, 2390, 2220, 2790, 2420, 3360])[cover], 110)
    aspect, slope = rng.uniform(0, 360, PATCHES), rng.gamma(3.5, 4, PATCHES).clip(0, 60)
    sun = np.cos(np.radians(aspect[:, None] - np.array([90, 180, 270])))  # morning, noon, afternoon
    shade = (np.array([215, 225, 145]) + sun * slope[:, None] * 2).clip(0, 254)
    water = rng.gamma(1.5, 180, PATCHES)
    distances = rng.gamma(2, np.array([1150, 1000])[:, None] * (elevation / 2950), (2, PATCHES))
    numbers = [
        elevation, aspect, slope, water, water * rng.normal(0.17, 0.15, PATCHES), distances[0],
        *shade.T, distances[1],
    ]  # fmt: skip
    lowland = np.isin(cover, [2, 3, 5])
    wilderness = np.where(lowland, rng.choice([2, 3], PATCHES, p=[0.3, 0.7]), rng.choice(3, PATCHES, p=[0.5, 0.1, 0.4]))
    soil = (rng.normal(np.array([28, 27, 8, 4, 24, 9, 37])[cover], 4, PATCHES)).round().clip(0, 39).astype(int)
    X = np.column_stack([*numbers, np.eye(4)[wilderness], np.eye(40)[soil]]).round().astype(np.float32)
    return Arrays(head, freeze(X), freeze((cover + 1).astype(np.int64)), COVTYPE_COLUMNS)
