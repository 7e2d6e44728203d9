"""Chapter 1, how models learn, and what gets in their way (p.01.9 to p.01.14): the answers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Line = tuple[float, float]
P_01_9 = """
The online learner changes its numbers a little, in the direction that would have made this one forecast better, and is
done within a moment; the price need not even be stored. The batch learner can't add anything: it goes through all the
prices again, the new one among them, and takes hours, so it will do that tonight or next Sunday.

That is worth a lot where data keep coming, where the world changes, or where there is no room to store things. But what
learns at once also learns nonsense at once: a typing error pulls the forecasts away, the further the higher the
learning rate, so somebody or something has to watch what comes in.
"""
P_01_9_RUBRIC = """
- 1 point: online: a small step for each example (or a few); in batches: trained again on everything
- 1 point: a use (a stream, a changing world, little memory), or the danger (bad data make it worse at once)
"""


def predict_then_learn(x: Array, y: Array, rate: float) -> list[float]:
    """Run an online learner over a stream: predict, get told the answer,
    learn a little, and on to the next.

    Its model is ``prediction = weight * x``, and the weight starts at 0. To learn from
    one example, it adds ``rate * (y - prediction) * x`` to the weight.

    Parameters
    ----------
    x, y : (n,) the stream, in the order in which it arrives.
    rate : the learning rate.

    Returns
    -------
    The n predictions, each made before its answer was known.

    Examples
    --------
    >>> x, y = np.array([1.0, 1.0, 2.0]), np.array([4.0, 4.0, 0.0])
    >>> [float(value) for value in predict_then_learn(x, y, 0.5)]
    [0.0, 2.0, 6.0]
    >>> x, y = np.array([2.0, 1.0]), np.array([1.0, 7.0])
    >>> [float(value) for value in predict_then_learn(x, y, 0.25)]
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
The table is larger than the computer's main memory. So it stays on disk, a part that fits is read, the model takes from
it what it can, the part is forgotten, and the next one takes its place, until the last part is through (or several
times over). The learner must therefore be able to go on from where it is when more examples come, as online learners
do: one that needs all rows at the same time is out. Nothing has to be live about that: it may all happen the night
before the model goes to work.
"""
P_01_10_RUBRIC = """
- 1 point: for data larger than the memory, which are read part by part
- 1 point: the learner goes on with each part (online or incremental learning), without the parts before
"""


def fit_line_in_chunks(chunks: Iterable[tuple[Array, Array]]) -> Line:
    """Fit a line to a table that never is in memory as a whole.

    Parameters
    ----------
    chunks : gives one part of the table after the other, as a pair (x, y) of arrays of
        shape (m,). It can be gone through only once, and the parts may differ in size.
        Don't keep them, nor copies of their rows.

    Returns
    -------
    The intercept and the slope of the line with the least sum of squared errors over
    all rows.

    Examples
    --------
    >>> parts = [
    ...     (np.array([0.0, 1.0]), np.array([1.0, 3.0])),
    ...     (np.array([2.0]), np.array([5.0])),
    ... ]
    >>> [round(float(value), 6) for value in fit_line_in_chunks(iter(parts))]
    [1.0, 2.0]
    >>> parts = [
    ...     (np.array([0.0, 0.0]), np.array([0.0, 2.0])),
    ...     (np.array([4.0, 4.0]), np.array([4.0, 6.0])),
    ... ]
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
    >>> x, y = np.array([1.0, 4.0, 9.0]), np.array([10.0, 20.0, 60.0])
    >>> float(predict_by_neighbours(x, y, 5.0, 1))
    20.0
    >>> float(predict_by_neighbours(x, y, 8.0, 2))
    40.0
    """
    nearest = np.argsort(np.abs(x - new))[:k]
    return float(y[nearest].mean())


P_01_12 = """
Hands off the **parameters**: training finds them in the sales of past days, and the forecast is worked out from them.
How many rolls each degree of warmth brings is one, how many are sold at zero degrees another.

The **hyperparameters** are yours. They tell the training how to go about it, so they have to stand before it starts,
and it doesn't touch them: how hard to hold the parameters back (a penalty), or how many similar days to ask. Don't
set them by the days that the model was fitted to, or you will always hold back too little: try some values, and see
which model does best on days that it has not seen.
"""
P_01_12_RUBRIC = """
- 1 point: parameters are found by training on the data, hyperparameters are set before it; with an example of each
- 1 point: hyperparameters are chosen by comparing models on other data than those they were fitted to
"""
# The letters of what is learned from the data, as a list.
P_01_12_LEARNED: list[str] = ["a", "d", "e", "h", "i"]


def fit_with_penalty(x: Array, y: Array, alpha: float) -> dict[str, float]:
    """Find the parameters of a line, for a given hyperparameter.

    Parameters
    ----------
    x, y : (n,) the training set.
    alpha : the hyperparameter: how dearly a steep line is paid for. 0 for an ordinary
        fit.

    Returns
    -------
    The two parameters, ``"intercept"`` and ``"slope"``, for which this sum is least:
    the squared errors of all examples, plus ``alpha * slope**2``.

    Examples
    --------
    >>> x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])
    >>> found = fit_with_penalty(x, y, 0.0)
    >>> sorted((name, round(float(value), 6)) for name, value in found.items())
    [('intercept', 1.0), ('slope', 2.0)]
    >>> found = fit_with_penalty(x, y, 2.0)
    >>> sorted((name, round(float(value), 6)) for name, value in found.items())
    [('intercept', 2.0), ('slope', 1.0)]
    """
    dx, dy = x - x.mean(), y - y.mean()  # the intercept is not penalised: the line goes through the mean
    slope = float(dx @ dy / (dx @ dx + alpha))
    return {"intercept": float(y.mean() - slope * x.mean()), "slope": slope}


P_01_13 = """
It has searched among all lines. A line is two numbers, where it begins and how steep it is; these are the model's
*parameters*. For each pair one can work out a single figure, such as the mean of the squared distances to the countries
that are known, and the line to keep has the lowest. (That figure is called the *cost*; some costs charge for steepness,
too.) What one really hopes for is that it comes close to countries which are not in the table.

For a new country its wealth goes into the equation of the line, and out comes a satisfaction. The table could have been
burned by then.
"""
P_01_13_RUBRIC = """
- 1 point: it searches for parameters, by the lowest cost on the known examples
- 1 point: it predicts by putting the new feature into the function; the examples are not needed any more
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
    x, y : (n,) feature and target of each example; x may be large, such as
        60,000 dollars.

    Examples
    --------
    >>> x, y = np.array([10.0, 20.0, 40.0]), np.array([2.0, 3.0, 5.0])
    >>> [round(float(value), 6) for value in search_line(x, y)]
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
- **Hardly any data:** what it picks up from so few rows is mostly chance.
- **Other data:** it was taught on people at a car park and has to speak for a town; it has learned another world.
- **Bad data:** errors and gaps cover up what there is to see, and columns that have nothing to do with the question
  offer coincidences.
- **The wrong model:** one that is too stiff for the pattern misses it even on its own training rows (*underfitting*);
  one that is too bendy follows every wobble of them, and is lost on other rows (*overfitting*).
"""
P_01_14_RUBRIC = """
- 1 point: two things with what they do, out of: too few data, data that are not representative, errors and gaps,
  irrelevant features, a model that underfits, a model that overfits
- 1 point: two more of them
"""
# Four different letters.
P_01_14_CHOICE: list[str] = ["a", "d", "e", "h"]


def shares_off(sample: Sequence[str], population: Sequence[str]) -> dict[str, float]:
    """Tell by how much a sample misrepresents each group of a population.

    Parameters
    ----------
    sample : the group of each person in the sample.
    population : the group of each person in the population; every group is there
        at least once.

    Returns
    -------
    For each group of the population, its share of the sample less its share of the
    population: 0.1 means that it makes up ten percentage points too much.

    Examples
    --------
    >>> off = shares_off(
    ...     ["town", "town", "town", "farm"], ["town", "farm", "farm", "town"]
    ... )
    >>> sorted((group, float(value)) for group, value in off.items())
    [('farm', -0.25), ('town', 0.25)]
    >>> off = shares_off(["town"], ["town", "town", "town", "farm"])
    >>> sorted((group, float(value)) for group, value in off.items())
    [('farm', -0.25), ('town', 0.25)]
    """
    found, there = Counter(sample), Counter(population)
    return {group: found[group] / len(sample) - there[group] / len(population) for group in there}
