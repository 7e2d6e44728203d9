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


def _filters(counters, classifiers):
    """All pairs, each of objects of its own."""
    names = product(counters, classifiers)
    return {(one, other): clone(make_pipeline(counters[one], classifiers[other])) for one, other in names}


def _cut(emails, labels):
    return train_test_split(emails, labels, test_size=0.2, random_state=7)


def _scored(filters, emails, labels):
    return {pair: cross_val_score(model, emails, labels, cv=5, scoring="f1").mean() for pair, model in filters.items()}


def _found(filters, scores, train, y_train, test, y_test):
    best = max(scores, key=scores.get)
    model = filters[best].fit(train, y_train)
    return {"scores": scores, "best": best, "model": model, "test_score": f1_score(y_test, model.predict(test))}


class _Fitted:
    """A counter that is fitted already, and a classifier, as one model."""

    def __init__(self, counter, classifier):
        self.counter, self.classifier = counter, classifier

    def predict(self, emails):
        return self.classifier.predict(self.counter.transform(emails))


def _counted_before(counters, classifiers, emails, labels, everything):
    """Count all mails, or those for training, once, and compare classifiers on the rows."""
    train, test, y_train, y_test = _cut(emails, labels)
    fitted = {name: counter.fit(emails if everything else train) for name, counter in counters.items()}
    scores = {
        (one, other): cross_val_score(classifiers[other], fitted[one].transform(train), y_train, scoring="f1").mean()
        for one, other in product(counters, classifiers)
    }
    counter, classifier = best = max(scores, key=scores.get)
    model = _Fitted(fitted[counter], classifiers[classifier].fit(fitted[counter].transform(train), y_train))
    return {"scores": scores, "best": best, "model": model, "test_score": f1_score(y_test, model.predict(test))}


# ---------------------------------------------------------------- wrong


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def counts_before_the_split(counters, classifiers, emails, labels):
    """Your counters have learned their vocabulary from all mails, those of the test among them: put the test mails
    aside first, and fit counters to the others only."""
    return _counted_before(counters, classifiers, emails, labels, True)


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def searches_among_all_mails(counters, classifiers, emails, labels):
    """You choose the best pair by cross-validation over all mails, and test on some that had a say in it: put the test
    mails aside first."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    return _found(filters, _scored(filters, emails, labels), train, y_train, test, y_test)


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def learns_the_test_mails_in_the_end(counters, classifiers, emails, labels):
    """The model that you return has learned the test mails as well, so it is not the one that your test score is of."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    found = _found(filters, _scored(filters, train, y_train), train, y_train, test, y_test)
    return found | {"model": clone(found["model"]).fit(emails, labels)}


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def learns_all_and_tests_on_some(counters, classifiers, emails, labels):
    """Your last model is fitted to all mails and then tested on some of them: it knows these, so the score says
    nothing."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    return _found(filters, _scored(filters, train, y_train), emails, labels, test, y_test)


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def tests_on_half(counters, classifiers, emails, labels):
    """A fifth of the mails is for the test, not half of them: `test_size=0.2`."""
    train, test, y_train, y_test = train_test_split(emails, labels, test_size=0.5, random_state=0)
    filters = _filters(counters, classifiers)
    return _found(filters, _scored(filters, train, y_train), train, y_train, test, y_test)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def counts_before_the_folds(counters, classifiers, emails, labels):
    """You fit each counter to all training mails and cross-validate the classifier alone, so that the counter knows the
    mails of each fold: cross-validate both, in one pipeline."""
    return _counted_before(counters, classifiers, emails, labels, False)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def reports_training_scores(counters, classifiers, emails, labels):
    """You judge each pair on the mails it was fitted to: take mails that were held out."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    scores = {pair: f1_score(y_train, model.fit(train, y_train).predict(train)) for pair, model in filters.items()}
    return _found(filters, scores, train, y_train, test, y_test)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def training_scores_of_the_folds(counters, classifiers, emails, labels):
    """The scores that you report are those of the folds' training mails (`train_score`): take `test_score`, of the
    mails held out."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    scores = {}
    for pair, model in filters.items():
        folds = cross_validate(model, train, y_train, cv=5, scoring="f1", return_train_score=True)
        scores[pair] = folds["train_score"].mean()
    return _found(filters, scores, train, y_train, test, y_test)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def reports_accuracies(counters, classifiers, emails, labels):
    """You report accuracies, as `cross_val_score` does if it is not told: the F1 score is asked for."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    scores = {pair: cross_val_score(model, train, y_train).mean() for pair, model in filters.items()}
    return _found(filters, scores, train, y_train, test, y_test)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def best_of_the_folds(counters, classifiers, emails, labels):
    """You report the best fold of each pair, which was lucky: take the mean."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    scores = {pair: cross_val_score(model, train, y_train, scoring="f1").max() for pair, model in filters.items()}
    return _found(filters, scores, train, y_train, test, y_test)


@mutant("p.03.4", replaces="compare_filters", fails="test_last_filter_learns_from_all_training_mails")
def keeps_the_model_of_one_fold(counters, classifiers, emails, labels):
    """The model that you return was fitted in cross-validation and lacks the mails of its fold: fit the best pair once
    more, to all training mails."""
    train, test, y_train, y_test = _cut(emails, labels)
    scores, models = {}, {}
    for pair, model in _filters(counters, classifiers).items():
        folds = cross_validate(model, train, y_train, scoring="f1", return_estimator=True)
        scores[pair], models[pair] = folds["test_score"].mean(), folds["estimator"][0]
    best = max(scores, key=scores.get)
    test_score = f1_score(y_test, models[best].predict(test))
    return {"scores": scores, "best": best, "model": models[best], "test_score": test_score}


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def takes_the_lowest_score(counters, classifiers, emails, labels):
    """You take the pair with the lowest score: of F1 scores, the highest is the best."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    scores = _scored(filters, train, y_train)
    worst = min(scores, key=scores.get)
    model = filters[worst].fit(train, y_train)
    return {"scores": scores, "best": worst, "model": model, "test_score": f1_score(y_test, model.predict(test))}


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def chooses_by_the_test_mails(counters, classifiers, emails, labels):
    """You test every pair and take the one that does best on the test mails: its score there is luck in part. Choose by
    cross-validation, and test the chosen pair only."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    scores = _scored(filters, train, y_train)
    tested = {pair: f1_score(y_test, model.fit(train, y_train).predict(test)) for pair, model in filters.items()}
    best = max(tested, key=tested.get)
    return {"scores": scores, "best": best, "model": filters[best], "test_score": tested[best]}


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def tests_them_all(counters, classifiers, emails, labels):
    """You choose by cross-validation, and yet test every pair: who sees all those figures chooses by them sooner or
    later. Test the chosen one only."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    tested = {pair: f1_score(y_test, model.fit(train, y_train).predict(test)) for pair, model in filters.items()}
    scores = _scored(filters, train, y_train)
    best = max(scores, key=scores.get)
    return {"scores": scores, "best": best, "model": filters[best], "test_score": tested[best]}


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def validation_score_for_the_test(counters, classifiers, emails, labels):
    """What you report as the test score is the best score of the cross-validation, which is flattered by the choice:
    ask the final model about the test mails."""
    train, _, y_train, _ = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    scores = _scored(filters, train, y_train)
    best = max(scores, key=scores.get)
    return {
        "scores": scores,
        "best": best,
        "model": filters[best].fit(train, y_train),
        "test_score": scores[best],
    }


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def test_score_of_the_training_mails(counters, classifiers, emails, labels):
    """Your test score is of the training mails."""
    train, test, y_train, y_test = _cut(emails, labels)
    filters = _filters(counters, classifiers)
    found = _found(filters, _scored(filters, train, y_train), train, y_train, test, y_test)
    return found | {"test_score": f1_score(y_train, found["model"].predict(train))}


# ---------------------------------------------------------------- right


@alternative("p.03.4", replaces="compare_filters")
def with_a_grid_search(counters, classifiers, emails, labels):
    """One search over a pipeline's steps, in several processes."""
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
        return _Fitted(counter, classifier)

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
    filters, scores = _filters(counters, classifiers), {}
    for pair, model in filters.items():
        folds = StratifiedKFold(3, shuffle=True, random_state=0)
        scores[pair] = f1_score(y_train, cross_val_predict(model, train, y_train, cv=folds))
    best = sorted(scores, key=scores.get)[-1]
    model = clone(filters[best]).fit(train, y_train)
    assert model.score(test, y_test) >= 0
    return {"scores": scores, "best": best, "model": model, "test_score": f1_score(y_test, model.predict(test))}


@alternative("p.03.4", replaces="compare_filters")
def with_a_scorer_and_the_last_rows(counters, classifiers, emails, labels):
    """Rows shuffled, the last fifth for the test, a scorer of its own, plain folds in parallel."""
    rows = np.random.RandomState(0).permutation(len(emails))
    emails, labels = [emails[row] for row in rows], [labels[row] for row in rows]
    cut = len(emails) * 4 // 5
    scores, fitted = {}, {}
    for pair, model in _filters(counters, classifiers).items():
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
