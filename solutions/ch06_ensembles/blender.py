"""Chapter 6, stacks (p.06.9): the answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression

from solutions.ch06_ensembles.vote import _members

P_06_9 = """
On 1,000 test digits the stack with my blender is right about 953, the vote about 950, scikit-learn's stack about 950.
The three are as good as equal: three digits are chance.

My blender has learned from the 1,000 validation digits alone, since on the training rows the members know the answers
by heart, and what they say there tells nothing about whom to trust. scikit-learn's has 6,000 to learn from: it trains
the members three times, each time without a third of the rows, and asks them about that third. And in the end its
members are trained on all 6,000, mine on 5,000. That costs four trainings instead of one. With fewer rows to put
aside I would use it all the same; where it has to be quick, the vote, which is as good here and has nothing to learn
at all.
"""
P_06_9_RUBRIC = """
- 1 point: figures of its own: stack, vote and scikit-learn's stack on the same unseen rows, and what is chance
- 1 point: a reason that fits (how many rows the blender learned from, that the members had not seen them;
  cross-validation)
"""


def make_blend_features(models: Sequence[ClassifierMixin], X: NDArray[Any]) -> NDArray[Any]:
    """Return what the models say about each image, as the features of a blender.

    Parameters
    ----------
    models : fitted classifiers of digits, with ``predict`` and ``predict_proba``; left
        as they are.
    X : (n, 784) pixels, 0 to 255.

    Returns
    -------
    (n, f) numbers, made of the models' predictions and of nothing else.

    Examples
    --------
    >>> stripes = np.repeat(np.eye(10, dtype=np.uint8) * 255, 79, axis=1)[:, :784]
    >>> X, y = np.repeat(stripes, 3, axis=0), np.repeat(np.arange(10), 3)
    >>> models = [KNeighborsClassifier(1).fit(X, y), ExtraTreesClassifier(10).fit(X, y)]
    >>> make_blend_features(models, X[:7]).shape[0]
    7
    """
    return np.hstack([model.predict_proba(X) for model in models])


def fit_blender(
    models: Sequence[ClassifierMixin],
    X_train: NDArray[Any],
    y_train: NDArray[Any],
    X_val: NDArray[Any],
    y_val: NDArray[Any],
) -> ClassifierMixin:
    """Train a model that decides from what other models say.

    Parameters
    ----------
    models : fitted classifiers of digits, with ``predict`` and ``predict_proba``; left
        as they are.
    X_train, y_train : the rows that the models were fitted to.
    X_val, y_val : rows that they have not seen.

    Returns
    -------
    The blender, in whatever form your `stack_predict` can use.

    Examples
    --------
    >>> stripes = np.repeat(np.eye(10, dtype=np.uint8) * 255, 79, axis=1)[:, :784]
    >>> X, y = np.repeat(stripes, 6, axis=0), np.repeat(np.arange(10), 6)
    >>> models = [KNeighborsClassifier(n).fit(X[::2], y[::2]) for n in (1, 2)]
    >>> blender = fit_blender(models, X[::2], y[::2], X[1::2], y[1::2])
    >>> stack_predict(models, blender, X[[0, 20, 59]]).tolist()
    [0, 3, 9]
    """
    # On their own training rows the models look better than they are, and the worst overfitter looks best.
    return RandomForestClassifier(100, random_state=42).fit(make_blend_features(models, X_val), y_val)


def stack_predict(models: Sequence[ClassifierMixin], blender: ClassifierMixin, X: NDArray[Any]) -> NDArray[Any]:
    """Return the digits that the blender makes of the models' predictions.

    Parameters
    ----------
    models : the fitted classifiers that `blender` was trained with.
    blender : what `fit_blender` returned.
    X : (n, 784) pixels, 0 to 255.

    Returns
    -------
    (n,) whole numbers.

    Examples
    --------
    >>> stripes = np.repeat(np.eye(10, dtype=np.uint8) * 255, 79, axis=1)[:, :784]
    >>> X, y = np.repeat(stripes, 6, axis=0), np.repeat(np.arange(10), 6)
    >>> models = [KNeighborsClassifier(n).fit(X[::2], y[::2]) for n in (1, 2)]
    >>> blender = fit_blender(models, X[::2], y[::2], X[1::2], y[1::2])
    >>> stack_predict(models, blender, X[[7, 31]]).tolist()
    [1, 5]
    """
    return blender.predict(make_blend_features(models, X))


def fit_stacking(X: NDArray[Any], y: NDArray[Any]) -> StackingClassifier:
    """Train scikit-learn's `StackingClassifier`,
    which needs no validation set of its own.

    Parameters
    ----------
    X : (n, 784) pixels 0 to 255, uint8.
    y : (n,) digits; each of the ten occurs ten times or more.

    Returns
    -------
    The fitted `StackingClassifier`, with three or more base models, whose `cv` is not
    ``"prefit"``: the blender learns by cross-validation.

    Examples
    --------
    >>> stripes = np.repeat(np.eye(10, dtype=np.uint8) * 255, 79, axis=1)[:, :784]
    >>> X, y = np.repeat(stripes, 10, axis=0), np.repeat(np.arange(10), 10)
    >>> stack = fit_stacking(X, y)
    >>> stack.predict(X[[0, 42, 99]]).tolist()
    [0, 4, 9]
    """
    # With `cv`, the blender learns from predictions for rows that a model was not fitted to, of all rows in turn.
    return StackingClassifier(_members(len(X)), final_estimator=LogisticRegression(max_iter=1000), cv=3).fit(X, y)
