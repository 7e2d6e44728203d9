"""Wrong and right answers of chapter 18: questions on autoencoders (p.18.1 to p.18.4)."""

from itertools import pairwise

import numpy as np
import torch
from sklearn.decomposition import PCA

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.18.1


def _flag(X, X_rec, normal, normal_rec, quantile, error):
    X, X_rec, normal, normal_rec = (np.asarray(rows, dtype=float) for rows in (X, X_rec, normal, normal_rec))
    return error(X - X_rec) > np.quantile(error(normal - normal_rec), quantile)


def _mean_square(apart):
    return (apart**2).mean(axis=1)


@mutant("p.18.1", replaces="flag_anomalies", fails="test_rows_that_come_back_badly")
def share_for_quantile(X, X_rec, normal, normal_rec, share):
    """A share of `share` is to lie *above* the limit: that is the quantile of 1 - share."""
    return _flag(X, X_rec, normal, normal_rec, share, _mean_square)


@mutant("p.18.1", replaces="flag_anomalies", fails="test_rows_that_come_back_badly")
def share_of_the_new_rows(X, X_rec, normal, normal_rec, share):
    """You take the limit from the new rows, of which you then always flag the same share: take it from normal ones."""
    return _flag(X, X_rec, X, X_rec, 1 - share, _mean_square)


@mutant("p.18.1", replaces="flag_anomalies", fails="test_rows_that_come_back_badly")
def absolute_differences(X, X_rec, normal, normal_rec, share):
    """The error is a mean of squares; you take absolute differences."""
    return _flag(X, X_rec, normal, normal_rec, 1 - share, lambda apart: abs(apart).mean(axis=1))


@mutant("p.18.1", replaces="flag_anomalies", fails="test_rows_that_come_back_badly")
def far_from_usual(X, X_rec, normal, normal_rec, share):
    """You go by how far a row is from the mean of the normal ones: ask how badly it comes back."""
    middle = np.mean(normal, axis=0)
    return _flag(X, middle, normal, middle, 1 - share, _mean_square)


@mutant("p.18.1", replaces="flag_anomalies", fails="test_rows_at_the_limit_are_usual")
def limit_itself_flagged(X, X_rec, normal, normal_rec, share):
    """You flag rows whose error is just the limit, too: only larger ones are unusual, `>`."""
    errors = [_mean_square(np.asarray(a) - b) for a, b in ((X, X_rec), (normal, normal_rec))]
    return errors[0] >= np.quantile(errors[1], 1 - share)


@mutant("p.18.1", replaces="flag_anomalies", fails="test_limit_may_lie_between_two_errors")
def roots_of_errors(X, X_rec, normal, normal_rec, share):
    """You take the roots of the mean squares: a limit between two of them is not the root of the one that is asked
    for."""
    return _flag(X, X_rec, normal, normal_rec, 1 - share, lambda apart: _mean_square(apart) ** 0.5)


@mutant("p.18.1", replaces="flag_anomalies", fails="test_limit_may_lie_between_two_errors")
def one_of_the_errors(X, X_rec, normal, normal_rec, share):
    """Your limit is always the error of some normal row: `np.quantile` may put it between two of them."""
    errors = [_mean_square(np.asarray(a) - b) for a, b in ((X, X_rec), (normal, normal_rec))]
    return errors[0] > np.sort(errors[1])[int(np.ceil((1 - share) * (len(normal) - 1)))]


@alternative("p.18.1", replaces="flag_anomalies")
def anomalies_row_by_row(X, X_rec, normal, normal_rec, share):
    """By PyTorch, as a list."""
    X, X_rec, normal, normal_rec = (torch.tensor(np.asarray(rows)).double() for rows in (X, X_rec, normal, normal_rec))
    limit = torch.quantile(((normal - normal_rec) ** 2).mean(dim=1), 1 - share)
    return (((X - X_rec) ** 2).mean(dim=1) > limit).tolist()


# ---------------------------------------------------------------- p.18.2


@mutant("p.18.2", replaces="trainable_parameters", fails="test_what_is_left_to_learn")
def all_of_them(sizes, n_classes, n_frozen):
    """You count frozen layers, too: they are not trained."""
    sizes = [*sizes, n_classes]
    return sum((a + 1) * b for a, b in pairwise(sizes))


@mutant("p.18.2", replaces="trainable_parameters", fails="test_what_is_left_to_learn")
def encoder_only(sizes, n_classes, n_frozen):
    """You forget the layer that is put on top of the codings."""
    pairs = list(pairwise(sizes))[n_frozen:]
    return sum((a + 1) * b for a, b in pairs)


@mutant("p.18.2", replaces="trainable_parameters", fails="test_what_is_left_to_learn")
def new_layer_frozen_too(sizes, n_classes, n_frozen):
    """Where more layers are frozen than the encoder has, you freeze the new one as well: it is always trained."""
    return sum((a + 1) * b for a, b in list(pairwise([*sizes, n_classes]))[n_frozen:])


@mutant("p.18.2", replaces="trainable_parameters", fails="test_what_is_left_to_learn")
def without_biases(sizes, n_classes, n_frozen):
    """You forget the biases: each unit has one."""
    pairs = [*list(pairwise(sizes))[n_frozen:], (sizes[-1], n_classes)]
    return sum(a * b for a, b in pairs)


@mutant("p.18.2", replaces="trainable_parameters", fails="test_what_is_left_to_learn")
def upper_layers_frozen(sizes, n_classes, n_frozen):
    """You freeze from the codings downwards: the lowest layers are frozen first."""
    pairs = list(pairwise(sizes))
    pairs = [*pairs[: max(0, len(pairs) - n_frozen)], (sizes[-1], n_classes)]
    return sum((a + 1) * b for a, b in pairs)


@mutant("p.18.2", replaces="P_18_2_CHOICE", fails="test_order_of_the_steps", constant=True)
def labelled_pictures_only():
    """The autoencoder needs no labels: train it on all pictures, not on the few."""
    return {"first": "B", "second": "F", "third": "A", "fourth": "D"}


@mutant("p.18.2", replaces="P_18_2_CHOICE", fails="test_order_of_the_steps", constant=True)
def on_the_decoder():
    """What the decoder gives is a picture again: the new layer belongs on top of the encoder."""
    return {"first": "C", "second": "E", "third": "A", "fourth": "D"}


# ---------------------------------------------------------------- p.18.3


@mutant("p.18.3", replaces="encode_by_heart", fails="test_new_rows_come_back_as_the_nearest")
def farthest_in_one_column(X_train, X):
    """You go by the largest difference in any column: all of them count, each by its square."""
    known = np.asarray(X_train, dtype=float)
    return np.array([abs(known - row).max(axis=1).argmin() for row in np.asarray(X, dtype=float)])


@mutant("p.18.3", replaces="encode_by_heart", fails="test_one_coding_knows_every_row")
def last_of_equal_rows(X_train, X):
    """Of equal rows the first one is wanted."""
    known = np.asarray(X_train, dtype=float)[::-1]
    return np.array([len(known) - 1 - ((known - row) ** 2).sum(axis=1).argmin() for row in np.asarray(X, dtype=float)])


@mutant("p.18.3", replaces="encode_by_heart", fails="test_one_coding_knows_every_row")
def own_numbers(X_train, X):
    """A row's coding is the number of the row that was learned, not its own among those that are asked about."""
    return np.arange(len(X))


@mutant("p.18.3", replaces="decode_by_heart", fails="test_new_rows_come_back_as_the_nearest")
def rows_in_order(X_train, codings):
    """You give back the rows in the order that they were learned in, whatever the codings say."""
    return np.asarray(X_train, dtype=float)[: len(codings)]


# ---------------------------------------------------------------- p.18.4


@mutant("p.18.4", replaces="autoencoder_kind", fails="test_kinds_of_autoencoders")
def first_hidden_layer(sizes):
    """You compare the first hidden layer with the inputs: the codings are in the middle."""
    return "undercomplete" if sizes[1] < sizes[0] else "overcomplete" if sizes[1] > sizes[0] else "neither"


@mutant("p.18.4", replaces="autoencoder_kind", fails="test_kinds_of_autoencoders")
def one_of_two(sizes):
    """As many codings as inputs are neither fewer nor more."""
    return "undercomplete" if sizes[len(sizes) // 2] < sizes[0] else "overcomplete"


@mutant("p.18.4", replaces="autoencoder_kind", fails="test_kinds_of_autoencoders")
def narrowest_layer(sizes):
    """You look for the narrowest layer: the codings are in the middle, however wide the others are."""
    least = min(sizes[1:-1])
    return "undercomplete" if least < sizes[0] else "overcomplete" if least > sizes[0] else "neither"


@mutant("p.18.4", replaces="autoencoder_kind", fails="test_kinds_of_autoencoders")
def neither_if_all_are_alike(sizes):
    """You say "neither" only if all layers are of one size: as many codings as inputs will do."""
    if len(set(sizes)) == 1:
        return "neither"
    return "undercomplete" if sizes[len(sizes) // 2] < sizes[0] else "overcomplete"


@mutant("p.18.4", replaces="least_error", fails="test_rows_are_left_alone")
def centred_in_place(X, k):
    """You take the mean away from the caller's own array: `X -= …` changes it, `X = X - …` makes a new one."""
    X = np.asarray(X, dtype=float)
    X -= X.mean(axis=0)
    return float((np.linalg.svd(X, compute_uv=False)[k:] ** 2).sum() / X.size)


@mutant("p.18.4", replaces="least_error", fails="test_least_error_of_a_linear_one")
def one_less_than_rows(X, k):
    """You divide by one less than there are rows, as a covariance does: it is a mean over all of them."""
    X = np.asarray(X, dtype=float)
    squares = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[k:] ** 2
    return float(squares.sum() / (len(X) - 1) / X.shape[1])


@mutant("p.18.4", replaces="least_error", fails="test_least_error_of_a_linear_one")
def mean_not_taken_away(X, k):
    """You forget the biases: they can take the mean of the rows away, and put it back."""
    X = np.asarray(X, dtype=float)
    return float((np.linalg.svd(X, compute_uv=False)[k:] ** 2).sum() / X.size)


@mutant("p.18.4", replaces="least_error", fails="test_least_error_of_a_linear_one")
def sum_for_each_row(X, k):
    """You add up the squares of a row: the mean over its columns is wanted, too."""
    X = np.asarray(X, dtype=float)
    return float((np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[k:] ** 2).sum() / len(X))


@mutant("p.18.4", replaces="least_error", fails="test_least_error_of_a_linear_one")
def share_of_the_variance(X, k):
    """You return the share of the variance that is lost: the error itself is asked for."""
    X = np.asarray(X, dtype=float)
    squares = np.linalg.svd(X - X.mean(axis=0), compute_uv=False) ** 2
    return float(squares[k:].sum() / squares.sum())


@alternative("p.18.4", replaces="least_error")
def by_the_covariance(X, k):
    """By the eigenvalues of the covariance that are left."""
    values = np.linalg.eigvalsh(np.cov(np.asarray(X, dtype=float).T, ddof=0))
    return values[::-1][k:].sum() / len(values)


@alternative("p.18.4", replaces="least_error")
def by_scikit_learn(X, k):
    """By PCA's way there and back."""
    X = np.asarray(X, dtype=float)
    pca = PCA(min(k, *X.shape)).fit(X)
    return np.mean((pca.inverse_transform(pca.transform(X)) - X) ** 2)
