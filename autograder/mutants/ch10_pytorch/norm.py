"""Chapter 10, one's own layer normalisation (tf2.12.12): wrong answers that must fail, and right ones."""

import torch
from torch import nn
from torch.nn.functional import layer_norm

from autograder.testing import alternative, mutant


class _Scaled(nn.Module):
    def __init__(self, n_features, eps=0.001):
        super().__init__()
        self.eps = eps
        self.alpha = nn.Parameter(torch.ones(n_features))
        self.beta = nn.Parameter(torch.zeros(n_features))


class _Norm(_Scaled):
    def forward(self, X):
        return self.alpha * self.normalised(X) + self.beta

    def normalised(self, X):
        variance = ((X - X.mean(-1, keepdim=True)) ** 2).mean(-1, keepdim=True)
        return (X - X.mean(-1, keepdim=True)) / torch.sqrt(variance + self.eps)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_rows_are_normalised")
class OverTheBatch(_Norm):
    """You normalise each column over the rows of the batch, which is batch normalisation: take each row by itself."""

    def normalised(self, X):
        return (X - X.mean(0)) / torch.sqrt(X.var(0, unbiased=False) + self.eps)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_rows_are_normalised")
class SampleVariance(_Norm):
    """`std` and `var` divide by n - 1 if they are not told otherwise: say `unbiased=False`."""

    def normalised(self, X):
        return (X - X.mean(-1, keepdim=True)) / (X.std(-1, keepdim=True) + self.eps)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_rows_are_normalised")
class ByTheVariance(_Norm):
    """You divide by the variance: its root, the standard deviation, makes all rows equally wide."""

    def normalised(self, X):
        return (X - X.mean(-1, keepdim=True)) / (X.var(-1, keepdim=True, unbiased=False) + self.eps)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_rows_are_normalised")
class NotCentred(_Norm):
    """You divide only: the mean has to be taken away before."""

    def normalised(self, X):
        return X / torch.sqrt(X.var(-1, keepdim=True, unbiased=False) + self.eps)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_rows_are_normalised")
class BetaInside(_Norm):
    """alpha is for the normalised row alone: beta is added afterwards."""

    def forward(self, X):
        return self.alpha * (self.normalised(X) + self.beta)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_rows_are_normalised")
class AllAxesAtOnce(_Norm):
    """You take one mean over everything: each row has its own."""

    def normalised(self, X):
        return (X - X.mean()) / torch.sqrt(X.var(unbiased=False) + self.eps)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_alpha_and_beta_are_learned")
class OneNumberEach(_Norm):
    """alpha and beta are one number each in your layer: there is one for each feature."""

    def __init__(self, n_features, eps=0.001):
        super().__init__(n_features, eps)
        self.alpha = nn.Parameter(torch.ones(()))
        self.beta = nn.Parameter(torch.zeros(()))


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_alpha_and_beta_are_learned")
class BetaOfOnes(_Norm):
    """beta begins with zeros, so that a new layer shifts nothing."""

    def __init__(self, n_features, eps=0.001):
        super().__init__(n_features, eps)
        self.beta = nn.Parameter(torch.ones(n_features))


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_alpha_and_beta_are_learned")
class NotParameters(_Norm):
    """Your scale and shift are buffers: they are saved, but nobody learns them."""

    def __init__(self, n_features, eps=0.001):
        nn.Module.__init__(self)
        self.eps = eps
        self.register_buffer("alpha", torch.ones(n_features))
        self.register_buffer("beta", torch.zeros(n_features))


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_rows_of_equal_values")
class EpsForgotten(_Norm):
    """Without eps, a row of equal values is divided by 0."""

    def normalised(self, X):
        return (X - X.mean(-1, keepdim=True)) / X.std(-1, keepdim=True, unbiased=False)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_eps_is_the_one_given")
class AlwaysTheSameEps(_Norm):
    """You use one eps, whatever the layer is made with."""

    def __init__(self, n_features, eps=0.001):
        super().__init__(n_features, 0.001)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_eps_is_the_one_given")
class PyTorchsDefault(_Norm):
    """Without an eps, PyTorch's layer takes 0.00001: here 0.001 is asked for."""

    def __init__(self, n_features, eps=0.00001):
        super().__init__(n_features, eps)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_rows_are_on_their_own")
class InPlace(_Norm):
    """You take the mean away in place, from the caller's rows."""

    def normalised(self, X):
        if not X.requires_grad:
            X -= X.mean(-1, keepdim=True)
        return super().normalised(X)


@mutant("tf2.12.12", replaces="MyLayerNorm", fails="test_gradients_go_through_the_norm")
class ConstantStatistics(_Norm):
    """You take mean and standard deviation for constants: gradients have to go through them, too."""

    def normalised(self, X):
        with torch.no_grad():
            mean, std = X.mean(-1, keepdim=True), X.std(-1, keepdim=True, unbiased=False)
        return (X - mean) / (std + self.eps)


@mutant("tf2.12.12", replaces="largest_difference", fails="test_difference_from_pytorchs")
def mean_difference(layer, X):
    """The largest difference is asked for, not the mean."""
    right = layer_norm(X, X.shape[-1:], layer.alpha, layer.beta, layer.eps)
    return float((layer(X) - right).abs().mean())


@mutant("tf2.12.12", replaces="largest_difference", fails="test_difference_from_pytorchs")
def without_abs(layer, X):
    """Without the absolute value, outputs that are too small don't count."""
    right = layer_norm(X, X.shape[-1:], layer.alpha, layer.beta, layer.eps)
    return float((layer(X) - right).max())


@mutant("tf2.12.12", replaces="largest_difference", fails="test_difference_from_pytorchs")
def a_new_layer(layer, X):
    """A new `nn.LayerNorm` has a scale of 1 and a shift of 0: give it those of the layer, and its eps."""
    return float((layer(X) - nn.LayerNorm(X.shape[-1])(X)).abs().max())


@alternative("tf2.12.12", replaces="MyLayerNorm")
class AsInTheFormula(_Scaled):
    """With eps beside the standard deviation."""

    def forward(self, X):
        std, mean = torch.std_mean(X, -1, keepdim=True, correction=0)
        return self.alpha * (X - mean) / (std + self.eps) + self.beta


@alternative("tf2.12.12", replaces="MyLayerNorm")
class ByMoments(nn.Module):
    """By the mean of the squares, registered by name."""

    def __init__(self, n_features, eps=1e-3):
        super().__init__()
        self.register_parameter("beta", nn.Parameter(torch.zeros(n_features)))
        self.register_parameter("alpha", nn.Parameter(torch.ones(n_features)))
        self.eps = eps

    def forward(self, X):
        variance, mean = torch.var_mean(X, dim=X.dim() - 1, correction=0, keepdim=True)
        return torch.addcmul(self.beta, self.alpha, (X - mean) * torch.rsqrt(variance + self.eps))


@alternative("tf2.12.12", replaces="MyLayerNorm")
class ByPyTorchsFunction(_Scaled):
    """By PyTorch's own function."""

    def forward(self, X):
        return layer_norm(X, self.alpha.shape, self.alpha, self.beta, self.eps)


@alternative("tf2.12.12", replaces="largest_difference")
def by_the_function(layer, X):
    """By the function, as a norm of the difference."""
    right = layer_norm(X, X.shape[-1:], layer.alpha, layer.beta, layer.eps)
    return torch.linalg.vector_norm((layer(X) - right).detach(), float("inf"))
