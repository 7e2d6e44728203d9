"""Chapter 6, which ensemble, and how good (p.06.8): wrong answers that must fail, and right ones that must pass."""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, PredefinedSplit, train_test_split
from sklearn.pipeline import Pipeline

from autograder.testing import alternative, mutant
from autograder.testing.leaky import all_tested, worked

SCORING = "accuracy"
AS_THEY_ARE = {"": "passthrough"}  # nothing is prepared here


def _on_validation_rows(model, X, y):
    X, X_val, y, y_val = train_test_split(X, y, test_size=0.25, random_state=0)
    return model.fit(X, y).score(X_val, y_val)


def _worked(ensembles, X, y, *, judge=_on_validation_rows, **mixed_up):
    return worked(AS_THEY_ARE, ensembles, X, y, SCORING, judge=judge, **mixed_up)


# ---------------------------------------------------------------- wrong


@mutant("p.06.8", replaces="choose_ensemble", fails="test_test_rows_are_kept_apart")
def validates_on_the_test_rows_as_well(ensembles, X, y):
    """Your validation rows are drawn from all rows, those of the test among them: put the test rows aside first."""
    return _worked(ensembles, X, y, searched="all")


@mutant("p.06.8", replaces="choose_ensemble", fails="test_test_rows_are_kept_apart")
def learns_all_and_tests_on_some(ensembles, X, y):
    """Your last ensemble is fitted to all rows and then tested on some of them: it knows these, so the score says
    nothing."""
    return _worked(ensembles, X, y, fitted="all")


@mutant("p.06.8", replaces="choose_ensemble", fails="test_test_rows_are_kept_apart")
def learns_the_test_rows_in_the_end(ensembles, X, y):
    """The ensemble that you return has learned the test rows as well, so it is not the one that your test score is
    of."""
    return _worked(ensembles, X, y, afterwards="all")


@mutant("p.06.8", replaces="choose_ensemble", fails="test_test_rows_are_kept_apart")
def tests_on_a_quarter(ensembles, X, y):
    """Your test has a quarter of the rows, as `train_test_split` cuts if it is not told: a fifth is asked for."""
    return _worked(ensembles, X, y, test_size=0.25)


@mutant("p.06.8", replaces="choose_ensemble", fails="test_ensembles_are_judged_on_validation_rows")
def reports_training_scores(ensembles, X, y):
    """You judge each ensemble on the rows it was fitted to: take validation rows."""
    return _worked(ensembles, X, y, judge=lambda model, X, y: model.fit(X, y).score(X, y))


@mutant("p.06.8", replaces="choose_ensemble", fails="test_ensembles_are_judged_on_validation_rows")
def knows_the_validation_rows(ensembles, X, y):
    """You fit each ensemble to training and validation rows before you judge it on the latter."""

    def judge(model, X, y):
        _, X_val, _, y_val = train_test_split(X, y, test_size=0.25, random_state=0)
        return model.fit(X, y).score(X_val, y_val)

    return _worked(ensembles, X, y, judge=judge)


@mutant("p.06.8", replaces="choose_ensemble", fails="test_last_ensemble_learns_from_all_but_the_test")
def leaves_the_validation_rows_out(ensembles, X, y):
    """Your last ensemble has learned from the training rows only: once the choice is made, the validation rows may
    teach, too."""
    X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.2, random_state=1)
    X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=1)
    fitted = {name: clone(model).fit(X_train, y_train) for name, model in ensembles.items()}
    scores = {name: model.score(X_val, y_val) for name, model in fitted.items()}
    best = max(scores, key=scores.get)
    test_score = fitted[best].score(X_test, y_test)
    return {"scores": scores, "best": best, "model": fitted[best], "test_score": test_score}


@mutant("p.06.8", replaces="choose_ensemble", fails="test_only_the_best_ensemble_is_tested")
def chooses_by_the_test_rows(ensembles, X, y):
    """You test every ensemble, and take the one that does best on the test rows: its score there is luck in part.
    Choose by the validation rows, and test the chosen one only."""
    return all_tested(AS_THEY_ARE, ensembles, X, y, SCORING, chosen_by_test=True)


@mutant("p.06.8", replaces="choose_ensemble", fails="test_only_the_best_ensemble_is_tested")
def takes_the_lowest_score(ensembles, X, y):
    """You take the ensemble with the lowest score: the highest accuracy is the best."""
    return _worked(ensembles, X, y, best=min)


@mutant("p.06.8", replaces="choose_ensemble", fails="test_only_the_best_ensemble_is_tested")
def validation_score_for_the_test(ensembles, X, y):
    """What you report as the test score is the best score on validation rows, which is flattered by the choice: ask the
    final ensemble about the test rows."""
    found = _worked(ensembles, X, y)
    return found | {"test_score": found["scores"][found["best"]]}


@mutant("p.06.8", replaces="choose_ensemble", fails="test_rows_are_cut_at_random")
def cuts_rows_in_their_order(ensembles, X, y):
    """You cut the rows in the order in which they come: sorted by class, the last ones are all of one class. Shuffle
    first."""
    X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.2, shuffle=False)
    X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=1)
    scores = {name: clone(model).fit(X_train, y_train).score(X_val, y_val) for name, model in ensembles.items()}
    best = max(scores, key=scores.get)
    model = clone(ensembles[best]).fit(X_rest, y_rest)
    return {"scores": scores, "best": best, "model": model, "test_score": model.score(X_test, y_test)}


@mutant("p.06.8", replaces="choose_ensemble", fails="test_ensembles_are_left_unfitted")
def fits_what_it_was_given(ensembles, X, y):
    """You fit the ensembles that you were given, and whoever gave them has fitted ones now: fit a `clone` of each."""
    X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.2, random_state=1)
    X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=1)
    scores = {name: model.fit(X_train, y_train).score(X_val, y_val) for name, model in ensembles.items()}
    best = max(scores, key=scores.get)
    model = ensembles[best].fit(X_rest, y_rest)
    return {"scores": scores, "best": best, "model": model, "test_score": model.score(X_test, y_test)}


# ---------------------------------------------------------------- right


@alternative("p.06.8", replaces="choose_ensemble")
def cut_by_hand(ensembles, X, y):
    """Rows shuffled once and cut in three, accuracies counted."""
    order = np.random.default_rng(5).permutation(len(y))
    train, val, test = np.split(order, [len(y) * 3 // 5, len(y) * 4 // 5])
    scores = {}
    for name, ensemble in ensembles.items():
        scores[name] = np.mean(clone(ensemble).fit(X[train], y[train]).predict(X[val]) == y[val])
    best = sorted(scores, key=scores.get)[-1]
    both = np.concatenate([train, val])
    model = clone(ensembles[best]).fit(X[both], y[both])
    return {"scores": scores, "best": best, "model": model, "test_score": np.mean(model.predict(X[test]) == y[test])}


@alternative("p.06.8", replaces="choose_ensemble")
def with_a_search(ensembles, X, y):
    """A search with a single fold, the validation rows, which fits the best ensemble to both parts by itself."""
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
    fold = np.where(np.arange(len(y)) % 4 == 0, 0, -1)  # -1: never held out
    grid = {"ensemble": list(ensembles.values())}
    search = GridSearchCV(Pipeline([("ensemble", None)]), grid, scoring="accuracy", cv=PredefinedSplit(fold)).fit(X, y)
    scores = dict(zip(ensembles, search.cv_results_["mean_test_score"], strict=True))
    best = list(ensembles)[search.best_index_]
    return {"scores": scores, "best": best, "model": search, "test_score": search.score(X_test, y_test)}


@alternative("p.06.8", replaces="choose_ensemble")
def in_a_table(ensembles, X, y):
    """Columns of pandas; training scores and validation scores side by side, to see who learns by heart."""
    X, y = pd.DataFrame(X), pd.Series(y)
    test = y.sample(frac=0.2, random_state=2).index
    val = y.drop(test).sample(frac=0.25, random_state=2).index
    train = y.index.difference(test).difference(val)
    table = pd.DataFrame(index=list(ensembles), columns=["train", "val"], dtype=float)
    for name in table.index:
        model = clone(ensembles[name]).fit(X.loc[train], y[train])
        table.loc[name] = [model.score(X.loc[train], y[train]), model.score(X.loc[val], y[val])]
    best = table["val"].idxmax()
    model = clone(ensembles[best]).fit(X.drop(test), y.drop(test))
    return {
        "scores": table["val"].to_dict(),
        "best": best,
        "model": model,
        "test_score": model.score(X.loc[test], y[test]),
    }
