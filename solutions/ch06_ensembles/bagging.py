"""Chapter 6, questions on votes, bags and forests (p.06.1 to p.06.5): the answers."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

P_06_1 = """
Yes, chances are good that a vote does better than the best of the five. If each is right in 95 cases out of 100 and
they err *independently*, the majority is wrong only where three or more err at once: it is right in 99.9% of the cases.

The models were trained on the same data, though, so they tend to stumble over the same examples, and the gain is
smaller. It grows with every difference between them: quite different algorithms (a kernel machine, a forest, a
network), and, better still, different training rows for each, as in bagging and pasting.

If all five made exactly the same mistakes, the vote would only repeat them: no gain at all.
"""
P_06_1_RUBRIC = """
- 1 point: yes, a vote of the five is likely to beat the best of them
- 1 point: the gain comes from mistakes that differ; none where the models make the same ones
- 1 point: names a way to make them differ (other algorithms, other training rows)
"""


def majority_right(n: int, p: float, shared: float = 0.0) -> float:
    """Return how probable it is that more than half of the voters are right.

    Parameters
    ----------
    n : number of voters, 1 or more; where it is even, a tie counts as wrong.
    p : probability that a voter is right, the same for all.
    shared : probability that a question is of the kind on which all voters say the same, so that all are right (with
        probability `p`) or none is. On all other questions each is right or wrong independently of the others.

    Examples
    --------
    >>> round(majority_right(1, 0.7), 6)
    0.7
    >>> round(majority_right(3, 0.6), 6)
    0.648
    >>> round(majority_right(3, 0.6, shared=0.5), 6)
    0.624
    """
    independent = binom.sf(n // 2, n, p)  # more than n // 2 voters are right
    return float(shared * p + (1 - shared) * independent)


P_06_2 = """
*Hard* voting counts: each model names a class, and the class named most often wins. How sure a model was makes no
difference, and nothing but a predicted class is needed.

*Soft* voting averages the probabilities that the models give to each class, and the class with the highest average
wins. A model that is very sure counts for more than one that hesitates, so one confident voice can outweigh two
doubtful ones. That often makes it the better of the two, provided that the probabilities deserve trust.

It needs an estimate of probabilities from *every* model (`predict_proba` in scikit-learn).
"""
P_06_2_RUBRIC = """
- 1 point: hard voting takes the class that most models name
- 1 point: soft voting averages the probabilities of the classes and takes the highest
- 1 point: soft voting needs probabilities from every model, or gives more weight to those that are sure
"""


def hard_vote(votes: ArrayLike) -> NDArray[Any]:
    """Return the class that most models name, for each row.

    Parameters
    ----------
    votes : (m, n) whole numbers from 0; ``votes[i, j]`` is the class that model i names for row j.

    Returns
    -------
    (n,) whole numbers. Where classes are named equally often, the smallest of them.

    Examples
    --------
    >>> hard_vote([[2, 0, 1], [2, 3, 1], [5, 3, 0]]).tolist()
    [2, 3, 1]
    >>> hard_vote([[4], [1]]).tolist()
    [1]
    """
    return np.array([np.bincount(column).argmax() for column in np.transpose(votes)])


def soft_vote(probas: ArrayLike) -> NDArray[Any]:
    """Return the class with the highest mean probability, for each row.

    Parameters
    ----------
    probas : (m, n, k) probabilities; ``probas[i, j, c]`` is what model i gives to class c for row j.

    Returns
    -------
    (n,) whole numbers from 0 to k - 1.

    Examples
    --------
    >>> soft_vote([[[0.9, 0.1], [0.3, 0.7]], [[0.4, 0.6], [0.4, 0.6]]]).tolist()
    [0, 1]
    """
    return np.mean(probas, axis=0).argmax(axis=1)


def training_rounds(kind: str, n_models: int, n_servers: int) -> int:
    """Return the number of rounds it takes to train an ensemble on several servers.

    In one round each server trains one model, or waits. A model can be trained as soon as what it learns from is known.

    Parameters
    ----------
    kind : ``"bagging"``, ``"pasting"``, ``"random forest"``, ``"boosting"`` or ``"stacking"``.
    n_models : how many models the ensemble has. In stacking these are the base models of one layer, and one blender
        comes on top, which learns from their predictions.
    n_servers : how many servers there are; all have the data.

    Examples
    --------
    >>> training_rounds("bagging", 10, 10)
    1
    >>> training_rounds("pasting", 11, 5)
    3
    """
    if kind == "boosting":  # each model corrects the one before it
        return n_models
    rounds = math.ceil(n_models / n_servers)
    return rounds + 1 if kind == "stacking" else rounds  # the blender waits for the last base model


# For each kind of ensemble "yes", "no" or "partly".
P_06_3_CHOICE: dict[str, str] = {
    "bagging": "yes",
    "pasting": "yes",
    "random forest": "yes",
    "boosting": "no",
    "stacking": "partly",
}
P_06_4 = """
In bagging each model is trained on rows drawn with replacement, so about 37% of the rows are left out of its training.
For a model, these are as good as new: it can be judged on them. Putting together, for each row, only the models that
have not seen it gives a score for the whole ensemble.

So bagging can be evaluated without a validation set. All rows remain available for training, nothing has to be trained
a second time as in cross-validation, and the estimate is nearly unbiased: rather a little too low, since each row is
judged by only about a third of the models.
"""
P_06_4_RUBRIC = """
- 1 point: each model is judged only on rows that it has not been trained on
- 1 point: no separate validation set is needed
- 1 point: so more rows are left for training, or the estimate is fair (nearly unbiased)
"""


def oob_fraction(n_rows: int, n_drawn: int) -> float:
    """Return the expected share of rows that are never drawn.

    Parameters
    ----------
    n_rows : number of rows in the training set.
    n_drawn : how many times a row is drawn at random, with replacement.

    Examples
    --------
    >>> oob_fraction(4, 1)
    0.75
    >>> round(oob_fraction(1_000, 1_000), 3)
    0.368
    """
    return (1 - 1 / n_rows) ** n_drawn


def oob_accuracy(votes: ArrayLike, drawn: ArrayLike, y: ArrayLike) -> float:
    """Return the out-of-bag accuracy of a bagging ensemble with hard voting.

    Parameters
    ----------
    votes : (m, n) whole numbers from 0; ``votes[i, j]`` is the class that model i names for training row j.
    drawn : (m, s) row numbers; ``drawn[i]`` are the rows that model i was trained on, some of them several times.
    y : (n,) the right classes.

    Returns
    -------
    Among the rows which at least one model was not trained on: the share that the vote gets right, when on each row
    only those models vote. Where classes are named equally often, the smallest of them wins.

    Examples
    --------
    Row 0 is judged by the second model, row 1 by the first; row 2 was seen by both:

    >>> oob_accuracy(votes=[[7, 2, 5], [4, 7, 5]], drawn=[[0, 2, 2], [1, 2, 1]], y=[4, 2, 5])
    1.0
    >>> oob_accuracy(votes=[[7, 2, 5], [4, 7, 5]], drawn=[[0, 2, 2], [1, 2, 1]], y=[4, 3, 6])
    0.5
    """
    votes, y = np.asarray(votes), np.asarray(y)
    unseen = np.ones(votes.shape, dtype=bool)  # (m, n)
    for model, rows in enumerate(np.asarray(drawn)):
        unseen[model, rows] = False
    judged = np.flatnonzero(unseen.any(axis=0))
    said = np.array([np.bincount(votes[unseen[:, row], row]).argmax() for row in judged])
    return float(np.mean(said == y[judged]))


P_06_5 = """
A random forest draws a few features at random for each node and searches among all their thresholds for the best split.
Extra-trees go one step further: for each of these features one threshold is drawn *at random*, and only the best of
these few random splits is taken.

The trees differ more and follow the data less closely, which acts as regularisation: a bit more bias for less variance.
Whether that helps depends on the data: try both.

Training is faster, because the search for the best threshold is the costly part of growing a tree. Predicting is not:
a tree is walked down from the root in either case.
"""
P_06_5_RUBRIC = """
- 1 point: the threshold of each candidate feature is drawn at random instead of searched for
- 1 point: this regularises (lower variance, a little more bias)
- 1 point: training is faster, predicting about as fast
"""


def splits_compared(kind: str, n_rows: int, n_features: int) -> int:
    """Return how many splits are compared at one node of a tree.

    Parameters
    ----------
    kind : ``"random forest"`` or ``"extra-trees"``.
    n_rows : rows at this node, 2 or more; no feature has the same value twice, so a forest tries each gap between
        neighbouring values.
    n_features : number of candidate features at this node.

    Examples
    --------
    >>> splits_compared("random forest", 2, 5)
    5
    """
    thresholds = n_rows - 1 if kind == "random forest" else 1
    return n_features * thresholds


def extra_split(X: ArrayLike, y: ArrayLike, thresholds: ArrayLike) -> int:
    """Return the number of the feature by which a node of an extra-tree is split.

    Parameters
    ----------
    X : (n, d) numbers, the rows at this node with their candidate features.
    y : (n,) classes.
    thresholds : (d,) for each feature the threshold that was drawn. A row goes left if its value is at most that.

    Returns
    -------
    The feature whose two sides are purest: their Gini impurities, weighted by their numbers of rows, add up to the
    least.

    Examples
    --------
    >>> X, y = [[1, 5], [2, 1], [8, 4], [9, 2]], [0, 0, 1, 1]
    >>> extra_split(X, y, thresholds=[6, 3])
    0
    >>> extra_split([row[::-1] for row in X], y, thresholds=[3, 6])
    1
    """
    X, y = np.asarray(X), np.asarray(y)

    def impurity(side: NDArray[Any]) -> float:
        """Rows times Gini: n (1 - sum of squared shares)."""
        counts = np.unique(side, return_counts=True)[1]
        return float(len(side) - (counts**2).sum() / len(side)) if len(side) else 0.0

    left = np.asarray(thresholds) >= X  # (n, d)
    return int(np.argmin([impurity(y[goes]) + impurity(y[~goes]) for goes in left.T]))


# All the statements that are right, in any order.
P_06_5_CHOICE: list[str] = ["trains faster", "predicts about as fast", "more bias and less variance"]
