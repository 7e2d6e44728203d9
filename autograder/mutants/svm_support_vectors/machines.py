"""Support vector machines, which one, and how good (tf2.05.10): wrong answers that must fail, and right ones that must
pass."""

from itertools import product

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import r2_score
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    cross_val_predict,
    cross_val_score,
    train_test_split,
)
from sklearn.pipeline import Pipeline, make_pipeline

from autograder.testing import alternative, mutant
from autograder.testing.leaky import all_tested, kept_from_a_fold, prepared_anew, prepared_before, worked

SCORING = "r2"


# ---------------------------------------------------------------- wrong


@mutant("tf2.05.10", replaces="compare_machines", fails="test_test_rows_are_kept_apart")
def scales_before_the_split(scalers, machines, X, y):
    """Your scalers have learned from all rows, those of the test among them: put the test rows aside first, and fit
    scalers to the others only."""
    return prepared_before(scalers, machines, X, y, SCORING, "all")


@mutant("tf2.05.10", replaces="compare_machines", fails="test_test_rows_are_kept_apart")
def searches_among_all_rows(scalers, machines, X, y):
    """You choose the best pair by cross-validation over all rows, and test on some that had a say in it: put the test
    rows aside first."""
    return worked(scalers, machines, X, y, SCORING, searched="all")


@mutant("tf2.05.10", replaces="compare_machines", fails="test_test_rows_are_kept_apart")
def learns_all_and_tests_on_some(scalers, machines, X, y):
    """Your last model is fitted to all rows and then tested on some of them: it knows these, so the score says
    nothing."""
    return worked(scalers, machines, X, y, SCORING, fitted="all")


@mutant("tf2.05.10", replaces="compare_machines", fails="test_test_rows_are_kept_apart")
def learns_the_test_rows_in_the_end(scalers, machines, X, y):
    """The model that you return has learned the test rows as well, so it is not the one that your test score is of."""
    return worked(scalers, machines, X, y, SCORING, afterwards="all")


@mutant("tf2.05.10", replaces="compare_machines", fails="test_test_rows_are_kept_apart")
def fits_the_scaler_to_the_test_rows(scalers, machines, X, y):
    """You fit the scaler once more, to the test rows (`fit_transform`): what was learned from the training rows is to
    be used for them, by `transform`."""
    return prepared_anew(scalers, machines, X, y, SCORING)


@mutant("tf2.05.10", replaces="compare_machines", fails="test_test_rows_are_kept_apart")
def tests_on_a_quarter(scalers, machines, X, y):
    """Your test has a quarter of the rows, as `train_test_split` cuts if it is not told: a fifth is asked for."""
    return worked(scalers, machines, X, y, SCORING, test_size=0.25)


@mutant("tf2.05.10", replaces="compare_machines", fails="test_machines_are_judged_on_rows_held_out")
def scales_before_the_folds(scalers, machines, X, y):
    """You fit each scaler to all training rows and cross-validate the machine alone, so that the scaler knows the rows
    of each fold: cross-validate both, in one pipeline."""
    return prepared_before(scalers, machines, X, y, SCORING, "train")


@mutant("tf2.05.10", replaces="compare_machines", fails="test_machines_are_judged_on_rows_held_out")
def reports_training_scores(scalers, machines, X, y):
    """You judge each pair on the rows it was fitted to: take rows that were held out."""
    return worked(scalers, machines, X, y, SCORING, judge=lambda model, X, y: model.fit(X, y).score(X, y))


@mutant("tf2.05.10", replaces="compare_machines", fails="test_machines_are_judged_on_rows_held_out")
def reports_errors(scalers, machines, X, y):
    """Your scores are errors with their sign turned: R² is asked for, which is what a regressor's `score` gives."""

    def error(model, X, y):
        return cross_val_score(model, X, y, scoring="neg_mean_squared_error").mean()

    return worked(scalers, machines, X, y, SCORING, judge=error)


@mutant("tf2.05.10", replaces="compare_machines", fails="test_machines_are_judged_on_rows_held_out")
def one_fold_only(scalers, machines, X, y):
    """You judge each pair on a single part that was held out, which is luck in part: cross-validate, over three folds
    or more."""

    def once(model, X, y):
        X, X_val, y, y_val = train_test_split(X, y, random_state=0)
        return model.fit(X, y).score(X_val, y_val)

    return worked(scalers, machines, X, y, SCORING, judge=once)


@mutant("tf2.05.10", replaces="compare_machines", fails="test_last_machine_learns_from_all_training_rows")
def keeps_the_machine_of_one_fold(scalers, machines, X, y):
    """The model that you return was fitted in cross-validation and lacks the rows of its fold: fit the best pair once
    more, to all training rows."""
    return kept_from_a_fold(scalers, machines, X, y, SCORING)


@mutant("tf2.05.10", replaces="compare_machines", fails="test_last_machine_learns_from_all_training_rows")
def learns_from_a_few(scalers, machines, X, y):
    """Your last model has seen a part of the training rows only: fit it to all of them."""
    return worked(scalers, machines, X, y, SCORING, fitted="some")


@mutant("tf2.05.10", replaces="compare_machines", fails="test_only_the_best_machine_is_tested")
def chooses_by_the_test_rows(scalers, machines, X, y):
    """You test every pair, and take the one that does best on the test rows: its score there is luck in part. Choose by
    cross-validation, and test the chosen pair only."""
    return all_tested(scalers, machines, X, y, SCORING, chosen_by_test=True)


@mutant("tf2.05.10", replaces="compare_machines", fails="test_only_the_best_machine_is_tested")
def takes_the_lowest_score(scalers, machines, X, y):
    """You take the pair with the lowest score: of R², the highest is the best."""
    return worked(scalers, machines, X, y, SCORING, best=min)


@mutant("tf2.05.10", replaces="compare_machines", fails="test_only_the_best_machine_is_tested")
def training_score_for_the_test(scalers, machines, X, y):
    """Your test score is of the training rows."""
    return worked(scalers, machines, X, y, SCORING, tested="train")


@mutant("tf2.05.10", replaces="compare_machines", fails="test_only_the_best_machine_is_tested")
def validation_score_for_the_test(scalers, machines, X, y):
    """What you report as the test score is the best score of the cross-validation, which is flattered by the choice:
    ask the final model about the test rows."""
    found = worked(scalers, machines, X, y, SCORING)
    return found | {"test_score": found["scores"][found["best"]]}


# ---------------------------------------------------------------- right


class _Both:
    """A fitted scaler and a fitted machine, as one model."""

    def __init__(self, scaler, machine):
        self.scaler, self.machine = scaler, machine

    def predict(self, X):
        return self.machine.predict(self.scaler.transform(X))


@alternative("tf2.05.10", replaces="compare_machines")
def with_a_grid_search(scalers, machines, X, y):
    """One search over a pipeline's steps, which fits the best pair once more by itself; tables of pandas."""
    X_train, X_test, y_train, y_test = train_test_split(pd.DataFrame(X), pd.Series(y), test_size=0.2, random_state=1)
    pipeline = Pipeline([("scaler", "passthrough"), ("machine", None)])
    grid = {"scaler": list(scalers.values()), "machine": list(machines.values())}
    search = GridSearchCV(pipeline, grid, scoring="r2", cv=4, return_train_score=True).fit(X_train, y_train)
    names = {id(one): name for name, one in [*scalers.items(), *machines.items()]}
    pairs = [(names[id(one["scaler"])], names[id(one["machine"])]) for one in search.cv_results_["params"]]
    return {
        "scores": dict(zip(pairs, search.cv_results_["mean_test_score"], strict=True)),
        "best": pairs[search.best_index_],
        "model": search,
        "test_score": search.score(X_test, y_test),
    }


@alternative("tf2.05.10", replaces="compare_machines")
def by_hand(scalers, machines, X, y):
    """Shuffled rows, folds of every tenth one, scalers fitted anew for each, no helper at all."""
    rows = np.random.default_rng(3).permutation(len(X))
    test, train = rows[: len(X) // 5], rows[len(X) // 5 :]

    def taught(pair, rows):
        scaler, machine = clone(scalers[pair[0]]), clone(machines[pair[1]])
        return _Both(scaler, machine.fit(scaler.fit_transform(X[rows]), y[rows]))

    def explained(model, rows):
        return 1 - np.mean((y[rows] - model.predict(X[rows])) ** 2) / np.var(y[rows])

    scores = {}
    for pair in product(scalers, machines):
        folds = [train[fold::10] for fold in range(10)]
        scores[pair] = np.mean([explained(taught(pair, np.setdiff1d(train, fold)), fold) for fold in folds])
    best = max(scores, key=scores.get)
    model = taught(best, train)
    return {"scores": scores, "best": list(best), "model": model, "test_score": explained(model, test)}


@alternative("tf2.05.10", replaces="compare_machines")
def with_predictions_of_all_folds(scalers, machines, X, y):
    """`cross_val_predict`, one R² over all folds; the last fifth of shuffled rows is for the test."""
    rows = np.random.RandomState(0).permutation(len(X))
    cut = len(X) * 4 // 5
    train, test = rows[:cut], rows[cut:]
    pairs = {(one, other): make_pipeline(scalers[one], machines[other]) for one in scalers for other in machines}
    scores = {}
    for pair, model in pairs.items():
        said = cross_val_predict(model, X[train], y[train], cv=KFold(3, shuffle=True, random_state=0))
        scores[pair] = r2_score(y[train], said)
    best = sorted(scores, key=scores.get)[-1]
    model = clone(pairs[best]).fit(X[train], y[train])
    assert len(model.predict(X[test])) == len(test)
    return {"scores": scores, "best": best, "model": model, "test_score": r2_score(y[test], model.predict(X[test]))}
