"""Hidden checks of chapter 2: a project of your own: data, leaks, split (p.02.7)."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose
from sklearn.metrics import mean_absolute_error

from autograder.checks.ch02_end_to_end.inputs_parts import (
    HOURS,
    bike_hours,
    exact_sum,
    table_of,
    used_cars,
)
from autograder.testing import check

BIKE_LEAKS = ["casual", "registered"]
OWN_ROWS = 1500  # of the student's own table, so that a large one costs no more


# ---------------------------------------------------------------- the student's own data


def _own(student) -> tuple[pd.DataFrame, str, str | None, list[str]]:
    project = student.load_project()
    frame, target, ordered_by, leaky = (project[key] for key in ("frame", "target", "ordered_by", "leaky"))
    assert isinstance(frame, pd.DataFrame)
    assert ordered_by is None or ordered_by in frame.columns
    return frame, target, ordered_by, [str(name) for name in leaky]


def _few(rng, frame: pd.DataFrame, ordered_by: str | None) -> pd.DataFrame:
    """Return some rows of the student's own table: any, in mixed order, or the latest ones, in order."""
    if ordered_by is None:
        return frame.sample(min(len(frame), OWN_ROWS), random_state=rng)
    return frame.sort_values(ordered_by)[-OWN_ROWS:].copy()


@check("p.02.7", hint="Which columns are known before the target is? Try `find_leaks` on your own table.")
def test_project_is_described(student, rng):
    """Your table has 300 rows or more and a numeric target without gaps that varies; the columns you name are there,
    and what is left without the leaky ones does not add up to the target, nor, of bikes, says how many riders of one
    kind there were in the hour that is predicted."""
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
    riders = {"cnt", *BIKE_LEAKS}
    assert target not in riders or not (riders - {target, *leaky}) & set(frame.columns)


@check("p.02.7", weight=2, hint="Run your own functions on your own data, one after the other.")
def test_own_project_is_carried_out(student, rng):
    """On your own data (1,500 rows of it, if there are more) your functions work together: nothing is in both parts,
    your best model beats the mean in cross-validation, and the test error is what it says."""
    frame, target, ordered_by, leaky = _own(student)
    frame = _few(rng, frame, ordered_by)
    train, test = _split(student, frame, ordered_by)
    if ordered_by is not None:
        assert train[ordered_by].max() < test[ordered_by].min()
    found = student.run_project(student.make_models(leaky), train, test, target, ordered_by)
    errors = {str(name): float(error) for name, error in found["errors"].items()}
    assert len(errors) >= 3
    assert errors[found["best"]] == min(errors.values()) < errors["baseline"]
    said = table_of(found["model"].predict(test.drop(columns=[target, *leaky])), (len(test),))
    assert_allclose(float(found["test_error"]), mean_absolute_error(test[target], said), rtol=1e-6)


def _learned_from_others(column: pd.Series, y: pd.Series) -> bool:
    """Return whether numbers show that they were worked out of the whole table: standardised, with a mean for gaps, or
    the mean target of their group."""
    known = column.notna() & y.notna()
    numbers, y = column[known].to_numpy(float), y[known]
    mean, spread = numbers.mean(), numbers.std()
    if not spread > 0 or (numbers == np.round(numbers, 4)).all():  # as measured
        return False
    is_scaled = abs(mean) < 1e-6 and min(abs(numbers.std(ddof=ddof) - 1) for ddof in (0, 1)) < 1e-6
    is_filled = np.count_nonzero(np.abs(numbers - mean) < 1e-9 * spread) > 1
    groups = y.groupby(numbers).mean()
    is_encoded = 1 < len(groups) < len(y) / 2 and bool((np.abs(groups.index - groups) < 1e-9 * y.std()).all())
    return bool(is_scaled or is_filled or is_encoded)


@check("p.02.7", hint="Filling, scaling and encoding belong into the pipeline, which gets the training rows only.")
def test_nothing_was_learned_before_the_split(student, rng):
    """No column of your table that models may use was worked out of all rows: none is standardised, has its mean in the
    gaps, or holds the mean target of a group."""
    frame, target, _, leaky = _own(student)
    rows = frame.drop_duplicates()
    numbers = frame.drop(columns=[target, *leaky]).select_dtypes("number").columns
    y = frame[target].astype(float)
    found = [
        name
        for name in numbers
        if _learned_from_others(frame[name], y) or _learned_from_others(rows[name], y[rows.index])
    ]
    assert found == []


@check("p.02.7", weight=2, hint="On rows that are held back: how far off are your models, and how far is the median?")
def test_own_models_beat_naive_answers(student, rng):
    """Fitted to raw rows of your own table and judged on others, the later ones if there is an order, the best of your
    models is nearer to the target than the mean and the median of the training rows, by more than chance explains."""
    frame, target, ordered_by, leaky = _own(student)
    rows = _few(rng, frame.drop_duplicates(), ordered_by)
    parts = np.array_split(np.arange(len(rows)), 3 if ordered_by is None else 5)
    gains: dict[str, list[np.ndarray]] = {}
    for held_back in parts if ordered_by is None else parts[-1:]:
        train, test = rows.iloc[np.setdiff1d(np.arange(len(rows)), held_back)], rows.iloc[held_back]
        y, y_new = train[target].to_numpy(float), test[target].to_numpy(float)
        naive = np.abs(y_new - np.array([[y.mean()], [np.median(y)]]))  # (2, n)
        new = test.drop(columns=[target, *leaky])
        for name, model in student.make_models(leaky).items():
            said = model.fit(train.drop(columns=target), train[target]).predict(new)
            gains.setdefault(str(name), []).append(naive - np.abs(y_new - table_of(said, (len(new),))))
    each = [np.hstack(parts) for parts in gains.values()]  # of each model: (2, n)
    best = max(each, key=lambda gain: gain.mean())
    assert (best.mean(axis=1) > 3 * best.std(axis=1) / np.sqrt(best.shape[1])).all()


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
    frame["once"] = (np.arange(size) == 0).astype(float)  # what a fit makes exact in one row is no sum
    for name in ("c0", *leaks):
        frame.loc[(rng.random(size) < 0.06) & (frame["once"] == 0), name] = np.nan
    return frame[rng.permutation(frame.columns)], sorted(leaks)


@check("p.02.7", core=True, weight=2, hint="Which tool finds the weights of a sum? And how do you tell an exact sum "
       "from a good guess?")  # fmt: skip
def test_leaks_are_found(student, rng):
    """`find_leaks` names a copy in another unit, also where there is nothing else, two parts of a total, or several,
    and nothing besides, not even what is very much like the target; the bikes' two kinds of riders are found, and
    among cars there is nothing."""
    cases = [{}, {"copy": 1.609}, {"men": 1.0, "women": 1.0}, {"a": 2.0, "b": -1.0, "c": 0.5}]
    for case in cases:
        frame, leaks = _invented(rng, case)
        assert sorted(student.find_leaks(frame, "total")) == leaks
    assert sorted(student.find_leaks(bike_hours(rng), "cnt")) == BIKE_LEAKS
    assert list(student.find_leaks(used_cars(rng, 300), "selling_price")) == []
    frame, _ = _invented(rng, {"copy": 1.609})
    assert list(student.find_leaks(frame[["copy", "total"]], "total")) == ["copy"]


@check("p.02.7", weight=0.5, hint="A tool for sums takes a column for nothing if its numbers are tiny beside the "
       "others': what can you do to the columns first?")  # fmt: skip
def test_leaks_of_any_size_are_found(student, rng):
    """A copy whose unit makes its numbers tiny beside all the others is found, too."""
    frame, _ = _invented(rng, {"copy": 1e7})
    frame["copy"] /= 1e5  # so that it hardly varies
    for columns in (frame.columns, ["copy", "total"]):
        assert list(student.find_leaks(frame[columns], "total")) == ["copy"]


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


def _little(column: pd.Series) -> int | str:
    return 1 if pd.api.types.is_numeric_dtype(column) else ", more or less"


@check("p.02.7", core=True, weight=2, hint="What happens to two rows that are equal in all columns? Count before and "
       "after.")  # fmt: skip
def test_no_case_is_in_both_parts(student, rng):
    """Drawn at random, each case is in one of the two parts, once, also where it was listed several times, and a case
    that differs from another in a single column is a case; the test part has the share of the rows that was asked
    for."""
    for share in (0.2, float(rng.uniform(0.1, 0.4))):
        cars = used_cars(rng, 200, "details")
        alike = [cars[:5].assign(**{name: cars[name] + _little(cars[name])}) for name in cars.columns]  # 8 times 5
        cars = pd.concat([cars, *alike], ignore_index=True)
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
        assert abs(len(test) - 0.25 * HOURS) < (2 if frame is not shared else 0.05 * HOURS)


@check("p.02.7", weight=0.5, hint="In which of your two cases do you drop the copies of a row?")
def test_twins_are_one_case_in_time_too(student, rng):
    """With a column that says when, a case that was listed several times is kept once, too, and the test part has its
    share of the cases."""
    hours = bike_hours(rng, 400)
    twice = pd.concat([hours, hours.nlargest(120, "moment")], ignore_index=True).sample(frac=1, random_state=rng)
    _, test = _split(student, twice, "moment", test_size=0.25)
    assert abs(len(test) - 100) < 2


@check("p.02.7", hint="What would your test rows be if the table were sorted by price?")
def test_rows_are_drawn_by_the_seed(student, rng):
    """Without such a column the test rows are from all over the table, even if it is sorted; the seed decides which.
    The table is left as it is."""
    cars = used_cars(rng, 400).sort_values("selling_price", ignore_index=True)
    seed = int(rng.integers(1000))
    tests = [_split(student, cars, seed=number)[1]["selling_price"].to_numpy() for number in (seed, seed, seed + 1)]
    rank = np.searchsorted(cars["selling_price"].to_numpy(), tests[0]) / 400
    assert np.histogram(rank, [0, 0.25, 0.5, 0.75, 1])[0].min() > 5
    assert sorted(tests[0]) == sorted(tests[1]) != sorted(tests[2])
    plain = pd.DataFrame(rng.normal(size=(40, 3)), columns=["when", "size", "price"])
    for frame, ordered_by in ((cars, "year"), (plain, None), (plain, "when")):
        _, (after, *_) = student.watch_("split_project", frame, ordered_by, 0.2, seed)
        pd.testing.assert_frame_equal(after, frame)
