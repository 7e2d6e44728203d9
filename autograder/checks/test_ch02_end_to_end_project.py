"""Hidden checks of chapter 2: a project of your own (p.02.7), on cars, bikes, made-up tables and what was chosen."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose
from sklearn.metrics import mean_absolute_error

from autograder import check
from autograder.checks.inputs_ch02_end_to_end_parts import (
    HOURS,
    bike_hours,
    exact_sum,
    mean_cube,
    table_of,
    used_cars,
    watched_rows,
    watchful_models,
)

BIKE_LEAKS = ["casual", "registered"]
OWN_ROWS = 1500  # of the student's own table, so that a large one costs no more

# ---------------------------------------------------------------- the student's own data


def _own(student) -> tuple[pd.DataFrame, str, str | None, list[str]]:
    project = student.load_project()
    frame, target, ordered_by, leaky = (project[key] for key in ("frame", "target", "ordered_by", "leaky"))
    assert isinstance(frame, pd.DataFrame)
    assert ordered_by is None or ordered_by in frame.columns
    return frame, target, ordered_by, [str(name) for name in leaky]


@check("p.02.7", hint="Which columns are known before the target is? Try `find_leaks` on your own table.")
def test_project_is_described(student, rng):
    """Your table has 300 rows or more and a numeric target without gaps that varies; the columns you name are there,
    and what is left without the leaky ones does not add up to the target."""
    frame, target, ordered_by, leaky = _own(student)
    assert len(frame) >= 300
    y = frame[target]
    assert pd.api.types.is_numeric_dtype(y)
    assert np.isfinite(y.to_numpy(float)).all()
    assert np.ptp(y.to_numpy(float)) > 0
    assert set(leaky) <= set(frame.columns) - {target}
    assert ordered_by is None or bool(frame[ordered_by].notna().all())
    assert ordered_by not in leaky
    assert len(set(frame.columns) - {target, *leaky}) >= 2
    assert not exact_sum(frame.drop(columns=leaky), target)


@check("p.02.7", weight=2, hint="Run your own functions on your own data, one after the other.")
def test_own_project_is_carried_out(student, rng):
    """On your own data (1,500 rows of it, if there are more) your functions work together: nothing is in both parts,
    your best model beats the mean in cross-validation, and the test error is what it says."""
    frame, target, ordered_by, leaky = _own(student)
    latest = frame if ordered_by is None else frame.sort_values(ordered_by)
    frame = (
        frame.sample(min(len(frame), OWN_ROWS), random_state=rng) if ordered_by is None else latest[-OWN_ROWS:]
    ).copy()
    train, test = _split(student, frame, ordered_by)
    if ordered_by is not None:
        assert train[ordered_by].max() < test[ordered_by].min()
    found = student.run_project(student.make_models(leaky), train, test, target, ordered_by)
    errors = {str(name): float(error) for name, error in found["errors"].items()}
    assert len(errors) >= 3
    assert errors[found["best"]] == min(errors.values()) < errors["baseline"]
    said = table_of(found["model"].predict(test.drop(columns=[target, *leaky])), (len(test),))
    assert_allclose(float(found["test_error"]), mean_absolute_error(test[target], said), rtol=1e-6)


# ---------------------------------------------------------------- leaks


def _invented(rng, leaks: dict[str, float]) -> tuple[pd.DataFrame, list[str]]:
    """Return a table whose target is the sum of some columns, by their weights, or none if there are no weights."""
    size, others = int(rng.integers(80, 200)), int(rng.integers(2, 6))
    scales = 10.0 ** rng.uniform(-2, 4, others)
    frame = pd.DataFrame(rng.normal(size=(size, others)) * scales, columns=[f"c{i}" for i in range(others)])
    for name in leaks:
        frame[name] = rng.gamma(2.0, 10.0 ** rng.uniform(0, 3), size)
    honest = frame @ rng.normal(size=frame.shape[1]) + rng.normal(0, 5, size)
    frame["total"] = sum(weight * frame[name] for name, weight in leaks.items()) + 7.0 if leaks else honest
    frame["similar"] = frame["total"] + rng.normal(0, 0.05 * frame["total"].std(), size)
    frame["kind"] = rng.choice(["a", "b"], size)
    frame["same"] = 4.0
    frame.loc[rng.random(size) < 0.1, "c0"] = np.nan
    return frame[rng.permutation(frame.columns)], sorted(leaks)


@check("p.02.7", core=True, weight=2, hint="Which tool finds the weights of a sum? And how do you tell an exact sum "
       "from a good guess?")  # fmt: skip
def test_leaks_are_found(student, rng):
    """`find_leaks` names a copy in another unit, two parts of a total, or several, and nothing besides, not even what
    is very much like the target; the bikes' two kinds of riders are found, and among cars there is nothing."""
    cases = [{}, {"copy": 1.609}, {"men": 1.0, "women": 1.0}, {"a": 2.0, "b": -1.0, "c": 0.5}]
    for case in cases:
        frame, leaks = _invented(rng, case)
        assert sorted(student.find_leaks(frame, "total")) == leaks
    assert sorted(student.find_leaks(bike_hours(rng), "cnt")) == BIKE_LEAKS
    assert list(student.find_leaks(used_cars(rng, 300), "selling_price")) == []


# ---------------------------------------------------------------- the split


def _split(student, frame, *how, **options) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both parts, after a look whether they share a case or lose one."""
    train, test = student.split_project(frame, *how, **options)
    assert isinstance(train, pd.DataFrame)
    assert isinstance(test, pd.DataFrame)
    assert set(train.columns) == set(test.columns) == set(frame.columns)
    train, test = train[frame.columns], test[frame.columns]
    parts = pd.concat([train, test])
    assert len(train) > len(test) > 0
    assert not parts.duplicated().any()
    assert len(parts) == len(frame.drop_duplicates()) == len(pd.concat([parts, frame]).drop_duplicates())
    return train, test


@check("p.02.7", core=True, weight=2, hint="What happens to two rows that are equal in all columns? Count before and "
       "after.")  # fmt: skip
def test_no_case_is_in_both_parts(student, rng):
    """Drawn at random, each case is in one of the two parts, once, also where it was listed several times; the test
    part has the share of the rows that was asked for."""
    for share in (0.2, float(rng.uniform(0.1, 0.4))):
        cars = used_cars(rng, 240, "details")
        frame = pd.concat([cars, cars.sample(80, random_state=rng)]).sample(frac=1, random_state=rng)
        frame = frame.reset_index(drop=True)
        _, test = _split(student, frame, test_size=share)
        assert abs(len(test) - share * 240) < 2


@check("p.02.7", core=True, weight=2, hint="Are the rows in order when you get them? Where may the cut be, if several "
       "rows have the same moment?")  # fmt: skip
def test_later_rows_are_for_testing(student, rng):
    """With a column that says when, be it a time, a number or a day that many rows share, all test rows are later than
    all training rows, whatever order the table is in."""
    hours = bike_hours(rng)
    shared = hours.assign(moment=hours["moment"].dt.normalize())
    numbers = hours.assign(moment=(hours["moment"] - hours["moment"].min()).dt.total_seconds())
    for frame in (hours, shared, numbers):
        train, test = _split(student, frame, "moment", test_size=0.25)
        assert train["moment"].max() < test["moment"].min()
        assert 0.2 < len(test) / HOURS < 0.3


@check("p.02.7", hint="What would your test rows be if the table were sorted by price?")
def test_rows_are_drawn_by_the_seed(student, rng):
    """Without such a column the test rows are from all over the table, even if it is sorted; the seed decides which."""
    cars = used_cars(rng, 400).sort_values("selling_price", ignore_index=True)
    seed = int(rng.integers(1000))
    tests = [_split(student, cars, seed=number)[1]["selling_price"].to_numpy() for number in (seed, seed, seed + 1)]
    rank = np.searchsorted(cars["selling_price"].to_numpy(), tests[0]) / 400
    assert np.histogram(rank, [0, 0.25, 0.5, 0.75, 1])[0].min() > 5
    assert sorted(tests[0]) == sorted(tests[1]) != sorted(tests[2])


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
    predicting the mean of the 600 it was fitted to, for both tables of cars."""
    for table in ("details", "details_v3"):
        frame = used_cars(rng, 900, table).assign(receipt=lambda cars: cars["selling_price"] * 2)
        train, test = frame[:600], frame[600:]
        models = _fitted(student.make_models(["receipt"]), train, "selling_price")
        new, y = test.drop(columns=["selling_price", "receipt"]), test["selling_price"]
        errors = [mean_absolute_error(y, table_of(model.predict(new), (300,))) for model in models.values()]
        assert min(errors) < mean_absolute_error(y, np.full(300, train["selling_price"].mean()))


@check("p.02.7", weight=2, at_most=True, data="bike_sharing", hint="Bikes have peaks at eight and at five. Which of "
       "your models can bend that often?")  # fmt: skip
def test_models_beat_last_week(student, rng) -> float:
    """Fitted to six weeks and tested on the twelve days after, eight times in two years, the best of your models
    makes at most {threshold:.0%} of the mean absolute error of a forecast that repeats the last week."""
    ours, naive = [], []
    for eighth in range(8):
        frame = bike_hours(rng, eighth=eighth).sort_values("moment")
        train, test = frame[: HOURS * 4 // 5], frame[HOURS * 4 // 5 :]
        models = _fitted(student.make_models(BIKE_LEAKS), train, "cnt")
        new = test.drop(columns=["cnt", *BIKE_LEAKS])
        errors = [mean_absolute_error(test["cnt"], table_of(m.predict(new), (len(test),))) for m in models.values()]
        ours.append(min(errors))
        week = train[train["moment"] > train["moment"].max() - pd.Timedelta(days=7)]
        known = week.groupby(["weekday", "hr"])["cnt"].mean()
        repeated = known.reindex(pd.MultiIndex.from_frame(test[["weekday", "hr"]])).fillna(train["cnt"].mean())
        naive.append(mean_absolute_error(test["cnt"], repeated))
    return float(np.mean(ours) / np.mean(naive))


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
    assert_allclose([errors["a"], errors["b"]], [sizes["a"] ** 3, sizes["b"] ** 3], rtol=1e-6)


@check(
    "p.02.7", core=True, weight=2, hint="Is the table in order when you cut it into folds, and which fold comes first?"
)
def test_folds_go_forward_in_time(student, rng):
    """With a column that says when, no model is judged on rows that are earlier than one it was fitted to, although the
    table is in disorder."""
    sizes = {"a": float(rng.uniform(1, 3)), "b": float(rng.uniform(1, 3))}
    train, test = watched_rows(rng, 120, sizes), watched_rows(rng, 30, sizes, 120)
    errors, found = _run(student, ["a", "b"], train, test, "moment")
    assert_allclose([errors["a"], errors["b"]], [sizes["a"], sizes["b"]], rtol=1e-6)
    assert found["best"] == min(sizes, key=lambda name: sizes[name])


@check("p.02.7", weight=2, hint="When may you look at the test rows, and what may you still change afterwards?")
def test_test_rows_are_used_once(student, rng):
    """The choice is made by the training rows alone, even if the test rows would have it otherwise; the model is fitted
    to all training rows and no other, its error on the test rows is given, and your models are left unfitted."""
    train, test = watched_rows(rng, 60, {"a": 1.0, "b": 2.0}), watched_rows(rng, 30, {"a": 5.0, "b": 0.5}, 60)
    for when in (None, "moment"):
        models = student.probe_(watchful_models)(["b", "a"], "y", when)
        found = student.run_project(models, train, test, "y", when)
        assert found["best"] == "a"
        assert_allclose(float(found["test_error"]), 5.0, rtol=1e-6)
        assert list(found["model"].rows_) == list(range(60))
        assert not hasattr(models["a"], "rows_")
    _, found = _run(student, ["b", "a"], train, test, cubed=True)
    assert_allclose(float(found["test_error"]), 125.0, rtol=1e-6)


@check("p.02.7", hint="What would somebody predict who knows nothing but the mean?")
def test_baseline_is_among_the_candidates(student, rng):
    """The baseline's error is that of the mean, and where no model is better, the baseline is the best, with its error
    on the test rows."""
    train, test = watched_rows(rng, 400, {"poor": 50.0}), watched_rows(rng, 50, {"poor": 0.1}, 400)
    mean = float(train["y"].mean())
    errors, found = _run(student, ["poor"], train, test)
    assert_allclose(errors["baseline"], (train["y"] - mean).abs().mean(), rtol=0.03)
    assert found["best"] == "baseline"
    assert_allclose(table_of(found["model"].predict(test.drop(columns="y")), (50,)), mean, rtol=1e-6)
    assert_allclose(float(found["test_error"]), (test["y"] - mean).abs().mean(), rtol=1e-6)
