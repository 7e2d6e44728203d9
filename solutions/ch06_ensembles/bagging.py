"""Chapter 6, questions on votes, bags and forests (p.06.1 to p.06.5): the answers."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

P_06_1 = """
Most likely: let them vote, and take what most of the seven say. Where one goes wrong the others can still outvote it.
If each erred on pictures of its own, drawn by lot so to speak, four of them would have to be wrong at once for the vote
to be wrong, and it would be right 997 times in 1,000.

They don't quite do that. Blurred pictures are hard for all of them, and some may have been trained on the same archive.
The more their mistakes overlap, the less a vote gains; seven copies of one program gain nothing. So I would ask the
companies how the programs work, and what they have learned from: different methods and different pictures are what
makes a good jury.
"""
P_06_1_RUBRIC = """
- 1 point: a vote (or averaged probabilities) of the seven is likely to beat the best of them
- 1 point: it gains by mistakes that differ, and nothing where all make the same; other methods or training rows help
"""


def majority_right(n: int, p: float, shared: float = 0.0) -> float:
    """Return how probable it is that more than half of the voters are right.

    Parameters
    ----------
    n : number of voters, 1 or more; where it is even, a tie counts as wrong.
    p : probability that a voter is right, the same for all.
    shared : probability that a question is of the kind on which all voters say the
        same, so that all are right (with probability `p`) or none is. On all other
        questions each is right or wrong independently of the others.

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
For one mail, three models say that it is spam with probabilities 0.45, 0.4 and 0.95.

*Hard* voting asks each for its class: twice "wanted", once "spam". Most say "wanted", so that is the answer. Nothing
but classes is needed, and how sure a model was doesn't matter.

*Soft* voting takes the mean of the probabilities, 0.6: "spam". The one that was sure has outweighed two that hesitated.
For that every model has to give probabilities (`predict_proba`).

If the probabilities mean what they say, I trust the soft vote more, since it uses more of what the models know. If one
of them is always sure of itself, right or wrong, it would win every soft vote, and I would rather count heads.
"""
P_06_2_RUBRIC = """
- 1 point: hard voting takes the class that most models name; classes are all it needs
- 1 point: soft voting averages probabilities, which every model must give, and takes the highest; with an example in
  which the two differ
- 1 point: soft is better where probabilities deserve trust (who is sure counts more), hard where they don't
"""


def hard_vote(votes: ArrayLike) -> NDArray[Any]:
    """Return the class that most models name, for each row.

    Parameters
    ----------
    votes : (m, n) whole numbers from 0; ``votes[i, j]`` is the class that model i names
        for row j.

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
    probas : (m, n, k) probabilities; ``probas[i, j, c]`` is what model i gives to class
        c for row j.

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

    In one round each server trains one model, or waits. A model can be trained as soon
    as what it learns from is known.

    Parameters
    ----------
    kind : ``"bagging"``, ``"pasting"``, ``"random forest"``, ``"boosting"`` or
        ``"stacking"``.
    n_models : how many models the ensemble has. In stacking these are the base models
        of one layer, and one blender comes on top, which learns from their predictions.
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
Every model has rows that it was not trained on, about 37% of them, and on these it can be examined for nothing. If on
each row only the models vote that have not seen it, the answers of the whole ensemble can be compared with the truth.

That saves a validation set, so all rows can be used for training, and it saves the k trainings of cross-validation. The
figure is fair, since nobody is asked about what he has been told; if anything it is a little low, because on each row
only a third of the models has a say.
"""
P_06_4_RUBRIC = """
- 1 point: each row is judged by the models that were not trained on it, which gives a fair score of the ensemble
- 1 point: no validation set (or cross-validation) is needed, so all rows are left for training
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
    votes : (m, n) whole numbers from 0; ``votes[i, j]`` is the class that model i names
        for training row j.
    drawn : (m, s) row numbers; ``drawn[i]`` are the rows that model i was trained on,
        some of them several times.
    y : (n,) the right classes.

    Returns
    -------
    Among the rows which at least one model was not trained on: the share that the vote
    gets right, when on each row only those models vote. Where classes are named equally
    often, the smallest of them wins.

    Examples
    --------
    Row 0 is judged by the second model, row 1 by the first; row 2 was seen by both:

    >>> votes, drawn = [[7, 2, 5], [4, 7, 5]], [[0, 2, 2], [1, 2, 1]]
    >>> oob_accuracy(votes, drawn, y=[4, 2, 5])
    1.0
    >>> oob_accuracy(votes, drawn, y=[4, 3, 6])
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
At a node both draw some of the features. The forest then tries all thresholds of each; extra-trees draw a single
threshold for each, at random, and take the best of these few splits.

A single tree gets worse by that, and no two are alike. The forest as a whole may gain: what the trees get wrong differs
more, and averages out. In other words, a little more bias for less variance; which is better only a test can tell.

While it is trained the clock shows much less, because the search for thresholds is most of the work. When it is asked,
a row walks down the trees as before, and takes about the same time.
"""
P_06_5_RUBRIC = """
- 1 point: thresholds are drawn at random and not searched for; less variance for a little more bias (it regularises)
- 1 point: training is faster, predicting takes about as long
"""


def splits_compared(kind: str, n_rows: int, n_features: int) -> int:
    """Return how many splits are compared at one node of a tree.

    Parameters
    ----------
    kind : ``"random forest"`` or ``"extra-trees"``.
    n_rows : rows at this node, 2 or more; no feature has the same value twice, so a
        forest tries each gap between neighbouring values.
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
    thresholds : (d,) for each feature the threshold that was drawn. A row goes left if
        its value is at most that.

    Returns
    -------
    The feature whose two sides are purest: their Gini impurities, weighted by their
    numbers of rows, add up to the least.

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
