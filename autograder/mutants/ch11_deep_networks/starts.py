"""Chapter 11, how a network begins (p.11.1 to p.11.3): wrong answers, and right ones."""

import math

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.11.1


@mutant("p.11.1", replaces="init_scale", fails="test_standard_deviations")
def variance(rule, fan_in, fan_out, uniform=False):
    """You return the variance: the standard deviation is its square root."""
    return {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}[rule]


@mutant("p.11.1", replaces="init_scale", fails="test_standard_deviations")
def sum_of_fans(rule, fan_in, fan_out, uniform=False):
    """Glorot's rule takes the *mean* of both fans, not their sum."""
    return math.sqrt({"glorot": 1 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}[rule])


@mutant("p.11.1", replaces="init_scale", fails="test_standard_deviations")
def he_by_fan_out(rule, fan_in, fan_out, uniform=False):
    """He's rule looks at what goes into a layer, not at its units."""
    return math.sqrt({"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_out, "lecun": 1 / fan_in}[rule])


@mutant("p.11.1", replaces="init_scale", fails="test_limits")
def limits_at_the_deviation(rule, fan_in, fan_out, uniform=False):
    """Drawn evenly between -r and r, numbers have a standard deviation of r / √3, less than r."""
    return math.sqrt({"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}[rule])


@alternative("p.11.1", replaces="init_scale")
def by_gains(rule, fan_in, fan_out, uniform=False):
    """By a gain and a fan."""
    gain, fan = {"glorot": (1, (fan_in + fan_out) / 2), "he": (2**0.5, fan_in), "lecun": (1, fan_in)}[rule]
    return np.float64(gain / np.sqrt(fan) * (np.sqrt(3) if uniform else 1))


# ---------------------------------------------------------------- p.11.2


@mutant("p.11.2", replaces="different_units", fails="test_twins_stay_twins")
def all_of_them(W_in, b, W_out):
    """Units that begin alike get the same gradients, and stay alike for ever."""
    return len(b)


@mutant("p.11.2", replaces="different_units", fails="test_twins_stay_twins")
def by_weights_alone(W_in, b, W_out):
    """A bias, or the weights behind them, may tell two units apart, too."""
    return len({tuple(row) for row in W_in})


@mutant("p.11.2", replaces="different_units", fails="test_twins_stay_twins")
def without_what_comes_behind(W_in, b, W_out):
    """The gradient of a unit comes back through the weights behind it: units that differ there part ways."""
    return len({(*row, bias) for row, bias in zip(W_in, b, strict=True)})


@mutant("p.11.2", replaces="P_11_2_CHOICE", fails="test_starts_that_will_do", constant=True)
def he_drew_the_value():
    """It makes no difference by which rule a value was drawn, if all weights have it."""
    return ["a", "b", "e"]


@mutant("p.11.2", replaces="P_11_2_CHOICE", fails="test_starts_that_will_do", constant=True)
def one_way_only():
    """Weights that are drawn as an orthogonal matrix are all different, too."""
    return ["a"]


@alternative("p.11.2", replaces="different_units")
def as_a_set(W_in, b, W_out):
    """With a set."""
    return len(set(zip(map(tuple, W_in), b, zip(*W_out, strict=True), strict=True)))


# ---------------------------------------------------------------- p.11.3


@mutant("p.11.3", replaces="first_loss", fails="test_first_loss")
def always_the_logarithm(counts, biases=None):
    """The logarithm of the number of classes is right where all biases are 0 only."""
    return math.log(len(counts))


@mutant("p.11.3", replaces="first_loss", fails="test_first_loss")
def mean_over_classes(counts, biases=None):
    """You take the mean over the classes: frequent classes count more."""
    b = np.zeros(len(counts)) if biases is None else np.array(biases)
    return float(np.mean(np.logaddexp.reduce(b) - b))


@mutant("p.11.3", replaces="first_loss", fails="test_first_loss")
def overflowing(counts, biases=None):
    """Large biases overflow: take the largest one away from all of them first."""
    with np.errstate(all="ignore"):
        powers = np.exp(np.zeros(len(counts)) if biases is None else np.array(biases))
        return float(-(np.array(counts) / sum(counts) * np.log(powers / powers.sum())).sum())


@mutant("p.11.3", replaces="P_11_3_CHOICE", fails="test_what_is_true_of_biases", constant=True)
def biases_make_twins():
    """Units whose weights differ are different, whatever their biases are."""
    return ["a", "b", "c", "f"]


@alternative("p.11.3", replaces="first_loss")
def row_by_row(counts, biases=None):
    """Sums of logarithms."""
    b = [0.0] * len(counts) if biases is None else list(biases)
    top = max(b)
    total = top + math.log(sum(math.exp(one - top) for one in b))
    return sum(n * (total - one) for n, one in zip(counts, b, strict=True)) / sum(counts)


@alternative("p.11.3", replaces="first_loss")
def in_single_precision(counts, biases=None):
    """PyTorch's loss of one row whose label is shared out, in float32."""
    shares = torch.tensor(counts, dtype=torch.float32) / sum(counts)
    logits = torch.zeros(len(counts)) if biases is None else torch.tensor(biases, dtype=torch.float32)
    return nn.functional.cross_entropy(logits, shares)
