"""Support vector machines, kernels and their cost (tf2.05.4 to tf2.05.6): wrong answers, and right ones."""

import math

import numpy as np
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from autograder.testing import alternative, mutant

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
def hardly_penalised(scores, y, new_scores):
    """A penalty is left, small as it is, and with scores in small units it shows: leave it out, by `C=np.inf`."""
    model = LogisticRegression(C=100).fit(np.reshape(scores, (-1, 1)), y)
    return model.predict_proba(np.reshape(new_scores, (-1, 1)))[:, 1]


@mutant("tf2.05.4", replaces="calibrated", fails="test_probabilities_from_scores")
def smoothed_labels(scores, y, new_scores):
    """You move the labels towards the middle first, as scikit-learn's calibration does: here they count as they are."""
    y = np.asarray(y)
    ones = np.where(y == 1, (np.sum(y == 1) + 1) / (np.sum(y == 1) + 2), 1 / (np.sum(y == 0) + 2))
    Z = np.reshape(scores, (-1, 1)) / np.std(scores)
    model = LogisticRegression(C=np.inf, tol=1e-8)
    model.fit(np.vstack([Z, Z]), np.repeat([1, 0], len(y)), sample_weight=np.append(ones, 1 - ones))
    return model.predict_proba(np.reshape(new_scores, (-1, 1)) / np.std(scores))[:, 1]


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
def bias_in_the_dual(form, m, n):
    """In the dual form the unknowns are the alphas alone: the bias follows from them."""
    return (n + 1) ** 2 if form == "primal" else (m + 1) ** 2


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


@mutant("tf2.05.5", replaces="training_seconds", fails="test_time_for_more_rows")
def seconds_to_a_power(form, m, measured_m, measured_seconds):
    """You take the power of the seconds as well: it is how many times the rows that is squared, or cubed."""
    grown = measured_seconds * m / measured_m
    return (grown, grown) if form == "primal" else (grown**2, grown**3)


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
def cross_validated(X, y, gammas, Cs):
    """You judge by rows held out: here the question is how well a machine fits the rows that it was trained on."""
    return [[cross_val_score(SVC(gamma=gamma, C=C), X, y, cv=3).mean() for C in Cs] for gamma in gammas]


@mutant("tf2.05.6", replaces="training_accuracies", fails="test_experiment")
def scaled_first(X, y, gammas, Cs):
    """You scale the columns: here they are used as they are, so that gamma means what it says."""
    Z = StandardScaler().fit_transform(X)
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
