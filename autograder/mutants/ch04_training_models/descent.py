"""Chapter 4, gradient descent: wrong answers that must fail, and right ones that must pass."""

import itertools
import math

import numpy as np
import torch
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler, add_dummy_feature

from autograder.testing import alternative, mutant

# p.04.1


@mutant("p.04.1", replaces="multiplications", fails="test_counts_multiplications")
def one_product_only(method, m, n, batch):
    """A step takes two products: the predictions, and then the gradient from their errors. You count one of them."""
    rows = {"batch": m, "mini-batch": batch, "stochastic": 1}
    return m * n * n if method == "normal equation" else rows[method] * n


@mutant("p.04.1", replaces="multiplications", fails="test_counts_multiplications")
def rows_squared(method, m, n, batch):
    """X.T @ X has a row and a column for each *feature*: its size grows with the square of n, not of m."""
    rows = {"batch": m, "mini-batch": batch, "stochastic": 1}
    return m * m * n if method == "normal equation" else 2 * rows[method] * n


@mutant("p.04.1", replaces="multiplications", fails="test_counts_multiplications")
def all_rows_always(method, m, n, batch):
    """A stochastic step reads one row, and a mini-batch step only its batch: you count all the rows for each."""
    return m * n * n if method == "normal equation" else 2 * m * n


@mutant("p.04.1", replaces="P_04_1_CHOICE", fails="test_methods_for_many_features", constant=True)
def svd_is_quick():
    """The SVD spares you the inverse, but it still takes a time that grows with the square of the columns."""
    return ["SVD"]


@mutant("p.04.1", replaces="P_04_1_CHOICE", fails="test_methods_for_many_features", constant=True)
def closed_forms():
    """The normal equation needs a matrix with a row and a column per feature: millions squared fit no memory."""
    return ["normal equation", "SVD"]


@alternative("p.04.1", replaces="multiplications")
def by_shapes(method, m, n, batch):
    """A product of (a, b) and (b, c) takes a*b*c."""
    if method == "normal equation":
        products = [(n, m, n)]
    else:
        rows = 1 if method == "stochastic" else batch if method == "mini-batch" else m
        products = [(rows, n, 1), (n, rows, 1)]
    return sum(map(math.prod, products))


@alternative("p.04.1", replaces="P_04_1_CHOICE", constant=True)
def with_batch_descent():
    """Batch gradient descent works, too, where the data fit into memory."""
    return ("Stochastic", "mini-batch", "batch")


# p.04.2


def _steps(A, y, rate, theta, best):
    for step in range(5000):
        if np.mean((A @ theta - y) ** 2) <= 1.01 * best:
            return step
        theta = theta - rate * A.T @ (A @ theta - y) / len(A)
    return 5000


def _best(X, y):
    return np.mean((LinearRegression().fit(X, y).predict(X) - y) ** 2)


def _rate(A):
    return 1 / np.linalg.eigvalsh(A.T @ A / len(A))[-1]


@mutant("p.04.2", replaces="steps_to_fit", fails="test_counts_steps")
def never_scales(X, y, scale):
    """You leave the columns as they are, whatever `scale` says."""
    A = add_dummy_feature(X)
    return _steps(A, y, _rate(A), np.zeros(A.shape[1]), _best(X, y))


@mutant("p.04.2", replaces="steps_to_fit", fails="test_counts_steps")
def rate_of_the_raw_columns(X, y, scale):
    """You work out the learning rate before scaling: the point of scaling is that a larger one can be used."""
    rate = _rate(add_dummy_feature(X))
    A = add_dummy_feature(StandardScaler().fit_transform(X) if scale else X)
    return _steps(A, y, rate, np.zeros(A.shape[1]), _best(X, y))


@mutant("p.04.2", replaces="steps_to_fit", fails="test_counts_steps")
def forgets_the_ones(X, y, scale):
    """Your model has no column of ones: it can't learn the mean of the targets."""
    A = StandardScaler().fit_transform(X) if scale else X
    return _steps(A, y, _rate(A), np.zeros(A.shape[1]), _best(X, y))


@mutant("p.04.2", replaces="steps_to_fit", fails="test_deviation_is_that_of_numpy")
def one_degree_of_freedom_less(X, y, scale):
    """You divide the squared differences by m - 1: `np.std` divides by m, and with few rows one sees that."""
    A = add_dummy_feature((X - X.mean(axis=0)) / X.std(axis=0, ddof=1) if scale else X)
    return _steps(A, y, _rate(A), np.zeros(A.shape[1]), _best(X, y))


@mutant("p.04.2", replaces="P_04_2_CHOICE", fails="test_who_minds_units", constant=True)
def all_mind():
    """Without a penalty the weight of a rescaled column changes to match, and the predictions stay the same."""
    return ["normal equation", "SVD", "ridge", "lasso"]


@mutant("p.04.2", replaces="P_04_2_CHOICE", fails="test_who_minds_units", constant=True)
def only_ridge():
    """Lasso has a penalty, too: the larger a weight the unit asks for, the more it is held back."""
    return ["ridge"]


@alternative("p.04.2", replaces="steps_to_fit")
def with_scikit_learn(X, y, scale):
    """Scaled by scikit-learn; the best error by its own regression."""
    A = add_dummy_feature(StandardScaler().fit_transform(X) if scale else X)
    return _steps(A, y, _rate(A), np.zeros(A.shape[1]), _best(X, y))


# p.04.3


def _logistic_ends(X, y, starts, rate, steps, gradient):
    ends = []
    for theta in starts:
        for _ in range(steps):
            theta = theta - rate * gradient(theta)
        ends.append(theta)
    return np.array(ends)


def _p(X, theta):
    return 1 / (1 + np.exp(-X @ theta))


@mutant("p.04.3", replaces="end_points", fails="test_descends_the_log_loss")
def sums_the_rows(X, y, starts, rate, steps):
    """You sum the gradients of the rows: the cost is the mean log loss, so divide by their number."""
    return _logistic_ends(X, y, starts, rate, steps, lambda theta: X.T @ (_p(X, theta) - y))


@mutant("p.04.3", replaces="end_points", fails="test_descends_the_log_loss")
def climbs(X, y, starts, rate, steps):
    """You go uphill: the gradient is to be taken away."""
    return _logistic_ends(X, y, starts, rate, steps, lambda theta: X.T @ (y - _p(X, theta)) / len(X))


@mutant("p.04.3", replaces="end_points", fails="test_descends_the_log_loss")
def no_sigmoid(X, y, starts, rate, steps):
    """That is linear regression: the scores X @ theta have to go through the sigmoid before y is taken away."""
    return _logistic_ends(X, y, starts, rate, steps, lambda theta: X.T @ (X @ theta - y) / len(X))


@mutant("p.04.3", replaces="end_points", fails="test_starts_are_left_alone")
def works_in_place(X, y, starts, rate, steps):
    """You work in the caller's own array of starting points: `-=` changes it; copy it first."""
    for theta in starts:
        for _ in range(steps):
            theta -= rate * X.T @ (_p(X, theta) - y) / len(X)
    return starts


@mutant("p.04.3", replaces="P_04_3_CHOICE", fails="test_why_no_trap", constant=True)
def sees_traps():
    """The log loss of logistic regression has one valley: two descents can't end at two different minima."""
    return ["a"]


@mutant("p.04.3", replaces="P_04_3_CHOICE", fails="test_why_no_trap", constant=True)
def linear_cost():
    """The cost is not a straight line: it bends upwards everywhere. There is a word for that."""
    return ["d"]


@alternative("p.04.3", replaces="end_points")
def along_autograd(X, y, starts, rate, steps):
    """PyTorch works out the gradient."""
    theta = torch.tensor(starts.T, requires_grad=True)
    features, target = torch.tensor(X), torch.tensor(y, dtype=torch.float64)
    for _ in range(steps):
        loss = torch.nn.functional.softplus((1 - 2 * target[:, None]) * (features @ theta))  # (m, k)
        (slope,) = torch.autograd.grad(loss.mean(dim=0).sum(), theta)
        theta = (theta - rate * slope).detach().requires_grad_()
    return theta.detach().numpy().T


@alternative("p.04.3", replaces="P_04_3_CHOICE", constant=True)
def capital_letter():
    """A letter alone, not in a list."""
    return "C"


# p.04.4


def _descended(X, y, batches, rate, divide):
    theta = np.zeros(X.shape[1])
    for t, rows in enumerate(batches):
        theta = theta - rate(t) * 2 * X[rows].T @ (X[rows] @ theta - y[rows]) / divide(rows)
    return theta


@mutant("p.04.4", replaces="descend", fails="test_takes_the_steps_asked")
def mean_over_all_rows(X, y, batches, rate, decay):
    """You divide by the number of all rows: a step's cost is the mean over the rows of its own batch."""
    return _descended(X, y, batches, lambda t: rate / (1 + decay * t), lambda rows: len(X))


@mutant("p.04.4", replaces="descend", fails="test_takes_the_steps_asked")
def constant_rate(X, y, batches, rate, decay):
    """The learning rate stays what it was at first: `decay` has to shrink it from step to step."""
    return _descended(X, y, batches, lambda t: rate, len)


@mutant("p.04.4", replaces="descend", fails="test_takes_the_steps_asked")
def geometric_decay(X, y, batches, rate, decay):
    """You divide by 1 + decay once more at each step: asked for is rate / (1 + decay * t), which shrinks less fast."""
    return _descended(X, y, batches, lambda t: rate / (1 + decay) ** t, len)


@mutant("p.04.4", replaces="P_04_4_CHOICE", fails="test_same_model_or_not", constant=True)
def just_longer():
    """More epochs at a constant rate are more bouncing about the minimum, not less."""
    return ["no", "more epochs"]


@mutant("p.04.4", replaces="P_04_4_CHOICE", fails="test_same_model_or_not", constant=True)
def smaller_but_constant():
    """A smaller constant rate makes the bouncing smaller, and it never ends."""
    return ["no", "smaller rate"]


@mutant("p.04.4", replaces="P_04_4_CHOICE", fails="test_same_model_or_not", constant=True)
def all_alike():
    """Run as they are, the variants end near each other, but not at the same parameters."""
    return ["yes", "shrinking rate"]


@alternative("p.04.4", replaces="descend")
def row_by_row(X, y, batches, rate, decay):
    """Loops over the rows of a batch."""
    theta = np.zeros(X.shape[1])
    for t, rows in enumerate(batches):
        gradient = sum(2 * (X[row] @ theta - y[row]) * X[row] for row in rows) / len(rows)
        theta = theta - gradient * rate / (1 + decay * t)
    return theta.tolist()


# p.04.5


@mutant("p.04.5", replaces="what_to_do", fails="test_reads_the_curves")
def validation_only(training, validation):
    """You look at the validation error alone: it rises in two cases, and only the training error tells which."""
    return "lower the rate" if validation[-1] > validation[-2] else "go on"


@mutant("p.04.5", replaces="what_to_do", fails="test_reads_the_curves")
def by_the_gap(training, validation):
    """A gap between the two errors is no reason to stop while the validation error is falling."""
    if training[-1] > training[-2]:
        return "lower the rate"
    return "stop" if validation[-1] > 1.2 * training[-1] else "go on"


@mutant("p.04.5", replaces="what_to_do", fails="test_reads_the_curves")
def end_against_beginning(training, validation):
    """You compare the end with the beginning: an error can have fallen far and be rising now."""
    if training[-1] > training[0]:
        return "lower the rate"
    return "stop" if validation[-1] > validation[0] else "go on"


@alternative("p.04.5", replaces="what_to_do")
def by_slope(training, validation):
    """Straight lines through the last ten epochs."""
    rises = [np.polyfit(range(10), curve[-10:], 1)[0] > 0 for curve in (training, validation)]
    return "lower the rate" if rises[0] else ("go on", "stop")[int(rises[1])]


# p.04.6


@mutant("p.04.6", replaces="should_stop", fails="test_stops_after_the_patience")
def at_the_first_rise(errors, patience):
    """You stop at the first rise: with mini-batches the error goes up and down, and may well fall again."""
    return any(later > earlier for earlier, later in itertools.pairwise(errors))


@mutant("p.04.6", replaces="should_stop", fails="test_stops_after_the_patience")
def one_epoch_too_late(errors, patience):
    """You wait one epoch too long: when the lowest error is exactly `patience` epochs old, it is time."""
    return len(errors) - 1 - int(np.argmin(errors)) > patience


@mutant("p.04.6", replaces="should_stop", fails="test_stops_after_the_patience")
def rises_in_a_row(errors, patience):
    """You count rises in a row: what matters is how long ago the lowest error was, whatever happened since."""
    rises = [later >= earlier for earlier, later in itertools.pairwise(errors)]
    return len(rises) >= patience and all(rises[-patience:])


@mutant("p.04.6", replaces="best_epoch", fails="test_keeps_the_best_epoch")
def the_newest(errors):
    """You keep the newest parameters: since the best epoch they have only become worse."""
    return len(errors) - 1


@mutant("p.04.6", replaces="P_04_6_CHOICE", fails="test_stop_at_the_first_rise", constant=True)
def at_once():
    """One rise may be noise: stopping there can end training long before the best epoch."""
    return ["a"]


@mutant("p.04.6", replaces="P_04_6_CHOICE", fails="test_stop_at_the_first_rise", constant=True)
def to_the_end():
    """Without stopping, the last parameters are those of an overfitted model."""
    return ["c"]


@alternative("p.04.6", replaces="should_stop")
def newest_against_before(errors, patience):
    """No record among the last `patience` errors."""
    return len(errors) > patience and min(errors[-patience:]) >= min(errors[:-patience])


# p.04.7


@mutant("p.04.7", replaces="updates", fails="test_counts_updates")
def full_batches_only(m, batch_size, epochs):
    """The last batch of an epoch may be smaller, but it makes a step as well: round up."""
    return m // batch_size * epochs


@mutant("p.04.7", replaces="updates", fails="test_counts_updates")
def one_per_epoch(m, batch_size, epochs):
    """One step per epoch is batch gradient descent: with smaller batches there is a step after each batch."""
    return epochs


@mutant("p.04.7", replaces="gradient_noise", fails="test_measures_the_noise")
def with_replacement(G, batch_size):
    """All rows of a batch are different, so a batch of all rows has no noise at all: your figure allows repeats."""
    return float(G.var(axis=0).sum() / batch_size)


@mutant("p.04.7", replaces="gradient_noise", fails="test_measures_the_noise")
def not_squared(G, batch_size):
    """You take the mean of the distances: asked for is that of their squares."""
    batches = itertools.combinations(G, batch_size)
    return float(np.mean([np.linalg.norm(np.mean(rows, axis=0) - G.mean(axis=0)) for rows in batches]))


@mutant("p.04.7", replaces="P_04_7_FIRST", fails="test_who_is_near_first", constant=True)
def exact_is_fast():
    """An exact gradient makes good steps, but only one for each reading of all the rows."""
    return "batch"


@mutant("p.04.7", replaces="P_04_7_SETTLES", fails="test_who_settles", constant=True)
def noise_settles():
    """The gradient of a single row is not 0 at the minimum of the mean: stochastic descent keeps moving there."""
    return "stochastic"


@mutant("p.04.7", replaces="P_04_7_REMEDY", fails="test_how_the_others_settle", constant=True)
def more_of_the_same():
    """More epochs at the same rate are more of the same bouncing."""
    return "more epochs"


@mutant("p.04.7", replaces="P_04_7_REMEDY", fails="test_how_the_others_settle", constant=True)
def less_noise():
    """Larger batches have less noise, but until they hold all the rows, some of it is left."""
    return "larger batches"


@alternative("p.04.7", replaces="gradient_noise", also={"updates": lambda m, b, epochs: math.ceil(m / b) * epochs})
def tries_all(G, batch_size):
    """Every batch, one after the other."""
    distances = [
        np.sum((G[list(rows)].mean(axis=0) - G.mean(axis=0)) ** 2)
        for rows in itertools.combinations(range(len(G)), batch_size)
    ]
    return np.mean(distances)
