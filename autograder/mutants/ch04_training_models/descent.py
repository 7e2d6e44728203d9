"""Chapter 4, gradient descent: wrong answers that must fail, and right ones that must pass."""

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


@mutant("p.04.1", replaces="multiplications", fails="test_counts_multiplications")
def half_of_the_entries(method, m, n, batch):
    """X.T @ X is symmetric, and you work out each pair of entries once: asked for is the count with each entry worked
    out."""
    rows = {"batch": m, "mini-batch": batch, "stochastic": 1}
    return m * n * (n + 1) // 2 if method == "normal equation" else 2 * rows[method] * n


@mutant("p.04.1", replaces="multiplications", fails="test_counts_multiplications")
def solves_as_well(method, m, n, batch):
    """You count the solving of the equation, too: asked for is the product X.T @ X alone."""
    rows = {"batch": m, "mini-batch": batch, "stochastic": 1}
    return m * n * n + n**3 if method == "normal equation" else 2 * rows[method] * n


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


@mutant("p.04.2", replaces="steps_to_fit", fails="test_counts_steps")
def keeps_the_mean(X, y, scale):
    """You divide each column by its deviation and leave its mean in it: a column far from 0 points nearly the way of
    the ones, and that makes a long valley, too."""
    A = add_dummy_feature(X / X.std(axis=0) if scale else X)
    return _steps(A, y, _rate(A), np.zeros(A.shape[1]), _best(X, y))


@mutant("p.04.2", replaces="steps_to_fit", fails="test_counts_steps")
def scales_the_target(X, y, scale):
    """You scale the targets along with the columns: only X is to be scaled, and the ones have to learn the mean of
    y."""
    A = add_dummy_feature(StandardScaler().fit_transform(X) if scale else X)
    y = (y - y.mean()) / y.std() if scale else y
    return _steps(A, y, _rate(A), np.zeros(A.shape[1]), _best(X, y))


@mutant("p.04.2", replaces="steps_to_fit", fails="test_counts_steps")
def compares_the_roots(X, y, scale):
    """You compare root mean squared errors: 1.01 times the root is 1.02 times the mean squared error."""
    A = add_dummy_feature(StandardScaler().fit_transform(X) if scale else X)
    return _steps(A, y, _rate(A), np.zeros(A.shape[1]), 1.01 * _best(X, y))


@mutant("p.04.2", replaces="steps_to_fit", fails="test_no_step_too_many")
def goes_on_for_ever(X, y, scale):
    """You walk on after 5000 steps: the count is to end there."""
    A, steps = add_dummy_feature(StandardScaler().fit_transform(X) if scale else X), 0
    theta, goal = np.zeros(A.shape[1]), 1.01 * _best(X, y)
    while steps < 7000 and np.mean((A @ theta - y) ** 2) > goal:
        theta, steps = theta - _rate(A) * A.T @ (A @ theta - y) / len(A), steps + 1
    return steps


@mutant("p.04.2", replaces="steps_to_fit", fails="test_no_step_too_many")
def counts_the_last_look(X, y, scale):
    """Your count is one too high: you count the looks at the error, and the first of them comes before any step."""
    A = add_dummy_feature(StandardScaler().fit_transform(X) if scale else X)
    return min(1 + _steps(A, y, _rate(A), np.zeros(A.shape[1]), _best(X, y)), 5000)


@mutant("p.04.2", replaces="steps_to_fit", fails="test_no_step_too_many")
def always_one_step(X, y, scale):
    """You take a step before you first look at the error: where theta = 0 is good enough, no step is needed."""
    A = add_dummy_feature(StandardScaler().fit_transform(X) if scale else X)
    return max(1, _steps(A, y, _rate(A), np.zeros(A.shape[1]), _best(X, y)))


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


@alternative("p.04.2", replaces="steps_to_fit")
def ones_at_the_end(X, y, scale):
    """The ones stand last, the rate comes from the largest singular value, and the goal from the pseudoinverse."""
    Z = (X - X.mean(axis=0)) / np.std(X, axis=0) if scale else X
    A, theta, steps = np.column_stack([Z, np.ones(len(Z))]), np.zeros(Z.shape[1] + 1), 0
    goal = 1.01 * np.mean((A @ (np.linalg.pinv(A) @ y) - y) ** 2)
    while steps < 5000 and np.mean((A @ theta - y) ** 2) > goal:
        theta -= A.T @ (A @ theta - y) / np.linalg.norm(A, 2) ** 2
        steps += 1
    return np.int64(steps)


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


@mutant("p.04.3", replaces="end_points", fails="test_descends_the_log_loss")
def one_for_all(X, y, starts, rate, steps):
    """You descend from the first start alone and report its end for all: that they meet is what is to be found out,
    and it takes many steps."""
    ends = _logistic_ends(X, y, starts[:1], rate, steps, lambda theta: X.T @ (_p(X, theta) - y) / len(X))
    return np.repeat(ends, len(starts), axis=0)


@mutant("p.04.3", replaces="end_points", fails="test_descends_the_log_loss")
def starts_where_the_last_ended(X, y, starts, rate, steps):
    """Only your first descent begins at its start: each of the others goes on from where the one before has
    arrived."""
    ends, theta = [], starts[0]
    for _ in starts:
        (theta,) = _logistic_ends(X, y, [theta], rate, steps, lambda theta: X.T @ (_p(X, theta) - y) / len(X))
        ends.append(theta)
    return np.array(ends)


@mutant("p.04.3", replaces="end_points", fails="test_descends_the_log_loss")
def one_step_more(X, y, starts, rate, steps):
    """You take one step too many."""
    return _logistic_ends(X, y, starts, rate, steps + 1, lambda theta: X.T @ (_p(X, theta) - y) / len(X))


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


@mutant("p.04.4", replaces="descend", fails="test_takes_the_steps_asked")
def divisions_pile_up(X, y, batches, rate, decay):
    """You divide the rate of the step before by 1 + decay * t, so that the divisions pile up: divide the first rate,
    anew in each step."""
    rates = [rate]
    for t in range(1, len(batches)):
        rates.append(rates[-1] / (1 + decay * t))
    return _descended(X, y, batches, rates.__getitem__, len)


@mutant("p.04.4", replaces="descend", fails="test_takes_the_steps_asked")
def counts_steps_from_one(X, y, batches, rate, decay):
    """Your first step has number 1, so its rate has shrunk already: the numbers begin at 0."""
    return _descended(X, y, batches, lambda t: rate / (1 + decay * (t + 1)), len)


@mutant("p.04.4", replaces="descend", fails="test_takes_the_steps_asked")
def forgets_the_two(X, y, batches, rate, decay):
    """Your gradient is half as long as that of the mean squared error: the derivative of a square has a factor 2."""
    return _descended(X, y, batches, lambda t: rate / (1 + decay * t), lambda rows: 2 * len(rows))


@mutant("p.04.4", replaces="descend", fails="test_takes_the_steps_asked")
def one_size_for_all(X, y, batches, rate, decay):
    """You divide by the size of the first batch in every step: the last batch of an epoch may be smaller."""
    return _descended(X, y, batches, lambda t: rate / (1 + decay * t), lambda rows: len(batches[0]))


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
