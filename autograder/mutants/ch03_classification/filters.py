"""Chapter 3, which spam filter, and how good (p.03.4): wrong answers that must fail, and right ones that must pass."""

from itertools import product

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
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
from sklearn.naive_bayes import BernoulliNB, MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from autograder.mutants.ch03_classification.mails import _body
from autograder.testing import alternative, mutant
from autograder.testing.leaky import all_tested, held_out, kept_from_a_fold, prepared_anew, prepared_before, worked
from solutions.ch03_classification.mails import WordCounter

SCORING = "f1"


# ---------------------------------------------------------------- the comparison, wrong


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def counts_before_the_split(preparations, classifiers, emails, labels):
    """Your preparations have learned their vocabulary from all mails, those of the test among them: put the test mails
    aside first, and fit preparations to the others only."""
    return prepared_before(preparations, classifiers, emails, labels, SCORING, "all")


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def searches_among_all_mails(preparations, classifiers, emails, labels):
    """You choose the best pair by cross-validation over all mails, and test on some that had a say in it: put the test
    mails aside first."""
    return worked(preparations, classifiers, emails, labels, SCORING, searched="all")


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def learns_the_test_mails_in_the_end(preparations, classifiers, emails, labels):
    """The model that you return has learned the test mails as well, so it is not the one that your test score is of."""
    return worked(preparations, classifiers, emails, labels, SCORING, afterwards="all")


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def learns_all_and_tests_on_some(preparations, classifiers, emails, labels):
    """Your last model is fitted to all mails and then tested on some of them: it knows these, so the score says
    nothing."""
    return worked(preparations, classifiers, emails, labels, SCORING, fitted="all")


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def prepares_the_test_mails_anew(preparations, classifiers, emails, labels):
    """You fit the preparation once more, to the test mails (`fit_transform`): what was learned from the training mails
    is to be used for them, by `transform`."""
    return prepared_anew(preparations, classifiers, emails, labels, SCORING)


@mutant("p.03.4", replaces="compare_filters", fails="test_test_mails_are_kept_apart")
def tests_on_a_quarter(preparations, classifiers, emails, labels):
    """Your test has a quarter of the mails, as `train_test_split` cuts if it is not told: a fifth is asked for."""
    return worked(preparations, classifiers, emails, labels, SCORING, test_size=0.25)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def counts_before_the_folds(preparations, classifiers, emails, labels):
    """You fit each preparation to all training mails and cross-validate the classifier alone, so that the former knows
    the mails of each fold: cross-validate both, in one pipeline."""
    return prepared_before(preparations, classifiers, emails, labels, SCORING, "train")


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def reports_training_scores(preparations, classifiers, emails, labels):
    """You judge each pair on the mails it was fitted to: take mails that were held out."""
    return worked(
        preparations,
        classifiers,
        emails,
        labels,
        SCORING,
        judge=lambda model, X, y: f1_score(y, model.fit(X, y).predict(X)),
    )


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def training_scores_of_the_folds(preparations, classifiers, emails, labels):
    """The scores that you report are those of the folds' training mails (`train_score`): take `test_score`, of the
    mails held out."""

    def judge(model, X, y):
        return cross_validate(model, X, y, scoring=SCORING, return_train_score=True)["train_score"].mean()

    return worked(preparations, classifiers, emails, labels, SCORING, judge=judge)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def reports_accuracies(preparations, classifiers, emails, labels):
    """You report accuracies, as `cross_val_score` does if it is not told: the F1 score is asked for."""
    return worked(
        preparations,
        classifiers,
        emails,
        labels,
        SCORING,
        judge=lambda model, X, y: cross_val_score(model, X, y).mean(),
    )


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def scores_of_both_kinds(preparations, classifiers, emails, labels):
    """Your F1 score is an average over spam and ham (`f1_weighted`, `f1_macro`), where ham makes it look good: the one
    of spam is asked for, `scoring="f1"`."""
    return worked(preparations, classifiers, emails, labels, "f1_weighted")


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def cuts_two_folds(preparations, classifiers, emails, labels):
    """You cut two folds, so that each pair learns from half of the mails only: three folds or more are asked for."""
    return worked(
        preparations,
        classifiers,
        emails,
        labels,
        SCORING,
        judge=lambda model, X, y: cross_val_score(model, X, y, scoring=SCORING, cv=2).mean(),
    )


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_judged_on_mails_held_out")
def best_of_the_folds(preparations, classifiers, emails, labels):
    """You report the best fold of each pair, which was lucky: take the mean."""
    return worked(
        preparations,
        classifiers,
        emails,
        labels,
        SCORING,
        judge=lambda model, X, y: cross_val_score(model, X, y, scoring=SCORING).max(),
    )


@mutant("p.03.4", replaces="compare_filters", fails="test_last_filter_learns_from_all_training_mails")
def keeps_the_model_of_one_fold(preparations, classifiers, emails, labels):
    """The model that you return was fitted in cross-validation and lacks the mails of its fold: fit the best pair once
    more, to all training mails."""
    return kept_from_a_fold(preparations, classifiers, emails, labels, SCORING)


@mutant("p.03.4", replaces="compare_filters", fails="test_last_filter_learns_from_all_training_mails")
def fits_all_pairs_without_copies(preparations, classifiers, emails, labels):
    """All pairs are fitted, and those with the same classifier share one object, which knows only what it was fitted to
    last: put copies into your pipelines, `clone(classifier)`."""
    train, test, y_train, y_test = train_test_split(emails, labels, test_size=0.2, random_state=0)
    scores, filters = {}, {}
    for one, other in product(preparations, classifiers):
        model = make_pipeline(preparations[one], classifiers[other])
        scores[one, other] = cross_val_score(model, train, y_train, scoring=SCORING).mean()
        filters[one, other] = model.fit(train, y_train)
    best = max(scores, key=scores.get)
    said = filters[best].predict(test)
    return {"scores": scores, "best": best, "model": filters[best], "test_score": f1_score(y_test, said)}


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def accuracy_for_the_test(preparations, classifiers, emails, labels):
    """Your test score is an accuracy, which is what a pipeline's `score` returns: the F1 score is asked for."""
    judge = held_out(SCORING)
    return worked(preparations, classifiers, emails, labels, "accuracy", judge=judge)


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def takes_the_lowest_score(preparations, classifiers, emails, labels):
    """You take the pair with the lowest score: of F1 scores, the highest is the best."""
    return worked(preparations, classifiers, emails, labels, SCORING, best=min)


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def chooses_by_the_test_mails(preparations, classifiers, emails, labels):
    """You test every pair and take the one that does best on the test mails: its score there is luck in part. Choose by
    cross-validation, and test the chosen pair only."""
    return all_tested(preparations, classifiers, emails, labels, SCORING, chosen_by_test=True)


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def asks_them_all(preparations, classifiers, emails, labels):
    """You choose by cross-validation, and yet test every pair: who sees all those figures chooses by them sooner or
    later. Test the chosen one only."""
    return all_tested(preparations, classifiers, emails, labels, SCORING, chosen_by_test=False)


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def validation_score_for_the_test(preparations, classifiers, emails, labels):
    """What you report as the test score is the best score of the cross-validation, which is flattered by the choice:
    ask the final model about the test mails."""
    found = worked(preparations, classifiers, emails, labels, SCORING)
    return found | {"test_score": found["scores"][found["best"]]}


@mutant("p.03.4", replaces="compare_filters", fails="test_only_the_best_filter_is_tested")
def training_score_for_the_test(preparations, classifiers, emails, labels):
    """Your test score is of the training mails."""
    return worked(preparations, classifiers, emails, labels, SCORING, tested="train")


# ---------------------------------------------------------------- the comparison, right


class _Both:
    """A fitted preparation and a fitted classifier, as one model."""

    def __init__(self, preparation, classifier):
        self.preparation, self.classifier = preparation, classifier

    def predict(self, emails):
        return self.classifier.predict(self.preparation.transform(emails))


@alternative("p.03.4", replaces="compare_filters")
def with_a_grid_search(preparations, classifiers, emails, labels):
    """One search over a pipeline's steps; columns of pandas."""
    train, test, y_train, y_test = train_test_split(pd.Series(emails), pd.Series(labels), test_size=0.2, random_state=1)
    pipeline = Pipeline([("preparation", None), ("classifier", None)])
    grid = {"preparation": list(preparations.values()), "classifier": list(classifiers.values())}
    search = GridSearchCV(pipeline, grid, scoring="f1", cv=4, return_train_score=True).fit(train, y_train)
    names = {id(one): name for name, one in [*preparations.items(), *classifiers.items()]}
    pairs = [(names[id(one["preparation"])], names[id(one["classifier"])]) for one in search.cv_results_["params"]]
    scores = dict(zip(pairs, search.cv_results_["mean_test_score"], strict=True))
    return {
        "scores": scores,
        "best": pairs[search.best_index_],
        "model": search.best_estimator_,
        "test_score": search.score(test, y_test),
    }


@alternative("p.03.4", replaces="compare_filters")
def by_hand(preparations, classifiers, emails, labels):
    """Shuffled rows, folds of every tenth one, preparations fitted anew for each, no helper at all."""
    labels = np.asarray(labels)
    rows = np.random.default_rng(3).permutation(len(emails))
    test, train = rows[: len(emails) // 5], rows[len(emails) // 5 :]

    def taught(pair, rows):
        preparation, classifier = clone(preparations[pair[0]]), clone(classifiers[pair[1]])
        classifier.fit(preparation.fit_transform([emails[row] for row in rows]), labels[rows])
        return _Both(preparation, classifier)

    def f1(model, rows):
        said = np.asarray(model.predict([emails[row] for row in rows]))
        hits = (said & labels[rows]).sum()
        return 2 * hits / (said.sum() + labels[rows].sum())

    scores = {}
    for pair in product(preparations, classifiers):
        folds = [train[fold::10] for fold in range(10)]
        scores[pair] = np.mean([f1(taught(pair, np.setdiff1d(train, fold)), fold) for fold in folds])
    best = max(scores, key=scores.get)
    model = taught(best, train)
    return {"scores": scores, "best": list(best), "model": model, "test_score": f1(model, test)}


@alternative("p.03.4", replaces="compare_filters")
def with_predictions_of_all_folds(preparations, classifiers, emails, labels):
    """`cross_val_predict` in arrays of text, one F1 score over all folds, a stratified split, and a report at the
    end."""
    emails, labels = np.array(emails, dtype=object), np.array(labels)
    train, test, y_train, y_test = train_test_split(emails, labels, test_size=0.2, stratify=labels)
    filters = {
        (one, other): make_pipeline(preparations[one], classifiers[other])
        for one in preparations
        for other in classifiers
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
def with_a_scorer_and_the_last_rows(preparations, classifiers, emails, labels):
    """Rows shuffled, the last fifth for the test, a scorer of its own, plain folds."""
    rows = np.random.RandomState(0).permutation(len(emails))
    emails, labels = [emails[row] for row in rows], [labels[row] for row in rows]
    cut = len(emails) * 4 // 5
    scores, fitted = {}, {}
    for pair in product(preparations, classifiers):
        model = make_pipeline(clone(preparations[pair[0]]), clone(classifiers[pair[1]]))
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


# ---------------------------------------------------------------- the candidates, wrong


@mutant("p.03.4", replaces="spam_parts", fails="test_candidates_differ")
def one_kind_of_classifier():
    """Both of your classifiers are of one kind, with other settings: compare with another kind, too."""
    classifiers = {"mild": LogisticRegression(C=1, max_iter=1000), "strict": LogisticRegression(C=0.1, max_iter=1000)}
    return {"counts": WordCounter(), "there or not": WordCounter(binary=True)}, classifiers


@mutant("p.03.4", replaces="spam_parts", fails="test_candidates_differ")
def one_kind_with_and_without_a_search():
    """A search over settings of a classifier is no other kind: it finds logistic regression once more."""
    plain = LogisticRegression(max_iter=1000)
    classifiers = {"as it comes": plain, "searched": GridSearchCV(plain, {"C": [0.01, 0.1]}, cv=3)}
    return {"counts": WordCounter(), "there or not": WordCounter(binary=True)}, classifiers


@mutant("p.03.4", replaces="spam_parts", fails="test_candidates_differ")
def one_preparation_twice():
    """Your preparations make the same numbers of a mail: there is nothing to compare. Switch an option off."""
    preparations = {"stems": WordCounter(binary=True), "short": WordCounter(binary=True, options={"stem": True})}
    return preparations, {"logistic": LogisticRegression(max_iter=1000), "naive Bayes": MultinomialNB()}


@mutant("p.03.4", replaces="spam_parts", fails="test_candidates_differ")
def dummy_for_a_classifier():
    """One of your classifiers reads no mail at all, and says the same whatever it gets."""
    preparations = {"counts": WordCounter(), "there or not": WordCounter(binary=True)}
    return preparations, {"logistic": LogisticRegression(max_iter=1000), "dummy": DummyClassifier()}


# ---------------------------------------------------------------- the candidates, right


@alternative("p.03.4", replaces="spam_parts")
def with_the_tools_of_sklearn():
    """scikit-learn's own vectorizers, with single words and with pairs; three kinds of classifiers."""
    preparations = {
        "words": CountVectorizer(preprocessor=_body, binary=True),
        "weighted pairs": TfidfVectorizer(preprocessor=_body, ngram_range=(1, 2), sublinear_tf=True),
    }
    classifiers = {
        "machine": LinearSVC(random_state=0),
        "by presence": BernoulliNB(),
        "tuned": make_pipeline(LogisticRegression(C=30, max_iter=1000, class_weight="balanced")),
    }
    return preparations, classifiers


@alternative("p.03.4", replaces="spam_parts")
def searched_and_calibrated():
    """Two kinds of classifiers, one within a search over its settings, one calibrated."""
    bayes = GridSearchCV(MultinomialNB(), {"alpha": [0.1, 1]}, scoring="f1", cv=3)
    machine = CalibratedClassifierCV(LinearSVC(random_state=0), cv=3)
    preparations = {"all": WordCounter(binary=True), "whole": WordCounter(binary=True, options={"stem": False})}
    return preparations, {"Bayes": bayes, "calibrated": machine}
