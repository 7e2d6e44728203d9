"""Chapter 8, questions on clustering: wrong answers that must fail, and right ones that must pass."""

import math

import numpy as np
from scipy.cluster.vq import vq
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.metrics.cluster import contingency_matrix
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KDTree

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.08.1


@mutant("p.08.1", replaces="same_grouping", fails="test_names_of_clusters_do_not_count")
def numbers_compared(a, b):
    """You compare the numbers of the clusters: these are names, and the same groups may be called otherwise."""
    return list(a) == list(b)


@mutant("p.08.1", replaces="same_grouping", fails="test_names_of_clusters_do_not_count")
def sizes_compared(a, b):
    """You compare the sizes of the clusters: other rows may be in them."""
    return sorted(np.unique(a, return_counts=True)[1]) == sorted(np.unique(b, return_counts=True)[1])


@mutant("p.08.1", replaces="same_grouping", fails="test_names_of_clusters_do_not_count")
def one_way_only(a, b):
    """You look one way only: if a cluster of the first is cut in two in the second, the groups are not the same."""
    return len(set(zip(a, b, strict=True))) == len(set(b))


@mutant("p.08.1", replaces="same_grouping", fails="test_names_of_clusters_do_not_count")
def the_other_way_only(a, b):
    """You look one way only: if two clusters of the first have become one in the second, the groups are others."""
    return len(set(zip(a, b, strict=True))) == len(set(a))


@mutant("p.08.1", replaces="same_grouping", fails="test_names_of_clusters_do_not_count")
def rows_next_to_each_other(a, b):
    """You compare each row with the next one in the list only: any two rows may share a cluster."""
    return bool(((np.diff(a) == 0) == (np.diff(b) == 0)).all())


@mutant("p.08.1", replaces="same_grouping", fails="test_names_of_clusters_do_not_count")
def nearly_the_same(a, b):
    """You take groupings that are nearly the same for one: among many rows, a single one in another cluster counts."""
    return bool(adjusted_rand_score(a, b) > 0.9)


@mutant("p.08.1", replaces="P_08_1_CHOICE", fails="test_algorithms_that_cluster", constant=True)
def neighbours_too():
    """k nearest neighbours sounds like clusters, but it is a classifier: it learns from labels."""
    return ["k-means", "DBSCAN", "agglomerative", "spectral", "k nearest neighbours"]


@mutant("p.08.1", replaces="P_08_1_CHOICE", fails="test_algorithms_that_cluster", constant=True)
def k_means_only():
    """k-means is the best known, but there are others among them."""
    return ["k-means"]


@alternative("p.08.1", replaces="same_grouping")
def one_to_one(a, b):
    """In the table of both clusterings, each row and each column has one entry that is not 0."""
    table = contingency_matrix(a, b) > 0
    return bool((table.sum(axis=0) == 1).all() and (table.sum(axis=1) == 1).all())


# ---------------------------------------------------------------- p.08.2


@mutant("p.08.2", replaces="segment", fails="test_pixels_get_the_nearest_colour")
def numbers_for_colours(image, centres):
    """You return the number of each pixel's cluster: paint it in the colour of the centre."""
    gaps = np.linalg.norm(np.asarray(image)[:, :, None] - np.asarray(centres), axis=3)
    return gaps.argmin(axis=2)


@mutant("p.08.2", replaces="segment", fails="test_pixels_get_the_nearest_colour")
def channel_by_channel(image, centres):
    """You look for the nearest value of each channel by itself, which gives colours that no centre has."""
    image, centres = np.asarray(image), np.asarray(centres)
    nearest = np.abs(image[:, :, None] - centres).argmin(axis=2)
    return np.take_along_axis(centres, nearest.reshape(-1, image.shape[2]), axis=0).reshape(image.shape)


@mutant("p.08.2", replaces="segment", fails="test_pixels_get_the_nearest_colour")
def shape_lost(image, centres):
    """Your pixels are in one long list: give the image its shape back."""
    pixels = np.reshape(image, (-1, np.shape(image)[2]))
    return np.asarray(centres)[vq(pixels, np.asarray(centres))[0]]


@mutant("p.08.2", replaces="segment", fails="test_pixels_get_the_nearest_colour")
def type_of_the_image(image, centres):
    """You paint a copy of the image: if its numbers are whole, what follows the point in those of `centres` is lost."""
    painted, centres = np.array(image), np.asarray(centres)
    painted[...] = centres[np.linalg.norm(painted[:, :, None] - centres, axis=3).argmin(axis=2)]
    return painted


@mutant("p.08.2", replaces="segment", fails="test_pixels_get_the_nearest_colour")
def differences_added_up(image, centres):
    """You add up the absolute differences of the colour values: the Euclidean distance adds up their squares."""
    gaps = np.abs(np.asarray(image)[:, :, None] - np.asarray(centres)).sum(axis=3)
    return np.asarray(centres)[gaps.argmin(axis=2)]


@mutant("p.08.2", replaces="segment", fails="test_pixels_get_the_nearest_colour")
def by_how_light_they_are(image, centres):
    """You compare how light the colours are: a dark red may be as light as a dark green. Take all c values."""
    gaps = np.abs(np.sum(image, axis=2)[:, :, None] - np.sum(centres, axis=1))
    return np.asarray(centres)[gaps.argmin(axis=2)]


@mutant("p.08.2", replaces="segment", fails="test_pixels_get_the_nearest_colour")
def colours_of_its_own(image, centres):
    """You paint with the mean of each cluster's pixels: the colours to use are those of `centres`."""
    painted, centres = np.array(image, dtype=float), np.asarray(centres)
    nearest = np.linalg.norm(painted[:, :, None] - centres, axis=3).argmin(axis=2)
    for number in np.unique(nearest):
        painted[nearest == number] = painted[nearest == number].mean(axis=0)
    return painted


@mutant("p.08.2", replaces="P_08_2_CHOICE", fails="test_tasks_for_clustering", constant=True)
def prices_too():
    """Past prices are labels: learning to predict them is regression."""
    return [
        "finding kinds of customers in what they buy",
        "noticing rows that are close to no group",
        "spreading a few labels over many rows",
        "reducing columns to distances from groups",
        "predicting prices from thousands of past sales",
    ]


@mutant("p.08.2", replaces="P_08_2_CHOICE", fails="test_tasks_for_clustering", constant=True)
def customers_only():
    """Groups are good for more than a look at them: what can distances from them be used for?"""
    return ["finding kinds of customers in what they buy"]


@alternative("p.08.2", replaces="segment")
def by_vector_quantisation(image, centres):
    """With scipy's vector quantiser; nested lists."""
    pixels = np.reshape(image, (-1, np.shape(image)[2]))
    return np.asarray(centres)[vq(pixels, np.asarray(centres))[0]].reshape(np.shape(image)).tolist()


# ---------------------------------------------------------------- p.08.3


def _means(X, ks):
    return {k: KMeans(k, n_init=2, random_state=0).fit(X) for k in ks}


@mutant("p.08.3", replaces="best_k", fails="test_best_number_of_clusters")
def least_inertia(X, ks):
    """You take the k with the lowest inertia: every cluster more brings it down, so that is always the largest k."""
    models = _means(X, ks)
    return min(models, key=lambda k: models[k].inertia_)


@mutant("p.08.3", replaces="best_k", fails="test_best_number_of_clusters")
def largest_gain(X, ks):
    """You take the k that brings the inertia down most: the first few always do. Compare silhouettes."""
    inertias = [model.inertia_ for model in _means(X, ks).values()]
    return list(ks)[int(np.argmin(np.diff(inertias))) + 1]


@mutant("p.08.3", replaces="best_k", fails="test_best_number_of_clusters")
def numbers_of_its_own(X, ks):
    """You try the same numbers whatever `ks` says: choose from these."""
    models = _means(X, range(2, 11))
    return max(models, key=lambda k: silhouette_score(X, models[k].labels_))


@mutant("p.08.3", replaces="best_k", fails="test_best_number_of_clusters")
def place_in_the_list(X, ks):
    """You return the place of the best number in `ks`, and not the number."""
    return int(np.argmax([silhouette_score(X, model.labels_) for model in _means(X, ks).values()]))


@mutant("p.08.3", replaces="elbow", fails="test_bend_in_the_curve")
def lowest_point(inertias):
    """You take the lowest inertia, which is the last one: look for the bend."""
    return int(np.argmin(inertias)) + 1


@mutant("p.08.3", replaces="elbow", fails="test_bend_in_the_curve")
def steepest_drop(inertias):
    """You look for the largest drop: what counts is where the drops become small all of a sudden."""
    return int(np.argmin(np.diff(inertias))) + 2


@mutant("p.08.3", replaces="elbow", fails="test_bend_in_the_curve")
def inertias_divided(inertias):
    """You divide one inertia by the next: it is the *drops* that are to be compared."""
    return int(np.argmax(np.divide(inertias[:-1], inertias[1:]))) + 2


@mutant("p.08.3", replaces="elbow", fails="test_bend_in_the_curve")
def farthest_below_the_line(inertias):
    """You look for the point that is farthest below the line from the first to the last, which moves with the number of
    inertias: compare each drop with the next one."""
    line = np.linspace(inertias[0], inertias[-1], len(inertias))
    return int(np.argmax(line - inertias)) + 1


@mutant("p.08.3", replaces="elbow", fails="test_bend_in_the_curve")
def counted_from_zero(inertias):
    """Your number is off by one: the first inertia belongs to one cluster."""
    drops = -np.diff(inertias)
    return int(np.argmax(drops[:-1] / drops[1:])) + 1


@mutant("p.08.3", replaces="elbow", fails="test_bend_in_the_curve")
def largest_difference(inertias):
    """You subtract one drop from another: the first drops are far larger than the rest, so that says 2. Divide them."""
    return int(np.argmax(np.diff(inertias, 2))) + 2


@alternative(
    "p.08.3", replaces="best_k", also={"elbow": lambda inertias: np.diff(np.log(-np.diff(inertias))).argmin() + 2}
)
def round_mixture(X, ks):
    """Logarithms of the drops; and a mixture with round, equally wide components, which is k-means in the limit."""
    ks = list(ks)
    found = [GaussianMixture(k, covariance_type="spherical", n_init=3, random_state=1).fit_predict(X) for k in ks]
    return np.int64(ks[int(np.argmax([silhouette_score(X, labels) for labels in found]))])


# ---------------------------------------------------------------- p.08.4


@mutant("p.08.4", replaces="representatives", fails="test_representatives_are_nearest")
def centroid_of_each_row(distances):
    """You name the nearest centroid of each row: what is asked for is the nearest row of each centroid, `axis=0`."""
    return np.argmin(distances, axis=1)


@mutant("p.08.4", replaces="representatives", fails="test_representatives_are_nearest")
def farthest_rows(distances):
    """You name the rows that are farthest away: a representative is near the centroid."""
    return np.argmax(distances, axis=0)


@mutant("p.08.4", replaces="representatives", fails="test_representatives_are_nearest")
def no_row_twice(distances):
    """You leave out a row that is the nearest to a second centroid as well: name k rows, one for each centroid."""
    return np.unique(np.argmin(distances, axis=0))


@mutant("p.08.4", replaces="propagate", fails="test_labels_spread_over_clusters")
def nothing_for_a_label(labels, distances, share=1.0):
    """You take the label 0 for no label, as `if label:` and `label or -1` do: labels begin with 0."""
    return [label or -1 for label in np.asarray(labels)[np.argmin(distances, axis=1)].tolist()]


@mutant("p.08.4", replaces="propagate", fails="test_labels_spread_over_clusters")
def cluster_for_label(labels, distances, share=1.0):
    """You return the numbers of the clusters: each has a label, that of its representative."""
    return np.argmin(distances, axis=1)


@mutant("p.08.4", replaces="propagate", fails="test_labels_spread_near_the_centre_only")
def all_of_the_cluster(labels, distances, share=1.0):
    """You spread the labels over whole clusters, whatever `share` says."""
    return np.asarray(labels)[np.argmin(distances, axis=1)]


def _inner(labels, distances, share, rank, whole=math.ceil):
    found = np.full(len(distances), -1)
    nearest = np.argmin(distances, axis=1)
    for cluster, label in enumerate(labels):
        members = np.flatnonzero(nearest == cluster)
        order = members[rank(np.asarray(distances)[members, cluster])]
        found[order[: whole(share * len(members))]] = label
    return found


@mutant("p.08.4", replaces="propagate", fails="test_labels_spread_near_the_centre_only")
def outer_part(labels, distances, share=1.0):
    """You label the rows that are farthest from the centroid, which are the most doubtful."""
    return _inner(labels, distances, share, lambda gaps: np.argsort(-gaps))


@mutant("p.08.4", replaces="propagate", fails="test_labels_spread_near_the_centre_only")
def rounded_down(labels, distances, share=1.0):
    """You round down: of five rows, the half are three here, and of a single row it is that row."""
    return _inner(labels, distances, share, np.argsort, math.floor)


@mutant("p.08.4", replaces="propagate", fails="test_labels_spread_near_the_centre_only")
def within_a_percentile(labels, distances, share=1.0):
    """You compare distances with their percentile, which leaves another number of rows: count `ceil(share * m)`."""
    gaps, nearest = np.min(distances, axis=1), np.argmin(distances, axis=1)
    limits = [np.percentile(gaps[nearest == cluster], 100 * share) for cluster in nearest]
    return np.where(gaps <= limits, np.asarray(labels)[nearest], -1)


@mutant("p.08.4", replaces="propagate", fails="test_labels_spread_near_the_centre_only")
def share_of_all_rows(labels, distances, share=1.0):
    """You take the nearest rows of all: take the share of each cluster, else wide clusters get hardly any label."""
    gaps = np.min(distances, axis=1)
    near = gaps <= np.sort(gaps)[math.ceil(share * len(gaps)) - 1]
    return np.where(near, np.asarray(labels)[np.argmin(distances, axis=1)], -1)


@alternative(
    "p.08.4", replaces="propagate", also={"representatives": lambda D: [int(c.argmin()) for c in np.asarray(D).T]}
)
def by_rank(labels, distances, share=1.0):
    """A row is labelled if few enough of its cluster are nearer; a list."""
    gaps, nearest = np.min(distances, axis=1), np.argmin(distances, axis=1)
    found = []
    for gap, cluster in zip(gaps, nearest, strict=True):
        mine = gaps[nearest == cluster]
        found.append(int(labels[cluster]) if np.sum(mine < gap) < share * len(mine) else -1)
    return found


# ---------------------------------------------------------------- p.08.5


@mutant("p.08.5", replaces="distances_computed", fails="test_distances_that_are_worked_out")
def pairs_counted_twice(algorithm, n, k, rounds, batch):
    """You count each pair of rows twice, or a row with itself: n (n - 1) / 2 pairs can be made."""
    return n * n if algorithm == "agglomerative" else rounds * k * (n if algorithm == "k-means" else batch)


@mutant("p.08.5", replaces="distances_computed", fails="test_distances_that_are_worked_out")
def batch_forgotten(algorithm, n, k, rounds, batch):
    """Your mini-batches have as many rows as the data: that is what they are there to avoid."""
    return n * (n - 1) // 2 if algorithm == "agglomerative" else rounds * k * n


@mutant("p.08.5", replaces="core_rows", fails="test_rows_in_dense_regions")
def not_its_own_neighbour(X, eps, min_samples):
    """You don't count the row itself, which DBSCAN does."""
    X = np.asarray(X)
    return (np.linalg.norm(X[:, None] - X, axis=2) <= eps).sum(axis=1) - 1 >= min_samples


@mutant("p.08.5", replaces="core_rows", fails="test_rows_in_dense_regions")
def near_a_core_row(X, eps, min_samples):
    """You mark all rows of the clusters: those at the border have a core instance nearby, but are none themselves."""
    X = np.asarray(X)
    near = np.linalg.norm(X[:, None] - X, axis=2) <= eps
    return (near & (near.sum(axis=1) >= min_samples)).any(axis=1)


@mutant("p.08.5", replaces="core_rows", fails="test_rows_in_dense_regions")
def strictly_nearer(X, eps, min_samples):
    """You leave out neighbours that are exactly `eps` away: at most `eps` is asked for."""
    X = np.asarray(X)
    return (np.linalg.norm(X[:, None] - X, axis=2) < eps).sum(axis=1) >= min_samples


@mutant("p.08.5", replaces="core_rows", fails="test_rows_in_dense_regions")
def squares_compared(X, eps, min_samples):
    """You compare squared distances with `eps`: take their root, or the square of `eps`."""
    X = np.asarray(X)
    return (np.square(X[:, None] - X).sum(axis=2) <= eps).sum(axis=1) >= min_samples


@mutant("p.08.5", replaces="P_08_5_SCALE", fails="test_algorithms_for_large_and_for_dense_data", constant=True)
def spectral_scales():
    """Spectral clustering works with a matrix of all pairs of rows: that does not scale."""
    return ["k-means", "spectral"]


@mutant("p.08.5", replaces="P_08_5_DENSITY", fails="test_algorithms_for_large_and_for_dense_data", constant=True)
def k_means_for_density():
    """k-means gives each row to the nearest centroid, however empty the space around it: it knows no density."""
    return ["DBSCAN", "k-means"]


def _without_arrays(algorithm, n, k, rounds, batch):
    work = {"k-means": n * k * rounds, "mini-batch k-means": batch * k * rounds, "agglomerative": math.comb(n, 2)}
    return work[algorithm]


@alternative(
    "p.08.5",
    replaces="core_rows",
    also={
        "distances_computed": _without_arrays,
        "P_08_5_SCALE": ("k-means", "dbscan", "BIRCH"),
        "P_08_5_DENSITY": {"OPTICS", "mean-shift", "HDBSCAN"},
    },
)
def with_a_tree(X, eps, min_samples):
    """A tree of neighbours; other names; a list."""
    return [bool(n >= min_samples) for n in KDTree(np.asarray(X)).query_radius(X, eps, count_only=True)]
