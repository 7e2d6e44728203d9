"""Chapter 6, ensembles and random forests: the answers.

Where this departs from the curriculum: `SVC(probability=True)` is on its way out of scikit-learn, and a kernel machine
takes minutes on 50,000 digits, so the voters here are extra-trees, nearest neighbours and a small network. The blender
is handed the training rows too, so that choosing the right rows is part of the answer. What the old option `presort`
cost is asked as a count of steps: the option itself is gone.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom
from sklearn.base import ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

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


def boosted_weights(weights: ArrayLike, wrong: ArrayLike, learning_rate: float) -> NDArray[np.float64]:
    """Return the weights of the training rows after one round of AdaBoost with two classes.

    With r the weighted share of rows that the newest model gets wrong, its say is
    learning_rate * ln((1 - r) / r). The weight of each row it gets wrong is multiplied by exp(say), and then all
    weights are divided by their sum.

    Parameters
    ----------
    weights : (n,) positive numbers, in any scale.
    wrong : (n,) truth values: which rows the newest model gets wrong; not all of them, and at least one.
    learning_rate : positive.

    Examples
    --------
    >>> boosted_weights([1, 1, 1, 1], [True, False, False, False], 1.0).round(4).tolist()
    [0.5, 0.1667, 0.1667, 0.1667]
    """
    weights, wrong = np.asarray(weights, dtype=float), np.asarray(wrong, dtype=bool)
    r = weights[wrong].sum() / weights.sum()
    say = learning_rate * np.log((1 - r) / r)
    weights = np.where(wrong, weights * np.exp(say), weights)
    return weights / weights.sum()


# All the changes that can help, in any order.
P_06_6_CHOICE: list[str] = ["more estimators", "a less regularised base model", "a slightly higher learning rate"]


def trees_needed(learning_rate: float, left: float) -> int:
    """Return how many trees gradient boosting needs to fit its training rows.

    Each tree fits what is left of the target perfectly, and the ensemble adds `learning_rate` times its prediction;
    the ensemble begins with 0.

    Parameters
    ----------
    learning_rate : between 0 (excluded) and 1.
    left : the share of the target that may be left over, between 0 and 1 (both excluded).

    Examples
    --------
    >>> trees_needed(1.0, 0.1)
    1
    >>> trees_needed(0.5, 0.2)
    3
    """
    n, rest = 0, 1.0
    while rest > left:
        rest *= 1 - learning_rate
        n += 1
    return n


def stop_early(errors: ArrayLike, patience: int) -> int:
    """Return how many trees to keep.

    Parameters
    ----------
    errors : (n,) ``errors[i]`` is the validation error of the first i + 1 trees.
    patience : adding trees is given up as soon as this many trees in a row brought no error lower than all before
        them; what would have come later is never seen.

    Returns
    -------
    The number of trees, 1 or more, that had the lowest error until then; of several, the smallest.

    Examples
    --------
    >>> stop_early([5.0, 4.0, 4.5, 4.4, 3.0], patience=2)
    2
    >>> stop_early([5.0, 4.0, 4.5, 4.4, 3.0], patience=3)
    5
    """
    errors = np.asarray(errors, dtype=float)
    best = 0
    for i in range(len(errors)):
        if errors[i] < errors[best]:
            best = i
        if i - best >= patience:
            break
    return best + 1


# One word.
P_06_7_CHOICE: str = "decrease"


def split_digits(
    X: NDArray[Any], y: NDArray[Any], sizes: Sequence[int], seed: int = 42
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Cut a data set into parts that have no row in common.

    Parameters
    ----------
    X : (n, d) one row per image; rows may be sorted by label.
    y : (n,) their labels.
    sizes : how many rows each part gets, n at most together; (50_000, 10_000, 10_000) for training, validation, test.
    seed : the same seed draws the same rows.

    Returns
    -------
    A pair (X, y) for each part, its rows drawn at random.

    Examples
    --------
    >>> X, y = np.arange(20).reshape(10, 2), np.arange(10)
    >>> parts = split_digits(X, y, (5, 3, 2))
    >>> [(len(X_part), len(y_part)) for X_part, y_part in parts]
    [(5, 5), (3, 3), (2, 2)]
    >>> sorted(np.concatenate([y_part for _, y_part in parts]).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    order = np.random.default_rng(seed).permutation(len(X))[: sum(sizes)]
    return [(X[rows], y[rows]) for rows in np.split(order, np.cumsum(sizes)[:-1])]


def _unit(X: NDArray[Any]) -> NDArray[np.float32]:
    """Bring pixels to 0..1: nearest neighbours are slow on bytes, and a network learns badly from large numbers."""
    return np.asarray(X, dtype=np.float32) / 255


def _members(n: int) -> list[tuple[str, ClassifierMixin]]:
    """Return three classifiers of different kinds, not fitted, for a training set of n digits."""
    batch = int(np.clip(n // 25, 10, 200))  # so that a small training set, too, makes enough steps in 15 rounds
    net = MLPClassifier((100,), batch_size=batch, max_iter=15, random_state=42)
    return [
        ("trees", ExtraTreesClassifier(60, random_state=42)),
        ("neighbours", make_pipeline(FunctionTransformer(_unit), KNeighborsClassifier(4, weights="distance"))),
        ("net", make_pipeline(FunctionTransformer(_unit), net)),
    ]


def build_voter(
    X_train: NDArray[Any], y_train: NDArray[Any], X_val: NDArray[Any], y_val: NDArray[Any]
) -> dict[str, Any]:
    """Train classifiers of digits, or of ten letters, and let them vote, in the better of two ways.

    Parameters
    ----------
    X_train, y_train : (n, 784) pixels 0 to 255, uint8, and the digits (n,); each of the ten occurs ten times or
        more. Everything is fitted to these rows.
    X_val, y_val : the same, of other rows, which serve to compare and choose, and nothing is fitted to them.

    Returns
    -------
    dict with

    - ``"models"`` : dict of three or more fitted classifiers by name, of different kinds;
    - ``"voter"`` : an object whose ``predict(X)`` returns the digits that they vote for;
    - ``"val_scores"`` : dict of accuracies on the validation rows: of each model by its name, and of the vote by
      ``"hard"`` and ``"soft"``;
    - ``"voting"`` : ``"hard"`` or ``"soft"``, the one with the better score, which is how the voter votes.

    Examples
    --------
    Ten patterns of stripes, a dozen of each:

    >>> stripes = np.repeat(np.eye(10, dtype=np.uint8) * 255, 79, axis=1)[:, :784]
    >>> X, y = np.repeat(stripes, 12, axis=0), np.repeat(np.arange(10), 12)
    >>> found = build_voter(X, y, X[::5], y[::5])
    >>> sorted(found)
    ['models', 'val_scores', 'voter', 'voting']
    >>> sorted(found["val_scores"]) == sorted([*found["models"], "hard", "soft"])
    True
    >>> found["voter"].predict(X[[0, 50, 119]]).tolist()
    [0, 4, 9]
    """
    voter = VotingClassifier(_members(len(X_train))).fit(X_train, y_train)
    # The voter trains its members on class numbers; for the digits, all ten of them, these are the labels.
    models = dict(voter.named_estimators_)
    scores = {name: float(model.score(X_val, y_val)) for name, model in models.items()}
    for voting in ("hard", "soft"):  # only `predict` asks for it, so nothing is trained again
        scores[voting] = float(voter.set_params(voting=voting).score(X_val, y_val))
    best = "soft" if scores["soft"] >= scores["hard"] else "hard"
    return {"models": models, "voter": voter.set_params(voting=best), "val_scores": scores, "voting": best}


def make_blend_features(models: Sequence[ClassifierMixin], X: NDArray[Any]) -> NDArray[Any]:
    """Return what the models say about each image, as the features of a blender.

    Parameters
    ----------
    models : fitted classifiers of digits, with ``predict`` and ``predict_proba``; left as they are.
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
    models : fitted classifiers of digits, with ``predict`` and ``predict_proba``; left as they are.
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
    >>> stack_predict(models, fit_blender(models, X[::2], y[::2], X[1::2], y[1::2]), X[[7, 31]]).tolist()
    [1, 5]
    """
    return blender.predict(make_blend_features(models, X))


def fit_stacking(X: NDArray[Any], y: NDArray[Any]) -> StackingClassifier:
    """Train scikit-learn's `StackingClassifier`, which needs no validation set of its own.

    Parameters
    ----------
    X : (n, 784) pixels 0 to 255, uint8.
    y : (n,) digits; each of the ten occurs ten times or more.

    Returns
    -------
    The fitted `StackingClassifier`, with three or more base models.

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


def sorting_steps(sizes: Sequence[int], presort: bool) -> float:
    """Return the steps that sorting costs, for one feature, while one tree is grown.

    Putting m values in order takes m * log2(m) steps. Walking through a list takes one step per entry.

    Parameters
    ----------
    sizes : number of rows at each node that is split; the first is the root, which has all rows.
    presort : False: each node puts its own rows in order. True: all rows are put in order once; then each node, the
        root included, walks through that whole list and picks out the rows it has.

    Examples
    --------
    >>> sorting_steps([8, 4, 4], presort=False)
    40.0
    """
    sizes = np.asarray(sizes, dtype=float)
    if presort:
        return float(sizes[0] * np.log2(sizes[0]) + len(sizes) * sizes[0])
    return float((sizes * np.log2(sizes)).sum())


# One word.
TF2_06_6_CHOICE: str = "slower"
