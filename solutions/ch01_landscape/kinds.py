"""Chapter 1, what machine learning is, and its kinds (p.01.1 to p.01.7): the answers."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.neighbors import KNeighborsClassifier

Array = NDArray[Any]
P_01_1 = """
What it does was not written down for it: it comes out of **examples**, or of tries that went well or badly. Whether it
has learned can only be said of a **task** (to heat when people would), and of a **figure** for how well it does that
(how seldom somebody still reaches for the dial). If the figure gets better with more examples, it learns. A camera has
a fuller card after a thousand pictures than after ten, but there is nothing that it does better.
"""
P_01_1_RUBRIC = """
- 1 point: what it does comes from examples or experience, and not from rules that somebody has written
- 1 point: with more of them it gets better at something, and one could measure that; so a full camera has not learned
"""


def learn_threshold(values: Array, labels: Array) -> float:
    """Learn from examples where to draw the line: from which value on is the label 1?

    Parameters
    ----------
    values : (n,) numbers, all different, in any order.
    labels : (n,) the right answer for each, 0 or 1.

    Returns
    -------
    A threshold t, such that the rule ``values >= t`` makes as few mistakes on the
    examples as such a rule can: it may lie between the values, and above or below all
    of them. Where several do, any of them.

    Examples
    --------
    >>> values, labels = np.array([1.0, 8.0, 2.0, 9.0]), np.array([0, 1, 0, 1])
    >>> bool(2 < learn_threshold(values, labels) <= 8)
    True
    >>> values, labels = np.array([3.0, 4.0, 5.0, 6.0, 7.0]), np.array([0, 1, 0, 0, 1])
    >>> bool(6 < learn_threshold(values, labels) <= 7)
    True
    """
    candidates = [*values, values.max() + 1]  # the last one: nothing gets the label 1
    mistakes = [np.sum((values >= t) != labels) for t in candidates]
    return float(candidates[np.argmin(mistakes)])


P_01_2 = """
- **Nobody knows how.** We hear at once that it is a blackbird and can't say by what, but recordings with names exist.
- **The rules have no end.** A list of 900 patterns, each with its exceptions, can give way to one model, which is
  shorter, easier to look after, and often right more often.
- **It never stays as it is.** Thieves change their tricks; a model is fitted to last week's cases, and nobody has to
  write anything.
- **We want to know, too.** What a model makes use of in ten million logs (heat? one app?) is news to the engineers.
"""
P_01_2_RUBRIC = """
- 1 point: two different reasons of these four, each with an example: nobody can write the steps down; a long list of
  rules made by hand; a world that changes; to find out what is in a lot of data
- 1 point: the other two (another reason that is sound counts, too)
"""
# The four letters of the tasks for a learner, such as ["a", "b", "c", "d"].
P_01_2_CHOICE: list[str] = ["a", "c", "f", "g"]


def rules_and_weights(levels: Sequence[int]) -> tuple[int, int]:
    """Count what a table needs: rules written by hand,
    or numbers learned by a linear model.

    Parameters
    ----------
    levels : how many different values each column can take, such as ``[2, 3]`` for
        yes/no and low/middle/high.

    Returns
    -------
    rules : how many rules are needed if there is one for every combination of values.
    weights : how many numbers a linear model learns: one for each value of each column,
        and one more to start from.

    Examples
    --------
    >>> tuple(int(count) for count in rules_and_weights([2, 3]))
    (6, 6)
    >>> tuple(int(count) for count in rules_and_weights([10, 10, 10]))
    (1000, 31)
    """
    rules = 1
    for level in levels:
        rules *= level
    return rules, sum(levels) + 1


P_01_3 = """
Somebody who knows has to look at each picture and note the answer that the model is to give one day: "healthy",
"pneumonia", or where the shadow is. Such a note is called a *label*, or the target. While the model is fitted, what it
says is compared with the labels, so every picture that is used for that needs one.

Without labels one can still sort the pictures into groups that look alike, find odd ones, or shrink them to a few
numbers; which group is ill the pictures don't say.
"""
P_01_3_RUBRIC = """
- 1 point: the answer that is wanted (label, target), for each picture that the model is fitted to
- 1 point: something that needs no labels, such as groups, oddities, fewer dimensions, a map of the pictures
"""


def labelled_rows(rows: Sequence[dict[str, Any]], target: str) -> list[int]:
    """Find the examples that can be used to train a supervised model.

    Parameters
    ----------
    rows : one dict per example, with the same keys; a value that is not known is None.
    target : the key of what is to be predicted.

    Returns
    -------
    The positions of the rows whose label is known, in order. A missing feature is no
    obstacle: it can be filled in.

    Examples
    --------
    >>> houses = [
    ...     {"rooms": 3, "price": 250},
    ...     {"rooms": 4, "price": None},
    ...     {"rooms": None, "price": 90},
    ... ]
    >>> [int(i) for i in labelled_rows(houses, "price")]
    [0, 2]
    >>> [int(i) for i in labelled_rows(houses, "rooms")]
    [0, 1]
    """
    return [i for i, row in enumerate(rows) if row[target] is not None]


# The two tasks, as a list of two words out of the options above.
P_01_4_CHOICE: list[str] = ["classification", "regression"]


def baseline(targets: Sequence[Any], between: bool) -> tuple[str, Any]:
    """Name the task, and give the best answer of a model that may not look at any
    feature.

    Parameters
    ----------
    targets : the targets of a training set: texts, truth values or numbers.
    between : whether there can be an answer between two of them, as between 2 and
        3 metres, or not, as between the digits 2 and 3.

    Returns
    -------
    task : one of the two words of your choice above.
    prediction : for classes the most frequent one, for amounts their mean.

    Examples
    --------
    >>> task, prediction = baseline(["cat", "dog", "cat"], between=False)
    >>> task == baseline([False, True, True], between=False)[0], prediction
    (True, 'cat')
    >>> task, prediction = baseline([2.0, 3.0, 10.0], between=True)
    >>> task == baseline(["cat", "dog", "cat"], between=False)[0], float(prediction)
    (False, 5.0)
    """
    if between:
        return "regression", sum(targets) / len(targets)
    return "classification", Counter(targets).most_common(1)[0][0]


# Four different words out of the options above.
P_01_5_CHOICE: list[str] = ["clustering", "visualization", "anomaly detection", "association rule learning"]


def bought_together(baskets: Sequence[Sequence[str]]) -> list[str]:
    """Find the two goods that are in the most baskets together.

    Parameters
    ----------
    baskets : what each customer bought, by name; who bought two of a kind has its name
        twice.

    Returns
    -------
    The two names, in alphabetical order.

    Examples
    --------
    >>> sold = [["tea", "rusk"], ["tea", "milk", "rusk"], ["milk", "tea"]]
    >>> sold.append(["tea", "rusk"])
    >>> list(bought_together(sold))
    ['rusk', 'tea']
    >>> sold = [["jam", "jam", "bread"], ["milk", "jam"], ["milk", "jam"]]
    >>> list(bought_together(sold))
    ['jam', 'milk']
    """
    pairs = Counter(pair for basket in baskets for pair in combinations(sorted(set(basket)), 2))
    return list(pairs.most_common(1)[0][0])


def odd_one_out(X: Array) -> int:
    """Find the loneliest example: the one whose nearest other example is farthest away.

    Parameters
    ----------
    X : (n, d) numbers, one row per example.

    Returns
    -------
    The number of its row, counted from 0.

    Examples
    --------
    >>> int(odd_one_out(np.array([[0.0], [1.0], [30.0], [60.0], [61.0]])))
    2
    >>> int(odd_one_out(np.array([[0.0, 9.0], [0.0, 0.0], [1.0, 0.0]])))
    0
    """
    distances = np.linalg.norm(X[:, None] - X, axis=-1)  # (n, n)
    np.fill_diagonal(distances, np.inf)  # nobody is their own neighbour
    return int(distances.min(axis=1).argmax())


# One of the options above.
P_01_6_CHOICE: str = "reinforcement learning"


def best_moves(experience: Sequence[tuple[str, str, float]]) -> dict[str, str]:
    """Learn from what was tried which move pays best on each kind of ground.

    Parameters
    ----------
    experience : one (ground, move, reward) per step that the robot has made; most moves
        were tried more than once.

    Returns
    -------
    For every ground, the move with the highest average reward there.

    Examples
    --------
    >>> steps = [
    ...     ("sand", "hop", 1.0),
    ...     ("sand", "crawl", 3.0),
    ...     ("ice", "hop", 0.0),
    ...     ("ice", "crawl", -5.0),
    ... ]
    >>> sorted(best_moves(steps).items())
    [('ice', 'hop'), ('sand', 'crawl')]
    >>> steps = [("sand", "hop", 2.0), ("sand", "hop", 2.0), ("sand", "crawl", 3.0)]
    >>> best_moves(steps)["sand"]
    'crawl'
    """
    rewards: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for ground, move, reward in experience:
        rewards[ground][move].append(reward)
    return {ground: max(tried, key=lambda move: float(np.mean(tried[move]))) for ground, tried in rewards.items()}


# The kind of task when the groups are not known: one of the options above.
P_01_7_UNKNOWN: str = "clustering"
# The kind of task when the groups are known: one of the options above.
P_01_7_KNOWN: str = "classification"


def find_groups(X: Array, k: int) -> Array:
    """Put customers into groups that nobody has named.

    Parameters
    ----------
    X : (n, 2) what is known of each customer; there are k groups, far apart.
    k : how many groups to find.

    Returns
    -------
    (n,) whole numbers: customers with the same number are in the same group.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [50.0, 9.0], [1.0, 0.0], [51.0, 9.0]])
    >>> groups = find_groups(X, 2)
    >>> [bool(groups[a] == groups[b]) for a, b in [(0, 2), (1, 3), (0, 1)]]
    [True, True, False]
    """
    return np.asarray(KMeans(k, n_init=10, random_state=42).fit_predict(X))


def assign_groups(X: Array, names: Sequence[str], new: Array) -> list[str]:
    """Put new customers into the groups that the shop has long had names for.

    Parameters
    ----------
    X : (n, 2) what is known of each old customer.
    names : the n names of their groups. One group may consist of several kinds of
        customers.
    new : (m, 2) the new customers.

    Returns
    -------
    The m names of their groups.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [1.0, 0.0], [50.0, 9.0], [51.0, 9.0]])
    >>> names = ["rare", "rare", "loyal", "loyal"]
    >>> [str(name) for name in assign_groups(X, names, X[[3, 0]])]
    ['loyal', 'rare']
    """
    return [str(name) for name in KNeighborsClassifier(1).fit(X, names).predict(new)]
