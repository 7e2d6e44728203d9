"""Chapter 3, which spam filter is the best (p.03.4): the answers."""

from collections.abc import Mapping, Sequence

import numpy.typing as npt
from sklearn.base import ClassifierMixin, TransformerMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_score, recall_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from solutions.ch03_classification.mails import WordCounter


def spam_parts() -> tuple[dict[str, TransformerMixin], dict[str, ClassifierMixin]]:
    """Return what is worth comparing: preparations and classifiers, by name.

    Returns
    -------
    preparations : two transformers or more, not fitted, that turn raw mails into
        numbers, each in another way.
    classifiers : two classifiers or more of different kinds, not fitted. Each works
        with each of the preparations.

    Examples
    --------
    >>> preparations, classifiers = spam_parts()
    >>> len(preparations) >= 2 and len(classifiers) >= 2
    True
    >>> mails = ["\\nGarden plans for Sunday", "\\nCheap gold!"] * 10
    >>> for preparation in preparations.values():
    ...     numbers = preparation.fit_transform(mails, [0, 1] * 10)
    ...     for classifier in classifiers.values():
    ...         assert len(classifier.fit(numbers, [0, 1] * 10).predict(numbers)) == 20
    """
    preparations = {
        "stems, there or not": WordCounter(binary=True),
        "stems, counted": WordCounter(),
        "whole words, there or not": WordCounter(binary=True, options={"stem": False}),
    }
    classifiers = {
        "logistic": LogisticRegression(max_iter=1000, class_weight="balanced"),
        "naive Bayes": MultinomialNB(),
    }
    return preparations, classifiers


def compare_filters(
    preparations: Mapping[str, TransformerMixin],
    classifiers: Mapping[str, ClassifierMixin],
    emails: Sequence[str],
    labels: npt.ArrayLike,
) -> dict[str, dict[str, tuple[float, float]]]:
    """Compare all pairs of a preparation and a classifier by cross-validation.

    Parameters
    ----------
    preparations, classifiers : by name, not fitted, and left so.
    emails : n raw mails in any order; they may be sorted by kind.
    labels : shape (n,), 1 for spam and 0 for ham.

    Returns
    -------
    ``found[preparation][classifier]`` is (precision, recall) of the filter that is made
    of the two. Each mail is judged once, by a filter of which no part was fitted to
    that mail; then precision and recall are taken over all n mails together.

    Examples
    --------
    >>> mails = ["\\nLunch at two", "\\nLunch?", "\\nCheap gold", "\\nCheap ring"] * 5
    >>> found = compare_filters(
    ...     {"counts": WordCounter()},
    ...     {"logistic": LogisticRegression()},
    ...     mails,
    ...     [0, 0, 1, 1] * 5,
    ... )
    >>> found["counts"]["logistic"]
    (1.0, 1.0)
    """
    folds = StratifiedKFold(5, shuffle=True, random_state=42)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for name, preparation in preparations.items():
        found[name] = {}
        for kind, classifier in classifiers.items():
            # One pipeline, so that words, too, are learned anew in each fold.
            model = make_pipeline(clone(preparation), clone(classifier))
            said = cross_val_predict(model, list(emails), labels, cv=folds)
            scores = (score(labels, said, zero_division=0.0) for score in (precision_score, recall_score))
            precision, recall = (float(score) for score in scores)
            found[name][kind] = precision, recall
    return found
