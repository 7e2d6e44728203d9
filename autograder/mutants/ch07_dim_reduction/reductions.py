"""Chapter 7, which reduction in front of which model (p.07.9): wrong answers that must fail, and right ones that must
pass."""

from itertools import product

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import accuracy_score, zero_one_loss
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    cross_val_predict,
    train_test_split,
)
from sklearn.pipeline import Pipeline, make_pipeline

from autograder.testing import alternative, mutant
from autograder.testing.leaky import all_tested, kept_from_a_fold, prepared_anew, prepared_before, worked

SCORING = "accuracy"


# ---------------------------------------------------------------- wrong


@mutant("p.07.9", replaces="compare_reductions", fails="test_test_rows_are_kept_apart")
def reduces_before_the_split(reductions, classifiers, X, y):
    """Your reductions have learned from all rows, those of the test among them: put the test rows aside first, and fit
    reductions to the others only."""
    return prepared_before(reductions, classifiers, X, y, SCORING, "all")


@mutant("p.07.9", replaces="compare_reductions", fails="test_test_rows_are_kept_apart")
def searches_among_all_rows(reductions, classifiers, X, y):
    """You choose the best pair by cross-validation over all rows, and test on some that had a say in it: put the test
    rows aside first."""
    return worked(reductions, classifiers, X, y, SCORING, searched="all")


@mutant("p.07.9", replaces="compare_reductions", fails="test_test_rows_are_kept_apart")
def learns_all_and_tests_on_some(reductions, classifiers, X, y):
    """Your last model is fitted to all rows and then tested on some of them: it knows these, so the score says
    nothing."""
    return worked(reductions, classifiers, X, y, SCORING, fitted="all")


@mutant("p.07.9", replaces="compare_reductions", fails="test_test_rows_are_kept_apart")
def learns_the_test_rows_in_the_end(reductions, classifiers, X, y):
    """The model that you return has learned the test rows as well, so it is not the one that your test score is of."""
    return worked(reductions, classifiers, X, y, SCORING, afterwards="all")


@mutant("p.07.9", replaces="compare_reductions", fails="test_test_rows_are_kept_apart")
def fits_the_reduction_to_the_test_rows(reductions, classifiers, X, y):
    """You fit the reduction once more, to the test rows (`fit_transform`): what was learned from the training rows is
    to be used for them, by `transform`."""
    return prepared_anew(reductions, classifiers, X, y, SCORING)


@mutant("p.07.9", replaces="compare_reductions", fails="test_test_rows_are_kept_apart")
def tests_on_a_quarter(reductions, classifiers, X, y):
    """Your test has a quarter of the rows, as `train_test_split` cuts if it is not told: a fifth is asked for."""
    return worked(reductions, classifiers, X, y, SCORING, test_size=0.25)


@mutant("p.07.9", replaces="compare_reductions", fails="test_pairs_are_judged_on_rows_held_out")
def reduces_before_the_folds(reductions, classifiers, X, y):
    """You fit each reduction to all training rows and cross-validate the classifier alone, so that the reduction knows
    the rows of each fold: cross-validate both, in one pipeline."""
    return prepared_before(reductions, classifiers, X, y, SCORING, "train")


@mutant("p.07.9", replaces="compare_reductions", fails="test_pairs_are_judged_on_rows_held_out")
def reports_training_scores(reductions, classifiers, X, y):
    """You judge each pair on the rows it was fitted to: take rows that were held out."""
    return worked(reductions, classifiers, X, y, SCORING, judge=lambda model, X, y: model.fit(X, y).score(X, y))


@mutant("p.07.9", replaces="compare_reductions", fails="test_pairs_are_judged_on_rows_held_out")
def reports_errors(reductions, classifiers, X, y):
    """You report how many rows are wrong: the accuracy is the share that is right."""

    def error(model, X, y):
        return zero_one_loss(y, cross_val_predict(model, X, y, cv=5))

    return worked(reductions, classifiers, X, y, SCORING, judge=error, best=min)


@mutant("p.07.9", replaces="compare_reductions", fails="test_pairs_are_judged_on_rows_held_out")
def one_fold_only(reductions, classifiers, X, y):
    """You judge each pair on a single part that was held out, which is luck in part: cross-validate, over three folds
    or more."""

    def once(model, X, y):
        X, X_val, y, y_val = train_test_split(X, y, random_state=0)
        return model.fit(X, y).score(X_val, y_val)

    return worked(reductions, classifiers, X, y, SCORING, judge=once)


@mutant("p.07.9", replaces="compare_reductions", fails="test_last_pair_learns_from_all_training_rows")
def keeps_the_classifier_of_one_fold(reductions, classifiers, X, y):
    """The model that you return was fitted in cross-validation and lacks the rows of its fold: fit the best pair once
    more, to all training rows."""
    return kept_from_a_fold(reductions, classifiers, X, y, SCORING)


@mutant("p.07.9", replaces="compare_reductions", fails="test_last_pair_learns_from_all_training_rows")
def learns_from_a_few(reductions, classifiers, X, y):
    """Your last model has seen a part of the training rows only: fit it to all of them."""
    return worked(reductions, classifiers, X, y, SCORING, fitted="some")


@mutant("p.07.9", replaces="compare_reductions", fails="test_only_the_best_pair_is_tested")
def chooses_by_the_test_rows(reductions, classifiers, X, y):
    """You test every pair, and take the one that does best on the test rows: its score there is luck in part. Choose by
    cross-validation, and test the chosen pair only."""
    return all_tested(reductions, classifiers, X, y, SCORING, chosen_by_test=True)


@mutant("p.07.9", replaces="compare_reductions", fails="test_only_the_best_pair_is_tested")
def takes_the_lowest_score(reductions, classifiers, X, y):
    """You take the pair with the lowest score: the highest accuracy is the best."""
    return worked(reductions, classifiers, X, y, SCORING, best=min)


@mutant("p.07.9", replaces="compare_reductions", fails="test_only_the_best_pair_is_tested")
def training_score_for_the_test(reductions, classifiers, X, y):
    """Your test score is of the training rows."""
    return worked(reductions, classifiers, X, y, SCORING, tested="train")


@mutant("p.07.9", replaces="compare_reductions", fails="test_only_the_best_pair_is_tested")
def validation_score_for_the_test(reductions, classifiers, X, y):
    """What you report as the test score is the best score of the cross-validation, which is flattered by the choice:
    ask the final model about the test rows."""
    found = worked(reductions, classifiers, X, y, SCORING)
    return found | {"test_score": found["scores"][found["best"]]}


# ---------------------------------------------------------------- right


class _Both:
    """A fitted reduction and a fitted classifier, as one model."""

    def __init__(self, reduction, classifier):
        self.reduction, self.classifier = reduction, classifier

    def predict(self, X):
        return self.classifier.predict(self.reduction.transform(X))


@alternative("p.07.9", replaces="compare_reductions")
def with_a_grid_search(reductions, classifiers, X, y):
    """One search over a pipeline's steps, which fits the best pair once more by itself; tables of pandas."""
    X_train, X_test, y_train, y_test = train_test_split(pd.DataFrame(X), pd.Series(y), test_size=0.2, random_state=1)
    pipeline = Pipeline([("reduction", "passthrough"), ("classifier", None)])
    grid = {"reduction": list(reductions.values()), "classifier": list(classifiers.values())}
    search = GridSearchCV(pipeline, grid, scoring="accuracy", cv=4, return_train_score=True).fit(X_train, y_train)
    names = {id(one): name for name, one in [*reductions.items(), *classifiers.items()]}
    pairs = [(names[id(one["reduction"])], names[id(one["classifier"])]) for one in search.cv_results_["params"]]
    return {
        "scores": dict(zip(pairs, search.cv_results_["mean_test_score"], strict=True)),
        "best": pairs[search.best_index_],
        "model": search,
        "test_score": search.score(X_test, y_test),
    }


@alternative("p.07.9", replaces="compare_reductions")
def by_hand(reductions, classifiers, X, y):
    """Shuffled rows, folds of every tenth one, reductions fitted anew for each, no helper at all."""
    rows = np.random.default_rng(3).permutation(len(X))
    test, train = rows[: len(X) // 5], rows[len(X) // 5 :]

    def taught(pair, rows):
        reduction, classifier = clone(reductions[pair[0]]), clone(classifiers[pair[1]])
        return _Both(reduction, classifier.fit(reduction.fit_transform(X[rows]), y[rows]))

    def right(model, rows):
        return np.mean(model.predict(X[rows]) == y[rows])

    scores = {}
    for pair in product(reductions, classifiers):
        folds = [train[fold::10] for fold in range(10)]
        scores[pair] = np.mean([right(taught(pair, np.setdiff1d(train, fold)), fold) for fold in folds])
    best = max(scores, key=scores.get)
    model = taught(best, train)
    return {"scores": scores, "best": list(best), "model": model, "test_score": right(model, test)}


@alternative("p.07.9", replaces="compare_reductions")
def with_predictions_of_all_folds(reductions, classifiers, X, y):
    """`cross_val_predict`, one accuracy over all folds; the last fifth of shuffled rows is for the test."""
    rows = np.random.RandomState(0).permutation(len(X))
    cut = len(X) * 4 // 5
    train, test = rows[:cut], rows[cut:]
    pairs = {
        (one, other): make_pipeline(reductions[one], classifiers[other]) for one in reductions for other in classifiers
    }
    scores = {}
    for pair, model in pairs.items():
        said = cross_val_predict(model, X[train], y[train], cv=KFold(3, shuffle=True, random_state=0))
        scores[pair] = accuracy_score(y[train], said)
    best = sorted(scores, key=scores.get)[-1]
    model = clone(pairs[best]).fit(X[train], y[train])
    assert len(model.predict(X[test])) == len(test)
    return {
        "scores": scores,
        "best": best,
        "model": model,
        "test_score": accuracy_score(y[test], model.predict(X[test])),
    }
