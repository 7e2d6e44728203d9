"""Chapter 1, the landscape of machine learning: the answers.

Every answer of the curriculum was found right. Where its closed form is a choice that could be guessed, a small
function stands beside it that takes the same idea.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.neighbors import KNeighborsClassifier

Array = NDArray[Any]
Line = tuple[float, float]


P_01_1 = """
A program learns when it gets better at a task by itself, from data, instead of following rules that a person has
written for that task. Three things have to be named to say so: the **task** (flag spam), the **experience** it
learns from (mails that people have marked), and a **measure** of how well it does (the share of mails it gets
right). It learns if the measure improves as experience grows. A program that merely stores a copy of an
encyclopedia has more data afterwards, and is no better at anything.
"""

P_01_1_RUBRIC = """
- 1 point: the behaviour comes from data (examples, experience), not from rules written by hand
- 1 point: names a task that the system is to do
- 1 point: names a measure of performance, which improves with experience
"""


def learn_threshold(values: Array, labels: Array) -> float:
    """Learn from examples where to draw the line: from which value on is the label 1?

    Parameters
    ----------
    values : (n,) numbers, all different, in any order.
    labels : (n,) the right answer for each, 0 or 1.

    Returns
    -------
    A threshold t, such that the rule ``values >= t`` makes as few mistakes on the examples as such a rule can. Where
    several do, any of them.

    Examples
    --------
    >>> bool(2 < learn_threshold(np.array([1.0, 8.0, 2.0, 9.0]), np.array([0, 1, 0, 1])) <= 8)
    True
    >>> bool(6 < learn_threshold(np.array([3.0, 4.0, 5.0, 6.0, 7.0]), np.array([0, 1, 0, 0, 1])) <= 7)
    True
    """
    candidates = [*values, values.max() + 1]  # the last one: nothing gets the label 1
    mistakes = [np.sum((values >= t) != labels) for t in candidates]
    return float(candidates[np.argmin(mistakes)])


P_01_2 = """
- **No method is known.** Nobody can write down how to recognise a word in a recording, but there are recordings.
- **The rules would be endless.** A hand-tuned list of exceptions can be replaced by one model, which is shorter,
  easier to keep up and often more accurate.
- **The world keeps changing.** Spammers change their words; a model is trained again on new data, or learns all the
  time, and nobody has to rewrite it.
- **People want to understand.** What a model has found in a mountain of data (which words, which customers, which
  genes) shows us relations that we had not thought of.
"""

P_01_2_RUBRIC = """
- 1 point: problems for which no step-by-step solution is known
- 1 point: long lists of hand-tuned rules that a model replaces
- 1 point: surroundings that change, to which the system adapts
- 1 point: insight for people from large amounts of data
"""

# The four letters of the reasons that are sound, such as ["a", "b", "c", "d"].
P_01_2_CHOICE: list[str] = ["a", "c", "f", "g"]


def rules_and_weights(levels: Sequence[int]) -> tuple[int, int]:
    """Count what a table needs: rules written by hand, or numbers learned by a linear model.

    Parameters
    ----------
    levels : how many different values each column can take, such as ``[2, 3]`` for yes/no and low/middle/high.

    Returns
    -------
    rules : how many rules are needed if there is one for every combination of values.
    weights : how many numbers a linear model learns: one for each value of each column, and one more to start from.

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
A training set is labelled when each of its examples comes with the answer that the model is to give: a mail with the
mark "spam" or "wanted", a house with the price it was sold for. That answer is called the label or target. It is
what the model is corrected by while it is fitted. The same mails without the marks would be an unlabelled training
set, good for finding groups or oddities, but not for learning what people call spam.
"""

P_01_3_RUBRIC = """
- 1 point: the desired output (label, target) comes with the examples
- 1 point: with every one that is used for fitting, and said what an unlabelled set is, or an example of both
"""


def labelled_rows(rows: Sequence[dict[str, Any]], target: str) -> list[int]:
    """Find the examples that can be used to train a supervised model.

    Parameters
    ----------
    rows : one dict per example, with the same keys; a value that is not known is None.
    target : the key of what is to be predicted.

    Returns
    -------
    The positions of the rows whose label is known, in order. A missing feature is no obstacle: it can be filled in.

    Examples
    --------
    >>> houses = [{"rooms": 3, "price": 250}, {"rooms": 4, "price": None}, {"rooms": None, "price": 90}]
    >>> [int(i) for i in labelled_rows(houses, "price")]
    [0, 2]
    >>> [int(i) for i in labelled_rows(houses, "rooms")]
    [0, 1]
    """
    return [i for i, row in enumerate(rows) if row[target] is not None]


# The two tasks, as a list of two words out of the options above.
P_01_4_CHOICE: list[str] = ["classification", "regression"]


def baseline(targets: Sequence[Any]) -> tuple[str, Any]:
    """Name the task, and give the best answer of a model that may not look at any feature.

    Parameters
    ----------
    targets : the targets of a training set. Texts and truth values name a class; numbers measure an amount.

    Returns
    -------
    task : one of the two words of your choice above.
    prediction : for classes the most frequent one, for amounts their mean.

    Examples
    --------
    >>> task, prediction = baseline(["cat", "dog", "cat"])
    >>> task == baseline([False, True, True])[0], prediction
    (True, 'cat')
    >>> task, prediction = baseline([2.0, 3.0, 10.0])
    >>> task == baseline(["cat", "dog", "cat"])[0], float(prediction)
    (False, 5.0)
    """
    if isinstance(targets[0], str | bool):  # bool first: Python takes True for the number 1
        return "classification", Counter(targets).most_common(1)[0][0]
    return "regression", sum(targets) / len(targets)


# Four different words out of the options above.
P_01_5_CHOICE: list[str] = ["clustering", "visualization", "anomaly detection", "association rule learning"]


def bought_together(baskets: Sequence[Sequence[str]]) -> list[str]:
    """Find the two goods that are in the most baskets together.

    Parameters
    ----------
    baskets : what each customer bought, by name; who bought two of a kind has its name twice.

    Returns
    -------
    The two names, in alphabetical order.

    Examples
    --------
    >>> list(bought_together([["tea", "rusk"], ["tea", "milk", "rusk"], ["milk", "tea"], ["tea", "rusk"]]))
    ['rusk', 'tea']
    >>> list(bought_together([["jam", "jam", "bread"], ["milk", "jam"], ["milk", "jam"]]))
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
    experience : one (ground, move, reward) per step that the robot has made; most moves were tried more than once.

    Returns
    -------
    For every ground, the move with the highest average reward there.

    Examples
    --------
    >>> steps = [("sand", "hop", 1.0), ("sand", "crawl", 3.0), ("ice", "hop", 0.0), ("ice", "crawl", -5.0)]
    >>> sorted(best_moves(steps).items())
    [('ice', 'hop'), ('sand', 'crawl')]
    >>> best_moves([("sand", "hop", 2.0), ("sand", "hop", 2.0), ("sand", "crawl", 3.0)])["sand"]
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
    >>> groups = find_groups(np.array([[0.0, 0.0], [50.0, 9.0], [1.0, 0.0], [51.0, 9.0]]), 2)
    >>> bool(groups[0] == groups[2]), bool(groups[1] == groups[3]), bool(groups[0] == groups[1])
    (True, True, False)
    """
    return np.asarray(KMeans(k, n_init=10, random_state=42).fit_predict(X))


def assign_groups(X: Array, names: Sequence[str], new: Array) -> list[str]:
    """Put new customers into the groups that the shop has long had names for.

    Parameters
    ----------
    X : (n, 2) what is known of each old customer.
    names : the n names of their groups. One group may consist of several kinds of customers.
    new : (m, 2) the new customers.

    Returns
    -------
    The m names of their groups.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [1.0, 0.0], [50.0, 9.0], [51.0, 9.0]])
    >>> [str(name) for name in assign_groups(X, ["rare", "rare", "loyal", "loyal"], X[[3, 0]])]
    ['loyal', 'rare']
    """
    return [str(name) for name in KNeighborsClassifier(1).fit(X, names).predict(new)]


# One of the options above.
P_01_8_CHOICE: str = "supervised learning"


def spam_words(mails: Sequence[str], labels: Sequence[int]) -> list[str]:
    """Learn which words give spam away: those that some spam has, and no wanted mail.

    Parameters
    ----------
    mails : lower-case words with blanks between them.
    labels : for each mail, 1 for spam and 0 for a wanted one.

    Returns
    -------
    The words, each once, in alphabetical order.

    Examples
    --------
    >>> list(spam_words(["win gold now", "meet me now", "gold gold rush"], [1, 0, 1]))
    ['gold', 'rush', 'win']
    >>> list(spam_words(["win gold now", "meet me now", "gold gold rush"], [0, 1, 0]))
    ['me', 'meet']
    """
    words: dict[bool, set[str]] = {True: set(), False: set()}
    for mail, label in zip(mails, labels, strict=True):
        words[bool(label)].update(mail.split())
    return sorted(words[True] - words[False])


P_01_9 = """
An online learner takes its examples one by one, or in small batches, as they arrive, and changes a little with each;
it never starts again from nothing. Each step is quick and cheap, so it keeps up with a stream, adapts when the world
changes, and need not store what it has seen. A batch learner, in contrast, is trained on all data at once, and has to
be trained again from scratch, on old and new data, to learn anything more. The *learning rate* says how fast the
online learner follows, and forgets; if bad data comes in, it gets worse while it is at work, so it has to be watched.
"""

P_01_9_RUBRIC = """
- 1 point: learns incrementally, example by example or in mini-batches
- 1 point: says what that is good for: change, streams, little memory or autonomous systems (one will do)
- 1 point: contrasts it with batch learning, which is trained again on everything
"""


def predict_then_learn(x: Array, y: Array, rate: float) -> list[float]:
    """Run an online learner over a stream: predict, get told the answer, learn a little, and on to the next.

    Its model is ``prediction = weight * x``, and the weight starts at 0. To learn from one example, it adds
    ``rate * (y - prediction) * x`` to the weight.

    Parameters
    ----------
    x, y : (n,) the stream, in the order in which it arrives.
    rate : the learning rate.

    Returns
    -------
    The n predictions, each made before its answer was known.

    Examples
    --------
    >>> [float(value) for value in predict_then_learn(np.array([1.0, 1.0, 2.0]), np.array([4.0, 4.0, 0.0]), 0.5)]
    [0.0, 2.0, 6.0]
    >>> [float(value) for value in predict_then_learn(np.array([2.0, 1.0]), np.array([1.0, 7.0]), 0.25)]
    [0.0, 0.5]
    """
    weight = 0.0
    predictions = []
    for value, answer in zip(x, y, strict=True):
        prediction = weight * value
        predictions.append(float(prediction))
        weight += rate * (answer - prediction) * value
    return predictions


P_01_10 = """
Out-of-core learning trains on data that does not fit into a computer's main memory. The data stays on disk; one part
(a mini-batch) is loaded, the model learns from it, the part is dropped, and the next one is loaded, until all have been
seen. For that the model has to learn incrementally, so online algorithms are used. It is usually done offline, before
the system goes to work, and not on a live stream.
"""

P_01_10_RUBRIC = """
- 1 point: for data that does not fit into main memory
- 1 point: the data is cut into parts that are loaded one after the other
- 1 point: trained incrementally, with an online algorithm
"""


def fit_line_in_chunks(chunks: Iterable[tuple[Array, Array]]) -> Line:
    """Fit a line to a table that never is in memory as a whole.

    Parameters
    ----------
    chunks : gives one part of the table after the other, as a pair (x, y) of arrays of shape (m,). It can be gone
        through only once, and the parts may differ in size. Don't keep them, nor copies of their rows.

    Returns
    -------
    The intercept and the slope of the line with the least sum of squared errors over all rows.

    Examples
    --------
    >>> parts = [(np.array([0.0, 1.0]), np.array([1.0, 3.0])), (np.array([2.0]), np.array([5.0]))]
    >>> [round(float(value), 6) for value in fit_line_in_chunks(iter(parts))]
    [1.0, 2.0]
    >>> parts = [(np.array([0.0, 0.0]), np.array([0.0, 2.0])), (np.array([4.0, 4.0]), np.array([4.0, 6.0]))]
    >>> [round(float(value), 6) for value in fit_line_in_chunks(iter(parts))]
    [1.0, 1.0]
    """
    sums = np.zeros(5)  # n, Σx, Σy, Σxx, Σxy: all that the line depends on
    for x, y in chunks:
        sums += np.array([len(x), x.sum(), y.sum(), x @ x, x @ y])
    n, sx, sy, sxx, sxy = sums
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    return float((sy - slope * sx) / n), float(slope)


# One of the options above.
P_01_11_CHOICE: str = "instance-based learning"


def predict_by_neighbours(x: Array, y: Array, new: float, k: int) -> float:
    """Predict from the k most similar examples.

    Parameters
    ----------
    x, y : (n,) feature and target of each example that the system remembers.
    new : the feature of a new one.
    k : how many examples to ask, at most n.

    Returns
    -------
    The mean target of the k examples whose feature is nearest to `new`.

    Examples
    --------
    >>> float(predict_by_neighbours(np.array([1.0, 4.0, 9.0]), np.array([10.0, 20.0, 60.0]), 5.0, 1))
    20.0
    >>> float(predict_by_neighbours(np.array([1.0, 4.0, 9.0]), np.array([10.0, 20.0, 60.0]), 8.0, 2))
    40.0
    """
    nearest = np.argsort(np.abs(x - new))[:k]
    return float(y[nearest].mean())


P_01_12 = """
A **parameter** belongs to the model: it is found by fitting to the data, and prediction uses it, like the slope and
intercept of a line. A **hyperparameter** belongs to the learning algorithm: it is fixed before training starts and
stays as it is meanwhile, like the strength of a penalty or the number of neighbours. Fitting can't find it, since on
the training data the weakest penalty always looks best; so it is chosen by comparing trained models on other data.
"""

P_01_12_RUBRIC = """
- 1 point: a parameter is found from the data by training, and the prediction depends on it
- 1 point: a hyperparameter is set before training and belongs to the learning algorithm
- 1 point: an example of each
"""

# The letters of what is learned from the data, as a list.
P_01_12_LEARNED: list[str] = ["a", "d", "e", "h", "i"]


def fit_with_penalty(x: Array, y: Array, alpha: float) -> dict[str, float]:
    """Find the parameters of a line, for a given hyperparameter.

    Parameters
    ----------
    x, y : (n,) the training set.
    alpha : the hyperparameter: how dearly a steep line is paid for. 0 for an ordinary fit.

    Returns
    -------
    The two parameters, ``"intercept"`` and ``"slope"``, for which this sum is least: the squared errors of all
    examples, plus ``alpha * slope**2``.

    Examples
    --------
    >>> x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])
    >>> sorted((name, round(float(value), 6)) for name, value in fit_with_penalty(x, y, 0.0).items())
    [('intercept', 1.0), ('slope', 2.0)]
    >>> sorted((name, round(float(value), 6)) for name, value in fit_with_penalty(x, y, 2.0).items())
    [('intercept', 2.0), ('slope', 1.0)]
    """
    dx, dy = x - x.mean(), y - y.mean()  # the intercept is not penalised: the line goes through the mean
    slope = float(dx @ dy / (dx @ dx + alpha))
    return {"intercept": float(y.mean() - slope * x.mean()), "slope": slope}


P_01_13 = """
It **searches** for values of the model's parameters with which the model will do well on new examples. Its usual
**strategy** is to minimise a cost function: how badly the model does on the training data, plus a penalty for a
complicated model if it is regularised. To make a **prediction** it puts the features of the new example into the
model's function with the parameters it has found; the training data is no longer needed.
"""

P_01_13_RUBRIC = """
- 1 point: searches for the parameter values with which the model generalises
- 1 point: minimises a cost on the training data (a penalty may be mentioned)
- 1 point: feeds new features into the function with the parameters that were found
"""


def cost(line: Line, x: Array, y: Array) -> float:
    """Return how badly a line fits: its mean squared error.

    Parameters
    ----------
    line : its intercept and slope.
    x, y : (n,) feature and target of each example.

    Examples
    --------
    >>> float(cost((1.0, 2.0), np.array([0.0, 1.0]), np.array([1.0, 3.0])))
    0.0
    >>> float(cost((0.0, 0.0), np.array([5.0, 6.0]), np.array([1.0, 3.0])))
    5.0
    """
    intercept, slope = line
    return float(np.mean((intercept + slope * x - y) ** 2))


def search_line(x: Array, y: Array) -> Line:
    """Return the intercept and slope of the line with the least `cost` on the examples.

    Parameters
    ----------
    x, y : (n,) feature and target of each example; x may be large, such as 60,000 dollars.

    Examples
    --------
    >>> [round(float(value), 6) for value in search_line(np.array([10.0, 20.0, 40.0]), np.array([2.0, 3.0, 5.0]))]
    [1.0, 0.1]
    """
    dx = x - x.mean()
    slope = float(dx @ y / (dx @ dx))
    return float(y.mean() - slope * x.mean()), slope


def predict_line(line: Line, new: float) -> float:
    """Return what the line says for a new example.

    Examples
    --------
    >>> float(predict_line((1.0, 0.5), 8.0))
    5.0
    """
    intercept, slope = line
    return intercept + slope * new


P_01_14 = """
Two kinds of things go wrong: the data, and the model. **Too little data** leaves nothing to learn from; data that is
**not representative** teaches another world than the one the model will work in; data **of poor quality**, full of
errors and gaps, hides the pattern, and **irrelevant features** drown it. A model that is too simple for the data
**underfits**: it is poor even on what it was trained on. One that is too flexible **overfits**: it learns the noise,
and is poor on anything else.
"""

P_01_14_RUBRIC = """
- 2 points: two troubles with data: too little of it, not representative, of poor quality, irrelevant features
- 2 points: two more; underfitting and overfitting count as well
"""

# Four different letters.
P_01_14_CHOICE: list[str] = ["a", "d", "e", "h"]


def shares_off(sample: Sequence[str], population: Sequence[str]) -> dict[str, float]:
    """Tell by how much a sample misrepresents each group of a population.

    Parameters
    ----------
    sample : the group of each person in the sample.
    population : the group of each person in the population; every group is there at least once.

    Returns
    -------
    For each group of the population, its share of the sample less its share of the population: 0.1 means that it
    makes up ten percentage points too much.

    Examples
    --------
    >>> off = shares_off(["town", "town", "town", "farm"], ["town", "farm", "farm", "town"])
    >>> sorted((group, float(value)) for group, value in off.items())
    [('farm', -0.25), ('town', 0.25)]
    >>> off = shares_off(["town"], ["town", "town", "town", "farm"])
    >>> sorted((group, float(value)) for group, value in off.items())
    [('farm', -0.25), ('town', 0.25)]
    """
    found, there = Counter(sample), Counter(population)
    return {group: found[group] / len(sample) - there[group] / len(population) for group in there}


# What is wrong: one of the options above.
P_01_15_DIAGNOSIS: str = "overfitting"

# The letters of everything that may help, as a list.
P_01_15_CURES: list[str] = ["b", "c", "e", "g"]


def train_and_new_error(x: Array, y: Array, x_new: Array, y_new: Array, degree: int) -> tuple[float, float]:
    """Return the two figures that the diagnosis is made from.

    Parameters
    ----------
    x, y : (n,) the training set.
    x_new, y_new : (m,) examples that the model has not seen.
    degree : of the polynomial that is fitted to the training set by least squares.

    Returns
    -------
    Its root mean squared error on the training set, and on the new examples.

    Examples
    --------
    >>> x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])
    >>> [round(float(e), 6) for e in train_and_new_error(x, y, np.array([3.0, 4.0]), np.array([7.0, 9.0]), 1)]
    [0.0, 0.0]
    >>> [round(float(e), 6) for e in train_and_new_error(x, y, np.array([3.0, 4.0]), np.array([7.0, 7.0]), 0)]
    [1.632993, 4.0]
    """
    polynomial = np.polyfit(x, y, degree)
    errors = [np.polyval(polynomial, x) - y, np.polyval(polynomial, x_new) - y_new]
    train, new = (float(np.sqrt(np.mean(error**2))) for error in errors)
    return train, new


P_01_16 = """
A test set is a part of the data that is put aside before anything else, at random, so that it looks like what the
system will meet. Neither fitting nor any choice between models may use it. At the end the finished model is measured
on it once: since the model has never seen these examples, the error estimates the *generalisation error*, what users
would get, before the system is let loose on them. The training error says little about that. A test set that is used
again and again to choose by becomes one more training set.
"""

P_01_16_RUBRIC = """
- 1 point: data put aside, used for neither fitting nor choosing
- 1 point: to estimate the error on new data, before the system is used
- 1 point: representative, or used only once or rarely
"""


def hold_out(n: int, share: float, seed: int) -> tuple[Array, Array]:
    """Choose at random which rows of a table are put aside.

    Parameters
    ----------
    n : the number of rows. They may be sorted, by date or by class.
    share : of the rows that go into the test set; ``share * n`` is a whole number.
    seed : the same seed gives the same choice, another one another choice.

    Returns
    -------
    The row numbers of the training set and those of the test set, counted from 0, in any order.

    Examples
    --------
    >>> train, test = hold_out(8, 0.25, seed=1)
    >>> len(train), len(test)
    (6, 2)
    >>> sorted(int(row) for row in [*train, *test])
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    order = np.random.default_rng(seed).permutation(n)
    size = round(share * n)
    return order[size:], order[:size]


P_01_17 = """
A validation set is a part of the training data that is held back to compare models and to choose hyperparameters. Every
candidate is trained on the rest and measured on the validation set; the best one wins. It is then trained once
more on the whole training data, validation set included, and only this final model is measured on the test set. If one
chose by the test set instead, the winner would owe part of its score to luck, and no untouched data would be left to
find that out.
"""

P_01_17_RUBRIC = """
- 1 point: held back from the training data
- 1 point: to compare models or to tune hyperparameters
- 1 point: the winner is trained on all of the training data, then measured once on the test set
"""

# The six letters in the order in which the steps are taken, as a list.
P_01_17_ORDER: list[str] = ["d", "b", "f", "a", "e", "c"]


def choose_degree(
    train: tuple[Array, Array], validation: tuple[Array, Array], test: tuple[Array, Array], degrees: Sequence[int]
) -> tuple[int, float]:
    """Choose the degree of a polynomial as it should be done, and say how well the final model does.

    Polynomials are fitted by least squares; their error is the root mean squared error.

    Parameters
    ----------
    train, validation, test : pairs (x, y) of arrays of shape (m,).
    degrees : the candidates.

    Returns
    -------
    The degree that was chosen, and the error on the test set that is reported to the boss: the one of the final model,
    which has learned from all examples that it is allowed to learn from.

    Examples
    --------
    >>> x = np.arange(8.0)
    >>> degree, error = choose_degree((x[:4], x[:4] ** 2), (x[4:6], x[4:6] ** 2), (x[6:], x[6:] ** 2), [0, 1, 2])
    >>> int(degree), round(float(error), 6)
    (2, 0.0)
    >>> degree, error = choose_degree((x[:2], x[:2]), (x[2:4], x[2:4]), (x[4:], 0 * x[4:]), [0, 1])
    >>> int(degree), round(float(error), 6)
    (1, 5.612486)
    """

    def error(polynomial: Array, rows: tuple[Array, Array]) -> float:
        return float(np.sqrt(np.mean((np.polyval(polynomial, rows[0]) - rows[1]) ** 2)))

    best = min(degrees, key=lambda degree: error(np.polyfit(*train, degree), validation))
    x, y = np.concatenate([train, validation], axis=1)
    return best, error(np.polyfit(x, y, best), test)


P_01_18 = """
A train-dev set is a part of the *training* data that is held back from training. It is needed when the training data
may differ from what the system will meet, and so from the validation and test sets: photos from the web to train on,
photos from phones to work on. The model is trained without it, then measured on it. If it does badly on the train-dev
set, though well on the training set, it overfits. If it does well there but badly on the validation set, the cause is
the mismatch of the two kinds of data: make the training data more like the data at work.
"""

P_01_18_RUBRIC = """
- 1 point: a part of the training data that is held back
- 1 point: for when training data and validation (or production) data may differ
- 1 point: bad on train-dev means overfitting, good there and bad on validation means mismatch
"""


def diagnose(wanted: float, train: float, train_dev: float, validation: float, gap: float) -> list[str]:
    """Say what is wrong with a model, by its errors on the three sets.

    Parameters
    ----------
    wanted : the error that could be reached, by a person for instance.
    train, train_dev, validation : the model's errors.
    gap : an error counts as worse than another if it is larger by more than this.

    Returns
    -------
    Those of the words ``"underfitting"``, ``"overfitting"`` and ``"mismatch"`` that apply, in this order; each is
    seen in the step from one error to the next. Empty if all is well.

    Examples
    --------
    >>> list(diagnose(wanted=0.01, train=0.02, train_dev=0.021, validation=0.12, gap=0.03))
    ['mismatch']
    >>> list(diagnose(wanted=0.01, train=0.2, train_dev=0.3, validation=0.31, gap=0.03))
    ['underfitting', 'overfitting']
    """
    steps = {
        "underfitting": train - wanted,
        "overfitting": train_dev - train,
        "mismatch": validation - train_dev,
    }
    return [trouble for trouble, step in steps.items() if step > gap]


P_01_19 = """
Whoever tries many settings and keeps the one that does best on the test set picks, among other things, the one that was
luckiest on just these examples: the hyperparameters have been fitted to the test set. Its error then is too good to be
true, no longer an estimate for new data, and in production the model does worse than was promised. That is what a
validation set, or cross-validation, is for; the test set is used once, at the end.
"""

P_01_19_RUBRIC = """
- 1 point: the choice overfits the test set
- 1 point: the measured error is too optimistic, so that the model does worse in production
"""


def optimism(test_right: Array, fresh_right: Array) -> tuple[float, float]:
    """Show what becomes of the model that did best on the test set.

    Parameters
    ----------
    test_right : (m, n) truth values: whether each of m models is right about each of n test examples. Exactly one
        model is right most often.
    fresh_right : (m, k) the same for k fresh examples, which nobody has looked at while choosing.

    Returns
    -------
    The accuracy, on the test set and on the fresh examples, of the one model that one would choose by the test set.

    Examples
    --------
    >>> test = np.array([[True, True, True, False], [True, False, False, False]])
    >>> fresh = np.array([[True, False], [True, True]])
    >>> [float(value) for value in optimism(test, fresh)]
    [0.75, 0.5]
    >>> [float(value) for value in optimism(test[::-1], fresh)]
    [0.75, 1.0]
    """
    chosen = test_right.mean(axis=1).argmax()
    return float(test_right[chosen].mean()), float(fresh_right[chosen].mean())


TF1_01_19 = """
Cross-validation compares models, and chooses hyperparameters, without a validation set of its own. The training data is
cut into k parts; each part takes its turn as the validation set while the model is trained on all the others, and the k
scores are averaged. So no example is lost for training, each one is used for validation exactly once, and the spread of
the scores says how far to trust them. The price is that every candidate is trained k times.
"""

TF1_01_19_RUBRIC = """
- 1 point: compares or selects models without a separate validation set
- 1 point: saves training data, because every example takes part in both
"""


def folds(n: int, k: int) -> list[tuple[Array, Array]]:
    """Plan a k-fold cross-validation.

    Parameters
    ----------
    n : the number of examples.
    k : the number of folds, from 2 to n; n need not be a multiple of it.

    Returns
    -------
    For each fold the row numbers to train on and those to validate on, counted from 0, in any order. Over all folds
    each row is validated on once; the sizes of two validation parts differ by at most 1.

    Examples
    --------
    >>> plan = folds(7, 3)
    >>> sorted(len(validation) for train, validation in plan)
    [2, 2, 3]
    >>> sorted(int(row) for train, validation in plan for row in validation)
    [0, 1, 2, 3, 4, 5, 6]
    >>> [sorted(int(row) for row in [*train, *validation]) == list(range(7)) for train, validation in plan]
    [True, True, True]
    """
    parts = np.array_split(np.arange(n), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), part) for i, part in enumerate(parts)]
