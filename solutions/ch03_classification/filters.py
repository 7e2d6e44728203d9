"""Chapter 3, which spam filter, and how good (p.03.4): the answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import cross_val_score, train_test_split
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
    preparations: Mapping[str, BaseEstimator],
    classifiers: Mapping[str, BaseEstimator],
    emails: Sequence[str],
    labels: npt.ArrayLike,
) -> dict[str, Any]:
    """Try each preparation with each classifier, choose the best pair, and test it.

    Parameters
    ----------
    preparations : transformers like `WordCounter`, from mails to rows, by name, not
        fitted.
    classifiers : by name, not fitted.
    emails, labels : n raw mails, n a multiple of 5, and (n,) 1 for spam and 0 for ham.

    Returns
    -------
    dict with

    - ``"scores"`` : dict with the F1 score of each pair, by (name of the preparation,
      name of the classifier): the mean over three folds or more in cross-validation;
    - ``"best"`` : the pair with the highest of these;
    - ``"model"`` : its preparation and classifier in one object, which takes raw mails,
      both fitted to all training mails;
    - ``"test_score"`` : the F1 score of that model on the test mails, a fifth of all.

    Examples
    --------
    >>> emails = [f"\\n\\nplain words {i}" for i in range(20)]
    >>> emails += [f"\\n\\ncheap watches {i}" for i in range(20)]
    >>> preparations = {"few": WordCounter(4), "many": WordCounter(20)}
    >>> classifiers = {"logistic": LogisticRegression()}
    >>> found = compare_filters(preparations, classifiers, emails, [0] * 20 + [1] * 20)
    >>> sorted(found)
    ['best', 'model', 'scores', 'test_score']
    >>> sorted(found["scores"])
    [('few', 'logistic'), ('many', 'logistic')]
    >>> new = ["\\n\\nplain words", "\\n\\ncheap watches"]
    >>> [int(label) for label in found["model"].predict(new)]
    [0, 1]
    """
    train, test, y_train, y_test = train_test_split(emails, labels, test_size=0.2, stratify=labels, random_state=42)
    # A preparation learns as well: in a pipeline, it learns from the mails of its classifier.
    filters = {
        (one, other): make_pipeline(preparations[one], classifiers[other])
        for one in preparations
        for other in classifiers
    }
    scores = {
        pair: float(cross_val_score(model, train, y_train, cv=5, scoring="f1").mean())
        for pair, model in filters.items()
    }
    best = max(scores, key=lambda pair: scores[pair])
    model = clone(filters[best]).fit(train, y_train)
    test_score = float(f1_score(y_test, model.predict(test)))
    return {"scores": scores, "best": best, "model": model, "test_score": test_score}
