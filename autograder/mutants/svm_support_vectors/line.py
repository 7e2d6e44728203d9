"""Support vector machines, a quadratic program and three lines: wrong answers that must fail, right ones that pass."""

import numpy as np
from scipy.sparse import bmat, diags, identity
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- tf2.05.7


def _qp(X, t, C, *, slack=-1.0, bounds=True, price=None, square=0.0, bias=0.0, side=-1.0, edge=-1.0):
    """The right program, unless told otherwise."""
    X, t = np.asarray(X, dtype=float), np.asarray(t, dtype=float)
    m, n = X.shape
    H = np.diag(np.concatenate([[bias], np.ones(n), np.full(m, square)]))
    f = np.concatenate([np.zeros(n + 1), np.full(m, C if price is None else price)])
    margins = np.hstack([side * t[:, None], side * t[:, None] * X, slack * np.eye(m)])
    lower = np.hstack([np.zeros((m, n + 1)), -np.eye(m)])
    A = np.vstack([margins, lower]) if bounds else margins
    return H, f, A, np.concatenate([np.full(m, edge), np.zeros(m if bounds else 0)])


@mutant("tf2.05.7", replaces="qp_sizes", fails="test_sizes")
def no_bias(m, n):
    """You leave out the bias: it is an unknown like the weights."""
    return n + m, 2 * m


@mutant("tf2.05.7", replaces="qp_sizes", fails="test_sizes")
def margins_only(m, n):
    """That a violation is not negative has to be demanded, too, for each row."""
    return 1 + n + m, m


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def plus_identity(X, t, C):
    """A violation makes your constraint *harder* to satisfy, so that none is ever allowed: its sign has to be the other
    one. (Many an answer in print has it so.)"""
    return _qp(X, t, C, slack=1.0)


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def violations_for_free(X, t, C):
    """Violations cost nothing in your problem: C belongs into f."""
    return _qp(X, t, C, price=0.0)


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def price_without_c(X, t, C):
    """C makes no difference in your problem: f holds it once for each violation."""
    return _qp(X, t, C, price=1.0)


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def price_per_row(X, t, C):
    """You divide C by the number of rows: the sum of the violations is charged, not their mean."""
    return _qp(X, t, C, price=C / len(X))


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def small_bias_wanted(X, t, C):
    """Your H makes the bias small as well: its place on the diagonal is 0."""
    return _qp(X, t, C, bias=1.0)


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def squared_violations_cost(X, t, C):
    """Your H squares the violations: they cost in proportion, so they have a place in f, and zeros in H."""
    return _qp(X, t, C, price=0.0, square=2 * C)


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def without_bounds(X, t, C):
    """Your violations may be negative, and a negative one is paid for: demand that each is at least 0."""
    return _qp(X, t, C, bounds=False)


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def inequality_not_turned(X, t, C):
    """t * (w @ x + b) >= 1 has to be turned round to fit A @ p <= b: change *all* its signs."""
    return _qp(X, t, C, side=1.0, edge=1.0)


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def no_street(X, t, C):
    """Your constraints ask only for the right side of the boundary: the edge of the street is at 1, not at 0."""
    return _qp(X, t, C, edge=0.0)


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def half_is_forgotten(X, t, C):
    """The solver halves p @ H @ p itself: your H, with 1/2 on its diagonal, halves it again."""
    H, f, A, b = _qp(X, t, C)
    return H / 2, f, A, b


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def squares_as_well(X, t, C):
    """Your H has ones for the violations, too, so that their squares cost as well: the identity is for the weights."""
    return _qp(X, t, C, square=1.0)


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def bias_after_the_weights(X, t, C):
    """Your first unknown is a weight: in p the bias comes first, then the weights."""
    H, f, A, b = _qp(X, t, C)
    n = np.shape(X)[1]
    order = [*range(1, n + 1), 0, *range(n + 1, len(f))]
    return H[np.ix_(order, order)], f[order], A[:, order], b


@mutant("tf2.05.7", replaces="qp_params", fails="test_solution_is_the_soft_margin")
def violations_at_most_zero(X, t, C):
    """Your bound has the wrong sign: zeta >= 0 is -zeta <= 0, and yours allows none above 0."""
    H, f, A, b = _qp(X, t, C)
    m = len(X)
    A[m:] *= -1
    return H, f, A, b


@alternative("tf2.05.7", replaces="qp_params")
def bounds_first(X, t, C):
    """The bounds come first, the rows in reverse, and each constraint on a scale of its own; cost in other units."""
    H, f, A, b = _qp(X, t, C)
    A, b = A[::-1], b[::-1]
    scale = np.geomspace(0.01, 100, len(b))
    return 50 * H, 50 * f, A * scale[:, None], b * scale


@alternative("tf2.05.7", replaces="qp_params")
def constraints_one_by_one(X, t, C):
    """Lists, one constraint after the other."""
    m, n = np.shape(X)
    size = 1 + n + m
    H = [[float(i == j and 1 <= i <= n) for j in range(size)] for i in range(size)]
    A, b = [], []
    for i in range(m):
        own = [-float(i == k) for k in range(m)]
        A += [[-float(t[i]), *(-float(t[i] * value) for value in X[i]), *own], [0.0] * (n + 1) + own]
        b += [-1.0, 0.0]
    return H, [0.0] * (n + 1) + [float(C)] * m, A, b


@alternative("tf2.05.7", replaces="qp_params")
def in_blocks(X, t, C):
    """Sparse blocks, and a constraint too many that changes nothing."""
    X, t = np.asarray(X), np.asarray(t)
    m, n = X.shape
    inputs = np.column_stack([np.ones(m), X])
    A = bmat([[-diags(t) @ inputs, -identity(m)], [np.zeros((m, n + 1)), -identity(m)]]).toarray()
    A = np.vstack([A, A[-m:].sum(axis=0)])
    H = bmat([[diags(np.append(0.0, np.ones(n))), None], [None, 0 * identity(m)]]).toarray()
    return H, np.append(np.zeros(n + 1), C * np.ones(m)), A, np.append(-np.ones(m), np.zeros(m + 1))


# ---------------------------------------------------------------- tf2.05.8


def _models(m, C):
    return {
        "LinearSVC": LinearSVC(loss="hinge", C=C, intercept_scaling=20, tol=1e-5, max_iter=50_000, random_state=0),
        "SVC": SVC(kernel="linear", C=C),
        "SGDClassifier": SGDClassifier(alpha=1 / (m * C), max_iter=2_000, tol=None, random_state=0),
    }


def _trained(X, y, models, raw=True):
    found = {}
    for name, classifier in models.items():
        scaler = StandardScaler()
        model = make_pipeline(scaler, classifier).fit(X, y)
        w, b = classifier.coef_[0], classifier.intercept_[0]
        if raw:
            w = w / scaler.scale_
            b = b - w @ scaler.mean_
        found[name] = {"model": model, "w": w, "b": float(b)}
    return found


def _except(name, m, C, model):
    return {**_models(m, C), name: model}


@mutant("tf2.05.8", replaces="align", fails="test_linear_svc_is_the_best_line")
def squared_hinge(X, y, C):
    """`LinearSVC` squares the violations unless told otherwise: set its loss to `"hinge"`."""
    model = LinearSVC(C=C, intercept_scaling=20, tol=1e-5, max_iter=50_000, random_state=0)
    return _trained(X, y, _except("LinearSVC", len(X), C, model))


@mutant("tf2.05.8", replaces="align", fails="test_linear_svc_is_the_best_line")
def bias_kept_small(X, y, C):
    """`LinearSVC` counts the bias among the weights that are to be small: look up `intercept_scaling`."""
    model = LinearSVC(loss="hinge", C=C, tol=1e-5, max_iter=50_000, random_state=0)
    return _trained(X, y, _except("LinearSVC", len(X), C, model))


@mutant("tf2.05.8", replaces="align", fails="test_sgd_is_the_best_line")
def alpha_is_c(X, y, C):
    """alpha is the price of large weights, C that of violations: a large C means a *small* alpha."""
    model = SGDClassifier(alpha=C, max_iter=2_000, tol=None, random_state=0)
    return _trained(X, y, _except("SGDClassifier", len(X), C, model))


@mutant("tf2.05.8", replaces="align", fails="test_sgd_is_the_best_line")
def alpha_without_rows(X, y, C):
    """`SGDClassifier` takes the mean over the rows, the others take the sum: alpha has to allow for their number."""
    model = SGDClassifier(alpha=1 / C, max_iter=2_000, tol=None, random_state=0)
    return _trained(X, y, _except("SGDClassifier", len(X), C, model))


@mutant("tf2.05.8", replaces="align", fails="test_sgd_is_the_best_line")
def stops_early(X, y, C):
    """`SGDClassifier` stops long before it has arrived: give it more rounds, and no tolerance that ends them."""
    model = SGDClassifier(alpha=1 / (len(X) * C), random_state=0)
    return _trained(X, y, _except("SGDClassifier", len(X), C, model))


@mutant("tf2.05.8", replaces="align", fails="test_svc_is_the_best_line")
def scaled_weights(X, y, C):
    """Your w and b belong to standardised columns: divide w by the deviations, and take w @ mean from b."""
    return _trained(X, y, _models(len(X), C), raw=False)


@mutant("tf2.05.8", replaces="align", fails="test_svc_is_the_best_line")
def bias_of_scaled_columns(X, y, C):
    """Your w is for rows as they are, but b is still that of standardised columns."""
    found = _trained(X, y, _models(len(X), C))
    for name, one in _trained(X, y, _models(len(X), C), raw=False).items():
        found[name]["b"] = one["b"]
    return found


@mutant("tf2.05.8", replaces="align", fails="test_svc_is_the_best_line")
def bias_by_scaled_weights(X, y, C):
    """You take the *scaled* weights times the means from b: divide the weights by the deviations first."""
    found = _trained(X, y, _models(len(X), C), raw=False)
    for one in found.values():
        one["b"] -= float(one["w"] @ X.mean(axis=0))
        one["w"] = one["w"] / X.std(axis=0)
    return found


@mutant("tf2.05.8", replaces="align", fails="test_svc_is_the_best_line")
def multiplied_by_the_deviations(X, y, C):
    """You multiply w by the deviations: the rows were divided by them, so w has to be divided, too."""
    found = _trained(X, y, _models(len(X), C), raw=False)
    for one in found.values():
        one["w"] = one["w"] * X.std(axis=0)
        one["b"] -= float(one["w"] @ X.mean(axis=0))
    return found


@mutant("tf2.05.8", replaces="align", fails="test_models_take_rows_as_they_are")
def deviations_of_a_sample(X, y, C):
    """Your deviations divide by m - 1, those of `StandardScaler` by m: take its `scale_`."""
    found = _trained(X, y, _models(len(X), C), raw=False)
    for one in found.values():
        one["w"] = one["w"] / X.std(axis=0, ddof=1)
        one["b"] -= float(one["w"] @ X.mean(axis=0))
    return found


@mutant("tf2.05.8", replaces="align", fails="test_linear_svc_is_the_best_line")
def without_a_bias(X, y, C):
    """You train `LinearSVC` without a bias: that columns have a mean of 0 does not put the line through the origin."""
    model = LinearSVC(loss="hinge", C=C, fit_intercept=False, tol=1e-5, max_iter=50_000, random_state=0)
    found = _trained(X, y, {name: one for name, one in _models(len(X), C).items() if name != "LinearSVC"})
    scaler = StandardScaler()
    pipeline = make_pipeline(scaler, model).fit(X, y)
    w = model.coef_[0] / scaler.scale_
    return {**found, "LinearSVC": {"model": pipeline, "w": w, "b": -float(w @ scaler.mean_)}}


@mutant("tf2.05.8", replaces="align", fails="test_svc_is_the_best_line")
def never_standardised(X, y, C):
    """You train on columns as they are: which line is best depends on their units, so standardise them."""
    svc = SVC(kernel="linear", C=C, max_iter=10_000).fit(X, y)
    return {name: {"model": svc, "w": svc.coef_[0], "b": float(svc.intercept_[0])} for name in _models(len(X), C)}


@mutant("tf2.05.8", replaces="align", fails="test_svc_is_the_best_line")
def c_left_out(X, y, C):
    """C makes no difference to your lines."""
    return _trained(X, y, _models(len(X), 1.0))


@mutant("tf2.05.8", replaces="align", fails="test_models_take_rows_as_they_are")
def scaler_left_outside(X, y, C):
    """Your models take standardised rows only: put the scaler and the classifier into one pipeline."""
    found = _trained(X, y, _models(len(X), C))
    return {name: {**one, "model": one["model"].steps[-1][1]} for name, one in found.items()}


@mutant("tf2.05.8", replaces="align", fails="test_three_classifiers")
def one_model_thrice(X, y, C):
    """You return the same model three times: each of the three classifiers is to be trained."""
    one = _trained(X, y, {"SVC": SVC(kernel="linear", C=C)})["SVC"]
    return dict.fromkeys(_models(len(X), C), one)


@alternative("tf2.05.8", replaces="align")
def with_averages(X, y, C):
    """Averaged SGD; another constant column; models trained before the pipeline is put together."""
    scaler = StandardScaler().fit(X)
    Z, m = scaler.transform(X), len(X)
    models = {
        "SVC": SVC(kernel="linear", C=C, tol=1e-5),
        "SGDClassifier": SGDClassifier(alpha=1 / (m * C), max_iter=3_000, tol=None, average=m * 1_500, random_state=1),
        "LinearSVC": LinearSVC(loss="hinge", C=C, intercept_scaling=15, tol=1e-6, max_iter=100_000, random_state=1),
    }
    found = {}
    for name, one in models.items():
        one.fit(Z, y)
        w = one.coef_.ravel() / scaler.scale_
        b = one.intercept_.item() - float(np.sum(w * scaler.mean_))
        found[name] = {"model": Pipeline([("scale", scaler), ("line", one)]), "w": w.tolist(), "b": b}
    return found


class _Scaled:
    """A scaler and a classifier, both fitted, as one model."""

    def __init__(self, scaler, line):
        self.scaler, self.line = scaler, line

    def decision_function(self, X):
        return self.line.decision_function(self.scaler.transform(X))

    def predict(self, X):
        return self.line.predict(self.scaler.transform(X))


@alternative("tf2.05.8", replaces="align")
def in_a_class_of_ones_own(X, y, C):
    """No pipeline, but a small class; other settings of the search."""
    found = _trained(X, y, {**_models(len(X), C), "SVC": SVC(kernel="linear", C=C, tol=1e-6)})
    return {name: {**one, "model": _Scaled(*one["model"])} for name, one in found.items()}


@alternative("tf2.05.8", replaces="align")
def with_own_steps(X, y, C):
    """SGD with a rate of its own, in two stretches, that starts at the line of SVC; w from scores on unit steps."""
    m, n = X.shape
    scaler = StandardScaler().fit(X)
    Z = scaler.transform(X)
    models = _models(m, C)
    for name in ("LinearSVC", "SVC"):
        models[name].fit(Z, y)
    sgd = SGDClassifier(alpha=1 / (m * C), max_iter=3_000, tol=None, random_state=3)
    models["SGDClassifier"] = sgd.fit(Z, y, coef_init=models["SVC"].coef_, intercept_init=models["SVC"].intercept_)
    found = {}
    for name, one in models.items():
        model = make_pipeline(scaler, one)
        b = model.decision_function(np.zeros((1, n)))
        found[name] = {"model": model, "w": model.decision_function(np.eye(n)) - b, "b": b[0]}
    return found


@alternative("tf2.05.8", replaces="align")
def alpha_from_a_search(X, y, C):
    """A search over alphas, by the distance from the line of SVC; the search is the model that is returned."""
    found = _trained(X, y, _models(len(X), C))
    best = found["SVC"]
    scale = X.std(axis=0)

    def nearness(model, X, y):
        return -float(np.linalg.norm(model[-1].coef_[0] - np.asarray(best["w"]) * scale))

    alphas = np.array([0.01, 0.1, 1, 10]) / (len(X) * C)
    pipeline = make_pipeline(StandardScaler(), SGDClassifier(max_iter=3_000, tol=None, random_state=0))
    everything = [(np.arange(len(X)), np.arange(len(X)))]
    search = GridSearchCV(pipeline, {"sgdclassifier__alpha": alphas}, scoring=nearness, cv=everything).fit(X, y)
    scaler, sgd = search.best_estimator_
    w = sgd.coef_[0] / scaler.scale_
    found["SGDClassifier"] = {"model": search, "w": w, "b": float(sgd.intercept_[0] - w @ scaler.mean_)}
    return found
