"""Chapter 1, how models learn: wrong answers that must fail, and right ones that must pass."""

from collections import Counter

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor

from autograder.testing import alternative, mutant

# p.01.9


@mutant("p.01.9", replaces="predict_then_learn", fails="test_predicts_then_learns")
def learns_first(x, y, rate):
    """You learn from an example before you predict it: the prediction then knows the answer."""
    weight, predictions = 0.0, []
    for value, answer in zip(x, y, strict=True):
        weight += rate * (answer - weight * value) * value
        predictions.append(weight * value)
    return predictions


@mutant("p.01.9", replaces="predict_then_learn", fails="test_predicts_then_learns")
def starts_again(x, y, rate):
    """You begin from weight 0 at each example: an online learner goes on from what it has learned."""
    predictions = [0.0]
    for i in range(1, len(x)):
        predictions.append(rate * y[i - 1] * x[i - 1] * x[i])
    return predictions


@mutant("p.01.9", replaces="predict_then_learn", fails="test_predicts_then_learns")
def batch(x, y, rate):
    """You fit to the whole stream and then predict: that is batch learning, and it knows the future."""
    return (x * (x @ y / (x @ x))).tolist()


@mutant("p.01.9", replaces="predict_then_learn", fails="test_predicts_then_learns")
def retrains(x, y, rate):
    """You train anew on all examples so far, at each step: an online learner changes a little, by the newest only."""
    return [0.0, *(float(x[i] * (x[:i] @ y[:i]) / (x[:i] @ x[:i])) for i in range(1, len(x)))]


@mutant("p.01.9", replaces="predict_then_learn", fails="test_predicts_then_learns")
def runs_away(x, y, rate):
    """Your steps go the wrong way: the error is the answer less the prediction."""
    weight, predictions = 0.0, []
    for value, answer in zip(x, y, strict=True):
        predictions.append(weight * value)
        weight += rate * (weight * value - answer) * value
    return predictions


@alternative("p.01.9", replaces="predict_then_learn")
def weights_of_all_steps(x, y, rate):
    """By keeping every weight, as an array."""
    weights = [0.0]
    for value, answer in zip(x.tolist(), y.tolist(), strict=True):
        weights.append((1 - rate * value**2) * weights[-1] + rate * value * answer)
    return np.array(weights[:-1]) * x


# p.01.10


@mutant("p.01.10", replaces="fit_line_in_chunks", fails="test_line_of_the_whole_table")
def mean_of_lines(chunks):
    """You fit a line to each part and average them: parts differ in size and in place, and their mean is another
    line."""
    return tuple(np.mean([np.polyfit(x, y, 1)[::-1] for x, y in chunks], axis=0).tolist())


@mutant("p.01.10", replaces="fit_line_in_chunks", fails="test_line_of_the_whole_table")
def last_part(chunks):
    """Your line fits the last part only: what was learned from the others has to stay."""
    for x, y in chunks:
        line = np.polyfit(x, y, 1)
    return tuple(line[::-1].tolist())


@mutant("p.01.10", replaces="fit_line_in_chunks", fails="test_line_of_the_whole_table")
def two_passes(chunks):
    """You go through the parts twice, but the second time there are none left: collect all you need in one go."""
    sums = np.sum([[len(x), x.sum(), y.sum()] for x, y in chunks], axis=0)
    mx, my = sums[1:] / sums[0]
    sxy = sxx = 0.0
    for x, y in chunks:
        sxy, sxx = sxy + (x - mx) @ (y - my), sxx + (x - mx) @ (x - mx)
    slope = sxy / sxx if sxx else 0.0
    return float(my - slope * mx), float(slope)


@mutant("p.01.10", replaces="fit_line_in_chunks", fails="test_line_of_the_whole_table")
def deviations_within_parts(chunks):
    """You measure deviations from the mean of each part: they have to be from the mean of all rows."""
    n = sx = sy = sxy = sxx = 0.0
    for x, y in chunks:
        n, sx, sy = n + len(x), sx + x.sum(), sy + y.sum()
        sxy += (x - x.mean()) @ (y - y.mean())
        sxx += (x - x.mean()) @ (x - x.mean())
    return float(sy / n - sxy / sxx * sx / n), float(sxy / sxx)


@mutant("p.01.10", replaces="fit_line_in_chunks", fails="test_rows_are_not_kept")
def loads_everything(chunks):
    """You put all parts together before you fit: then the whole table is in memory after all."""
    x, y = np.concatenate([np.stack(chunk) for chunk in chunks], axis=1)
    slope, intercept = np.polyfit(x, y, 1)
    return float(intercept), float(slope)


@alternative("p.01.10", replaces="fit_line_in_chunks")
def normal_equations(chunks):
    """With the matrix of the normal equations."""
    A, b = np.zeros((2, 2)), np.zeros(2)
    for x, y in chunks:
        X = np.column_stack([np.ones_like(x), x])
        A, b = A + X.T @ X, b + X.T @ y
    return np.linalg.solve(A, b)


@alternative("p.01.10", replaces="fit_line_in_chunks")
def merged_means(chunks):
    """By merging means and deviations from them."""
    n = mx = my = sxx = sxy = 0.0
    for chunk in chunks:
        x, y = chunk
        m, dx, dy = len(x), x.mean() - mx, y.mean() - my
        sxx += ((x - x.mean()) ** 2).sum() + dx * dx * n * m / (n + m)
        sxy += ((x - x.mean()) * (y - y.mean())).sum() + dx * dy * n * m / (n + m)
        n, mx, my = n + m, mx + dx * m / (n + m), my + dy * m / (n + m)
    return [my - sxy / sxx * mx, sxy / sxx]


# p.01.11


@mutant("p.01.11", replaces="predict_by_neighbours", fails="test_neighbours_are_asked")
def only_the_nearest(x, y, new, k):
    """You ask the nearest example only: k of them are to be asked."""
    return float(y[np.abs(x - new).argmin()])


@mutant("p.01.11", replaces="predict_by_neighbours", fails="test_neighbours_are_asked")
def signed_differences(x, y, new, k):
    """Your differences have a sign, so that the smallest ones come first, however far away: take their size."""
    return float(y[np.argsort(x - new)[:k]].mean())


@mutant("p.01.11", replaces="predict_by_neighbours", fails="test_neighbours_are_asked")
def strangers(x, y, new, k):
    """You ask the k least similar examples."""
    return float(y[np.argsort(np.abs(x - new))[-k:]].mean())


@mutant("p.01.11", replaces="predict_by_neighbours", fails="test_neighbours_are_asked")
def by_a_line(x, y, new, k):
    """You fit a line and predict by it: that is model-based. Here the nearest examples themselves are asked."""
    return float(np.polyval(np.polyfit(x, y, 1), new))


@mutant("p.01.11", replaces="predict_by_neighbours", fails="test_neighbours_are_asked")
def never_asks_everyone(x, y, new, k):
    """Your function fails when k is the number of examples: it looks for one more than the k that are asked."""
    return float(y[np.argpartition(np.abs(x - new), k)[:k]].mean())


@mutant("p.01.11", replaces="P_01_11_CHOICE", fails="test_kind_that_compares", constant=True)
def a_model_compares():
    """A model-based system compares nothing any more: it has its parameters."""
    return "model-based learning"


@mutant("p.01.11", replaces="P_01_11_CHOICE", fails="test_kind_that_compares", constant=True)
def online_compares():
    """Online says when a system learns, not how it predicts."""
    return "online learning"


@alternative("p.01.11", replaces="predict_by_neighbours", also={"P_01_11_CHOICE": " Instance-based learning"})
def sorted_pairs(x, y, new, k):
    """By sorting pairs."""
    return sum(target for _, target in sorted(zip(abs(x - new), y, strict=True))[:k]) / k


@alternative("p.01.11", replaces="predict_by_neighbours")
def by_sklearn(x, y, new, k):
    """With scikit-learn, as an array."""
    return KNeighborsRegressor(k).fit(x.reshape(-1, 1), y).predict([[new]])[0]


# p.01.12


@mutant("p.01.12", replaces="fit_with_penalty", fails="test_penalised_line")
def no_penalty(x, y, alpha):
    """You don't use the hyperparameter: with a larger `alpha` the line has to be flatter."""
    slope, intercept = np.polyfit(x, y, 1)
    return {"intercept": float(intercept), "slope": float(slope)}


@mutant("p.01.12", replaces="fit_with_penalty", fails="test_penalised_line")
def both_penalised(x, y, alpha):
    """You penalise the intercept as well: only the slope is to be."""
    X = np.column_stack([np.ones_like(x), x])
    intercept, slope = np.linalg.solve(X.T @ X + alpha * np.eye(2), X.T @ y)
    return {"intercept": float(intercept), "slope": float(slope)}


@mutant("p.01.12", replaces="fit_with_penalty", fails="test_penalised_line")
def mean_of_errors(x, y, alpha):
    """You take the mean of the squared errors where their sum is asked for, and so penalise too much."""
    dx, dy = x - x.mean(), y - y.mean()
    slope = np.mean(dx * dy) / (np.mean(dx * dx) + alpha)
    return {"intercept": float(y.mean() - slope * x.mean()), "slope": float(slope)}


@mutant("p.01.12", replaces="fit_with_penalty", fails="test_penalised_line")
def intercept_of_the_steep_line(x, y, alpha):
    """You make the line flatter but keep the intercept of the ordinary fit: it has to follow the slope."""
    slope, intercept = np.polyfit(x, y, 1)
    dx = x - x.mean()
    return {"intercept": float(intercept), "slope": float(slope * (dx @ dx) / (dx @ dx + alpha))}


@mutant("p.01.12", replaces="P_01_12_LEARNED", fails="test_what_is_learned", constant=True)
def penalty_is_learned():
    """The strength of a penalty can't be learned by training: on the training data, the weakest always looks best."""
    return ["a", "c", "d", "e", "h", "i"]


@mutant("p.01.12", replaces="P_01_12_LEARNED", fails="test_what_is_learned", constant=True)
def weights_only():
    """Not only weights are learned: so is whatever else is computed from the training data."""
    return ["a", "d"]


@alternative("p.01.12", replaces="fit_with_penalty", also={"P_01_12_LEARNED": {"a", "d", "e", "h", "i"}})
def by_ridge(x, y, alpha):
    """With scikit-learn, and a set of letters."""
    model = Ridge(alpha=alpha).fit(x[:, None], y)
    return {"slope": model.coef_[0], "intercept": model.intercept_}


@alternative("p.01.12", replaces="fit_with_penalty")
def extra_example(x, y, alpha):
    """As an ordinary fit with one more row."""
    X = np.vstack([np.column_stack([np.ones_like(x), x]), [0.0, np.sqrt(alpha)]])
    intercept, slope = np.linalg.lstsq(X, np.append(y, 0.0), rcond=None)[0]
    return {"intercept": intercept, "slope": slope}


# p.01.13


@mutant("p.01.13", replaces="cost", fails="test_cost")
def signs_cancel(line, x, y):
    """Errors up and down cancel each other in your mean: square them first."""
    return float(np.mean(line[0] + line[1] * x - y) ** 2)


@mutant("p.01.13", replaces="cost", fails="test_cost")
def total(line, x, y):
    """You add up the squared errors: divide by their number, or more examples cost more."""
    return float(np.sum((line[0] + line[1] * x - y) ** 2))


@mutant("p.01.13", replaces="search_line", fails="test_search")
def through_the_origin(x, y):
    """Your line goes through the origin: it has an intercept too."""
    return 0.0, float(x @ y / (x @ x))


@mutant("p.01.13", replaces="search_line", fails="test_search")
def slope_first(x, y):
    """Slope and intercept are swapped: the intercept comes first."""
    slope, intercept = np.polyfit(x, y, 1)
    return float(slope), float(intercept)


@mutant("p.01.13", replaces="search_line", fails="test_search")
def first_to_last(x, y):
    """Your line joins the poorest and the richest country: all examples count."""
    i, j = x.argmin(), x.argmax()
    slope = (y[j] - y[i]) / (x[j] - x[i])
    return float(y[i] - slope * x[i]), float(slope)


@mutant("p.01.13", replaces="predict_line", fails="test_prediction")
def slope_alone(line, new):
    """Your prediction lacks the intercept."""
    return line[1] * new


@alternative("p.01.13", replaces="search_line")
def by_linear_regression(x, y):
    """With scikit-learn."""
    model = LinearRegression().fit(x.reshape(-1, 1), y)
    return [model.intercept_, model.coef_[0]]


@alternative("p.01.13", replaces="search_line")
def by_descent(x, y):
    """By descent on standardised wealth, as a search in the word's own sense."""
    z = (x - x.mean()) / x.std()
    a, b = minimize(lambda w: np.mean((w[0] + w[1] * z - y) ** 2), [0.0, 0.0], tol=1e-14, method="BFGS").x
    for _ in range(60):  # the last digits
        error = a + b * z - y
        a, b = a - error.mean(), b - (error * z).mean()
    return float(a - b * x.mean() / x.std()), float(b / x.std())


# p.01.14


@mutant("p.01.14", replaces="shares_off", fails="test_shares_off")
def only_who_was_asked(sample, population):
    """A group that is missing from the sample is missing from your answer too: it is the worst represented of all."""
    found, there = Counter(sample), Counter(population)
    return {group: found[group] / len(sample) - there[group] / len(population) for group in found}


@mutant("p.01.14", replaces="shares_off", fails="test_shares_off")
def counts(sample, population):
    """You compare counts: a sample is smaller than its population, so compare shares."""
    found, there = Counter(sample), Counter(population)
    return {group: found[group] - there[group] for group in there}


@mutant("p.01.14", replaces="shares_off", fails="test_shares_off")
def the_other_way_round(sample, population):
    """Your signs are the wrong way round: too many is positive."""
    found, there = Counter(sample), Counter(population)
    return {group: there[group] / len(population) - found[group] / len(sample) for group in there}


@mutant("p.01.14", replaces="shares_off", fails="test_shares_off")
def share_of_the_group(sample, population):
    """You divide by the size of each group: its share is of the whole sample, or of the whole population."""
    found, there = Counter(sample), Counter(population)
    return {group: found[group] / there[group] - len(sample) / len(population) for group in there}


@mutant("p.01.14", replaces="P_01_14_CHOICE", fails="test_four_challenges", constant=True)
def training_error_is_trouble():
    """To be wrong on a training row now and then is usual where data is noisy: who forces that to zero overfits."""
    return ["a", "b", "c", "d"]


@mutant("p.01.14", replaces="P_01_14_CHOICE", fails="test_four_challenges", constant=True)
def too_few_features():
    """More rows than columns is what one hopes for."""
    return ["a", "d", "f", "j"]


@alternative("p.01.14", replaces="shares_off", also={"P_01_14_CHOICE": ["j", "h", "b", "a"]})
def by_mean(sample, population):
    """With numpy, and four other letters."""
    groups = set(population)
    return {
        group: np.mean([s == group for s in sample]) - np.mean([p == group for p in population]) for group in groups
    }
