"""Hidden checks of chapter 2: a scaler that knows the way back (p.02.6)."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose
from sklearn.preprocessing import StandardScaler

from autograder.checks.ch02_end_to_end.inputs_parts import (
    copied,
    measurements,
    named,
    names_of,
    refuses,
    table_of,
)
from autograder.testing import check

# ---------------------------------------------------------------- p.02.6


@check("p.02.6", core=True, weight=2, hint="Compare your `scale_` with `np.std` of a column. What is learned from "
       "which rows?")  # fmt: skip
def test_scaler_agrees_with_the_original(student, rng):
    """On rows that it was not fitted to, your scaler gives what scikit-learn's gives, with the mean and without."""
    for with_mean in (True, False):
        size, columns = int(rng.integers(5, 20)), int(rng.integers(2, 6))
        X, new = measurements(rng, size, columns), measurements(rng, 7, columns)
        expected = StandardScaler(with_mean=with_mean).fit(X).transform(new)
        scaler = student.StandardScalerClone(with_mean=with_mean).fit(X)
        assert_allclose(table_of(scaler.transform(new), new.shape), expected, rtol=1e-7, atol=1e-9)


@check("p.02.6", weight=0.5, hint="Print `scale_` after a fit to a DataFrame and after one to the array of the same "
       "numbers. Whose `std` do you call?")  # fmt: skip
def test_scaler_takes_tables(student, rng):
    """A DataFrame is scaled, and turned back, as an array of the same numbers is."""
    X, new = measurements(rng, 8, 3), measurements(rng, 5, 3)
    names = [f"column {number}" for number in range(3)]
    scaler = student.StandardScalerClone().fit(pd.DataFrame(X, columns=names))
    original = StandardScaler().fit(X)
    for ours, wanted in (
        (scaler.transform, original.transform(new)),
        (scaler.inverse_transform, original.inverse_transform(new)),
    ):
        assert_allclose(table_of(ours(pd.DataFrame(new, columns=names)), new.shape), wanted, rtol=1e-7, atol=1e-9)


@check("p.02.6", weight=0.5, hint="Print `mean_` and `scale_` beside `X.mean(axis=0)` and `X.std(axis=0)`.")
def test_what_was_learned_can_be_read(student, rng):
    """`mean_` and `scale_` hold mean and standard deviation of each column, also where the mean is left in place."""
    X = measurements(rng, 15, 4)
    for with_mean in (True, False):
        scaler = student.StandardScalerClone(with_mean=with_mean).fit(X)
        assert_allclose(table_of(scaler.mean_, (4,)), X.mean(axis=0), rtol=1e-7, atol=1e-9)
        assert_allclose(table_of(scaler.scale_, (4,)), X.std(axis=0), rtol=1e-7)


def _used(scaler, X):
    """Fit to an array, scale it, and turn it back; return the array as all this has left it."""
    scaler.fit(X)
    scaler.transform(X)
    scaler.inverse_transform(X)
    return X


@check("p.02.6", weight=0.5, hint="What does `X -= …` do to the array of whoever has called you?")
def test_table_is_left_alone(student, rng):
    """The array that is handed over is not changed."""
    X = measurements(rng, 9, 3)
    assert_allclose(student.probe_(_used)(student.StandardScalerClone(), X.copy()), X, rtol=1e-12)


@check("p.02.6", core=True, hint="Undo the steps of `transform` in the opposite order, and only those that it has "
       "done.")  # fmt: skip
def test_scaler_goes_back(student, rng):
    """`inverse_transform` turns scaled columns back into the numbers they came from, with the mean and without, and
    also numbers that were never scaled."""
    for with_mean in (True, False):
        X = rng.normal(rng.normal(0, 30, 4), rng.uniform(0.5, 20, 4), (30, 4))
        scaler = student.StandardScalerClone(with_mean=with_mean).fit(X)
        back = scaler.inverse_transform(np.asarray(scaler.transform(X)))
        assert_allclose(table_of(back, X.shape), X, rtol=0, atol=1e-9)
        scaled = rng.normal(size=(6, 4))
        expected = StandardScaler(with_mean=with_mean).fit(X).inverse_transform(scaled)
        assert_allclose(table_of(scaler.inverse_transform(scaled), scaled.shape), expected, rtol=1e-7, atol=1e-9)


@check("p.02.6", hint="What becomes of a column that holds the same number everywhere?")
def test_column_without_spread(student, rng):
    """A column whose values are all the same, be they 0, becomes 0 everywhere and its scale is 1; the others are scaled
    as ever, also in a table of small whole numbers (int8)."""
    X, small = measurements(rng, 12, 3), rng.integers(-128, 128, (12, 3), dtype=np.int8)
    small[:2] = [[-128] * 3, [127] * 3]  # so far apart that their difference is no int8
    for table, value in ((X, int(rng.integers(1, 9))), (X, 0), (small, int(rng.integers(1, 9)))):
        table[:, 1] = value
        scaler = student.StandardScalerClone().fit(table)
        found = table_of(scaler.transform(table), table.shape)
        assert_allclose(found, StandardScaler().fit_transform(table), rtol=1e-7, atol=1e-9)
        assert_allclose(table_of(scaler.scale_, (3,))[1], 1.0)


@check("p.02.6", weight=0.5, hint="Print the standard deviation of a thousand times 0.1. Why is it not 0, and what do "
       "you divide?")  # fmt: skip
def test_column_without_spread_but_for_rounding(student, rng):
    """That holds for numbers that a computer can't store exactly, too, such as 0.1; but a column that is in a unit so
    large that all its numbers are tiny has a spread like any other."""
    for value in (0.1, -0.3, *rng.uniform(0.01, 1000, 8)):
        X = np.column_stack([rng.normal(size=1_000), np.full(1_000, value)])
        found = table_of(student.StandardScalerClone().fit(X).transform(X), X.shape)
        assert np.abs(found[:, 1]).max() < 1e-6
    tiny = rng.normal(3e-10, 1e-10, (50, 2))  # sizes of atoms, in metres
    found = table_of(student.StandardScalerClone().fit(tiny).transform(tiny), tiny.shape)
    assert_allclose(found, StandardScaler().fit_transform(tiny), rtol=1e-6, atol=1e-6)


@check("p.02.6", hint="When are names to be there, and what if the same scaler is fitted again, to an array?")
def test_scaler_remembers_the_columns(student, rng):
    """`n_features_in_` is the number of columns; `feature_names_in_` holds their names after a fit to a DataFrame, and
    does not exist after a fit to an array, whatever was fitted before."""
    X = measurements(rng, 9, 4)
    frame = named(rng, X)
    scaler = student.StandardScalerClone().fit(X)
    assert int(scaler.n_features_in_) == 4
    assert not hasattr(scaler, "feature_names_in_")
    scaler = scaler.fit(frame)
    assert names_of(scaler.feature_names_in_) == list(frame.columns)
    scaler = scaler.fit(X[:, :3])
    assert int(scaler.n_features_in_) == 3
    assert not hasattr(scaler, "feature_names_in_")


@check("p.02.6", hint="Try all four: names given or not, fitted to a table with names or without.")
def test_names_that_come_out(student, rng):
    """`get_feature_names_out` returns an array of the names it is given, in a list or an array, else of those of the
    fitted DataFrame, else x0, x1, …"""
    X = measurements(rng, 9, int(rng.integers(2, 7)))
    frame, plain = named(rng, X), [f"x{i}" for i in range(X.shape[1])]
    scaler = student.StandardScalerClone().fit(X)
    assert isinstance(scaler.get_feature_names_out(), np.ndarray)
    assert names_of(scaler.get_feature_names_out()) == plain
    given = [name.upper() for name in frame.columns]
    assert names_of(scaler.get_feature_names_out(given)) == given
    assert names_of(scaler.get_feature_names_out(np.array(given, dtype=object))) == given
    scaler = student.StandardScalerClone().fit(frame)
    assert names_of(scaler.get_feature_names_out()) == list(frame.columns)
    assert names_of(scaler.get_feature_names_out(list(frame.columns))) == list(frame.columns)


@check("p.02.6", hint="Compare the length, and the names with those of the fitted table, before you return anything.")
def test_wrong_names_are_refused(student, rng):
    """Too many or too few names are refused, and names that are not those of the fitted DataFrame, too."""
    X = measurements(rng, 9, 4)
    frame = named(rng, X)
    plain, tabled = student.StandardScalerClone().fit(X), student.StandardScalerClone().fit(frame)
    right = list(frame.columns)
    assert list(tabled.get_feature_names_out(right)) == right  # whatever holds them: that is another check's question
    refuses(lambda: plain.get_feature_names_out(["a", "b", "c"]), "ValueError", "AssertionError")
    refuses(lambda: plain.get_feature_names_out(["a", "b", "c", "d", "e"]), "ValueError", "AssertionError")
    refuses(lambda: tabled.get_feature_names_out(right[::-1]), "ValueError", "AssertionError")


@check("p.02.6", hint="`check_is_fitted` and `n_features_in_` are there for that.")
def test_scaler_refuses_what_it_does_not_know(student, rng):
    """Before `fit` both directions raise a NotFittedError, and afterwards a ValueError if the number of columns is
    another, be it a single one, or none, as in a flat row of numbers."""
    X = measurements(rng, 9, 4)
    scaler = student.StandardScalerClone()
    refuses(lambda: scaler.transform(X), "NotFittedError")
    refuses(lambda: scaler.inverse_transform(X), "NotFittedError")
    scaler.fit(X)
    for wrong in (X[:, :3], X[:, :1], np.hstack([X, X]), X[0]):
        refuses(lambda wrong=wrong: scaler.transform(wrong), "ValueError", "AssertionError")
        refuses(lambda wrong=wrong: scaler.inverse_transform(wrong), "ValueError", "AssertionError")


def _in_a_pipeline(scaler, X, new):
    from sklearn.base import clone
    from sklearn.pipeline import make_pipeline

    return make_pipeline(scaler, clone(scaler)).fit(X).transform(new)


@check("p.02.6", hint="Does `__init__` do more than store its parameters, and does `fit` return the scaler?")
def test_scaler_is_an_estimator(student, rng):
    """It can be cloned with its parameters and set to others, works inside a pipeline, and `fit_transform` takes a y as
    well."""
    X, new = measurements(rng, 20, 3), measurements(rng, 8, 3)
    scaler = student.StandardScalerClone(with_mean=False)
    copy = student.probe_(copied)(scaler)
    assert copy.get_params()["with_mean"] in (False, 0)  # whatever else there is
    expected = StandardScaler(with_mean=False).fit(X)
    assert_allclose(table_of(copy.fit_transform(X, np.arange(20)), X.shape), expected.transform(X), atol=1e-9)
    once = StandardScaler().fit(X)
    twice = StandardScaler().fit(once.transform(X)).transform(once.transform(new))
    scaler.set_params(with_mean=True)
    found = student.probe_(_in_a_pipeline)(student.StandardScalerClone(), X, new)
    assert_allclose(table_of(found, new.shape), twice, rtol=1e-7, atol=1e-9)
    assert_allclose(table_of(scaler.fit(X).transform(new), new.shape), once.transform(new), rtol=1e-7, atol=1e-9)
