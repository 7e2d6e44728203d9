"""Chapter 7, why reduce, and what is lost: wrong answers that must fail, and right ones that must pass."""

import math

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.07.1


@mutant("p.07.1", replaces="numbers_stored", fails="test_what_is_stored")
def scores_only(n, d, k):
    """You count the compressed rows alone: without the components and the means nobody can turn them back."""
    return n * k


@mutant("p.07.1", replaces="numbers_stored", fails="test_what_is_stored")
def means_forgotten(n, d, k):
    """You forget the means of the features: PCA takes them away first, so they have to be added again."""
    return n * k + k * d


@mutant("p.07.1", replaces="numbers_stored", fails="test_what_is_stored")
def all_components(n, d, k):
    """You store all d components: only the k that are kept are needed."""
    return n * k + d * d + d


@mutant("p.07.1", replaces="numbers_stored", fails="test_what_is_stored")
def never_more_than_before(n, d, k):
    """You say n * d wherever that is less: what PCA stores may be more than the rows themselves, and is asked for."""
    return min(n * k + k * d + d, n * d)


@mutant("p.07.1", replaces="P_07_1_CHOICE", fails="test_motives_and_drawbacks", constant=True)
def drawbacks_chosen():
    """Those are the drawbacks: the motives are asked for."""
    return ["information is lost", "one more step to compute", "a more complex pipeline",
            "features that are hard to interpret"]  # fmt: skip


@mutant("p.07.1", replaces="P_07_1_CHOICE", fails="test_motives_and_drawbacks", constant=True)
def easier_to_interpret():
    """The new features are mixtures of the old ones, which makes them harder to interpret, not easier."""
    return ["faster training", "less noise", "less storage", "a picture of the data",
            "features that are hard to interpret"]  # fmt: skip


@alternative("p.07.1", replaces="numbers_stored")
def counted_in_arrays(n, d, k):
    """By the sizes of arrays."""
    return sum(np.empty(shape, dtype=bool).size for shape in ((n, k), (k + 1, d)))


# ---------------------------------------------------------------- p.07.2


@mutant("p.07.2", replaces="border_share", fails="test_share_close_to_a_border")
def shares_added(d, margin):
    """You add up the shares of the dimensions, so that points in a corner count several times."""
    return min(1.0, 2 * margin * d)


@mutant("p.07.2", replaces="border_share", fails="test_share_close_to_a_border")
def one_border_only(d, margin):
    """Each dimension has two borders, at 0 and at 1."""
    return 1 - (1 - margin) ** d


@mutant("p.07.2", replaces="border_share", fails="test_share_close_to_a_border")
def close_in_every_dimension(d, margin):
    """That is the probability to be close in *all* dimensions, a corner: one is enough."""
    return (2 * margin) ** d


@mutant("p.07.2", replaces="border_share", fails="test_share_close_to_a_border")
def far_from_borders(d, margin):
    """That is the probability of the opposite."""
    return (1 - 2 * margin) ** d


@mutant("p.07.2", replaces="contrast", fails="test_contrast_of_distances")
def squared_distances(X, x):
    """You compare squared distances: take the root."""
    distances = ((np.asarray(X, dtype=float) - x) ** 2).sum(axis=1)
    return float(np.ptp(distances) / distances.min())


@mutant("p.07.2", replaces="contrast", fails="test_contrast_of_distances")
def share_of_the_farthest(X, x):
    """You divide by the farthest distance: the nearest is asked for."""
    distances = np.linalg.norm(np.asarray(X, dtype=float) - x, axis=1)
    return float(np.ptp(distances) / distances.max())


@mutant("p.07.2", replaces="contrast", fails="test_contrast_of_distances")
def how_many_times_as_far(X, x):
    """You say how many times as far the farthest row is: how much *farther* it is, is one less."""
    distances = np.linalg.norm(np.asarray(X, dtype=float) - x, axis=1)
    return float(distances.max() / distances.min())


@mutant("p.07.2", replaces="contrast", fails="test_contrast_of_distances")
def not_as_a_share(X, x):
    """You take the difference alone: it is to be a share of the nearest's distance."""
    return float(np.ptp(np.linalg.norm(np.asarray(X, dtype=float) - x, axis=1)))


@mutant("p.07.2", replaces="contrast", fails="test_contrast_of_distances")
def from_the_origin(X, x):
    """You measure from the origin, and don't use `x`: the examples don't show it, because there it is the origin."""
    distances = np.linalg.norm(np.asarray(X, dtype=float), axis=1)
    return float(np.ptp(distances) / distances.min())


@mutant("p.07.2", replaces="contrast", fails="test_contrast_of_distances")
def along_the_streets(X, x):
    """You add up the differences, which is the Manhattan distance: the Euclidean one is asked for."""
    distances = np.abs(np.asarray(X, dtype=float) - x).sum(axis=1)
    return float(np.ptp(distances) / distances.min())


@alternative("p.07.2", replaces="border_share")
def by_logarithms(d, margin):
    """Through the logarithm, which loses no digits."""
    return -math.expm1(d * math.log1p(-2 * margin))


@alternative("p.07.2", replaces="contrast")
def in_plain_python(X, x):
    """With the standard library."""
    distances = [math.dist(row, x) for row in np.asarray(X).tolist()]
    return max(distances) / min(distances) - 1


# ---------------------------------------------------------------- p.07.3


def _lost(X, k):
    """Return what is left of each row once its projection onto k components is taken away."""
    X = np.asarray(X, dtype=float)
    pca = PCA(k).fit(X)
    return X - pca.inverse_transform(pca.transform(X))


@mutant("p.07.3", replaces="reconstruction_error", fails="test_error_of_the_reconstruction")
def mean_forgotten(X, k):
    """You project without taking the mean away: the first component then points at the rows' middle."""
    X = np.asarray(X, dtype=float)
    V = np.linalg.svd(X, full_matrices=False)[2][:k]
    return float(((X - X @ V.T @ V) ** 2).sum(axis=1).mean())


@mutant("p.07.3", replaces="reconstruction_error", fails="test_error_of_the_reconstruction")
def mean_over_all_numbers(X, k):
    """You average over all numbers: the squared distance of a row is the sum over its features."""
    return float((_lost(X, k) ** 2).mean())


@mutant("p.07.3", replaces="reconstruction_error", fails="test_error_of_the_reconstruction")
def not_squared(X, k):
    """You average distances: their squares are asked for."""
    return float(np.linalg.norm(_lost(X, k), axis=1).mean())


@mutant("p.07.3", replaces="reconstruction_error", fails="test_nothing_is_lost_with_all_components")
def variance_kept(X, k):
    """That is the variance along the components you keep: what is lost lies along the others."""
    X = np.asarray(X, dtype=float)
    return float((np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[:k] ** 2).sum() / len(X))


@mutant("p.07.3", replaces="reconstruction_error", fails="test_error_of_the_reconstruction")
def rows_less_one(X, k):
    """You add up `explained_variance_`, which is divided by the number of rows less 1: average over all rows."""
    return float(PCA().fit(np.asarray(X, dtype=float)).explained_variance_[k:].sum())


@mutant("p.07.3", replaces="reconstruction_error", fails="test_error_of_the_reconstruction")
def share_that_is_lost(X, k):
    """You return a share of the variance: the squared distance itself is asked for."""
    return float(1 - PCA(k).fit(np.asarray(X, dtype=float)).explained_variance_ratio_.sum())


@mutant("p.07.3", replaces="reconstruction_error", fails="test_error_of_the_reconstruction")
def summed_over_the_rows(X, k):
    """You add up the squared distances of all rows: their average is asked for."""
    return float((_lost(X, k) ** 2).sum())


@mutant("p.07.3", replaces="reconstruction_error", fails="test_error_of_the_reconstruction")
def features_of_one_spread(X, k):
    """You standardise the features first, and measure there: the distance is one in the rows' own units."""
    return float((_lost(StandardScaler().fit_transform(X), k) ** 2).sum(axis=1).mean())


@mutant("p.07.3", replaces="P_07_3_CHOICE", fails="test_methods_with_a_way_back", constant=True)
def only_pca():
    """A random projection is linear, too: with the pseudo-inverse of its matrix there is an approximate way back."""
    return ["PCA"]


@mutant("p.07.3", replaces="P_07_3_CHOICE", fails="test_methods_with_a_way_back", constant=True)
def tsne_turned_back():
    """t-SNE learns no function from the data to the map, so there is none to turn round."""
    return ["PCA", "random projection", "t-SNE"]


@alternative("p.07.3", replaces="reconstruction_error")
def from_the_other_eigenvalues(X, k):
    """The variance along the components that are dropped."""
    values = np.linalg.eigvalsh(np.cov(np.asarray(X, dtype=float).T, bias=True))[::-1]
    return max(0.0, float(values[k:].sum()))


@alternative("p.07.3", replaces="reconstruction_error")
def in_single_precision(X, k):
    """With PyTorch, in its usual precision; a tensor."""
    rows = torch.tensor(X, dtype=torch.float32)
    rows = rows - rows.mean(dim=0)
    V = torch.linalg.svd(rows, full_matrices=False)[2][:k]
    return ((rows - rows @ V.T @ V) ** 2).sum(dim=1).mean()


# ---------------------------------------------------------------- p.07.4


@mutant("p.07.4", replaces="useless_dimensions", fails="test_dimensions_without_variance")
def constant_columns(X):
    """You look for columns without variance: in a tilted plane every column varies, but not every direction does."""
    return int((np.ptp(np.asarray(X, dtype=float), axis=0) < 1e-9).sum())


@mutant("p.07.4", replaces="useless_dimensions", fails="test_dimensions_without_variance")
def rank_without_centring(X):
    """You take the rank of the rows as they are: a plane that misses the origin seems to need a dimension more."""
    X = np.asarray(X, dtype=float)
    return int(X.shape[1] - np.linalg.matrix_rank(X))


@mutant("p.07.4", replaces="useless_dimensions", fails="test_dimensions_without_variance")
def last_five_per_cent(X):
    """You drop what holds the last 5% of the variance: that is a loss, if a small one."""
    shares = PCA().fit(np.asarray(X, dtype=float)).explained_variance_ratio_
    return int(len(shares) - 1 - np.argmax(np.cumsum(shares) >= 0.95))


@mutant("p.07.4", replaces="useless_dimensions", fails="test_dimensions_without_variance")
def absolute_threshold(X):
    """You ask for a variance below a billionth: in kilometres everything is, in nanometres nothing. Take a share."""
    return int((PCA().fit(np.asarray(X, dtype=float)).explained_variance_ < 1e-9).sum())


@mutant("p.07.4", replaces="useless_dimensions", fails="test_dimensions_without_variance")
def needed_ones(X):
    """You count the dimensions that are needed: those that can go are asked for."""
    X = np.asarray(X, dtype=float)
    return int(np.linalg.matrix_rank(X - X.mean(axis=0)))


@mutant("p.07.4", replaces="useless_dimensions", fails="test_dimensions_without_variance")
def anything_left(X):
    """You count what has no variance at all, as far as a computer can tell: less than a billionth of it is none, too
    (`matrix_rank` takes a `tol`)."""
    X = np.asarray(X, dtype=float)
    return int(X.shape[1] - np.linalg.matrix_rank(X - X.mean(axis=0)))


@mutant("p.07.4", replaces="useless_dimensions", fails="test_dimensions_without_variance")
def share_of_the_largest(X):
    """You compare with the largest variance (so does `rtol` of `matrix_rank`): a billionth of all of it is meant."""
    X = np.asarray(X, dtype=float)
    return int(X.shape[1] - np.linalg.matrix_rank(X - X.mean(axis=0), rtol=1e-9**0.5))


@mutant("p.07.4", replaces="useless_dimensions", fails="test_dimensions_without_variance")
def faint_columns_enlarged(X):
    """You standardise the columns first, so that one which hardly varies at all counts as much as any other."""
    shares = PCA().fit(StandardScaler().fit_transform(np.asarray(X, dtype=float))).explained_variance_ratio_
    return int((shares < 1e-9).sum())


@mutant("p.07.4", replaces="P_07_4_CHOICE", fails="test_sets_that_pca_flattens_without_loss", constant=True)
def swiss_roll_flattened():
    """A Swiss roll fills three dimensions: projected on a plane, its layers come to lie on each other."""
    return ["Swiss roll", "tilted circle", "spiral and sum"]


@mutant("p.07.4", replaces="P_07_4_CHOICE", fails="test_sets_that_pca_flattens_without_loss", constant=True)
def sphere_flattened():
    """Seen from the side, the front and the back of a sphere coincide."""
    return ["sphere", "tilted circle"]


@mutant("p.07.4", replaces="P_07_4_CHOICE", fails="test_sets_that_pca_flattens_without_loss", constant=True)
def nothing_nonlinear():
    """A spiral is far from linear, but a third column which is the sum of the others adds no dimension."""
    return ["tilted circle"]


@alternative("p.07.4", replaces="useless_dimensions")
def all_but_a_billionth(X):
    """As many components as hold all but a billionth of the variance."""
    X = np.asarray(X, dtype=float)
    return X.shape[1] - PCA(1 - 1e-9, svd_solver="full").fit(X).n_components_


@alternative("p.07.4", replaces="useless_dimensions")
def by_rank(X):
    """Rank of the centred rows, with a billionth of the variance for zero; a numpy number."""
    X = np.asarray(X, dtype=float)
    centred = X - X.mean(axis=0)
    return X.shape[1] - np.linalg.matrix_rank(centred, tol=1e-9**0.5 * np.linalg.norm(centred))
