"""Regions made up for chapter 2: districts that look like California's, and rules of what makes houses dear that only
the rows at hand can teach."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVR

from autograder.checks.ch02_end_to_end.inputs import Rows, predicted, robust_rmse

TRAIN, HIDDEN = 220, 600  # districts of a region
_PLACES = {"<1H OCEAN": 0.35, "INLAND": 0.3, "NEAR OCEAN": 0.18, "NEAR BAY": 0.12, "ISLAND": 0.05}  # and their shares
_NOISE = 0.05  # how far chance takes a value from the rule, in standard deviations of what the rule says
# Of the logarithm of the values: less where the rule is curved.
_SPREAD = {False: 0.7, True: 0.3}
_MIDDLE = 20_000  # dollars: so low that nobody's range of C is too small for them


def draw_region(rng: np.random.Generator, size: int, *, curved: bool = False) -> Rows:
    """Return districts of a region that exists nowhere, a few with gaps, and their house values.

    Income, age, place and `ocean_proximity` count about the same. Which way each goes is drawn; but never are rich
    districts dear *and* those inland cheap, or both the opposite, so that what is known of California, or its opposite,
    says next to nothing. With `curved`, houses of middle age and those near one place are the dearest or the cheapest;
    else all goes straight up or down.
    """
    X = _districts(rng, size)
    up = int(rng.choice([-1, 1]))
    effects = dict(zip(_PLACES, rng.permutation(np.linspace(-1, 1, len(_PLACES))), strict=True))
    if effects["INLAND"] * up < 0:
        effects = {place: -effect for place, effect in effects.items()}
    age = _scaled(X["housing_median_age"])
    parts = [
        up * _scaled(np.log(X["median_income"])),
        rng.choice([-1, 1]) * _scaled(np.abs(age) if curved else age),
        _scaled(_nearness(rng, X) if curved else _direction(rng, X)),
        _scaled(X["ocean_proximity"].map(effects)),
    ]
    score = _scaled(sum(rng.uniform(0.8, 1.2) * part for part in parts)) + rng.normal(0, _NOISE, size)
    X.loc[rng.random(size) < 0.03, "total_bedrooms"] = np.nan
    return X, pd.Series(_MIDDLE * np.exp(_SPREAD[curved] * score), name="median_house_value")


def error_beside_untuned(
    rng: np.random.Generator, fit: Callable[[pd.DataFrame, pd.Series], Any], regions: int
) -> float:
    """Return the error of what `fit` returns on unseen districts of new regions, as a share of that of an untuned one
    (the geometric mean): the same model with the settings that `SVR` comes with or, if that is better than ours, one of
    our own, whose target is scaled. Only the worse of these two counts, since to scale the target is to tune as well.
    """
    return float(np.exp(np.mean([np.log(_beside_untuned(rng, fit)) for _ in range(regions)])))


def _beside_untuned(rng: np.random.Generator, fit: Callable[[pd.DataFrame, pd.Series], Any]) -> float:
    X, y = draw_region(rng, TRAIN + HIDDEN)
    model = fit(X[:TRAIN], y[:TRAIN])
    found = robust_rmse(predicted(model, X[TRAIN:]), y[TRAIN:])
    untuned = [_plain_svr().fit(X[:TRAIN], y[:TRAIN])]
    settings = model.get_params()
    back = {name: AS_IT_COMES[name.split("__")[-1]] for name in settings if name.split("__")[-1] in AS_IT_COMES}
    if any(settings[name] != value for name, value in back.items()):
        untuned.append(model.set_params(**back).fit(X[:TRAIN], y[:TRAIN]))
    return found / max(robust_rmse(predicted(one, X[TRAIN:]), y[TRAIN:]) for one in untuned)


def error_beside_a_line(rng: np.random.Generator, fit: Callable[[pd.DataFrame, pd.Series], Any], regions: int) -> float:
    """Return the error of what `fit` returns on unseen districts of new, curved regions, as a share of that of ridge
    regression as it comes, on the same columns, filled, scaled and encoded (the geometric mean)."""
    shares = []
    for _ in range(regions):
        X, y = draw_region(rng, TRAIN + HIDDEN, curved=True)
        model, line = fit(X[:TRAIN], y[:TRAIN]), make_pipeline(_columns(), Ridge()).fit(X[:TRAIN], y[:TRAIN])
        found, plain = (robust_rmse(predicted(one, X[TRAIN:]), y[TRAIN:]) for one in (model, line))
        shares.append(found / plain)
    return float(np.exp(np.mean(np.log(shares))))


AS_IT_COMES = {"C": 1.0, "gamma": "scale", "kernel": "rbf"}  # the settings of `SVR`


def _columns() -> Any:
    return make_column_transformer(
        (
            make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
            make_column_selector(dtype_include="number"),
        ),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["ocean_proximity"]),
    )


def _plain_svr() -> Any:
    return make_pipeline(_columns(), TransformedTargetRegressor(SVR(), transformer=StandardScaler()))


def _districts(rng: np.random.Generator, size: int) -> pd.DataFrame:
    """Return districts around eight towns, whose numbers are about as large and as skewed as California's."""
    towns = np.array([-119.5, 37.0]) + rng.uniform(-3, 3, (8, 2))
    where = towns[rng.integers(len(towns), size=size)] + rng.normal(0, 0.6, (size, 2))
    households = rng.lognormal(6.0, 0.4, size)
    columns = {
        "longitude": where[:, 0].round(2),
        "latitude": where[:, 1].round(2),
        "housing_median_age": rng.integers(2, 53, size).astype(float),
        "total_rooms": (households * rng.lognormal(1.65, 0.2, size)).round(),
        "total_bedrooms": (households * rng.lognormal(0.07, 0.1, size)).round(),
        "population": (households * rng.lognormal(1.05, 0.2, size)).round(),
        "households": households.round(),
        "median_income": rng.lognormal(1.25, 0.45, size).round(4),
        "ocean_proximity": rng.choice(list(_PLACES), size, p=list(_PLACES.values())),
    }
    return pd.DataFrame(columns)


def _scaled(values: object) -> NDArray[np.float64]:
    numbers = np.asarray(values, dtype=float)
    scaled: NDArray[np.float64] = (numbers - numbers.mean()) / numbers.std()
    return scaled


def _direction(rng: np.random.Generator, X: pd.DataFrame) -> NDArray[np.float64]:
    """Return how far each district is in a direction, drawn at random."""
    angle = rng.uniform(0, 2 * np.pi)
    way: NDArray[np.float64] = np.cos(angle) * _scaled(X["longitude"]) + np.sin(angle) * _scaled(X["latitude"])
    return way


def _nearness(rng: np.random.Generator, X: pd.DataFrame) -> NDArray[np.float64]:
    """Return how near each district is to a place, drawn at random; or how far, as often."""
    x, y = rng.uniform(-1, 1, 2)
    far = np.hypot(_scaled(X["longitude"]) - x, _scaled(X["latitude"]) - y)
    near: NDArray[np.float64] = rng.choice([-1, 1]) * far
    return near
