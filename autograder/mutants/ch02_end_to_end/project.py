"""Chapter 2, a project of your own: data, leaks, split, folds (p.02.7): wrong answers, and right ones."""

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import KFold, cross_val_predict, train_test_split

from autograder.mutants.ch02_end_to_end.project_models import _errors, _told
from autograder.testing import alternative, mutant
from course.datasets import load
from solutions.ch02_end_to_end.project import find_leaks, load_project, split_project
from solutions.ch02_end_to_end.project_models import run_project

# ---------------------------------------------------------------- the data


@mutant("p.02.7", replaces="load_project", fails="test_project_is_described")
def riders_are_kept():
    """Two columns of the bikes add up to the target, and both are known only afterwards: name them as leaky."""
    return {**load_project(), "leaky": []}


@mutant("p.02.7", replaces="load_project", fails="test_project_is_described")
def target_calls_itself_leaky():
    """The target is no column to be left out: it is handed over by itself, and `leaky` is for the others."""
    project = load_project()
    return {**project, "leaky": [*project["leaky"], project["target"]]}


@mutant("p.02.7", replaces="load_project", fails="test_own_project_is_carried_out")
def nothing_to_be_learned():
    """In these data your best model is no better than the mean: is there anything in the columns to learn from?"""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.normal(size=(300, 61)), columns=[*(f"c{i}" for i in range(60)), "y"])
    return {"frame": frame, "target": "y", "ordered_by": None, "leaky": []}


def _cars():
    cars = load("cardekho").frames["details_v3"]
    for name in ("mileage", "engine", "max_power"):
        cars[name] = pd.to_numeric(cars[name].str.split().str[0], errors="coerce")
    return {"frame": cars.drop(columns="torque"), "target": "selling_price", "ordered_by": None, "leaky": []}


@mutant("p.02.7", replaces="load_project", fails="test_nothing_was_learned_before_the_split")
def gaps_are_filled_before():
    """You fill gaps with means of the whole table, so that training rows know of test rows: leave the gaps to the
    pipeline."""
    project = _cars()
    return {**project, "frame": project["frame"].fillna(project["frame"].mean(numeric_only=True))}


@mutant("p.02.7", replaces="load_project", fails="test_nothing_was_learned_before_the_split")
def scaled_before():
    """You standardise the whole table, test rows and all, before it is split: scale inside the pipeline."""
    project = _cars()
    frame = project["frame"]
    numbers = frame[["km_driven", "engine", "max_power"]]
    return {**project, "frame": frame.assign(**(numbers - numbers.mean()) / numbers.std())}


@mutant("p.02.7", replaces="load_project", fails="test_nothing_was_learned_before_the_split")
def encoded_by_the_target_before():
    """You put the mean price of each make in the place of its name, test rows and all: encode inside the pipeline, by
    the training rows."""
    project = _cars()
    frame = project["frame"]
    make = frame["name"].str.split().str[0]
    return {**project, "frame": frame.assign(name=frame.groupby(make)["selling_price"].transform("mean"))}


@alternative("p.02.7", replaces="load_project")
def used_cars_in_numbers():
    """Cars, whose texts with a unit have been turned into numbers, row by row."""
    return _cars()


@alternative("p.02.7", replaces="load_project")
def data_of_another_kind():
    """Data that the course does not offer: patients, all numbers."""
    frame = load_diabetes(as_frame=True).frame
    return {"frame": frame, "target": "target", "ordered_by": None, "leaky": []}


# ---------------------------------------------------------------- leaks


@mutant("p.02.7", replaces="find_leaks", fails="test_leaks_are_found")
def by_correlation(frame, target):
    """You look for columns that correlate with the target: the parts of a total need not, and a good feature does."""
    strength = frame.select_dtypes("number").corr()[target].drop(target).abs()
    return list(strength.index[strength > 0.95])


@mutant("p.02.7", replaces="find_leaks", fails="test_leaks_are_found")
def only_copies(frame, target):
    """You look at one column at a time: several may add up to the target."""
    strength = frame.select_dtypes("number").corr()[target].drop(target).abs()
    return list(strength.index[strength > 1 - 1e-9])


def _regression_is_exact(table, y):
    return table.shape[1] > 0 and bool(
        np.abs(LinearRegression().fit(table, y).predict(table) - y).max() < 1e-6 * y.std()
    )


@mutant("p.02.7", replaces="find_leaks", fails="test_leaks_of_any_size_are_found")
def columns_as_large_as_they_are(frame, target):
    """You fit columns as large as they are: beside billions, a regression takes a column of thousandths for nothing but
    rounding. Bring all of them to one scale first."""
    numbers = frame.select_dtypes("number").dropna()
    X, y = numbers.drop(columns=target), numbers[target]
    names = [name for name in X if not _regression_is_exact(X.drop(columns=name), y)]
    return names if _regression_is_exact(X, y) else []


@mutant("p.02.7", replaces="find_leaks", fails="test_leaks_are_found")
def all_that_went_in(frame, target):
    """Where there is an exact sum you name all numeric columns: those whose weight is 0 give nothing away."""
    found = find_leaks(frame, target)
    return list(frame.select_dtypes("number").columns.drop(target)) if found else []


@mutant("p.02.7", replaces="find_leaks", fails="test_leaks_are_found")
def only_plain_sums(frame, target):
    """You look for columns that add up as they are: a copy in another unit has to be multiplied first."""
    numbers = frame.select_dtypes("number").dropna()
    names = [name for name in numbers if name != target]
    tried = [[name] for name in names] + [[a, b] for a in names for b in names if a < b]
    return next((some for some in tried if (numbers[some].sum(axis=1) == numbers[target]).all()), [])


@mutant("p.02.7", replaces="find_leaks", fails="test_leaks_are_found")
def a_good_guess_is_enough(frame, target):
    """A regression that fits well is no proof: only an exact sum gives the target away."""
    numbers = frame.select_dtypes("number").dropna()
    X, y = numbers.drop(columns=target), numbers[target]
    return list(X.columns) if LinearRegression().fit(X, y).score(X, y) > 0.9 else []


@alternative("p.02.7", replaces="find_leaks")
def leave_one_out(frame, target):
    """With linear regression: a column leaks if the fit is perfect, and no longer is without it."""
    numbers = frame.select_dtypes("number").dropna()
    X, y = numbers.drop(columns=target), numbers[target]
    X = (X - X.mean()) / X.std().replace(0, 1)

    def exact(table):
        if table.shape[1] == 0:
            return False
        return np.abs(LinearRegression().fit(table, y).predict(table) - y).max() < 1e-6 * y.std()

    return {name for name in X if not exact(X.drop(columns=name))} if exact(X) else []


# ---------------------------------------------------------------- the split


@mutant("p.02.7", replaces="split_project", fails="test_no_case_is_in_both_parts")
def twins_are_kept(frame, ordered_by=None, test_size=0.2, seed=42):
    """A case that is listed twice can be in both parts, so that the test rows are known already: keep one of them."""
    if ordered_by is not None:
        return split_project(frame, ordered_by, test_size, seed)
    return train_test_split(frame, test_size=test_size, random_state=seed)


@mutant("p.02.7", replaces="split_project", fails="test_no_case_is_in_both_parts")
def twins_are_lost(frame, ordered_by=None, test_size=0.2, seed=42):
    """You drop all copies of a case: one of them has to stay."""
    return split_project(frame.drop_duplicates(keep=False), ordered_by, test_size, seed)


@mutant("p.02.7", replaces="split_project", fails="test_twins_are_one_case_in_time_too")
def twins_are_kept_in_time(frame, ordered_by=None, test_size=0.2, seed=42):
    """You drop copies of a row only where rows are drawn at random: with a column that says when, one of them is kept,
    too, or it counts twice in the error."""
    if ordered_by is None:
        return split_project(frame, ordered_by, test_size, seed)
    is_late = frame[ordered_by].rank(method="max") > len(frame) - round(test_size * len(frame))
    return frame[~is_late], frame[is_late]


@mutant("p.02.7", replaces="split_project", fails="test_no_case_is_in_both_parts")
def equal_but_for_the_last_column(frame, ordered_by=None, test_size=0.2, seed=42):
    """You leave a column out when you look for copies, so that cases that differ in it only are lost: copies are equal
    in all columns."""
    return split_project(frame.drop_duplicates(subset=list(frame.columns[:-1])), ordered_by, test_size, seed)


@mutant("p.02.7", replaces="split_project", fails="test_rows_are_drawn_by_the_seed")
def last_rows(frame, ordered_by=None, test_size=0.2, seed=42):
    """The last rows of a table are no random sample: if it is sorted, they are all of one kind."""
    if ordered_by is not None:
        return split_project(frame, ordered_by, test_size, seed)
    rows = frame.drop_duplicates()
    cut = len(rows) - round(test_size * len(rows))
    return rows.iloc[:cut], rows.iloc[cut:]


@mutant("p.02.7", replaces="split_project", fails="test_rows_are_drawn_by_the_seed")
def one_seed_for_all(frame, ordered_by=None, test_size=0.2, seed=42):
    """The seed makes no difference: hand it on to what draws the rows."""
    return split_project(frame, ordered_by, test_size)


@mutant("p.02.7", replaces="split_project", fails="test_later_rows_are_for_testing")
def time_at_random(frame, ordered_by=None, test_size=0.2, seed=42):
    """You draw at random from a series: the test hours have neighbours among the training hours, and the error looks
    far better than it will be."""
    return split_project(frame, None, test_size, seed)


@mutant("p.02.7", replaces="split_project", fails="test_later_rows_are_for_testing")
def table_taken_for_sorted(frame, ordered_by=None, test_size=0.2, seed=42):
    """You cut the table as it stands: sort it by the column that says when."""
    if ordered_by is None:
        return split_project(frame, ordered_by, test_size, seed)
    return last_rows(frame, None, test_size, seed)


@mutant("p.02.7", replaces="split_project", fails="test_later_rows_are_for_testing")
def moment_cut_in_two(frame, ordered_by=None, test_size=0.2, seed=42):
    """Rows of the same moment end up in both parts: cut between two moments, not between two rows."""
    if ordered_by is None:
        return split_project(frame, ordered_by, test_size, seed)
    return last_rows(frame.sort_values(ordered_by), None, test_size, seed)


@alternative("p.02.7", replaces="split_project")
def with_sklearn_and_quantiles(frame, ordered_by=None, test_size=0.2, seed=42):
    """By train_test_split, and by a quantile of the moments."""
    rows = frame.drop_duplicates().sample(frac=1, random_state=seed)
    if ordered_by is None:
        return train_test_split(rows, test_size=test_size, random_state=seed)
    border = rows[ordered_by].quantile(1 - test_size, interpolation="higher")
    early = rows[ordered_by] <= border
    return rows[early], rows[~early]


# ---------------------------------------------------------------- the comparison


@mutant("p.02.7", replaces="run_project", fails="test_folds_are_drawn_at_random")
def folds_as_the_rows_stand(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Your folds are rows as they stand in the table, as `cv=5` makes them: if it is sorted, each fold is of a kind
    that the model has not seen. Shuffle them."""
    if ordered_by is not None:
        return run_project(models, train, test, target, ordered_by, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    errors = _errors(candidates, train, target, KFold(5), metric)
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_error_is_a_mean_over_folds")
def one_error_of_all_folds(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You collect the predictions of all folds and take the metric once: take it of each fold, and then the mean, which
    is another figure for most metrics."""
    if ordered_by is not None:
        return run_project(models, train, test, target, ordered_by, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    X, y, folds = train.drop(columns=target), train[target], KFold(5, shuffle=True, random_state=0)
    errors = {name: metric(y, cross_val_predict(model, X, y, cv=folds)) for name, model in candidates.items()}
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_baseline_is_among_the_candidates")
def baseline_knows_all_rows(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Your baseline says the mean of all training rows, those it is judged on among them: judge it on the same folds as
    the models."""
    errors = dict(run_project(models, train, test, target, ordered_by, metric)["errors"])
    errors["baseline"] = metric(train[target], np.full(len(train), train[target].mean()))
    candidates = {"baseline": DummyRegressor(), **models}
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)
