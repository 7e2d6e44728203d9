"""Chapter 2, a project of your own: data, leaks, split (p.02.7): the answers."""

from typing import Any

import numpy as np
import pandas as pd

from course.datasets import load

P_02_7 = """
**Question.** How many bikes will be out in each hour of the coming weeks? The rental company plans from it how many to
have ready; a bike that is missing and one that stands about cost about the same. What is known beforehand is the
calendar and, roughly, the weather.

**Data.** Two years of hours in Washington, D.C. (17,379 rows, UCI). The curves over the day show two peaks on workdays
and one broad hill on free days, and 2012 is far busier than 2011. `casual` and `registered` add up to the target: they
are known only afterwards, so they leak, and with them a linear model is off by 0.02 bikes. There are no gaps.

**Split.** The model is for the future, so the last fifth of the hours (from August 2012) is for testing, and folds go
forward in time, too. Drawn at random, the test rows would have their neighbours in the training part: the error would
have been 25 bikes instead of 42, which no one would ever have seen in use.

**Preparation.** One pipeline: leaky columns out, gaps of numbers filled with medians (a forecast of the weather may be
missing one day), scaling for the linear model, texts one-hot. Hour and weekday stay numbers, which trees can cut.

**Models.** Mean absolute error in bikes per hour, since an error of 20 bikes costs twice as much as one of 10, and the
figure can be told to everyone. By cross-validation: mean 138, ridge regression 109, gradient boosting 49.

**Test,** once, with boosting: 42 bikes. Last week's figure for the same hour and weekday would be off by 78. Worst are
the rush hours (99 at five in the afternoon) and rain (72). On average it is 11 bikes too low: trees can't carry a
growth on that they have not seen. Next I would let the model predict the change since last year.
"""
P_02_7_RUBRIC = """
- 2 points: framing: what is predicted, for whom and when, what is known at that moment, and what an error costs
- 2 points: the data: where they come from, a look at them that found something, columns that leak are named
- 1 point: the split fits the use: later rows to test on if predictions are for the future, no case in both parts
- 2 points: preparation: gaps, texts and scales are dealt with inside the pipeline, and choices are explained
- 1 point: two or more models of different kinds and a baseline are compared by cross-validation, figures are given
- 1 point: the metric is justified by the use
- 1 point: the test set was used once, at the end; its figure and one thing the model does badly are reported
"""


def load_project() -> dict[str, Any]:
    """Return the data of your project.

    Returns
    -------
    dict with

    - ``"frame"`` : a DataFrame of 300 rows or more, one row per case, the target
      included. Nothing in it has been learned from other rows: no means filled in,
      nothing scaled.
    - ``"target"`` : the name of the column to be predicted, whose values are numbers,
      without gaps;
    - ``"ordered_by"`` : the name of the column that says when (a number or a time), if
      the model is to predict rows later than those it has learned from; None if the
      order does not matter;
    - ``"leaky"`` : a list of the names of columns that won't be known when a prediction
      is made, or that give the target away. They are still in the frame. It may be
      empty.

    Examples
    --------
    >>> project = load_project()
    >>> sorted(project)
    ['frame', 'leaky', 'ordered_by', 'target']
    >>> len(project["frame"]) >= 300 and project["target"] in project["frame"]
    True
    """
    hours = load("bike_sharing").frame
    moment = pd.to_datetime(hours["dteday"]) + pd.to_timedelta(hours["hr"], unit="h")
    frame = hours.drop(columns=["instant", "dteday"]).assign(moment=moment)
    return {"frame": frame, "target": "cnt", "ordered_by": "moment", "leaky": ["casual", "registered"]}


def find_leaks(frame: pd.DataFrame, target: str) -> list[str]:
    """Return the names of the columns that give the target away.

    These are the numeric columns which, each times a number of its own, add up to the
    target, up to a constant, exactly and in every row: a copy in another unit, however
    large or small that makes its values, or parts and their total. A column that is
    merely like the target gives nothing away. Rows with a gap in some numeric column
    are left out of account.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"men": [4, 7, 1, 0, 5], "women": [2, 3, 9, 4, 4], "hour": [8, 8, 9, 5, 3]}
    ... )
    >>> frame["people"] = frame["men"] + frame["women"]
    >>> sorted(find_leaks(frame, "people"))
    ['men', 'women']
    >>> find_leaks(frame[["men", "hour", "people"]], "people")
    []
    """
    numbers = frame.select_dtypes("number").dropna().astype(float)
    if numbers.empty:  # a gap in every row: nothing can be told
        return []
    numbers = numbers.loc[:, np.ptp(numbers.to_numpy(), axis=0) > 0]
    scaled = (numbers - numbers.mean()) / numbers.std()  # so that weights can be compared
    X, y = scaled.drop(columns=target), scaled[target]
    weights, *_ = np.linalg.lstsq(X.to_numpy(), y.to_numpy())
    exact = np.abs(X @ weights - y).max() < 1e-8
    return [str(name) for name in X.columns[np.abs(weights) > 1e-6]] if exact else []


def split_project(
    frame: pd.DataFrame, ordered_by: str | None = None, test_size: float = 0.2, seed: int = 42
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cut a table into rows to train on and rows to test on.

    Rows that are equal in all columns are one case that was listed twice; of these one
    is kept.

    Parameters
    ----------
    frame : rows in any order; left as it is.
    ordered_by : None: rows are drawn at random. Else a column without gaps: the latest
        rows are for testing, and rows of the same moment stay together.
    test_size : the share of the rows to test on; a little more or less if rows of one
        moment stay together.
    seed : the same seed draws the same rows.

    Returns
    -------
    (train, test), with the columns of `frame` and its rows in any order.

    Examples
    --------
    >>> frame = pd.DataFrame({"day": [5, 1, 4, 2, 3, 1], "sold": [9, 7, 8, 6, 5, 7]})
    >>> train, test = split_project(frame, "day", test_size=0.4)
    >>> sorted(train["day"]), sorted(test["day"])
    ([1, 2, 3], [4, 5])
    >>> [len(part) for part in split_project(frame)]
    [4, 1]
    """
    rows = frame.drop_duplicates()
    n_test = round(test_size * len(rows))
    if ordered_by is None:
        order = np.random.default_rng(seed).permutation(len(rows))
        return rows.iloc[order[n_test:]], rows.iloc[order[:n_test]]
    is_late = rows[ordered_by].rank(method="max") > len(rows) - n_test
    return rows[~is_late], rows[is_late]
