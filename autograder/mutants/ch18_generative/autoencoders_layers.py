"""Wrong and right answers of chapter 18: tied weights, and what layers have learned (p.18.5, tf1.15.6)."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant

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
class ReluOnOutputs(_Tied):
    """You put a ReLU on the outputs: they may be below 0."""

    def decode(self, Z):
        return super().decode(Z).relu()


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


@alternative("p.18.5", replaces="TiedAutoencoder")
class BiasesInRows(_Tied):
    """Biases of shape (1, units)."""

    def __init__(self, sizes):
        super().__init__(sizes)
        self.there, self.back = (
            nn.ParameterList(nn.Parameter(torch.zeros(1, size)) for size in some) for some in (sizes[1:], sizes[:-1])
        )


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
