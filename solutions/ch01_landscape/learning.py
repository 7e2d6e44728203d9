"""Chapter 1, how models learn, and what gets in their way (p.01.9 to p.01.14): the answers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Line = tuple[float, float]
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
