"""Chapter 2, the comparison of a project of your own (p.02.7): wrong answers, and right ones."""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.dummy import DummyRegressor
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import KFold, TimeSeriesSplit, cross_val_predict, cross_val_score

from autograder.testing import alternative, mutant
from solutions.ch02_end_to_end.project_models import run_project


def _told(candidates, errors, best, train, test, target, metric):
    X, y = train.drop(columns=target), train[target]
    model = clone(candidates[best]).fit(X, y)
    test_error = float(metric(test[target], model.predict(test.drop(columns=target))))
    return {"errors": errors, "best": best, "model": model, "test_error": test_error}


def _errors(candidates, train, target, folds, metric):
    X, y = train.drop(columns=target), train[target]
    scoring = make_scorer(metric, greater_is_better=False)
    return {n: -float(cross_val_score(m, X, y, cv=folds, scoring=scoring).mean()) for n, m in candidates.items()}


@mutant("p.02.7", replaces="run_project", fails="test_errors_are_cross_validated")
def judged_on_known_rows(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You judge the models on the rows they were fitted to: hold some back."""
    candidates = {"baseline": DummyRegressor(), **models}
    X, y = train.drop(columns=target), train[target]
    errors = {name: float(metric(y, clone(model).fit(X, y).predict(X))) for name, model in candidates.items()}
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_errors_are_cross_validated")
def target_among_the_inputs(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """The target is among the columns that the models get: drop it first."""
    candidates = {"baseline": DummyRegressor(), **models}
    scoring = make_scorer(metric, greater_is_better=False)
    rows = train if ordered_by is None else train.sort_values(ordered_by)
    folds = KFold(5, shuffle=True, random_state=0) if ordered_by is None else TimeSeriesSplit(5)
    scores = {n: cross_val_score(m, rows, rows[target], cv=folds, scoring=scoring) for n, m in candidates.items()}
    errors = {name: -float(score.mean()) for name, score in scores.items()}
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_errors_are_cross_validated")
def sign_not_turned_back(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Your errors are negative: scikit-learn turns the sign of an error, and you have to turn it back."""
    found = run_project(models, train, test, target, ordered_by, metric)
    return {**found, "errors": {name: -error for name, error in found["errors"].items()}}


@mutant("p.02.7", replaces="run_project", fails="test_errors_are_cross_validated")
def always_the_same_metric(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You always take the mean absolute error: the metric is handed over."""
    return run_project(models, train, test, target, ordered_by)


@mutant("p.02.7", replaces="run_project", fails="test_errors_are_cross_validated")
def two_folds(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Each model learns from too few rows: with five folds it is fitted to four fifths of them."""
    if ordered_by is not None:
        return run_project(models, train, test, target, ordered_by, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    errors = _errors(candidates, train, target, KFold(2, shuffle=True, random_state=0), metric)
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


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


@mutant("p.02.7", replaces="run_project", fails="test_folds_go_forward_in_time")
def folds_at_random_in_time(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Your folds are drawn at random from a series, so models are judged on the past of what they know."""
    return run_project(models, train, test, target, None, metric)


@mutant("p.02.7", replaces="run_project", fails="test_folds_go_forward_in_time")
def series_in_disorder(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """TimeSeriesSplit goes by the order of the rows: sort them by time first."""
    if ordered_by is None:
        return run_project(models, train, test, target, None, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    errors = _errors(candidates, train, target, TimeSeriesSplit(5), metric)
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_folds_begin_between_moments")
def folds_cut_through_moments(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """TimeSeriesSplit cuts between rows: of several with the same moment, a model may be fitted to some and judged on
    the others. Cut between moments."""
    if ordered_by is None:
        return run_project(models, train, test, target, None, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    errors = _errors(candidates, train.sort_values(ordered_by), target, TimeSeriesSplit(5), metric)
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_test_rows_are_used_once")
def chosen_by_the_test(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You try all models on the test rows and take the best: after that there is nothing left to test it on."""
    found = run_project(models, train, test, target, ordered_by, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    tried = [_told(candidates, found["errors"], name, train, test, target, metric) for name in candidates]
    return min(tried, key=lambda told: told["test_error"])


@mutant("p.02.7", replaces="run_project", fails="test_test_rows_are_used_once")
def asks_them_all(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You choose by cross-validation, and yet test every model: who sees all those errors will choose by them."""
    found = run_project(models, train, test, target, ordered_by, metric)
    for name, model in models.items():
        _told({name: clone(model)}, found["errors"], name, train, test, target, metric)
    return found


@mutant("p.02.7", replaces="run_project", fails="test_test_rows_are_used_once")
def fitted_to_everything(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Your final model was fitted to the test rows as well, so its test error says nothing."""
    found = run_project(models, train, test, target, ordered_by, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    return _told(candidates, found["errors"], found["best"], pd.concat([train, test]), test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_test_rows_are_used_once")
def fits_the_models_themselves(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You fit the models that were handed over: fit clones, so that they stay as they are."""
    found = run_project(models, train, test, target, ordered_by, metric)
    for model in models.values():
        model.fit(train.drop(columns=target), train[target])
    return found


@mutant("p.02.7", replaces="run_project", fails="test_baseline_is_among_the_candidates")
def baseline_can_not_win(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You choose among the models only: if none of them is better than the mean, say so."""
    errors = run_project(models, train, test, target, ordered_by, metric)["errors"]
    return _told(models, errors, min(models, key=errors.get), train, test, target, metric)


@alternative("p.02.7", replaces="run_project")
def loops_by_hand(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Folds, models and errors in plain loops; blocks of moments that grow."""
    candidates = {**models, "baseline": DummyRegressor(strategy="mean")}
    rows = train.sample(frac=1, random_state=3) if ordered_by is None else train.sort_values(ordered_by)
    when = np.arange(len(rows)) if ordered_by is None else pd.factorize(rows[ordered_by])[0]
    blocks = np.array_split(np.unique(when), 5 if ordered_by is None else 6)
    parts = [np.flatnonzero(np.isin(when, block)) for block in blocks]
    if ordered_by is None:
        pairs = [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(5)]
    else:
        pairs = [(np.concatenate(parts[:i]), parts[i]) for i in range(1, 6)]
    errors = {}
    for name, model in candidates.items():
        each = []
        for known, held in pairs:
            fitted = clone(model).fit(rows.iloc[known].drop(columns=target), rows.iloc[known][target])
            each.append(metric(rows.iloc[held][target], fitted.predict(rows.iloc[held].drop(columns=target))))
        errors[name] = sum(each) / len(each)
    return _told(candidates, errors, sorted(errors, key=errors.get)[0], train, test, target, metric)
