"""Chapter 3, which spam filter, and how good (p.03.4): wrong answers that must fail, and right ones that must pass."""

from itertools import product

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    train_test_split,
)
from sklearn.pipeline import Pipeline, make_pipeline

from autograder.testing import alternative, mutant
from autograder.testing.leaky import all_tested, kept_from_a_fold, prepared_anew, prepared_before, worked

SCORING = "f1"


# ---------------------------------------------------------------- wrong


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def counts_before_the_split(counters, classifiers, emails, labels):
    """Your counters have learned their vocabulary from all mails, those of the test among them: put the test mails
    aside first, and fit counters to the others only."""
    return prepared_before(counters, classifiers, emails, labels, SCORING, "all")


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def searches_among_all_mails(counters, classifiers, emails, labels):
    """You choose the best pair by cross-validation over all mails, and test on some that had a say in it: put the test
    mails aside first."""
    return worked(counters, classifiers, emails, labels, SCORING, searched="all")


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def learns_the_test_mails_in_the_end(counters, classifiers, emails, labels):
    """The model that you return has learned the test mails as well, so it is not the one that your test score is of."""
    return worked(counters, classifiers, emails, labels, SCORING, afterwards="all")


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def learns_all_and_tests_on_some(counters, classifiers, emails, labels):
    """Your last model is fitted to all mails and then tested on some of them: it knows these, so the score says
    nothing."""
    return worked(counters, classifiers, emails, labels, SCORING, fitted="all")


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def fits_the_counter_to_the_test_mails(counters, classifiers, emails, labels):
    """You fit the counter once more, to the test mails (`fit_transform`): what was learned from the training mails is
    to be used for them, by `transform`."""
    return prepared_anew(counters, classifiers, emails, labels, SCORING)


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def tests_on_a_quarter(counters, classifiers, emails, labels):
    """Your test has a quarter of the mails, as `train_test_split` cuts if it is not told: a fifth is asked for."""
    return worked(counters, classifiers, emails, labels, SCORING, test_size=0.25)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def counts_before_the_folds(counters, classifiers, emails, labels):
    """You fit each counter to all training mails and cross-validate the classifier alone, so that the counter knows the
    mails of each fold: cross-validate both, in one pipeline."""
    return prepared_before(counters, classifiers, emails, labels, SCORING, "train")


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def reports_training_scores(counters, classifiers, emails, labels):
    """You judge each pair on the mails it was fitted to: take mails that were held out."""
    return worked(
        counters,
        classifiers,
        emails,
        labels,
        SCORING,
        judge=lambda model, X, y: f1_score(y, model.fit(X, y).predict(X)),
    )


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def training_scores_of_the_folds(counters, classifiers, emails, labels):
    """The scores that you report are those of the folds' training mails (`train_score`): take `test_score`, of the
    mails held out."""

    def judge(model, X, y):
        return cross_validate(model, X, y, scoring=SCORING, return_train_score=True)["train_score"].mean()

    return worked(counters, classifiers, emails, labels, SCORING, judge=judge)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def reports_accuracies(counters, classifiers, emails, labels):
    """You report accuracies, as `cross_val_score` does if it is not told: the F1 score is asked for."""
    return worked(
        counters, classifiers, emails, labels, SCORING, judge=lambda model, X, y: cross_val_score(model, X, y).mean()
    )


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def best_of_the_folds(counters, classifiers, emails, labels):
    """You report the best fold of each pair, which was lucky: take the mean."""
    return worked(
        counters,
        classifiers,
        emails,
        labels,
        SCORING,
        judge=lambda model, X, y: cross_val_score(model, X, y, scoring=SCORING).max(),
    )


@mutant("p.03.4", replaces="compare_filters", fails="test_last_filter_learns_from_all_training_mails")
def keeps_the_model_of_one_fold(counters, classifiers, emails, labels):
    """The model that you return was fitted in cross-validation and lacks the mails of its fold: fit the best pair once
    more, to all training mails."""
    return kept_from_a_fold(counters, classifiers, emails, labels, SCORING)


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def takes_the_lowest_score(counters, classifiers, emails, labels):
    """You take the pair with the lowest score: of F1 scores, the highest is the best."""
    return worked(counters, classifiers, emails, labels, SCORING, best=min)


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def chooses_by_the_test_mails(counters, classifiers, emails, labels):
    """You test every pair and take the one that does best on the test mails: its score there is luck in part. Choose by
    cross-validation, and test the chosen pair only."""
    return all_tested(counters, classifiers, emails, labels, SCORING, chosen_by_test=True)


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def asks_them_all(counters, classifiers, emails, labels):
    """You choose by cross-validation, and yet test every pair: who sees all those figures chooses by them sooner or
    later. Test the chosen one only."""
    return all_tested(counters, classifiers, emails, labels, SCORING, chosen_by_test=False)


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def validation_score_for_the_test(counters, classifiers, emails, labels):
    """What you report as the test score is the best score of the cross-validation, which is flattered by the choice:
    ask the final model about the test mails."""
    found = worked(counters, classifiers, emails, labels, SCORING)
    return found | {"test_score": found["scores"][found["best"]]}


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def training_score_for_the_test(counters, classifiers, emails, labels):
    """Your test score is of the training mails."""
    return worked(counters, classifiers, emails, labels, SCORING, tested="train")


# ---------------------------------------------------------------- right


class _Both:
    """A fitted counter and a fitted classifier, as one model."""

    def __init__(self, counter, classifier):
        self.counter, self.classifier = counter, classifier

    def predict(self, emails):
        return self.classifier.predict(self.counter.transform(emails))


@alternative("p.03.4", replaces="compare_filters")
def with_a_grid_search(counters, classifiers, emails, labels):
    """One search over a pipeline's steps; columns of pandas."""
    train, test, y_train, y_test = train_test_split(pd.Series(emails), pd.Series(labels), test_size=0.2, random_state=1)
    pipeline = Pipeline([("counter", None), ("classifier", None)])
    grid = {"counter": list(counters.values()), "classifier": list(classifiers.values())}
    search = GridSearchCV(pipeline, grid, scoring="f1", cv=4, return_train_score=True).fit(train, y_train)
    names = {id(one): name for name, one in [*counters.items(), *classifiers.items()]}
    pairs = [(names[id(one["counter"])], names[id(one["classifier"])]) for one in search.cv_results_["params"]]
    scores = dict(zip(pairs, search.cv_results_["mean_test_score"], strict=True))
    return {
        "scores": scores,
        "best": pairs[search.best_index_],
        "model": search.best_estimator_,
        "test_score": search.score(test, y_test),
    }


@alternative("p.03.4", replaces="compare_filters")
def by_hand(counters, classifiers, emails, labels):
    """Shuffled rows, folds of every tenth one, counters fitted anew for each, no helper at all."""
    labels = np.asarray(labels)
    rows = np.random.default_rng(3).permutation(len(emails))
    test, train = rows[: len(emails) // 5], rows[len(emails) // 5 :]

    def taught(pair, rows):
        counter, classifier = clone(counters[pair[0]]), clone(classifiers[pair[1]])
        classifier.fit(counter.fit_transform([emails[row] for row in rows]), labels[rows])
        return _Both(counter, classifier)

    def f1(model, rows):
        said = np.asarray(model.predict([emails[row] for row in rows]))
        hits = (said & labels[rows]).sum()
        return 2 * hits / (said.sum() + labels[rows].sum())

    scores = {}
    for pair in product(counters, classifiers):
        folds = [train[fold::10] for fold in range(10)]
        scores[pair] = np.mean([f1(taught(pair, np.setdiff1d(train, fold)), fold) for fold in folds])
    best = max(scores, key=scores.get)
    model = taught(best, train)
    return {"scores": scores, "best": list(best), "model": model, "test_score": f1(model, test)}


@alternative("p.03.4", replaces="compare_filters")
def with_predictions_of_all_folds(counters, classifiers, emails, labels):
    """`cross_val_predict` in arrays of text, one F1 score over all folds, a stratified split, and a report at the
    end."""
    emails, labels = np.array(emails, dtype=object), np.array(labels)
    train, test, y_train, y_test = train_test_split(emails, labels, test_size=0.2, stratify=labels)
    filters = {
        (one, other): make_pipeline(counters[one], classifiers[other]) for one in counters for other in classifiers
    }
    scores = {}
    for pair, model in filters.items():
        folds = StratifiedKFold(3, shuffle=True, random_state=0)
        scores[pair] = f1_score(y_train, cross_val_predict(model, train, y_train, cv=folds))
    best = sorted(scores, key=scores.get)[-1]
    model = clone(filters[best]).fit(train, y_train)
    assert model.score(test, y_test) >= 0
    return {"scores": scores, "best": best, "model": model, "test_score": f1_score(y_test, model.predict(test))}


@alternative("p.03.4", replaces="compare_filters")
def with_a_scorer_and_the_last_rows(counters, classifiers, emails, labels):
    """Rows shuffled, the last fifth for the test, a scorer of its own, plain folds."""
    rows = np.random.RandomState(0).permutation(len(emails))
    emails, labels = [emails[row] for row in rows], [labels[row] for row in rows]
    cut = len(emails) * 4 // 5
    scores, fitted = {}, {}
    for pair in product(counters, classifiers):
        model = make_pipeline(clone(counters[pair[0]]), clone(classifiers[pair[1]]))
        folds = cross_validate(
            model,
            emails[:cut],
            labels[:cut],
            cv=KFold(5),
            scoring={"f1": make_scorer(f1_score)},
            return_train_score=True,
        )
        scores[pair] = folds["test_f1"].mean()
        fitted[pair] = clone(model).fit(emails[:cut], labels[:cut])
    best = max(scores, key=lambda pair: scores[pair])
    test_score = make_scorer(f1_score)(fitted[best], emails[cut:], labels[cut:])
    return {"scores": scores, "best": best, "model": fitted[best], "test_score": test_score}
