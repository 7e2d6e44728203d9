"""Hidden checks of chapter 2: the models of a project of your own (p.02.7)."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose
from sklearn.metrics import mean_absolute_error

from autograder.checks.ch02_end_to_end.inputs_parts import (
    HOURS,
    bike_hours,
    mean_cube,
    table_of,
    used_cars,
    watched_rows,
    watchful_models,
)
from autograder.checks.ch02_end_to_end.test_project import BIKE_LEAKS
from autograder.testing import check
from autograder.testing.workflow import Comparison, Workflow, asks_the_best_alone, reports_held_out, sayings

# ---------------------------------------------------------------- the models


def _fitted(models, train: pd.DataFrame, target: str) -> dict:
    X, y = train.drop(columns=target), train[target]
    return {name: model.fit(X, y) for name, model in models.items()}


@check("p.02.7", weight=2, hint="Gaps, strangers among the texts, numbers that were complete so far: what does each "
       "step make of them?")  # fmt: skip
def test_models_take_raw_tables(student, rng):
    """Each of your models, two or more, is fitted to raw tables of cars and bikes as they are, and predicts for new
    rows with gaps in numbers and texts and with texts never seen; no two predict the same."""
    cars, hours = used_cars(rng, 330), bike_hours(rng, 330)
    for frame, target in ((cars, "selling_price"), (hours, "cnt")):
        frame.loc[rng.random(330) < 0.1, frame.columns[1 if target == "cnt" else 4]] = np.nan
        new = frame[300:].drop(columns=target)
        for column in new.select_dtypes("number"):
            new[column] = new[column].astype(float).mask(rng.random(30) < 0.2)
        for column in new.select_dtypes(exclude=["number", "datetime"]):
            new[column] = new[column].mask(rng.random(30) < 0.2, "never seen").mask(rng.random(30) < 0.1)
        models = _fitted(student.make_models(), frame[:300], target)
        said = {tuple(table_of(model.predict(new), (30,)).tolist()) for model in models.values()}
        assert len(said) == len(models) >= 2


@check("p.02.7", hint="Whatever is learned from a table (medians, means, categories) is learned in `fit`.")
def test_models_judge_each_row_alone(student, rng):
    """A car gets the same prediction alone as among others."""
    frame = used_cars(rng, 240)
    new = frame[200:].drop(columns="selling_price")
    spans = []
    for model in _fitted(student.make_models(), frame[:200], "selling_price").values():
        together = table_of(model.predict(new), (40,))
        alone = np.concatenate([table_of(model.predict(new[row : row + 1]), (1,)) for row in range(20)])
        assert_allclose(alone, together[:20], rtol=1e-6)
        assert_allclose(table_of(model.predict(new[20:]), (20,)), together[20:], rtol=1e-6)
        spans.append(np.ptp(together))
    assert max(spans) > 0


@check("p.02.7", core=True, weight=2, hint="How do your models learn which columns they must not use, and when?")
def test_models_refuse_what_leaks(student, rng):
    """Columns named as leaky are not used: nothing depends on their values, neither in training nor later, and they may
    be missing when a prediction is made."""
    frame = used_cars(rng, 240)
    frame["tax"], frame["band"] = 0.18 * frame["selling_price"], np.where(frame["selling_price"] > 4e5, "high", "low")
    leaky, new = ["tax", "band"], frame[200:].drop(columns="selling_price")
    other = frame.assign(tax=rng.permutation(frame["tax"]), band=rng.permutation(frame["band"]))
    first, second = (_fitted(student.make_models(leaky), table[:200], "selling_price") for table in (frame, other))
    assert set(first) == set(second)
    assert len(first) >= 2
    spans = []
    for name, model in first.items():
        said = table_of(model.predict(new), (40,))
        spans.append(np.ptp(said))
        for again in (model.predict(new.drop(columns=leaky)), second[name].predict(new)):
            assert_allclose(table_of(again, (40,)), said, rtol=1e-6)
    assert max(spans) > 0


@check("p.02.7", core=True, weight=2, hint="Are the predictions in the target's own units? Plot them over the truth.")
def test_models_beat_the_mean(student, rng):
    """On 300 cars that it has not seen, the best of your models has a smaller mean absolute error than always
    predicting the mean of the 600 it was fitted to, for both tables of cars; and so it has where a text alone says
    something about a target that may be negative."""
    for table in ("details", "details_v3"):
        frame = used_cars(rng, 900, table).assign(receipt=lambda cars: cars["selling_price"] * 2)
        train, test = frame[:600], frame[600:]
        models = _fitted(student.make_models(["receipt"]), train, "selling_price")
        new, y = test.drop(columns=["selling_price", "receipt"]), test["selling_price"]
        errors = [mean_absolute_error(y, table_of(model.predict(new), (300,))) for model in models.values()]
        assert min(errors) < mean_absolute_error(y, np.full(300, train["selling_price"].mean()))
    kinds = rng.choice(["north", "south", "west"], 500, p=[0.5, 0.3, 0.2])
    profit = pd.Series(kinds).map(dict(zip(["north", "south", "west"], rng.permutation([-60, 0, 60]), strict=True)))
    frame = pd.DataFrame({"size": rng.normal(size=500), "kind": kinds, "profit": profit + rng.normal(0, 5, 500)})
    models = _fitted(student.make_models(), frame[:300], "profit")
    new, y = frame[300:].drop(columns="profit"), frame["profit"][300:]
    errors = [mean_absolute_error(y, table_of(model.predict(new), (200,))) for model in models.values()]
    assert min(errors) < mean_absolute_error(y, np.full(200, frame["profit"][:300].mean())) / 2


@check("p.02.7", weight=2, at_most=True, data="bike_sharing", hint="Bikes have peaks at eight and at five. Which of "
       "your models can bend that often?")  # fmt: skip
def test_models_beat_last_week(student, rng) -> float:
    """Fitted to six weeks and tested on the twelve days after, eight times in two years, the best of your models
    makes at most {threshold:.0%} of the mean absolute error of a forecast that repeats the last week, in the
    geometric mean of the eight."""
    shares = []
    for eighth in range(8):
        frame = bike_hours(rng, eighth=eighth).sort_values("moment")
        train, test = frame[: HOURS * 4 // 5], frame[HOURS * 4 // 5 :]
        models = _fitted(student.make_models(BIKE_LEAKS), train, "cnt")
        new = test.drop(columns=["cnt", *BIKE_LEAKS])
        errors = [mean_absolute_error(test["cnt"], table_of(m.predict(new), (len(test),))) for m in models.values()]
        week = train[train["moment"] > train["moment"].max() - pd.Timedelta(days=7)]
        known = week.groupby(["weekday", "hr"])["cnt"].mean()
        repeated = known.reindex(pd.MultiIndex.from_frame(test[["weekday", "hr"]])).fillna(train["cnt"].mean())
        shares.append(min(errors) / mean_absolute_error(test["cnt"], repeated))
    return float(np.exp(np.mean(np.log(shares))))


# ---------------------------------------------------------------- the comparison and the test


def _run(student, columns, train, test, when=None, cubed=False) -> tuple[dict[str, float], dict]:
    models = student.probe_(watchful_models)(columns, "y", when)
    more = [student.probe_(mean_cube)] if cubed else []
    found = student.run_project(models, train, test, "y", when, *more)
    errors = {str(name): float(error) for name, error in found["errors"].items()}
    assert set(errors) == {*columns, "baseline"}
    return errors, dict(found)


@check("p.02.7", core=True, weight=2, hint="Who is judged on which rows? Sum up your five folds on paper.")
def test_errors_are_cross_validated(student, rng):
    """Where the order does not matter, each model's error is the mean over five folds that the model was not fitted to,
    by the metric that is handed over; each row is held out once, and y is never among the inputs."""
    sizes = {"a": float(rng.uniform(1, 3)), "b": float(rng.uniform(1, 3))}
    train, test = watched_rows(rng, 100, sizes), watched_rows(rng, 30, sizes, 100)
    train["varied"], test["varied"] = train["y"] + rng.gamma(1, 5, 100), test["y"]
    errors, _ = _run(student, ["a", "b", "size", "varied"], train, test)
    wanted = {**sizes, "size": 80.0, "varied": float((train["varied"] - train["y"]).mean())}
    assert_allclose([errors[name] for name in wanted], list(wanted.values()), rtol=1e-6)
    errors, _ = _run(student, ["a", "b"], train, test, cubed=True)
    assert_allclose([errors[name] for name in "ab"], [mean_cube(train["y"], train[name]) for name in "ab"], rtol=1e-6)


def largest_error(y_true, y_pred):
    """An error that one row decides."""
    import numpy as np

    return float(np.max(np.abs(np.asarray(y_pred) - np.asarray(y_true))))


@check("p.02.7", weight=0.5, hint="How often do you call `metric`, and with how many rows each time?")
def test_error_is_a_mean_over_folds(student, rng):
    """The metric is taken of each fold by itself, and the error is the mean of the five figures."""
    train, test = watched_rows(rng, 60, {"a": 1.0, "b": 2.0}), watched_rows(rng, 20, {"a": 1.0, "b": 2.0}, 60)
    high = float(rng.uniform(50, 100))
    train["a"] = train["y"] + np.where(train["id"] == int(rng.integers(60)), high, 1.0)
    models = student.probe_(watchful_models)(["a", "b"], "y")
    found = student.run_project(models, train, test, "y", None, student.probe_(largest_error))
    assert_allclose([float(found["errors"][name]) for name in "ab"], [(high + 4) / 5, 2.0], rtol=1e-6)


@check("p.02.7", hint="What are your five folds if the table is sorted by price? `cv=5` takes rows as they stand.")
def test_folds_are_drawn_at_random(student, rng):
    """Where the order does not matter, each fold has rows from all over the table, also if it is sorted."""
    train, test = watched_rows(rng, 200, {"a": 1.0}), watched_rows(rng, 20, {"a": 1.0}, 200)
    errors, _ = _run(student, ["a"], train.sort_values("y"), test)
    # With folds as they stand it is a quarter more: the mean of the rest says little of a fold at either end.
    assert_allclose(errors["baseline"], (train["y"] - train["y"].mean()).abs().mean(), rtol=0.05)


@check(
    "p.02.7", core=True, weight=2, hint="Is the table in order when you cut it into folds, and which fold comes first?"
)
def test_folds_go_forward_in_time(student, rng):
    """With a column that says when, no model is judged on rows that are earlier than one it was fitted to, although the
    table is in disorder; there are five folds here, too."""
    sizes = {"a": float(rng.uniform(1, 3)), "b": float(rng.uniform(1, 3))}
    train, test = watched_rows(rng, 120, sizes), watched_rows(rng, 30, sizes, 120)
    errors, found = _run(student, ["a", "b"], train, test, "moment")
    assert_allclose([errors["a"], errors["b"]], [sizes["a"], sizes["b"]], rtol=1e-6)
    assert found["best"] == min(sizes, key=lambda name: sizes[name])
    done = _recorded(student, rng, "moment")
    assert [len(done.record.held_out(pair)) for pair in done.scores] == [5] * len(done.scores)
    reports_held_out(done, _score)


@check("p.02.7", weight=0.5, hint="Several rows may have the same moment: where may a fold begin?")
def test_folds_begin_between_moments(student, rng):
    """Where rows share a moment, no model is judged on rows of a moment that it was fitted to."""
    sizes = {"a": float(rng.uniform(1, 3)), "b": float(rng.uniform(1, 3))}
    train, test = watched_rows(rng, 120, sizes), watched_rows(rng, 30, sizes, 130)
    for part in (train, test):
        part["moment"] = part["moment"].dt.floor("7h")
    errors, _ = _run(student, ["a", "b"], train, test, "moment")
    assert_allclose([errors["a"], errors["b"]], [sizes["a"], sizes["b"]], rtol=1e-6)


@check("p.02.7", weight=2, hint="When may you look at the test rows, and what may you still change afterwards?")
def test_test_rows_are_used_once(student, rng):
    """The choice is made by the training rows alone, even if the test rows would have it otherwise; the model is fitted
    to all training rows and no other, its error on the test rows is given, no other model is asked about these, and
    your models are left unfitted."""
    train, test = watched_rows(rng, 60, {"a": 1.0, "b": 2.0}), watched_rows(rng, 30, {"a": 5.0, "b": 0.5}, 60)
    for when in (None, "moment"):
        models = student.probe_(watchful_models)(["b", "a"], "y", when)
        found = student.run_project(models, train, test, "y", when)
        assert found["best"] == "a"
        assert_allclose(float(found["test_error"]), 5.0, rtol=1e-6)
        assert list(found["model"].rows_) == list(range(60))
        assert not hasattr(models["a"], "rows_")
    _, found = _run(student, ["b", "a"], train, test, cubed=True)
    assert_allclose(float(found["test_error"]), mean_cube(test["y"], test["a"]), rtol=1e-6)
    asks_the_best_alone(_recorded(student, rng), _score)


def _score(truth, said) -> float:
    return -mean_absolute_error(truth, said)


def _recorded(student, rng, when: str | None = None) -> Comparison:
    """Return what was done with models that keep a record of the rows they get; errors with their sign turned."""
    truth = rng.normal(0, 10, 75)
    frame = pd.DataFrame({"id": np.arange(75), "more": rng.normal(size=75), "y": truth, "moment": np.arange(75.0)})
    said = sayings(rng, truth, [""], ["near", "far", "off"], classes=False)
    lab = Workflow(student, truth, said, n_test=15, classes=False)
    found = student.run_project(lab.models, frame[:60].sample(frac=1, random_state=rng), frame[60:], "y", when)
    scores = {("", str(name)): -float(error) for name, error in found["errors"].items() if name != "baseline"}
    record = lab.record(found["model"], frame.drop(columns="y"))
    return Comparison(record, scores, ("", str(found["best"])), -float(found["test_error"]))


@check("p.02.7", hint="What would somebody predict who knows nothing but the mean?")
def test_baseline_is_among_the_candidates(student, rng):
    """The baseline's error is that of the mean of the rows that are not held out, and where no model is better, the
    baseline is the best, with its error on the test rows."""
    train, test = watched_rows(rng, 100, {"poor": 50.0}), watched_rows(rng, 30, {"poor": 0.1}, 100)
    one = train["id"] == int(rng.integers(100))
    train["y"] = train["truth"] = np.where(one, 1_000.0, 0.0)
    train["poor"] = train["y"] + 50
    errors, _ = _run(student, ["poor"], train, test)
    # Held out, the one is off by 1,000, and 19 zeros by nothing; else each of 20 zeros by 1,000/80.
    assert_allclose(errors["baseline"], (1_000 / 20 + 4 * 1_000 / 80) / 5, rtol=1e-6)
    train, test = watched_rows(rng, 400, {"poor": 50.0}), watched_rows(rng, 50, {"poor": 0.1}, 400)
    mean = float(train["y"].mean())
    errors, found = _run(student, ["poor"], train, test)
    assert_allclose(errors["baseline"], (train["y"] - mean).abs().mean(), rtol=0.03)
    assert found["best"] == "baseline"
    assert_allclose(table_of(found["model"].predict(test.drop(columns="y")), (50,)), mean, rtol=1e-6)
    assert_allclose(float(found["test_error"]), (test["y"] - mean).abs().mean(), rtol=1e-6)
