"""Chapter 7, choosing and judging methods: wrong answers that must fail, and right ones that must pass."""

import heapq
import itertools
import math
from fractions import Fraction

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.random_projection import johnson_lindenstrauss_min_dim

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.07.5


@mutant("p.07.5", replaces="dims_for", fails="test_components_for_a_share")
def unsorted(variances, ratio):
    """You take the components in the order they are given: the largest come first."""
    held = np.cumsum(variances) / np.sum(variances)
    return int(np.argmax(held >= ratio)) + 1


@mutant("p.07.5", replaces="dims_for", fails="test_components_for_a_share")
def index_for_number(variances, ratio):
    """Your number is one too small: the first component has index 0."""
    held = np.cumsum(np.sort(variances)[::-1]) / np.sum(variances)
    return int(np.argmax(held >= ratio))


@mutant("p.07.5", replaces="dims_for", fails="test_components_for_a_share")
def standard_deviations(variances, ratio):
    """You add up standard deviations: it is variances that add up."""
    deviations = np.sort(np.sqrt(variances))[::-1]
    return int(np.argmax(np.cumsum(deviations) / deviations.sum() >= ratio)) + 1


@mutant("p.07.5", replaces="dims_for", fails="test_components_for_a_share")
def share_of_the_number(variances, ratio):
    """You take that share of the *number* of components: they don't hold equal parts of the variance."""
    return math.ceil(ratio * len(variances))


@mutant("p.07.5", replaces="dims_bounds", fails="test_fewest_and_most_components")
def up_to_all(d, ratio):
    """At most all of them is safe to say, but it is never that many: what if all variances are equal?"""
    return 1, d


@mutant("p.07.5", replaces="dims_bounds", fails="test_fewest_and_most_components")
def always_that_share(d, ratio):
    """The rows may lie on a line, or nearly so: then one component is enough."""
    return math.ceil(ratio * d), math.ceil(ratio * d)


@mutant("p.07.5", replaces="dims_bounds", fails="test_fewest_and_most_components")
def what_is_dropped(d, ratio):
    """You count the components that are dropped: those that are kept are asked for."""
    return 1, math.ceil((1 - ratio) * d)


@mutant("p.07.5", replaces="dims_bounds", fails="test_fewest_and_most_components")
def rounded_down(d, ratio):
    """You round down, so that a little less than the share asked for is kept."""
    return 1, int(ratio * d)


@mutant("p.07.5", replaces="dims_for", fails="test_components_for_a_share")
def more_than_the_share(variances, ratio):
    """You ask for more than the share: where it is just reached, that is enough."""
    held = np.cumsum(np.sort(variances)[::-1]) / np.sum(variances)
    return int(np.argmax(held > ratio)) + 1


@mutant("p.07.5", replaces="dims_bounds", fails="test_fewest_and_most_components")
def rounded_too_far(d, ratio):
    """You round to two digits before you round up: of 1.004 dimensions one is left then, where it takes two."""
    return 1, math.ceil(round(ratio * d, 2))


@mutant("p.07.5", replaces="dims_bounds", fails="test_rounding_does_not_decide")
def always_one_on_top(d, ratio):
    """You round down and add one: where the share is just reached by a whole number, that is one too many."""
    return 1, int(ratio * d) + 1


@mutant("p.07.5", replaces="P_07_5_CHOICE", fails="test_what_can_be_said_beforehand", constant=True)
def always_950():
    """950 is the most that it can take; data whose features are related need far fewer."""
    return "always 950"


@mutant("p.07.5", replaces="P_07_5_CHOICE", fails="test_what_can_be_said_beforehand", constant=True)
def always_50():
    """95% is a share of the variance, not of the number of dimensions to be dropped."""
    return "always 50"


@alternative("p.07.5", replaces="dims_for")
def with_a_heap(variances, ratio):
    """Takes the largest until it is enough."""
    total, kept = sum(variances), list(itertools.accumulate(heapq.nlargest(len(variances), variances)))
    return 1 + next(i for i, held in enumerate(kept) if held / total >= ratio)


@mutant("p.07.5", replaces="dims_bounds", fails="test_rounding_does_not_decide")
def rounding_decides(d, ratio):
    """You round up a product that is already a little too large: in a computer 0.55 * 100 is 55.00000000000001."""
    return 1, math.ceil(ratio * d)


@alternative("p.07.5", replaces="dims_bounds")
def in_whole_numbers(d, ratio):
    """With the share as a fraction."""
    share = Fraction(ratio).limit_denominator(10**6)
    return 1, -(-share.numerator * d // share.denominator)


@alternative("p.07.5", replaces="dims_bounds")
def rounded_before(d, ratio):
    """Rounds off what is too small to matter, then up."""
    return 1, math.ceil(round(ratio * d, 9))


@alternative("p.07.5", replaces="dims_bounds")
def by_extremes(d, ratio):
    """Tries both extremes: all variance in one component, and the same in each; a list of numpy's numbers."""
    extremes = np.eye(1, d)[0], np.ones(d)
    return [np.argmax(np.cumsum(one) / one.sum() >= ratio) + 1 for one in extremes]


# ---------------------------------------------------------------- p.07.6


@mutant("p.07.6", replaces="projection_dims", fails="test_dimensions_of_a_safe_projection")
def features_for_rows(n, d, eps):
    """You put the number of features into the bound: it is the number of rows that counts."""
    return min(math.ceil(4 * math.log(max(d, 2)) / (eps**2 / 2 - eps**3 / 3)), d)


@mutant("p.07.6", replaces="projection_dims", fails="test_dimensions_of_a_safe_projection")
def more_than_there_are(n, d, eps):
    """Your projection may leave more dimensions than there were: then nothing is gained, and d stay."""
    return math.ceil(4 * math.log(n) / (eps**2 / 2 - eps**3 / 3))


@mutant("p.07.6", replaces="projection_dims", fails="test_dimensions_of_a_safe_projection")
def other_logarithm(n, d, eps):
    """You take the logarithm to base 10: it is the natural one."""
    return min(math.ceil(4 * math.log10(n) / (eps**2 / 2 - eps**3 / 3)), d)


@mutant("p.07.6", replaces="batch_variances", fails="test_variances_from_batches")
def averages_the_batches(batches, k):
    """You average what you find in each batch: the differences between the batches' means are lost."""
    covariances, rows = 0.0, 0
    for batch in batches:
        covariances, rows = covariances + len(batch) * np.cov(batch.T, bias=True), rows + len(batch)
    return np.linalg.eigvalsh(covariances / (rows - 1))[::-1][:k]


@mutant("p.07.6", replaces="batch_variances", fails="test_variances_from_batches")
def divides_by_all_rows(batches, k):
    """You divide by the number of rows: PCA divides by one less."""
    X = np.concatenate(list(batches))
    return np.linalg.eigvalsh(np.cov(X.T, bias=True))[::-1][:k]


@mutant("p.07.6", replaces="batch_variances", fails="test_variances_from_batches")
def not_centred(batches, k):
    """You forget to take the mean of all rows away."""
    squares, rows = 0.0, 0
    for batch in batches:
        squares, rows = squares + batch.T @ batch, rows + len(batch)
    return np.linalg.eigvalsh(squares / (rows - 1))[::-1][:k]


@mutant("p.07.6", replaces="batch_variances", fails="test_variances_from_batches")
def smallest_first(batches, k):
    """You return the smallest variances: `eigvalsh` sorts from small to large."""
    return np.linalg.eigvalsh(np.cov(np.concatenate(list(batches)).T))[:k]


@mutant("p.07.6", replaces="batch_variances", fails="test_variances_from_batches")
def forgets_the_rest(batches, k):
    """Your PCA forgets what k components don't hold after each batch (`IncrementalPCA` does, unless it keeps all d):
    it comes near, but what is forgotten may add up later."""
    pca, waiting = IncrementalPCA(k), []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= k:
            pca.partial_fit(np.concatenate(waiting))
            waiting = []
    if waiting:
        pca.partial_fit(np.concatenate(waiting))
    return pca.explained_variance_


@mutant("p.07.6", replaces="batch_variances", fails="test_variances_from_batches")
def mean_of_the_first_batch(batches, k):
    """You measure from the first batch's mean to the end: it is only a guess of the mean of all rows."""
    mean, squares, rows = None, 0.0, 0
    for batch in batches:
        mean = batch.mean(axis=0) if mean is None else mean
        squares, rows = squares + (batch - mean).T @ (batch - mean), rows + len(batch)
    return np.linalg.eigvalsh(squares / (rows - 1))[::-1][:k]


@mutant("p.07.6", replaces="batch_variances", fails="test_variances_from_batches")
def mean_of_the_means(batches, k):
    """You average the batches' means: a batch of many rows counts more than one of few."""
    means, squares, rows = [], 0.0, 0
    for batch in batches:
        means.append(batch.mean(axis=0))
        squares, rows = squares + batch.T @ batch, rows + len(batch)
    mean = np.mean(means, axis=0)
    return np.linalg.eigvalsh((squares - rows * np.outer(mean, mean)) / (rows - 1))[::-1][:k]


@mutant("p.07.6", replaces="batch_variances", fails="test_few_batches_are_held")
def one_growing_table(batches, k):
    """You let go of each batch, but keep a copy of its rows: in the end all of them are in memory together."""
    rows = []
    for batch in batches:
        rows.extend(batch.tolist())
    return PCA(k).fit(np.array(rows)).explained_variance_


@mutant("p.07.6", replaces="batch_variances", fails="test_few_batches_are_held")
def all_at_once(batches, k):
    """You put all batches together: these rows don't fit in memory."""
    return PCA(k).fit(np.concatenate(list(batches))).explained_variance_


@mutant("p.07.6", replaces="P_07_6_CHOICE", fails="test_method_for_each_case", constant=True)
def randomized_for_large_files():
    """Case B: randomized PCA is fast, but it needs all rows in memory."""
    return dict(zip("ABCDEF", ["regular PCA", "randomized PCA", "incremental PCA", "randomized PCA",
                               "random projection", "regular PCA"], strict=True))  # fmt: skip


@mutant("p.07.6", replaces="P_07_6_CHOICE", fails="test_method_for_each_case", constant=True)
def incremental_for_speed():
    """Case D: incremental PCA is no faster. For a few of many components, in memory, there is a quicker way."""
    return dict(zip("ABCDEF", ["regular PCA", "incremental PCA", "incremental PCA", "incremental PCA",
                               "random projection", "regular PCA"], strict=True))  # fmt: skip


@alternative("p.07.6", replaces="batch_variances")
def three_sums(batches, k):
    """Number, sum and products of all rows, as far from zero as the first batch."""
    shift, n, total, products = None, 0, 0.0, 0.0
    for batch in batches:
        shift = batch.mean(axis=0) if shift is None else shift
        gap = batch - shift
        n, total, products = n + len(gap), total + gap.sum(axis=0), products + gap.T @ gap
    covariance = (products - np.outer(total, total) / n) / (n - 1)
    return sorted(np.linalg.eigvals(covariance).real.tolist(), reverse=True)[:k]


@alternative("p.07.6", replaces="batch_variances")
def incremental_with_all_components(batches, k):
    """An incremental PCA that keeps all components forgets nothing; the first fit needs as many rows as features."""
    pca, waiting = None, []
    for batch in batches:
        pca = pca or IncrementalPCA(n_components=batch.shape[1])
        waiting.append(batch)
        if sum(map(len, waiting)) >= batch.shape[1]:
            pca.partial_fit(np.concatenate(waiting))
            waiting = []
    if waiting:
        pca.partial_fit(np.concatenate(waiting))
    return pca.explained_variance_[:k]


@alternative("p.07.6", replaces="projection_dims")
def by_scikit_learn(n, d, eps):
    """scikit-learn's own function, which rounds down."""
    return min(johnson_lindenstrauss_min_dim(n, eps=eps), d)


# ---------------------------------------------------------------- p.07.7


def _near(rows, k, first=1):
    return np.argsort(cdist(rows, rows), axis=1)[:, first : first + k]


def _kept(X, Z, k, first=1):
    pairs = zip(_near(np.asarray(X), k, first), _near(np.asarray(Z), k, first), strict=True)
    return float(np.mean([len(set(one) & set(other)) / k for one, other in pairs]))


@mutant("p.07.7", replaces="neighbours_kept", fails="test_neighbours_that_stay")
def neighbour_of_itself(X, Z, k):
    """You count each row as its own nearest neighbour, which it always stays."""
    return _kept(X, Z, k, first=0)


@mutant("p.07.7", replaces="neighbours_kept", fails="test_neighbours_that_stay")
def same_rank_only(X, Z, k):
    """You ask for the same neighbour at the same rank: it is enough to be among the k nearest."""
    return float(np.mean(_near(np.asarray(X), k) == _near(np.asarray(Z), k)))


@mutant("p.07.7", replaces="neighbours_kept", fails="test_neighbours_that_stay")
def nearest_only(X, Z, k):
    """You look at the nearest neighbour alone: there are k."""
    return _kept(X, Z, 1)


@mutant("p.07.7", replaces="neighbours_kept", fails="test_neighbours_that_stay")
def union_counts(X, Z, k):
    """You divide by the number of neighbours in either space (Jaccard): there are k before."""
    pairs = zip(_near(np.asarray(X), k), _near(np.asarray(Z), k), strict=True)
    return float(np.mean([len(set(one) & set(other)) / len(set(one) | set(other)) for one, other in pairs]))


@mutant("p.07.7", replaces="P_07_7_CHOICE", fails="test_ways_to_judge", constant=True)
def training_score_chosen():
    """A training score rises with overfitting: judge on rows that the model has not seen."""
    return ["reconstruction error", "validation score of the next model", "training score of the next model"]


@mutant("p.07.7", replaces="P_07_7_CHOICE", fails="test_ways_to_judge", constant=True)
def number_alone():
    """Many dimensions are dropped easily: what matters is how little is lost with them."""
    return ["reconstruction error", "number of dimensions dropped"]


@mutant("p.07.7", replaces="P_07_7_CHOICE", fails="test_ways_to_judge", constant=True)
def way_back_only():
    """Not every method has a way back, and often a model comes next: then judge by how well that does."""
    return ["reconstruction error"]


@alternative("p.07.7", replaces="neighbours_kept")
def with_trees(X, Z, k):
    """By k-d trees and a table of who is near whom."""
    tables = []
    for rows in (np.asarray(X, dtype=float), np.asarray(Z, dtype=float)):
        table = np.zeros((len(rows), len(rows)), dtype=bool)
        np.put_along_axis(table, cKDTree(rows).query(rows, k + 1)[1], True, axis=1)
        np.fill_diagonal(table, False)
        tables.append(table)
    return (tables[0] & tables[1]).sum() / tables[0].sum()


# ---------------------------------------------------------------- p.07.8


@mutant("p.07.8", replaces="chain_seconds", fails="test_time_of_a_chain")
def all_dimensions_each_time(d, steps):
    """You let every step work on all dimensions: the second one is given what the first has left."""
    return sum(rate * d for rate, _ in steps)


@mutant("p.07.8", replaces="chain_seconds", fails="test_time_of_a_chain")
def by_what_is_left(d, steps):
    """You multiply by the dimensions that a step leaves: it is those it is *given* that cost time."""
    return sum(rate * left for rate, left in steps)


@mutant("p.07.8", replaces="chain_seconds", fails="test_time_of_a_chain")
def first_step_only(d, steps):
    """You count the first step alone."""
    return steps[0][0] * d


@mutant("p.07.8", replaces="P_07_8_CHOICE", fails="test_order_of_two_reductions", constant=True)
def slow_one_first():
    """After t-SNE nothing is left to drop: it had all the dimensions, and took its time for them."""
    chains = ["PCA to 50, t-SNE to 2", "t-SNE to 2, PCA to 2", "random projection to 300, PCA to 20",
              "PCA to 50, PCA to 20"]  # fmt: skip
    return dict(zip(chains, ["sensible", "sensible", "sensible", "pointless"], strict=True))


@mutant("p.07.8", replaces="P_07_8_CHOICE", fails="test_order_of_two_reductions", constant=True)
def never_sensible():
    """It is common: PCA drops the useless dimensions quickly, and the slow method has less to do."""
    chains = ["PCA to 50, t-SNE to 2", "t-SNE to 2, PCA to 2", "random projection to 300, PCA to 20",
              "PCA to 50, PCA to 20"]  # fmt: skip
    return dict.fromkeys(chains, "pointless")


@alternative("p.07.8", replaces="chain_seconds")
def as_a_product(d, steps):
    """A product of two vectors."""
    rates, left = np.transpose(np.asarray(steps, dtype=float))
    return rates @ np.r_[d, left[:-1]]
