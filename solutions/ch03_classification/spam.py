"""Chapter 3, a spam filter (p.03.4): the answers."""

from collections.abc import Sequence

import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from solutions.ch03_classification.mails import WordCounter


def fit_spam(emails: Sequence[str], labels: npt.ArrayLike) -> Pipeline:
    """Return a fitted spam filter.

    Parameters
    ----------
    emails : n raw mails, headers and all.
    labels : shape (n,), 1 for spam and 0 for ham (mail that is wanted).

    Returns
    -------
    model : any object whose ``predict(emails)`` takes m raw mails and returns m zeros
        and ones.

    Examples
    --------
    >>> ham = [
    ...     f"Subject: hi\\n\\nShall we meet on {day} for the garden plans?"
    ...     for day in ("Monday", "Friday")
    ... ]
    >>> spam = [
    ...     f"Subject: hi\\n\\nCheap {name}! Order today: http://shop.example/1"
    ...     for name in ("gold", "watches")
    ... ]
    >>> model = fit_spam(ham * 20 + spam * 20, [0] * 40 + [1] * 40)
    >>> new = ["\\nGarden plans for Sunday", "\\nCheap cheap: order gold today"]
    >>> [int(label) for label in model.predict(new)]
    [0, 1]
    """
    # Balanced: spam is the rarer kind, and missing it should count as much as a false alarm.
    return make_pipeline(WordCounter(binary=True), LogisticRegression(max_iter=1000, class_weight="balanced")).fit(
        emails, labels
    )
