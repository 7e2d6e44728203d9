"""Support vector machines, the street and its scale (tf2.05.1 to tf2.05.3): wrong answers, and right ones."""

import math

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.svm import SVC

from autograder.testing import alternative, mutant

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


@mutant("tf2.05.1", replaces="street_width", fails="test_width_of_the_street")
def sum_of_sizes(w):
    """You add up the sizes of the weights: the length of w is the root of the sum of their squares."""
    return 2 / float(np.abs(w).sum())


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


@mutant("tf2.05.1", replaces="soft_margin_cost", fails="test_cost_of_a_soft_margin")
def at_most_one(X, t, w, b, C):
    """You let no violation be greater than 1: the further a row is on the wrong side, the more it costs."""
    return _cost(X, t, w, b, C, lambda sides: np.clip(1 - sides, 0, 1))


@mutant("tf2.05.1", replaces="soft_margin_cost", fails="test_cost_of_a_soft_margin")
def all_of_w(X, t, w, b, C):
    """You take w @ w whole: half of it is asked for."""
    return float(np.dot(w, w) / 2) + _cost(X, t, w, b, C, lambda sides: np.maximum(0, 1 - sides))


@mutant("tf2.05.1", replaces="soft_margin_cost", fails="test_cost_of_a_soft_margin")
def classes_left_out(X, t, w, b, C):
    """You go by the size of the score, whatever the class: a row far on the wrong side then costs nothing."""
    return _cost(X, 1, w, b, C, lambda scores: np.maximum(0, 1 - np.abs(scores)))


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


@mutant("tf2.05.2", replaces="support_rows", fails="test_rows_near_the_edge")
def two_tolerances(X, t, w, b, tol=1e-6):
    """`np.isclose` has a relative tolerance besides, of 1e-5: with `rtol=0`, `tol` alone decides."""
    sides = t * (X @ w + b)
    return np.flatnonzero((sides < 1) | np.isclose(sides, 1, atol=tol))


@mutant("tf2.05.2", replaces="support_rows", fails="test_finds_the_support_vectors")
def one_class_alone(X, t, w, b, tol=1e-6):
    """For rows of class -1 the edge is at -1: multiply the scores by t before you compare them."""
    return np.flatnonzero(X @ w + b <= 1 + tol)


@mutant("tf2.05.2", replaces="decide", fails="test_predicts_from_support_vectors")
def mean_opinion(vectors, coefs, b, gamma, X):
    """You take the mean over the support vectors: their sum is asked for."""
    return np.exp(-gamma * cdist(X, vectors, "sqeuclidean")) @ coefs / len(coefs) + b


@mutant("tf2.05.2", replaces="decide", fails="test_predicts_from_support_vectors")
def bias_for_each(vectors, coefs, b, gamma, X):
    """You add the bias once for each support vector: it is added once, to the sum."""
    return np.exp(-gamma * cdist(X, vectors, "sqeuclidean")) @ coefs + len(coefs) * b


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


@mutant("tf2.05.3", replaces="boundary_angle", fails="test_boundary_turns_with_the_unit")
def sharper_angle(X, y, factor, scale):
    """Normals have a direction, and may differ by more than a right angle: leave the sign of the cosine."""
    angle = _angle(_weights(X, y, scale), _weights(X * _units(X, factor), y, scale) * _units(X, factor))
    return min(angle, 180 - angle)


@mutant("tf2.05.3", replaces="boundary_angle", fails="test_scaling_holds_the_boundary")
def cosine_above_one(X, y, factor, scale):
    """Rounding brings your cosine above 1 at times, where `arccos` gives nan: bring it back with `np.clip`."""
    one, other = _weights(X, y, scale), _weights(X * _units(X, factor), y, scale) * _units(X, factor)
    with np.errstate(invalid="ignore"):
        return float(np.degrees(np.arccos(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))))


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
