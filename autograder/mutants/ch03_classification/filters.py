"""Chapter 3, which spam filter is the best (p.03.4): wrong answers that must fail, and right ones that must pass."""

import numpy as np
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, precision_recall_fscore_support
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import BernoulliNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from autograder.mutants.ch03_classification.mails import _body
from autograder.testing import alternative, mutant
from solutions.ch03_classification.filters import compare_filters as right_comparison
from solutions.ch03_classification.mails import WordCounter

# ---------------------------------------------------------------- p.03.4, the comparison, wrong


def _scores(labels, said, **options):
    found = precision_recall_fscore_support(labels, said, average="binary", zero_division=0.0, **options)
    return float(found[0]), float(found[1])


def _each_pair(preparations, classifiers, judge):
    return {name: {kind: judge(p, c) for kind, c in classifiers.items()} for name, p in preparations.items()}


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_cross_validated")
def prepared_before_the_folds(preparations, classifiers, emails, labels):
    """You fit the preparation to all mails before the folds are made, so it knows the words of those that are held
    back: cross-validate the whole pipeline."""

    def judge(preparation, classifier):
        numbers = clone(preparation).fit_transform(emails, labels)
        return _scores(labels, cross_val_predict(clone(classifier), numbers, labels))

    return _each_pair(preparations, classifiers, judge)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_cross_validated")
def judged_on_known_mails(preparations, classifiers, emails, labels):
    """You judge the filters on the mails they were fitted to: hold some back."""

    def judge(preparation, classifier):
        model = make_pipeline(clone(preparation), clone(classifier)).fit(emails, labels)
        return _scores(labels, model.predict(emails))

    return _each_pair(preparations, classifiers, judge)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_cross_validated")
def recall_before_precision(preparations, classifiers, emails, labels):
    """Precision and recall have changed places."""
    found = right_comparison(preparations, classifiers, emails, labels)
    return {name: {kind: pair[::-1] for kind, pair in row.items()} for name, row in found.items()}


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_cross_validated")
def scores_of_ham(preparations, classifiers, emails, labels):
    """You measure how well ham is found: the 1 is spam, and that is what precision and recall are asked for."""

    def judge(preparation, classifier):
        model = make_pipeline(clone(preparation), clone(classifier))
        return _scores(labels, cross_val_predict(model, list(emails), labels), pos_label=0)

    return _each_pair(preparations, classifiers, judge)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_cross_validated")
def accuracy_twice(preparations, classifiers, emails, labels):
    """You give the accuracy, which says little where one kind is rare: precision and recall are asked for."""

    def judge(preparation, classifier):
        said = cross_val_predict(make_pipeline(clone(preparation), clone(classifier)), list(emails), labels)
        return (float(accuracy_score(labels, said)),) * 2

    return _each_pair(preparations, classifiers, judge)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_cross_validated")
def one_preparation_for_all(preparations, classifiers, emails, labels):
    """All classifiers get the first preparation only: compare every pair."""
    first = next(iter(preparations.values()))
    return right_comparison(dict.fromkeys(preparations, first), classifiers, emails, labels)


@mutant("p.03.4", replaces="compare_filters", fails="test_filters_are_cross_validated")
def fits_what_it_is_given(preparations, classifiers, emails, labels):
    """You fit the very parts that were handed over: fit clones, so that they stay as they are."""
    found = right_comparison(preparations, classifiers, emails, labels)
    for preparation in preparations.values():
        preparation.fit(emails, labels)
    return found


# ---------------------------------------------------------------- p.03.4, the candidates, wrong


@mutant("p.03.4", replaces="spam_parts", fails="test_candidates_differ")
def one_kind_of_classifier():
    """Both of your classifiers are of one kind, with other settings: compare with another kind, too."""
    classifiers = {"mild": LogisticRegression(C=1, max_iter=1000), "strict": LogisticRegression(C=0.1, max_iter=1000)}
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


# ---------------------------------------------------------------- p.03.4, right


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


@alternative("p.03.4", replaces="compare_filters")
def folds_by_hand(preparations, classifiers, emails, labels):
    """Ten folds in a loop, and precision and recall counted."""
    emails, labels = np.array(emails, dtype=object), np.asarray(labels)
    folds = list(StratifiedKFold(10, shuffle=True, random_state=1).split(labels, labels))
    found = {}
    for name, preparation in preparations.items():
        for kind, classifier in classifiers.items():
            said = np.zeros(len(labels), dtype=int)
            for known, held_back in folds:
                words, model = clone(preparation), clone(classifier)
                model.fit(words.fit_transform(emails[known].tolist(), labels[known]), labels[known])
                said[held_back] = model.predict(words.transform(emails[held_back].tolist()))
            hits = ((said == 1) & (labels == 1)).sum()
            found.setdefault(name, {})[kind] = [hits / max((said == 1).sum(), 1), hits / (labels == 1).sum()]
    return found
