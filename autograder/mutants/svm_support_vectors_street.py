"""Support vector machines, the street: wrong answers that must fail, and right ones that must pass."""

import math

import numpy as np
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC, LinearSVC

from autograder import alternative, mutant

# ---------------------------------------------------------------- tf2.05.1


@mutant("tf2.05.1", replaces="street_width", fails="test_width_of_the_street")
def half_the_street(w):
    """That is the distance from the boundary to one edge: the street has two sides."""
    return 1 / math.hypot(*w)


@mutant("tf2.05.1", replaces="street_width", fails="test_width_of_the_street")
def squared_length(w):
    """You divide by the square of the length of w: the length itself is enough."""
    return 2 / float(np.dot(w, w))


@mutant("tf2.05.1", replaces="street_width", fails="test_width_of_the_street")
def length_of_w(w):
    """The larger w, the *narrower* the street: the scores change more quickly from -1 to 1."""
    return 2 * math.hypot(*w)


@alternative("tf2.05.1", replaces="street_width")
def along_w(w):
    """The score rises by the length of w per unit of distance, and has to rise by 2."""
    unit = np.asarray(w) / math.sqrt(sum(v * v for v in w))
    return 2 / float(unit @ np.asarray(w))


def _cost(X, t, w, b, C, loss):
    return float(np.dot(w, w) / 2 + C * loss(t * (X @ w + b)).sum())


@mutant("tf2.05.1", replaces="soft_margin_cost", fails="test_cost_of_a_soft_margin")
def credit_for_distance(X, t, w, b, C):
    """Rows far from the street lower your cost: a row that keeps its distance costs 0, not less."""
    return _cost(X, t, w, b, C, lambda sides: 1 - sides)


@mutant("tf2.05.1", replaces="soft_margin_cost", fails="test_cost_of_a_soft_margin")
def wrong_side_only(X, t, w, b, C):
    """You charge only rows on the wrong side of the boundary: on the street itself there is a price, too."""
    return _cost(X, t, w, b, C, lambda sides: np.maximum(0, -sides))


@mutant("tf2.05.1", replaces="soft_margin_cost", fails="test_cost_of_a_soft_margin")
def mean_violation(X, t, w, b, C):
    """You take the mean of the violations: their sum is asked for."""
    return _cost(X, t, w, b, C / len(t), lambda sides: np.maximum(0, 1 - sides))


@mutant("tf2.05.1", replaces="soft_margin_cost", fails="test_cost_of_a_soft_margin")
def squared_violations(X, t, w, b, C):
    """You square the violations: each costs in proportion."""
    return _cost(X, t, w, b, C, lambda sides: np.maximum(0, 1 - sides) ** 2)


@mutant("tf2.05.1", replaces="soft_margin_cost", fails="test_cost_of_a_soft_margin")
def number_of_violations(X, t, w, b, C):
    """You count the rows that violate the margin: it matters by how much each does."""
    return _cost(X, t, w, b, C, lambda sides: sides < 1)


@alternative("tf2.05.1", replaces="soft_margin_cost")
def row_after_row(X, t, w, b, C):
    """Row after row."""
    total = sum(float(v) ** 2 for v in w) / 2
    for x, side in zip(X, t, strict=True):
        total += C * max(0.0, 1 - side * (sum(a * v for a, v in zip(x, w, strict=True)) + b))
    return total


# ---------------------------------------------------------------- tf2.05.2


@mutant("tf2.05.2", replaces="support_rows", fails="test_finds_the_support_vectors")
def on_the_edge_only(X, t, w, b, tol=1e-6):
    """You find the rows on the edges: those on the street, and on the wrong side, support it as well."""
    return np.flatnonzero(np.abs(t * (X @ w + b) - 1) <= tol)


@mutant("tf2.05.2", replaces="support_rows", fails="test_finds_the_support_vectors")
def on_the_street_only(X, t, w, b, tol=1e-6):
    """A row that is beyond the street on the wrong side is a support vector as well: moving it moves the boundary."""
    return np.flatnonzero(np.abs(X @ w + b) <= 1 + tol)


@mutant("tf2.05.2", replaces="support_rows", fails="test_finds_the_support_vectors")
def the_others(X, t, w, b, tol=1e-6):
    """These are the rows off the street, that have no say."""
    return np.flatnonzero(t * (X @ w + b) > 1 + tol)


@mutant("tf2.05.2", replaces="support_rows", fails="test_rows_near_the_edge")
def without_tolerance(X, t, w, b, tol=1e-6):
    """A row on the edge is a support vector; by a rounding error it may be just beyond: use the tolerance."""
    return np.flatnonzero(t * (X @ w + b) <= 1)


@mutant("tf2.05.2", replaces="decide", fails="test_predicts_from_support_vectors")
def distance_not_squared(vectors, coefs, b, gamma, X):
    """The kernel takes the *squared* distance."""
    return np.exp(-gamma * cdist(X, vectors)) @ coefs + b


@mutant("tf2.05.2", replaces="decide", fails="test_predicts_from_support_vectors")
def bias_left_out(vectors, coefs, b, gamma, X):
    """You leave out the bias term."""
    return np.exp(-gamma * cdist(X, vectors, "sqeuclidean")) @ coefs


@mutant("tf2.05.2", replaces="decide", fails="test_predicts_from_support_vectors")
def class_not_score(vectors, coefs, b, gamma, X):
    """You return the class: the decision function is the number whose sign it is."""
    return np.sign(np.exp(-gamma * cdist(X, vectors, "sqeuclidean")) @ coefs + b)


@alternative("tf2.05.2", replaces="support_rows")
def sides_one_by_one(X, t, w, b, tol=1e-6):
    """A list comprehension over the rows, as an array."""
    return np.array([i for i, x in enumerate(X) if 1 - t[i] * (np.dot(x, w) + b) >= -tol], dtype=int)


@alternative("tf2.05.2", replaces="decide")
def by_scipy(vectors, coefs, b, gamma, X):
    """Distances by SciPy; a list."""
    return (b + np.exp(-gamma * cdist(X, vectors, "sqeuclidean")).dot(coefs)).tolist()


# ---------------------------------------------------------------- tf2.05.3


def _angle(one, other):
    one, other = one / np.linalg.norm(one), other / np.linalg.norm(other)
    return float(np.degrees(np.arccos(np.clip(one @ other, -1, 1))))


def _standardised(X):
    return (X - X.mean(axis=0)) / X.std(axis=0), X.std(axis=0)


def _weights(X, y, scale):
    if not scale:
        return SVC(kernel="linear", C=1).fit(X, y).coef_[0]
    Z, std = _standardised(X)
    return SVC(kernel="linear", C=1).fit(Z, y).coef_[0] / std


def _units(X, factor):
    return np.append(factor, np.ones(X.shape[1] - 1))


@mutant("tf2.05.3", replaces="boundary_angle", fails="test_boundary_turns_with_the_unit")
def weights_in_other_units(X, y, factor, scale):
    """You compare weights in different units: multiply the first weight by the factor, to have it in units of X."""
    return _angle(_weights(X, y, scale), _weights(X * _units(X, factor), y, scale))


@mutant("tf2.05.3", replaces="boundary_angle", fails="test_boundary_turns_with_the_unit")
def divided_by_factor(X, y, factor, scale):
    """(w * factor) @ x is w @ (x * factor): the weight has to be multiplied, you divide."""
    return _angle(_weights(X, y, scale), _weights(X * _units(X, factor), y, scale) / _units(X, factor))


@mutant("tf2.05.3", replaces="boundary_angle", fails="test_boundary_turns_with_the_unit")
def always_scaled(X, y, factor, scale):
    """You scale in either case: without `scale` the columns are used as they are."""
    return _angle(_weights(X, y, True), _weights(X * _units(X, factor), y, True) * _units(X, factor))


@mutant("tf2.05.3", replaces="boundary_angle", fails="test_boundary_turns_with_the_unit")
def in_radians(X, y, factor, scale):
    """The angle is in radians: degrees are asked for."""
    return math.radians(_angle(_weights(X, y, scale), _weights(X * _units(X, factor), y, scale) * _units(X, factor)))


@mutant("tf2.05.3", replaces="boundary_angle", fails="test_scaling_holds_the_boundary")
def scales_once(X, y, factor, scale):
    """You scale first and change the unit then: the scaler has to see the column in its new unit."""
    Z, std = _standardised(X) if scale else (X, np.ones(X.shape[1]))
    units = _units(X, factor)
    return _angle(_weights(Z, y, False) / std, _weights(Z * units, y, False) * units / std)


@mutant("tf2.05.3", replaces="boundary_angle", fails="test_scaling_holds_the_boundary")
def scaling_left_out(X, y, factor, scale):
    """You never scale: with `scale`, standardise the columns before each fit."""
    return _angle(_weights(X, y, False), _weights(X * _units(X, factor), y, False) * _units(X, factor))


@alternative("tf2.05.3", replaces="boundary_angle")
def from_the_slope(X, y, factor, scale):
    """The normal as differences of scores, with a scaler of the same effect."""

    def normal(units):
        Z = X * units
        shift, size = (Z.mean(axis=0), Z.std(axis=0)) if scale else (0, 1)
        model = SVC(kernel="linear", C=1).fit((Z - shift) / size, y)
        near = model.decision_function((np.eye(X.shape[1]) * units - shift) / size)
        return near - model.decision_function((np.zeros((1, X.shape[1])) - shift) / size)

    return _angle(normal(np.ones(X.shape[1])), normal(_units(X, factor)))


# ---------------------------------------------------------------- tf2.05.4


@mutant("tf2.05.4", replaces="distances", fails="test_distances_from_the_boundary")
def score_not_distance(X, w, b):
    """That is the score: divide by the length of w to have a distance."""
    return X @ w + b


@mutant("tf2.05.4", replaces="distances", fails="test_distances_from_the_boundary")
def without_sign(X, w, b):
    """Your distances have no sign, so that they don't tell the classes apart."""
    return np.abs(X @ w + b) / np.linalg.norm(w)


@mutant("tf2.05.4", replaces="distances", fails="test_distances_from_the_boundary")
def bias_not_divided(X, w, b):
    """You divide w by its length, but not b."""
    return X @ w / np.linalg.norm(w) + b


@mutant("tf2.05.4", replaces="calibrated", fails="test_probabilities_from_scores")
def plain_sigmoid(scores, y, new_scores):
    """You put the scores into a sigmoid as they are: a and c have to be learned from the labels."""
    return 1 / (1 + np.exp(-np.asarray(new_scores)))


@mutant("tf2.05.4", replaces="calibrated", fails="test_probabilities_from_scores")
def penalised(scores, y, new_scores):
    """`LogisticRegression` penalises large weights unless told otherwise: with scores in small units it shows."""
    model = LogisticRegression().fit(np.reshape(scores, (-1, 1)), y)
    return model.predict_proba(np.reshape(new_scores, (-1, 1)))[:, 1]


@mutant("tf2.05.4", replaces="calibrated", fails="test_probabilities_from_scores")
def through_the_origin(scores, y, new_scores):
    """Your curve always gives 1/2 to a score of 0: c has to be learned, too."""
    model = LogisticRegression(C=np.inf, fit_intercept=False).fit(np.reshape(scores, (-1, 1)), y)
    return model.predict_proba(np.reshape(new_scores, (-1, 1)))[:, 1]


@mutant("tf2.05.4", replaces="TF2_05_4_CHOICE", fails="test_what_a_score_is", constant=True)
def scores_as_probabilities():
    """A score may be any number, and nothing was trained to make it the chance of being right."""
    return ["scores say how sure it is", "scores are probabilities"]


@mutant("tf2.05.4", replaces="TF2_05_4_CHOICE", fails="test_what_a_score_is", constant=True)
def calibrated_on_learned_rows():
    """Rows that the machine has learned get scores that are too good: the second model would be too sure."""
    return ["scores say how sure it is", "probabilities take a second model", "rows trained on"]


@alternative("tf2.05.4", replaces="calibrated")
def most_likely_curve(scores, y, new_scores):
    """The log loss, minimised by SciPy; scores standardised on the way."""
    scores, y, new_scores = (np.asarray(part, dtype=float) for part in (scores, y, new_scores))
    mean, std = scores.mean(), scores.std()

    def loss(q):
        return np.logaddexp(0, (1 - 2 * y) * (q[0] * (scores - mean) / std + q[1])).sum()

    a, c = minimize(loss, [1.0, 0.0], method="BFGS").x
    return [float(1 / (1 + np.exp(-(a * (s - mean) / std + c)))) for s in new_scores]


@alternative("tf2.05.4", replaces="distances")
def unit_normal(X, w, b):
    """The foot of the origin, and a normal of length 1."""
    unit = np.asarray(w) / np.sqrt(np.dot(w, w))
    foot = -b / np.dot(w, w) * np.asarray(w)
    return [float((np.asarray(x) - foot) @ unit) for x in X]


# ---------------------------------------------------------------- tf2.05.5


@mutant("tf2.05.5", replaces="numbers_in_h", fails="test_size_of_h")
def bias_has_no_place(form, m, n):
    """In the primal form the bias is an unknown, too."""
    return n * n if form == "primal" else m * m


@mutant("tf2.05.5", replaces="numbers_in_h", fails="test_size_of_h")
def forms_mixed_up(form, m, n):
    """You have mixed up the forms: in the primal form the unknowns are weights, in the dual one per row."""
    return m * m if form == "primal" else (n + 1) ** 2


@mutant("tf2.05.5", replaces="numbers_in_h", fails="test_size_of_h")
def size_of_x(form, m, n):
    """That is the size of X: H has a row and a column for each unknown."""
    return m * n


@mutant("tf2.05.5", replaces="training_seconds", fails="test_time_for_more_rows")
def always_linear(form, m, measured_m, measured_seconds):
    """For the dual form the time grows faster than in proportion to the number of rows."""
    return (measured_seconds * m / measured_m,) * 2


@mutant("tf2.05.5", replaces="training_seconds", fails="test_time_for_more_rows")
def square_only(form, m, measured_m, measured_seconds):
    """The most that you expect of the dual form is the third power."""
    return (measured_seconds * (m / measured_m) ** (1 if form == "primal" else 2),) * 2


@mutant("tf2.05.5", replaces="TF2_05_5_CHOICE", fails="test_primal_or_dual", constant=True)
def dual_for_millions():
    """With millions of rows the dual form has millions of unknowns, and H does not fit into any memory."""
    return {
        "millions of rows, hundreds of columns": "dual",
        "an RBF kernel": "dual",
        "200 rows, 100,000 columns": "dual",
    }


@mutant("tf2.05.5", replaces="TF2_05_5_CHOICE", fails="test_primal_or_dual", constant=True)
def primal_for_all():
    """Kernels take the place of products of rows with rows, and only the dual form has such products."""
    return {
        "millions of rows, hundreds of columns": "primal",
        "an RBF kernel": "primal",
        "200 rows, 100,000 columns": "primal",
    }


@alternative("tf2.05.5", replaces="training_seconds")
def by_logarithms(form, m, measured_m, measured_seconds):
    """Through the logarithm; a list."""
    grown = math.log(m / measured_m)
    return [math.exp(math.log(measured_seconds) + k * grown) for k in ((1, 1) if form == "primal" else (2, 3))]


# ---------------------------------------------------------------- tf2.05.6


@mutant("tf2.05.6", replaces="rbf_similarity", fails="test_similarity")
def root_kept(X, landmarks, gamma):
    """You take the distance as it is: it has to be squared."""
    return np.exp(-gamma * cdist(X, landmarks))


@mutant("tf2.05.6", replaces="rbf_similarity", fails="test_similarity")
def gamma_as_a_width(X, landmarks, gamma):
    """You divide by gamma: a large gamma makes the kernel *narrow*."""
    return np.exp(-cdist(X, landmarks, "sqeuclidean") / gamma)


@mutant("tf2.05.6", replaces="rbf_similarity", fails="test_similarity")
def turned_over(X, landmarks, gamma):
    """Your table is turned over: a row of it is a row of X."""
    return np.exp(-gamma * cdist(landmarks, X, "sqeuclidean"))


@mutant("tf2.05.6", replaces="training_accuracies", fails="test_experiment")
def one_row_per_c(X, y, gammas, Cs):
    """Your table has one row per C: gamma comes first."""
    return [[SVC(gamma=gamma, C=C).fit(X, y).score(X, y) for gamma in gammas] for C in Cs]


@mutant("tf2.05.6", replaces="training_accuracies", fails="test_experiment")
def linear_kernel(X, y, gammas, Cs):
    """gamma makes no difference in your table: is the kernel RBF?"""
    return [[LinearSVC(C=C, random_state=0).fit(X, y).score(X, y) for C in Cs] for _ in gammas]


@mutant("tf2.05.6", replaces="training_accuracies", fails="test_experiment")
def scaled_first(X, y, gammas, Cs):
    """You scale the columns: here they are used as they are, so that gamma means what it says."""
    Z = MinMaxScaler().fit_transform(X)
    return [[SVC(gamma=gamma, C=C).fit(Z, y).score(Z, y) for C in Cs] for gamma in gammas]


@mutant("tf2.05.6", replaces="TF2_05_6_CHOICE", fails="test_what_helps_an_underfitted_kernel", constant=True)
def smoother_still():
    """A smaller gamma makes every row look like every other, and a smaller C lets more of them be wrong."""
    return {"gamma": "decrease", "C": "decrease"}


@mutant("tf2.05.6", replaces="TF2_05_6_CHOICE", fails="test_what_helps_an_underfitted_kernel", constant=True)
def c_as_a_penalty_of_weights():
    """C is the price of violations, not of the weights: a *larger* C regularises less."""
    return {"gamma": "increase", "C": "decrease"}


@alternative("tf2.05.6", replaces="rbf_similarity")
def factored(X, landmarks, gamma):
    """Squared distances from products; nested lists."""
    X, L = np.asarray(X), np.asarray(landmarks)
    squares = (X**2).sum(axis=1)[:, None] + (L**2).sum(axis=1) - 2 * X @ L.T
    return np.exp(-gamma * np.maximum(squares, 0)).tolist()


@alternative("tf2.05.6", replaces="training_accuracies")
def by_support_vectors(X, y, gammas, Cs):
    """Predictions made by hand from the dual coefficients."""
    table = []
    for gamma in gammas:
        row = []
        for C in Cs:
            model = SVC(kernel="rbf", gamma=gamma, C=C, tol=1e-4).fit(X, y)
            K = np.exp(-gamma * cdist(X, model.support_vectors_, "sqeuclidean"))
            side = K @ model.dual_coef_[0] + model.intercept_[0] > 0
            row.append(float(np.mean(model.classes_[side.astype(int)] == y)))
        table.append(tuple(row))
    return table
