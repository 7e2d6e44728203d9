"""Full-size figures of chapter 3."""

from functools import cache

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

from autograder.testing import headline
from course.datasets import load
from solutions.ch03_classification.digits import fit_mnist
from solutions.ch03_classification.shifts import augment
from solutions.ch03_classification.spam import fit_spam
from solutions.ch03_classification.titanic import fit_titanic


@cache
def _accuracy(augmented: bool) -> float:
    """Test accuracy of the reference, trained on all images, as they are or augmented."""
    digits = load("mnist")
    X, y = digits.X_train, digits.y_train
    model = fit_mnist(*(augment(X, y) if augmented else (X, y)))
    return float((model.predict(digits.X_test) == digits.y_test).mean())


def _size(copies: int) -> str:
    digits = load("mnist")
    return f"{copies * len(digits.X_train):,} train / {len(digits.X_test):,} test"


@headline("p.03.1", "test accuracy", book="> 0.97", data="mnist", holds=lambda value: value > 0.97)
def digits() -> tuple[float, str]:
    """k-NN with tuned settings, trained on all images."""
    return _accuracy(False), _size(1)


@headline(
    "p.03.2", "test accuracy, augmented", book="> 0.97, above p.03.1", data="mnist", holds=lambda value: value > 0.97
)
def augmented_digits() -> tuple[float, str]:
    """The same, trained on five times as many images."""
    return _accuracy(True), _size(5)


@headline("p.03.2", "gain in test accuracy over p.03.1", book="> 0", data="mnist", holds=lambda value: value > 0)
def gain() -> tuple[float, str]:
    """What augmentation adds on the same test set."""
    return _accuracy(True) - _accuracy(False), _size(5)


@headline("p.03.3", "cross-validated accuracy", book="", data="titanic", holds=lambda v: v > _women_survived())
def passengers() -> tuple[float, str]:
    """Ten-fold cross-validation; it holds when it beats the rule that women survived and men did not."""
    table = load("titanic").train
    right = 0
    for train, test in KFold(10, shuffle=True, random_state=0).split(table):
        hidden = table.iloc[test]
        predicted = fit_titanic(table.iloc[train]).predict(hidden.drop(columns="Survived"))
        right += int((predicted == hidden["Survived"]).sum())
    return right / len(table), f"{len(table):,} passengers, 10 folds"


@headline("p.03.4", "precision", book="high", data="spamassassin", holds=lambda v: v > 0.95)
def precision() -> tuple[float, str]:
    """Of the mails that are called spam, the share that is."""
    said, truth = _verdicts()
    return float(truth[said == 1].mean()), f"{len(truth):,} mails, 5 folds"


@headline("p.03.4", "recall", book="high", data="spamassassin", holds=lambda v: v > 0.9)
def recall() -> tuple[float, str]:
    """Of the spam, the share that is found."""
    said, truth = _verdicts()
    return float(said[truth == 1].mean()), f"{len(truth):,} mails, 5 folds"


def _women_survived() -> float:
    table = load("titanic").train
    return float(((table["Sex"] == "female") == table["Survived"]).mean())


@cache
def _verdicts() -> tuple[np.ndarray, np.ndarray]:
    """Return what the filter says of every mail when it was trained on the other folds, and the truth."""
    data = load("spamassassin")
    mails, truth = np.array(data.emails, dtype=object), data.labels
    said = np.zeros_like(truth)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(mails, truth):
        said[test] = fit_spam(list(mails[train]), truth[train]).predict(list(mails[test]))
    return said, truth
