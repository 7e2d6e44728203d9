"""Wrong and right answers of chapter 18: questions on autoencoders (p.18.1 to p.18.5, tf1.15.6)."""

from itertools import pairwise

import numpy as np
import torch
from sklearn.decomposition import PCA
from torch import nn

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
def by_scikit_learn(X, k):
    """By PCA's way there and back."""
    X = np.asarray(X, dtype=float)
    pca = PCA(min(k, *X.shape)).fit(X)
    return np.mean((pca.inverse_transform(pca.transform(X)) - X) ** 2)


# ---------------------------------------------------------------- p.18.5


class _Tied(nn.Module):
    """Matrices that are written (n_in, n_out); what is wrong is overridden."""

    def __init__(self, sizes):
        super().__init__()
        pairs = list(pairwise(sizes))
        self.W = nn.ParameterList(nn.Parameter(torch.randn(a, b) / a**0.5) for a, b in pairs)
        self.there = nn.ParameterList(nn.Parameter(torch.zeros(b)) for _, b in pairs)
        self.back = nn.ParameterList(nn.Parameter(torch.zeros(a)) for a, _ in pairs)

    def encode(self, X):
        for number, (W, b) in enumerate(zip(self.W, self.there, strict=True)):
            X = (X.relu() if number else X) @ W + b
        return X

    def decode(self, Z):
        for number in range(len(self.W) - 1, -1, -1):
            Z = (Z.relu() if number < len(self.W) - 1 else Z) @ self.W[number].T + self.back[number]
        return Z

    def forward(self, X):
        return self.decode(self.encode(X))


@mutant("p.18.5", replaces="TiedAutoencoder", fails="test_weights_are_there_once")
class Untied(_Tied):
    """Your decoder has weights of its own: it is to use the encoder's, transposed."""

    def __init__(self, sizes):
        super().__init__(sizes)
        self.own = nn.ParameterList(nn.Parameter(W.detach().T.clone()) for W in self.W)

    def decode(self, Z):
        for number in range(len(self.own) - 1, -1, -1):
            Z = (Z.relu() if number < len(self.own) - 1 else Z) @ self.own[number] + self.back[number]
        return Z


@mutant("p.18.5", replaces="TiedAutoencoder", fails="test_weights_are_there_once")
class NoBiasesBack(_Tied):
    """Your decoder has no biases: only the weights are shared, biases are not."""

    def __init__(self, sizes):
        super().__init__(sizes)
        del self.back
        self.back = [torch.zeros(size) for size in sizes[:-1]]


@mutant("p.18.5", replaces="TiedAutoencoder", fails="test_both_ways_use_the_same_weights")
class CopiedOnce(_Tied):
    """You copy the weights when the autoencoder is made: when the encoder learns, the decoder keeps the old ones."""

    def __init__(self, sizes):
        super().__init__(sizes)
        self.copies = [W.detach().T.clone() for W in self.W]

    def decode(self, Z):
        for number in range(len(self.W) - 1, -1, -1):
            Z = (Z.relu() if number < len(self.W) - 1 else Z) @ self.copies[number] + self.back[number]
        return Z


@mutant("p.18.5", replaces="TiedAutoencoder", fails="test_both_ways_use_the_same_weights")
class ReluOnCodings(_Tied):
    """You put a ReLU on the codings: they may be below 0."""

    def encode(self, X):
        return super().encode(X).relu()


@mutant("p.18.5", replaces="TiedAutoencoder", fails="test_both_ways_use_the_same_weights")
class NoActivation(_Tied):
    """There is no ReLU between your layers: without one, any number of layers does what one does."""

    def encode(self, X):
        for W, b in zip(self.W, self.there, strict=True):
            X = X @ W + b
        return X


@alternative("p.18.5", replaces="TiedAutoencoder")
class ByMatrices(_Tied):
    """Matrices and biases as parameters, without any layer of PyTorch."""


class _Mirror(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer, self.bias = layer, nn.Parameter(torch.zeros(layer.in_features))

    def forward(self, X):
        return X @ self.layer.weight + self.bias


@alternative("p.18.5", replaces="TiedAutoencoder")
class WithMirroredLayers(nn.Module):
    """The decoder's layers hold those of the encoder, so that the weights have two names each."""

    def __init__(self, sizes):
        super().__init__()
        there = [nn.Linear(*pair) for pair in pairwise(sizes)]
        back = [_Mirror(layer) for layer in reversed(there)]
        self.encode, self.decode = (
            nn.Sequential(*[part for layer in layers for part in (layer, nn.ReLU())][:-1]) for layers in (there, back)
        )

    def forward(self, X):
        return self.decode(self.encode(X))


# ---------------------------------------------------------------- tf1.15.6


def _pictures(layer, size, scaled):
    W = layer.weight.detach().numpy().astype(float)
    return scaled(W).reshape(-1, *size)


@mutant("tf1.15.6", replaces="weight_pictures", fails="test_weights_are_shown_as_pictures")
def stretched(layer, size):
    """You stretch each picture from its smallest to its largest weight: then 0 has another grey in each."""
    return _pictures(layer, size, lambda W: (W - W.min(axis=1, keepdims=True)) / (np.ptp(W, axis=1, keepdims=True) + 1e-12))  # noqa: E501  # fmt: skip


@mutant("tf1.15.6", replaces="weight_pictures", fails="test_weights_are_shown_as_pictures")
def one_scale_for_all(layer, size):
    """You scale all units by the largest weight of all: each unit has its own scale."""
    return _pictures(layer, size, lambda W: 0.5 + 0.5 * W / abs(W).max())


@mutant("tf1.15.6", replaces="weight_pictures", fails="test_weights_are_shown_as_pictures")
def columns_first(layer, size):
    """Your pictures are laid out column by column: the pixels came row by row."""
    largest = np.maximum(abs(layer.weight.detach().numpy()).max(axis=1), 1e-12)
    W = layer.weight.detach().numpy().reshape(-1, size[1], size[0]).swapaxes(1, 2)
    return 0.5 + 0.5 * W / largest[:, None, None]


@mutant("tf1.15.6", replaces="weight_pictures", fails="test_weights_are_shown_as_pictures")
def nothing_by_nothing(layer, size):
    """A unit whose weights are all 0 becomes NaN: 0 is divided by 0."""
    with np.errstate(invalid="ignore"):
        return _pictures(layer, size, lambda W: 0.5 + 0.5 * W / abs(W).max(axis=1, keepdims=True))


@mutant("tf1.15.6", replaces="weight_pictures", fails="test_layer_keeps_its_weights")
def in_the_layer(layer, size):
    """You scale the layer's own weights: `detach().numpy()` shares its memory with the layer, so make new ones."""
    W = layer.weight.detach().numpy()
    W /= np.maximum(abs(W).max(axis=1, keepdims=True), 1e-12)
    return (0.5 + 0.5 * W).reshape(-1, *size)


@mutant("tf1.15.6", replaces="most_active", fails="test_rows_that_activate_each_unit")
def least_active(activations, k):
    """`argsort` sorts in ascending order: you return the rows that activate a unit least."""
    return np.argsort(activations, axis=0)[:k].T


@mutant("tf1.15.6", replaces="most_active", fails="test_rows_that_activate_each_unit")
def units_of_each_row(activations, k):
    """You find the strongest units of each row: the strongest rows of each unit are asked for."""
    return np.argsort(-np.asarray(activations), axis=1)[:, :k]


@mutant("tf1.15.6", replaces="most_active", fails="test_rows_that_activate_each_unit")
def largest_last(activations, k):
    """You found the right rows, but the largest activation has to come first."""
    return np.argsort(activations, axis=0)[-k:].T


@alternative("tf1.15.6", replaces="most_active")
def most_active_by_topk(activations, k):
    """By `torch.topk`, as a list."""
    return torch.as_tensor(np.asarray(activations)).topk(k, dim=0).indices.T.tolist()
