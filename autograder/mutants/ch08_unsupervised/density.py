"""Chapter 8, questions on active learning, odd rows and mixtures: wrong answers, and right ones."""

import math

import numpy as np
from scipy.special import logsumexp, softmax
from scipy.stats import entropy
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.08.6


def _picked(order, n, labelled):
    return [int(row) for row in order if row not in set(labelled)][:n]


@mutant("p.08.6", replaces="query", fails="test_asks_where_the_model_is_least_sure")
def surest_first(probas, n, labelled):
    """You ask where the model is surest: its answers there are most probably right, and a label teaches it little."""
    return _picked(np.argsort(-np.max(probas, axis=1)), n, labelled)


@mutant("p.08.6", replaces="query", fails="test_asks_where_the_model_is_least_sure")
def first_class_only(probas, n, labelled):
    """You look at the first class only: a row is doubtful if its *highest* probability is low."""
    return _picked(np.argsort(np.asarray(probas)[:, 0]), n, labelled)


@mutant("p.08.6", replaces="query", fails="test_asks_where_the_model_is_least_sure")
def by_entropy(probas, n, labelled):
    """The entropy is another measure of doubt: what is asked for is the lowest of the highest probabilities."""
    return _picked(np.argsort(-entropy(probas, axis=1)), n, labelled)


@mutant("p.08.6", replaces="query", fails="test_asks_for_no_label_twice")
def asks_again(probas, n, labelled):
    """You ask for labels that you have already."""
    return _picked(np.argsort(np.max(probas, axis=1)), n, [])


@mutant("p.08.6", replaces="query", fails="test_asks_for_no_label_twice")
def numbered_anew(probas, n, labelled):
    """You number the rows without labels anew: return the numbers that they have in `probas`."""
    rest = np.delete(probas, labelled, axis=0) if len(labelled) else np.asarray(probas)
    return np.argsort(rest.max(axis=1))[:n].tolist()


@mutant("p.08.6", replaces="query", fails="test_asks_where_the_model_is_least_sure")
def smallest_lead(probas, n, labelled):
    """You take the lead of the first class over the second: what is asked for is the lowest of the highest
    probabilities."""
    first, second = np.sort(probas, axis=1)[:, :-3:-1].T
    return _picked(np.argsort(first - second), n, labelled)


@mutant("p.08.6", replaces="query", fails="test_asks_where_the_model_is_least_sure")
def in_the_order_of_their_numbers(probas, n, labelled):
    """You put the rows in the order of their numbers: the one that the model is least sure of comes first."""
    return sorted(_picked(np.argsort(np.max(probas, axis=1)), n, labelled))


@mutant("p.08.6", replaces="query", fails="test_asks_for_no_label_twice")
def left_out_too_late(probas, n, labelled):
    """You take n rows, and then leave out the labelled ones, so that fewer remain: leave them out first."""
    return _picked(np.argsort(np.max(probas, axis=1))[:n], n, labelled)


@mutant("p.08.6", replaces="query", fails="test_asks_for_no_label_twice")
def filled_up_with_labelled_rows(probas, n, labelled):
    """You put labelled rows last, which does not keep them out if n is larger than the number of others."""
    sure = np.max(probas, axis=1)
    sure[list(labelled)] = 2
    return np.argsort(sure)[:n].tolist()


@alternative("p.08.6", replaces="query")
def labelled_rows_made_sure(probas, n, labelled):
    """Those with labels come last; an array."""
    doubt = 1 - np.max(probas, axis=1)
    doubt[list(labelled)] = -1
    return np.argsort(-doubt)[: min(n, len(doubt) - len(set(labelled)))]


# ---------------------------------------------------------------- p.08.7


@mutant("p.08.7", replaces="flag", fails="test_rows_that_are_odd")
def always_clean(task, train_scores, new_scores, n_odd):
    """You take the training rows to be clean in either task: in anomaly detection, some of them are odd."""
    return np.zeros(len(train_scores), dtype=bool), np.asarray(new_scores) < np.min(train_scores)


@mutant("p.08.7", replaces="flag", fails="test_rows_that_are_odd")
def never_clean(task, train_scores, new_scores, n_odd):
    """You expect outliers among the training rows in either task: for novelty detection, all of them are normal."""
    threshold = np.sort(train_scores)[n_odd - 1]
    return np.asarray(train_scores) <= threshold, np.asarray(new_scores) <= threshold


@mutant("p.08.7", replaces="flag", fails="test_rows_that_are_odd")
def new_rows_ranked(task, train_scores, new_scores, n_odd):
    """You rank the new rows among themselves: compare them with the training rows."""
    train, new = np.asarray(train_scores), np.asarray(new_scores)
    if task == "novelty":
        return np.zeros(len(train), dtype=bool), new < train.min()
    return train <= np.sort(train)[n_odd - 1], new <= np.sort(new)[n_odd - 1]


def _flagged(task, train, new, threshold, odd_new):
    """What is odd in either task, where new rows of an anomaly detection are judged by `odd_new`."""
    train, new = np.asarray(train), np.asarray(new)
    if task == "novelty":
        return np.zeros(len(train), dtype=bool), new < train.min()
    return train <= threshold, odd_new(new)


@mutant("p.08.7", replaces="flag", fails="test_rows_that_are_odd")
def stranger_than_all(task, train_scores, new_scores, n_odd):
    """In anomaly detection, a new row need not be stranger than all training rows: to be like the odd ones among them
    is enough."""
    low, last = np.sort(train_scores)[[0, n_odd - 1]]
    return _flagged(task, train_scores, new_scores, last, lambda new: new < low)


@mutant("p.08.7", replaces="flag", fails="test_rows_that_are_odd")
def equal_is_not_odd(task, train_scores, new_scores, n_odd):
    """In anomaly detection, a new row that is just as strange as an odd training row is odd: its score is not above."""
    last = np.sort(train_scores)[n_odd - 1]
    return _flagged(task, train_scores, new_scores, last, lambda new: new < last)


@mutant("p.08.7", replaces="flag", fails="test_rows_that_are_odd")
def quantile_of_the_scores(task, train_scores, new_scores, n_odd):
    """Your threshold is a quantile, which lies between two scores: a new row may be above all `n_odd` odd ones, and
    still be below it."""
    between = np.quantile(train_scores, n_odd / len(train_scores))
    return _flagged(task, train_scores, new_scores, between, lambda new: new <= between)


@mutant("p.08.7", replaces="flag", fails="test_rows_that_are_odd")
def as_strange_is_a_novelty(task, train_scores, new_scores, n_odd):
    """In novelty detection, a new row that is just as strange as a training row is normal: its score is not below."""
    train, new = np.asarray(train_scores), np.asarray(new_scores)
    threshold = train.min() if task == "novelty" else np.sort(train)[n_odd - 1]
    return (train <= threshold) & (task == "anomaly"), new <= threshold


@mutant("p.08.7", replaces="P_08_7_CHOICE", fails="test_cases_are_told_apart", constant=True)
def all_anomalies():
    """In two of the cases nothing odd is in the training set: that is novelty detection."""
    return dict.fromkeys("abcd", "anomaly")


@mutant("p.08.7", replaces="P_08_7_CHOICE", fails="test_cases_are_told_apart", constant=True)
def names_swapped():
    """You have the names the wrong way round: a novelty is something that was not in the training set."""
    return {"a": "novelty", "b": "anomaly", "c": "anomaly", "d": "novelty"}


@alternative("p.08.7", replaces="flag")
def by_partition(task, train_scores, new_scores, n_odd):
    """One threshold for both tasks; lists."""
    low = -math.inf if task == "novelty" else sorted(train_scores)[n_odd - 1]
    odd_new = [bool(score <= low) if task == "anomaly" else bool(score < min(train_scores)) for score in new_scores]
    return [bool(score <= low) for score in train_scores], odd_new


# ---------------------------------------------------------------- p.08.8


def _log_parts(X, means, covariances):
    """(n, k) log densities of the components."""
    parts = []
    for mean, covariance in zip(np.asarray(means), np.asarray(covariances), strict=True):
        gap = np.asarray(X) - mean
        square = np.einsum("ni,ij,nj->n", gap, np.linalg.inv(covariance), gap)
        parts.append(-0.5 * (square + np.linalg.slogdet(2 * np.pi * covariance)[1]))
    return np.array(parts).T


@mutant("p.08.8", replaces="mixture_density", fails="test_density_of_a_mixture")
def log_of_the_density(X, weights, means, covariances):
    """You return the logarithm of the density."""
    return logsumexp(_log_parts(X, means, covariances), axis=1, b=np.asarray(weights))


@mutant("p.08.8", replaces="mixture_density", fails="test_density_of_a_mixture")
def weights_left_out(X, weights, means, covariances):
    """Your components all count the same: multiply each by its weight."""
    return np.exp(_log_parts(X, means, covariances)).mean(axis=1)


@mutant("p.08.8", replaces="mixture_density", fails="test_density_of_a_mixture")
def nearest_component_only(X, weights, means, covariances):
    """You take the strongest component: the densities of all of them add up."""
    return (np.exp(_log_parts(X, means, covariances)) * np.asarray(weights)).max(axis=1)


@mutant("p.08.8", replaces="mixture_density", fails="test_density_of_a_mixture")
def right_in_two_dimensions_only(X, weights, means, covariances):
    """You divide by 2 π, which is right in two dimensions only: in d dimensions, it is to the power of d / 2."""
    too_much = np.log(2 * np.pi) * (1 - len(means[0]) / 2)
    return np.exp(logsumexp(_log_parts(X, means, covariances) - too_much, axis=1, b=np.asarray(weights)))


@mutant("p.08.8", replaces="responsibilities", fails="test_responsibilities_of_components")
def responsibilities_without_weights(X, weights, means, covariances):
    """A component that is rare brings forth fewer rows: its weight counts."""
    return softmax(_log_parts(X, means, covariances), axis=1)


@mutant("p.08.8", replaces="responsibilities", fails="test_responsibilities_of_components")
def hard_assignment(X, weights, means, covariances):
    """You give each row to one component: a mixture leaves it open, with a probability for each."""
    joint = _log_parts(X, means, covariances) + np.log(weights)
    return np.eye(len(joint[0]))[joint.argmax(axis=1)]


@mutant("p.08.8", replaces="sample_mixture", fails="test_rows_drawn_from_a_mixture")
def drawn_equally_often(weights, means, covariances, n, seed=42):
    """You draw from all components equally often: their weights say how often."""
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, len(means), n)
    return np.array([rng.multivariate_normal(means[c], covariances[c]) for c in chosen])


@mutant("p.08.8", replaces="sample_mixture", fails="test_rows_drawn_from_a_mixture")
def averaged(weights, means, covariances, n, seed=42):
    """You draw from one Gaussian with the average mean: each row comes from *one* of the components."""
    return np.random.default_rng(seed).multivariate_normal(np.dot(weights, means), covariances[0], n)


@mutant("p.08.8", replaces="sample_mixture", fails="test_rows_drawn_from_a_mixture")
def variance_for_spread(weights, means, covariances, n, seed=42):
    """You use variances as if they were standard deviations, or forget that dimensions vary together."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(means), n, p=weights)
    widths = np.diagonal(np.asarray(covariances), axis1=1, axis2=2)
    return np.asarray(means)[chosen] + rng.normal(size=(n, len(means[0]))) * widths[chosen]


def _by_component(weights, means, covariances, counts, seeds):
    """So many rows from each component, with a seed for each."""
    parts = zip(means, covariances, counts, seeds, strict=True)
    return np.vstack([np.random.default_rng(s).multivariate_normal(m, c, int(count)) for m, c, count, s in parts])


@mutant("p.08.8", replaces="sample_mixture", fails="test_rows_are_drawn_independently")
def counts_fixed(weights, means, covariances, n, seed=42):
    """You take a fixed number of rows from each component: draw for each row which one it is from."""
    counts = np.diff(np.round(n * np.cumsum([0, *weights])))
    return _by_component(weights, means, covariances, counts, seed + 1_000 * np.arange(len(counts)))


@mutant("p.08.8", replaces="sample_mixture", fails="test_rows_are_drawn_independently")
def same_noise_in_each(weights, means, covariances, n, seed=42):
    """You begin with the same seed for each component, so that the noise of its rows is that of the others' again: make
    one generator, and go on drawing from it."""
    counts = np.random.default_rng(seed).multinomial(n, weights)
    return _by_component(weights, means, covariances, counts, [seed] * len(counts))


def _counts_first(weights, means, covariances, n, seed=42):
    """How many from each is drawn first, then the rows, by Cholesky factors; component by component."""
    rng = np.random.RandomState(seed)
    rows = []
    for count, mean, covariance in zip(rng.multinomial(n, weights), means, covariances, strict=True):
        rows.append(mean + rng.randn(count, len(mean)) @ np.linalg.cholesky(covariance).T)
    return np.concatenate(rows)


@alternative(
    "p.08.8",
    replaces="mixture_density",
    also={
        "responsibilities": lambda X, weights, means, C: softmax(_log_parts(X, means, C) + np.log(weights), axis=1),
        "sample_mixture": _counts_first,
    },
)
def through_logarithms(X, weights, means, covariances):
    """The formula itself, in logarithms."""
    return np.exp(logsumexp(_log_parts(X, means, covariances) + np.log(weights), axis=1)).tolist()


# ---------------------------------------------------------------- p.08.9


def _covariances(k, d, covariance_type):
    return {"full": k * d * (d + 1) // 2, "tied": d * (d + 1) // 2, "diag": k * d, "spherical": k}[covariance_type]


@mutant("p.08.9", replaces="n_parameters", fails="test_free_parameters")
def all_weights_free(k, d, covariance_type):
    """The weights add up to 1, so the last one follows from the others: k - 1 are free."""
    return _covariances(k, d, covariance_type) + k * d + k


@mutant("p.08.9", replaces="n_parameters", fails="test_free_parameters")
def whole_matrices(k, d, covariance_type):
    """A covariance matrix is symmetric: what is below the diagonal stands above it, too."""
    full = {"full": k * d * d, "tied": d * d}
    return full.get(covariance_type, _covariances(k, d, covariance_type)) + k * d + k - 1


@mutant("p.08.9", replaces="bic", fails="test_criterion")
def akaike(log_likelihood, n_params, n_rows):
    """That is the AIC: in the BIC a parameter costs the more, the more rows there are."""
    return 2 * n_params - 2 * log_likelihood


@mutant("p.08.9", replaces="bic", fails="test_criterion")
def sign_of_the_likelihood(log_likelihood, n_params, n_rows):
    """A high likelihood is good, and a low criterion is: the log likelihood has to be subtracted."""
    return n_params * math.log(n_rows) + 2 * log_likelihood


@mutant("p.08.9", replaces="best_components", fails="test_number_of_components")
def highest_likelihood(X, ks):
    """You take the highest likelihood, which rises with every component: weigh it against the parameters."""
    return max(ks, key=lambda k: GaussianMixture(k, random_state=0).fit(X).score(X))


@mutant("p.08.9", replaces="best_components", fails="test_number_of_components")
def highest_criterion(X, ks):
    """You take the highest BIC: the lowest is the best."""
    return max(ks, key=lambda k: GaussianMixture(k, random_state=0).fit(X).bic(np.asarray(X)))


@mutant("p.08.9", replaces="best_components", fails="test_number_of_components")
def place_of_the_lowest(X, ks):
    """You say where in `ks` the best number stands, as if they were 1, 2, 3 and so on: return the number itself."""
    return int(np.argmin([GaussianMixture(k, n_init=2, random_state=0).fit(X).bic(np.asarray(X)) for k in ks])) + 1


@mutant("p.08.9", replaces="P_08_9_CHOICE", fails="test_ways_to_choose", constant=True)
def likelihood_too():
    """On the training rows the likelihood rises with every component."""
    return ["lowest BIC", "lowest AIC", "highest likelihood of the training rows"]


@mutant("p.08.9", replaces="P_08_9_CHOICE", fails="test_ways_to_choose", constant=True)
def inertia_as_well():
    """Inertia belongs to k-means, and it falls with every cluster."""
    return ["lowest BIC", "lowest AIC", "a Bayesian mixture with more components than needed", "lowest inertia"]


def _parameters_listed(k, d, covariance_type):
    """Number by number."""
    triangle = sum(range(d + 1))
    shapes = {"full": [triangle] * k, "tied": [triangle], "diag": [d] * k, "spherical": [1] * k}
    return sum(shapes[covariance_type]) + sum([d] * k) + len(range(1, k))


@alternative(
    "p.08.9",
    replaces="best_components",
    also={
        "n_parameters": _parameters_listed,
        "bic": lambda log_likelihood, n_params, n_rows: np.float64(-2 * log_likelihood + np.log(n_rows) * n_params),
    },
)
def one_by_one(X, ks):
    """The criterion by hand, for each number."""
    X = np.asarray(X)
    n, d = X.shape
    scores = []
    for k in ks:
        likelihood = GaussianMixture(k, n_init=3, random_state=7).fit(X).score(X) * n
        scores.append((_parameters_listed(k, d, "full") * math.log(n) - 2 * likelihood, k))
    return min(scores)[1]


@alternative("p.08.9", replaces="best_components")
def bayesian(X, ks):
    """A Bayesian mixture with the largest number, which brings the weights that are not needed down to nearly 0."""
    model = BayesianGaussianMixture(
        n_components=max(ks), weight_concentration_prior=1e-3, n_init=2, max_iter=300, tol=1e-2, random_state=0
    )
    return int(np.sum(model.fit(X).weights_ > 0.02))
