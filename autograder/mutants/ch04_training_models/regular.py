"""Chapter 4, fit, penalties and labels: wrong answers that must fail, and right ones that must pass."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, softmax
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from autograder.testing import alternative, mutant

# p.04.8


def _polynomial(degree, alpha):
    return make_pipeline(PolynomialFeatures(degree, include_bias=False), StandardScaler(), Ridge(alpha=alpha))


def _rmse(model, x, y):
    return float(np.sqrt(np.mean((model.predict(x[:, None]) - y) ** 2)))


@mutant("p.04.8", replaces="train_and_validation_error", fails="test_both_errors")
def without_the_root(x, y, x_valid, y_valid, degree, alpha):
    """These are mean squared errors: take the root."""
    model = _polynomial(degree, alpha).fit(x[:, None], y)
    return _rmse(model, x, y) ** 2, _rmse(model, x_valid, y_valid) ** 2


@mutant("p.04.8", replaces="train_and_validation_error", fails="test_both_errors")
def fits_twice(x, y, x_valid, y_valid, degree, alpha):
    """You fit the model to the validation set as well: then it says nothing about new data."""
    train = _polynomial(degree, alpha).fit(x[:, None], y)
    return _rmse(train, x, y), _rmse(_polynomial(degree, alpha).fit(x_valid[:, None], y_valid), x_valid, y_valid)


@mutant("p.04.8", replaces="train_and_validation_error", fails="test_both_errors")
def no_penalty(x, y, x_valid, y_valid, degree, alpha):
    """You leave `alpha` out: pass it to `Ridge`."""
    model = _polynomial(degree, 1e-9).fit(x[:, None], y)
    return _rmse(model, x, y), _rmse(model, x_valid, y_valid)


@mutant("p.04.8", replaces="train_and_validation_error", fails="test_both_errors")
def not_scaled(x, y, x_valid, y_valid, degree, alpha):
    """The powers of x are not standardised, so the penalty treats them unevenly: scale them before the ridge."""
    model = make_pipeline(PolynomialFeatures(degree, include_bias=False), Ridge(alpha=alpha)).fit(x[:, None], y)
    return _rmse(model, x, y), _rmse(model, x_valid, y_valid)


@mutant("p.04.8", replaces="train_and_validation_error", fails="test_both_errors")
def scaler_sees_all(x, y, x_valid, y_valid, degree, alpha):
    """Your scaler has seen the validation set: mean and deviation are learned, too, and from the training set only."""
    powers = np.concatenate([x, x_valid])[:, None] ** np.arange(1, degree + 1)
    scaled = StandardScaler().fit_transform(powers)
    errors = Ridge(alpha=alpha).fit(scaled[: len(x)], y).predict(scaled) - np.concatenate([y, y_valid])
    return tuple(float(np.sqrt(np.mean(part**2))) for part in np.split(errors, [len(x)]))


@mutant("p.04.8", replaces="train_and_validation_error", fails="test_both_errors")
def scales_x_alone(x, y, x_valid, y_valid, degree, alpha):
    """You standardise x and take the powers afterwards: these have scales of their own again. The powers are to be
    standardised."""
    steps = StandardScaler(), PolynomialFeatures(degree, include_bias=False), Ridge(alpha=alpha)
    model = make_pipeline(*steps).fit(x[:, None], y)
    return _rmse(model, x, y), _rmse(model, x_valid, y_valid)


@mutant("p.04.8", replaces="train_and_validation_error", fails="test_both_errors")
def absolute_errors(x, y, x_valid, y_valid, degree, alpha):
    """These are mean absolute errors: square the errors first, and take the root of their mean."""
    model = _polynomial(degree, alpha).fit(x[:, None], y)
    return [np.mean(np.abs(model.predict(a[:, None]) - b)) for a, b in ((x, y), (x_valid, y_valid))]


@mutant("p.04.8", replaces="train_and_validation_error", fails="test_both_errors")
def without_an_intercept(x, y, x_valid, y_valid, degree, alpha):
    """Your polynomial has no constant part: standardised columns have mean 0, so without an intercept so do the
    predictions."""
    model = _polynomial(degree, alpha).set_params(ridge__fit_intercept=False).fit(x[:, None], y)
    return _rmse(model, x, y), _rmse(model, x_valid, y_valid)


@mutant("p.04.8", replaces="train_and_validation_error", fails="test_both_errors")
def validation_first(x, y, x_valid, y_valid, degree, alpha):
    """You return the two errors in the wrong order: that of the training set comes first."""
    model = _polynomial(degree, alpha).fit(x[:, None], y)
    return _rmse(model, x_valid, y_valid), _rmse(model, x, y)


@mutant("p.04.8", replaces="P_04_8_CHOICE", fails="test_diagnosis_and_cures", constant=True)
def calls_it_underfitting():
    """An underfitted model is poor on its own training set, too. Here the training error is low."""
    return ["underfitting", "powers up to the 20th as well", "no penalty at all"]


@mutant("p.04.8", replaces="P_04_8_CHOICE", fails="test_diagnosis_and_cures", constant=True)
def two_cures():
    """There is a third cure: with enough rows even a flexible model finds no accidents to learn."""
    return ["overfitting", "a lower degree", "a larger penalty"]


@alternative("p.04.8", replaces="train_and_validation_error")
def by_matrices(x, y, x_valid, y_valid, degree, alpha):
    """The ridge equations, solved by hand."""
    powers = np.arange(1, degree + 1)
    P, P_valid = x[:, None] ** powers, x_valid[:, None] ** powers
    Z, Z_valid = ((part - P.mean(axis=0)) / P.std(axis=0) for part in (P, P_valid))
    w = np.linalg.solve(Z.T @ Z + alpha * np.eye(degree), Z.T @ (y - y.mean()))
    return [np.sqrt(np.mean((y.mean() + A @ w - target) ** 2)) for A, target in ((Z, y), (Z_valid, y_valid))]


# p.04.9


def _hat(X, alpha):
    return X @ np.linalg.solve(X.T @ X + alpha * np.eye(X.shape[1]), X.T)


@mutant("p.04.9", replaces="bias_and_variance", fails="test_bias_and_variance")
def trace_of_h(X, w, sigma, alpha):
    """The variance of a sum of noises goes with the *squares* of their factors: you add up entries of H."""
    H = _hat(X, alpha)
    return float(np.mean((H @ X @ w - X @ w) ** 2)), float(sigma**2 * np.trace(H) / len(X))


@mutant("p.04.9", replaces="bias_and_variance", fails="test_bias_and_variance")
def penalty_per_row(X, w, sigma, alpha):
    """You multiply alpha by the number of rows: it is added to the diagonal as it is."""
    H = _hat(X, alpha * len(X))
    return float(np.mean((H @ X @ w - X @ w) ** 2)), float(sigma**2 * np.sum(H**2) / len(X))


@mutant("p.04.9", replaces="bias_and_variance", fails="test_bias_and_variance")
def no_squares(X, w, sigma, alpha):
    """sigma is the standard deviation of the noise: its variance is the square."""
    H = _hat(X, alpha)
    return float(np.mean((H @ X @ w - X @ w) ** 2)), float(sigma * np.sum(H**2) / len(X))


@mutant("p.04.9", replaces="bias_and_variance", fails="test_bias_and_variance")
def biases_cancel(X, w, sigma, alpha):
    """You average the errors before you square them: one that is too high in one row and too low in another cancel."""
    H = _hat(X, alpha)
    return float(np.mean(H @ X @ w - X @ w) ** 2), float(sigma**2 * np.sum(H**2) / len(X))


@mutant("p.04.9", replaces="bias_and_variance", fails="test_bias_and_variance")
def adds_new_noise(X, w, sigma, alpha):
    """You add the noise of new targets to the variance: asked for is how much the *predictions* scatter."""
    H = _hat(X, alpha)
    return float(np.mean((H @ X @ w - X @ w) ** 2)), float(sigma**2 * (1 + np.sum(H**2) / len(X)))


@mutant("p.04.9", replaces="bias_and_variance", fails="test_bias_and_variance")
def sums_of_the_rows(X, w, sigma, alpha):
    """You add up over the rows: both are to be averaged over them."""
    H = _hat(X, alpha)
    return float(np.sum((H @ X @ w - X @ w) ** 2)), float(sigma**2 * np.sum(H**2))


@mutant("p.04.9", replaces="bias_and_variance", fails="test_bias_and_variance")
def bias_of_the_weights(X, w, sigma, alpha):
    """You compare the mean *weights* with the true ones: asked for is how far the predictions are off."""
    H = _hat(X, alpha)
    mean = np.linalg.solve(X.T @ X + alpha * np.eye(X.shape[1]), X.T @ X @ w)
    return float(np.mean((mean - w) ** 2)), float(sigma**2 * np.sum(H**2) / len(X))


@mutant("p.04.9", replaces="bias_and_variance", fails="test_bias_and_variance")
def scatter_among_the_rows(X, w, sigma, alpha):
    """You take the variance of the predictions from row to row: asked for is how one row's prediction scatters from
    training set to training set."""
    H = _hat(X, alpha)
    return float(np.mean((H @ X @ w - X @ w) ** 2)), float(np.var(H @ X @ w))


@mutant("p.04.9", replaces="P_04_9_CHOICE", fails="test_what_to_change", constant=True)
def variance_it_is():
    """High variance shows as a gap between the two errors: here they are alike."""
    return ["variance", "raise"]


@mutant("p.04.9", replaces="P_04_9_CHOICE", fails="test_what_to_change", constant=True)
def the_wrong_way():
    """The model is held back already: a larger alpha holds it back even more."""
    return ["bias", "raise"]


@alternative("p.04.9", replaces="bias_and_variance")
def through_the_weights(X, w, sigma, alpha):
    """Mean and covariance of the weights first, then of the predictions, row by row."""
    inverse = np.linalg.inv(X.T @ X + alpha * np.eye(len(w)))
    shift = inverse @ X.T @ X @ w - w
    covariance = sigma**2 * inverse @ X.T @ X @ inverse
    return np.mean([(row @ shift) ** 2 for row in X]), np.mean([row @ covariance @ row for row in X])


# p.04.10


@mutant("p.04.10", replaces="shrunk", fails="test_shrinks_weights")
def steps_over_zero(w, alpha, l1_ratio):
    """A small weight is pushed past 0 to the other side: the absolute value pushes back there, so it stays at 0."""
    return (w - np.sign(w) * alpha * l1_ratio) / (1 + alpha * (1 - l1_ratio))


@mutant("p.04.10", replaces="shrunk", fails="test_shrinks_weights")
def ratio_swapped(w, alpha, l1_ratio):
    """The two penalties are mixed up: l1_ratio = 1 is lasso, 0 is ridge."""
    return np.sign(w) * np.maximum(np.abs(w) - alpha * (1 - l1_ratio), 0) / (1 + alpha * l1_ratio)


@mutant("p.04.10", replaces="shrunk", fails="test_shrinks_weights")
def ridge_makes_zeros(w, alpha, l1_ratio):
    """Your ridge sets weights to 0: its pull fades as a weight gets smaller, so it only divides."""
    return np.sign(w) * np.maximum(np.abs(w) - alpha, 0)


@mutant("p.04.10", replaces="shrunk", fails="test_shrinks_weights")
def mixes_the_weights(w, alpha, l1_ratio):
    """You mix what lasso and ridge find: the penalties are mixed, and the weight has to be found for the mixture."""
    lasso = w - np.clip(w, -alpha, alpha)
    return l1_ratio * lasso + (1 - l1_ratio) * w / (1 + alpha)


@mutant("p.04.10", replaces="shrunk", fails="test_shrinks_weights")
def divides_first(w, alpha, l1_ratio):
    """You divide first and pull by the absolute value afterwards: set the derivative of the whole cost to 0, and the
    pull is divided as well."""
    smaller, slope = w / (1 + alpha * (1 - l1_ratio)), alpha * l1_ratio
    return smaller - np.clip(smaller, -slope, slope)


@mutant("p.04.10", replaces="shrunk", fails="test_shrinks_weights")
def cuts_and_keeps(w, alpha, l1_ratio):
    """You set small weights to 0 and leave the large ones their length: the absolute value pulls these as well, by as
    much."""
    return np.where(np.abs(w) > alpha * l1_ratio, w, 0.0) / (1 + alpha * (1 - l1_ratio))


@mutant("p.04.10", replaces="shrunk", fails="test_shrinks_weights")
def sign_by_division(w, alpha, l1_ratio):
    """You divide a weight by its size to find its sign: for a weight of 0 that is nan. `np.sign` knows it."""
    return w / np.abs(w) * np.maximum(np.abs(w) - alpha * l1_ratio, 0) / (1 + alpha * (1 - l1_ratio))


@mutant("p.04.10", replaces="shrunk", fails="test_weights_are_left_alone")
def zeros_in_place(w, alpha, l1_ratio):
    """You write into the caller's own array of weights: make a new one, or a copy first."""
    slope = alpha * l1_ratio
    w -= np.clip(w, -slope, slope)
    w /= 1 + alpha * (1 - l1_ratio)
    return w


@mutant("p.04.10", replaces="P_04_10_CHOICE", fails="test_a_model_for_each_case", constant=True)
def lasso_for_groups():
    """Of a group of features that go together lasso keeps one by chance; with more columns than rows it is erratic."""
    return ["lasso", "lasso", "ridge", "lasso"]


@mutant("p.04.10", replaces="P_04_10_CHOICE", fails="test_a_model_for_each_case", constant=True)
def ridge_selects():
    """Ridge sets no weight to 0, so it does not select: not what you want where few features matter."""
    return ["ridge", "elastic net", "ridge", "elastic net"]


@alternative("p.04.10", replaces="shrunk")
def two_sides(w, alpha, l1_ratio):
    """The lowest point on each side of the kink."""
    slope, curve = alpha * l1_ratio, 1 + alpha * (1 - l1_ratio)
    return [max(one - slope, 0) / curve + min(one + slope, 0) / curve for one in w]


@alternative("p.04.10", replaces="shrunk")
def searched(w, alpha, l1_ratio):
    """A numerical search, and the kink as a candidate."""

    def found(one):
        def cost(v):
            return (v - one) ** 2 / 2 + alpha * (l1_ratio * abs(v) + (1 - l1_ratio) * v**2 / 2)

        near = minimize_scalar(cost, bounds=(-abs(one), abs(one)), method="bounded", options={"xatol": 1e-9}).x
        return near if cost(near) < cost(0.0) - 1e-12 else 0.0

    return np.array([found(one) for one in w])


# p.04.11


@mutant("p.04.11", replaces="label_probabilities", fails="test_probabilities_of_labels")
def always_softmax(scores, exclusive):
    """You share one probability among labels that do not exclude each other: a bicycle for children may have gears."""
    return softmax(scores, axis=1)


@mutant("p.04.11", replaces="label_probabilities", fails="test_probabilities_of_labels")
def always_sigmoid(scores, exclusive):
    """The probabilities of exclusive labels have to add up to 1: that is what softmax is for."""
    return expit(scores)


@mutant("p.04.11", replaces="label_probabilities", fails="test_probabilities_of_labels")
def over_the_pictures(scores, exclusive):
    """You share the probability among the pictures: the labels of one picture are in one row."""
    return softmax(scores, axis=0) if exclusive else expit(scores)


@mutant("p.04.11", replaces="label_probabilities", fails="test_probabilities_of_large_scores")
def overflows(scores, exclusive):
    """exp(1000) is infinite, and infinity by infinity is nan: take the largest score of a row away first."""
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True) if exclusive else powers / (1 + powers)


@mutant("p.04.11", replaces="label_probabilities", fails="test_probabilities_of_labels")
def sigmoids_by_their_sum(scores, exclusive):
    """You divide the sigmoids by their sum: softmax divides the *powers* of e, and two rows whose scores differ by a
    constant get the same."""
    found = expit(scores)
    return found / found.sum(axis=1, keepdims=True) if exclusive else found


@mutant("p.04.11", replaces="label_probabilities", fails="test_probabilities_of_large_scores")
def cut_off(scores, exclusive):
    """You cut large scores off: two that are both beyond the limit become equal, and for softmax their difference is
    all that counts."""
    powers = np.exp(np.clip(scores, -500, 500))
    return powers / powers.sum(axis=1, keepdims=True) if exclusive else powers / (1 + powers)


@mutant("p.04.11", replaces="label_probabilities", fails="test_probabilities_of_large_scores")
def one_largest_for_all(scores, exclusive):
    """You take the largest score of the whole table away: in a row far below it all powers are 0, and 0 by 0 is nan.
    Each row has a largest score of its own."""
    powers = np.exp(scores - np.max(scores))
    return powers / powers.sum(axis=1, keepdims=True) if exclusive else expit(scores)


@mutant("p.04.11", replaces="label_probabilities", fails="test_scores_are_left_alone")
def shifted_in_place(scores, exclusive):
    """`scores -= …` changes the caller's own array: whoever asks again gets the answer for other scores."""
    if not exclusive:
        return expit(scores)
    scores -= scores.max(axis=1, keepdims=True)
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


@mutant("p.04.11", replaces="P_04_11_CHOICE", fails="test_one_model_or_two", constant=True)
def one_softmax():
    """A softmax of these four labels would make gears less likely because the bicycle is for children: they don't
    exclude each other."""
    return ["a"]


@mutant("p.04.11", replaces="P_04_11_CHOICE", fails="test_one_model_or_two", constant=True)
def three_labels():
    """Two questions with two answers each have four combinations: three labels leave one of them out."""
    return ["d"]


@alternative("p.04.11", replaces="label_probabilities")
def picture_by_picture(scores, exclusive):
    """Row by row; the sigmoid as a softmax of the score and 0."""
    rows = []
    for row in scores:
        if exclusive:
            rows.append([1 / np.sum(np.exp(np.minimum(row - one, 700))) for one in row])
        else:
            rows.append([softmax([one, 0.0])[0] for one in row])
    return rows


@alternative("p.04.11", replaces="P_04_11_CHOICE", constant=True)
def letter_alone():
    """A letter alone."""
    return "B"


@alternative("p.04.11", replaces="label_probabilities")
def infinite_on_the_way(scores, exclusive):
    """SciPy's softmax; a sigmoid whose power may be infinite, and 1 by infinity is 0."""
    return softmax(scores, axis=1) if exclusive else 1 / (1 + np.exp(-scores))
