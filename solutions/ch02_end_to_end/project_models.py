"""Chapter 2, the models of a project of your own (p.02.7): the answers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import RegressorMixin, clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import KFold, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler


def _without(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a table without these columns, some of which may be missing already."""
    return table.drop(columns=list(columns), errors="ignore")


def make_models(leaky: Sequence[str] = ()) -> dict[str, RegressorMixin]:
    """Return two or more models of different kinds, by name, not fitted.

    Each is one object that goes from a raw table, a DataFrame without the target, to
    predictions, by ``fit(X, y)`` and ``predict(X)``, and can be cloned. What the
    columns are called is not known beforehand. There are

    - numbers, with gaps, also where there was none in `fit`;
    - texts, with gaps, and with values that were not there in `fit`;
    - times (datetime64), which may be used or left out.

    Parameters
    ----------
    leaky : names of columns that must not be used. They may be missing when predictions
        are made.

    Examples
    --------
    >>> X = pd.DataFrame(
    ...     {
    ...         "size": [1.0, 2.0, None, 4.0] * 10,
    ...         "kind": ["a", "b", "a", None] * 10,
    ...         "sum": 0.0,
    ...     }
    ... )
    >>> models = make_models(leaky=["sum"])
    >>> len(models) >= 2
    True
    >>> new = pd.DataFrame({"size": [3.0, None], "kind": ["a", "c"]})
    >>> fitted = [model.fit(X, np.arange(40.0)) for model in models.values()]
    >>> [len(model.predict(new)) for model in fitted][:2]
    [2, 2]
    """
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    texts = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10, sparse_output=False)
    preparation = make_pipeline(
        FunctionTransformer(_without, kw_args={"columns": list(leaky)}),
        ColumnTransformer(
            [
                ("numbers", numbers, make_column_selector(dtype_include="number")),
                ("texts", texts, make_column_selector(dtype_exclude=["number", "datetime"])),
            ]
        ),
    )
    return {
        "linear": make_pipeline(preparation, Ridge()),
        "boosting": make_pipeline(clone(preparation), HistGradientBoostingRegressor(random_state=42)),
    }


def _later_and_later(when: pd.Series) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return five folds of rows in order, each with earlier ones to be fitted to. Rows of one moment stay together."""
    moments = np.unique(when)
    return [
        (np.flatnonzero(when.isin(moments[past])), np.flatnonzero(when.isin(moments[future])))
        for past, future in TimeSeriesSplit(min(5, len(moments) - 1)).split(moments)
    ]


def run_project(
    models: Mapping[str, RegressorMixin],
    train: pd.DataFrame,
    test: pd.DataFrame,
    target: str,
    ordered_by: str | None = None,
    metric: Callable[[Any, Any], float] = mean_absolute_error,
) -> dict[str, Any]:
    """Compare models on the training rows, choose one, and test it once.

    Parameters
    ----------
    models : by name, not fitted, and left so; what they get is the table without the
        target.
    train, test : DataFrames, rows in any order, the target among the columns.
    ordered_by : None, or the name of the column that says when.
    metric : an error, ``metric(y_true, y_pred)``: less is better.

    Returns
    -------
    dict with

    - ``"errors"`` : dict of cross-validated errors by name: of each model, and of
      ``"baseline"``, a model that always predicts the mean of the y it was fitted to.
      Each is the mean of `metric` over five folds of the training rows. If the order
      does not matter, the folds are drawn at random, and each row is held out once;
      else models are always fitted to rows that are earlier than those they are judged
      on.
    - ``"best"`` : the name with the least of these errors, be it ``"baseline"``;
    - ``"model"`` : that model, fitted to all training rows;
    - ``"test_error"`` : its `metric` on the test rows.

    Examples
    --------
    >>> train = pd.DataFrame({"x": np.arange(50.0), "y": 2 * np.arange(50.0)})
    >>> test = pd.DataFrame({"x": [10.4, 30.2], "y": [20.0, 60.0]})
    >>> found = run_project({"near": KNeighborsRegressor(1)}, train, test, "y")
    >>> sorted(found), sorted(found["errors"])
    (['best', 'errors', 'model', 'test_error'], ['baseline', 'near'])
    >>> found["best"], found["test_error"]
    ('near', 0.0)
    """
    rows = train if ordered_by is None else train.sort_values(ordered_by)
    X, y = rows.drop(columns=target), rows[target]
    folds = KFold(5, shuffle=True, random_state=42) if ordered_by is None else _later_and_later(rows[ordered_by])
    candidates = {"baseline": DummyRegressor(), **models}
    scoring = make_scorer(metric, greater_is_better=False)  # the sign is turned, so that more is better
    errors = {
        name: -float(cross_val_score(model, X, y, cv=folds, scoring=scoring, error_score="raise").mean())
        for name, model in candidates.items()
    }
    best = min(errors, key=lambda name: errors[name])
    model = clone(candidates[best]).fit(X, y)
    test_error = float(metric(test[target], model.predict(test.drop(columns=target))))
    return {"errors": errors, "best": best, "model": model, "test_error": test_error}
