"""Wrong and right answers of chapter 12: questions on architectures (tf2.14.5, p.12.5 to p.12.7)."""

import numpy as np
import torch
from scipy import ndimage
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- tf2.14.5


def _sums(X, radius):
    squares = np.asarray(X, dtype=float) ** 2
    return np.stack([squares[max(0, c - radius) : c + radius + 1].sum(axis=0) for c in range(len(squares))])


@mutant("tf2.14.5", replaces="response_norm", fails="test_neighbouring_maps_hold_a_map_down")
def over_the_neighbourhood(X, radius, alpha, beta, k):
    """You add up squares of the *places* around: it is the other maps at the same place that count."""
    squares = np.asarray(X, dtype=float) ** 2
    sums = ndimage.uniform_filter(squares, (0, 2 * radius + 1, 2 * radius + 1), mode="constant") * (2 * radius + 1) ** 2
    return X / (k + alpha * sums) ** beta


@mutant("tf2.14.5", replaces="response_norm", fails="test_neighbouring_maps_hold_a_map_down")
def over_all_maps(X, radius, alpha, beta, k):
    """You add up all maps: only those up to `radius` away count."""
    return X / (k + alpha * (np.asarray(X, dtype=float) ** 2).sum(axis=0)) ** beta


@mutant("tf2.14.5", replaces="response_norm", fails="test_neighbouring_maps_hold_a_map_down")
def without_the_map_itself(X, radius, alpha, beta, k):
    """The map's own square is one of those that are added up."""
    return X / (k + alpha * (_sums(X, radius) - np.asarray(X, dtype=float) ** 2)) ** beta


@mutant("tf2.14.5", replaces="response_norm", fails="test_neighbouring_maps_hold_a_map_down")
def mean_of_the_squares(X, radius, alpha, beta, k):
    """You divide alpha by the number of neighbours, as PyTorch does: here the squares are added up, as they are."""
    return X / (k + alpha * _sums(X, radius) / (2 * radius + 1)) ** beta


@mutant("tf2.14.5", replaces="response_norm", fails="test_neighbouring_maps_hold_a_map_down")
def round_the_corner(X, radius, alpha, beta, k):
    """The first map has no neighbour before it: you take the last one."""
    squares = np.asarray(X, dtype=float) ** 2
    sums = sum(np.roll(squares, shift, axis=0) for shift in range(-radius, radius + 1))
    return X / (k + alpha * sums) ** beta


@mutant("tf2.14.5", replaces="response_norm", fails="test_maps_are_left_alone")
def in_the_callers_array(X, radius, alpha, beta, k):
    """You divide in place, which changes the caller's maps (and can't be done with whole numbers)."""
    sums = _sums(X, radius)
    X /= (k + alpha * sums) ** beta
    return X


@alternative("tf2.14.5", replaces="response_norm")
def by_pytorchs_layer(X, radius, alpha, beta, k):
    """By PyTorch's layer, whose alpha is divided by the number of neighbours."""
    size = 2 * radius + 1
    return nn.LocalResponseNorm(size, alpha * size, beta, k)(torch.tensor(np.asarray(X, dtype=float))[None])[0]


@alternative("tf2.14.5", replaces="response_norm")
def by_a_band_matrix(X, radius, alpha, beta, k):
    """Adds up the squares by a matrix of zeros and ones."""
    X = np.asarray(X, dtype=float)
    apart = np.abs(np.subtract.outer(np.arange(len(X)), np.arange(len(X))))
    return X * (k + alpha * np.einsum("cd,dhw->chw", (apart <= radius) * 1.0, X**2)) ** -beta


# ---------------------------------------------------------------- p.12.5


@mutant("p.12.5", replaces="separable_parameters", fails="test_separable_layers")
def usual_layer(n_in, n_out, kernel):
    """That is the usual layer, in which each new map has a window on every map below."""
    return n_in * n_out * kernel**2


@mutant("p.12.5", replaces="separable_parameters", fails="test_separable_layers")
def one_filter_for_all(n_in, n_out, kernel):
    """Each map that goes in has a filter of its own."""
    return kernel**2 + n_in * n_out


@mutant("p.12.5", replaces="separable_parameters", fails="test_separable_layers")
def filters_of_the_output(n_in, n_out, kernel):
    """The filters of the first part work on the maps that go *in*."""
    return n_out * kernel**2 + n_in * n_out


@mutant("p.12.5", replaces="separable_parameters", fails="test_separable_layers")
def with_biases(n_in, n_out, kernel):
    """The layer has no biases."""
    return n_in * (kernel**2 + 1) + (n_in + 1) * n_out


def _factors(X, W_1, b_1, W_2, b_2, squeeze, inner, outer):
    return outer(W_2 @ inner(W_1 @ squeeze(X) + b_1) + b_2)


def _mean(X):
    return X.mean(axis=(1, 2))


def _relu(values):
    return np.maximum(values, 0)


def _sigmoid(values):
    return 1 / (1 + np.exp(-values))


@mutant("p.12.5", replaces="recalibrate", fails="test_maps_are_turned_up_or_down")
def largest_of_each_map(X, W_1, b_1, W_2, b_2):
    """To squeeze a map is to take its mean, not its largest value."""
    return X * _factors(X, W_1, b_1, W_2, b_2, lambda X: X.max(axis=(1, 2)), _relu, _sigmoid)[:, None, None]


@mutant("p.12.5", replaces="recalibrate", fails="test_maps_are_turned_up_or_down")
def without_relu(X, W_1, b_1, W_2, b_2):
    """Between the two dense layers there is a ReLU."""
    return X * _factors(X, W_1, b_1, W_2, b_2, _mean, lambda values: values, _sigmoid)[:, None, None]


@mutant("p.12.5", replaces="recalibrate", fails="test_maps_are_turned_up_or_down")
def shares_of_one(X, W_1, b_1, W_2, b_2):
    """A softmax lets one map win: with a sigmoid each map has a factor of its own."""

    def softmax(values):
        return np.exp(values - values.max()) / np.exp(values - values.max()).sum()

    return X * _factors(X, W_1, b_1, W_2, b_2, _mean, _relu, softmax)[:, None, None]


@mutant("p.12.5", replaces="recalibrate", fails="test_maps_are_turned_up_or_down")
def factors_added(X, W_1, b_1, W_2, b_2):
    """The maps are multiplied by their factors; you add them."""
    return X + _factors(X, W_1, b_1, W_2, b_2, _mean, _relu, _sigmoid)[:, None, None]


@mutant("p.12.5", replaces="P_12_5_CHOICE", fails="test_idea_of_each_network", constant=True)
def skips_of_googlenet():
    """It is ResNet whose layers are bridged, and GoogLeNet whose modules look through several windows at once."""
    return {"AlexNet": "A", "GoogLeNet": "C", "ResNet": "E", "Xception": "G", "SENet": "B", "EfficientNet": "F",
            "ConvNeXt": "D"}  # fmt: skip


@alternative("p.12.5", replaces="separable_parameters")
def by_shapes(n_in, n_out, kernel):
    """By the shapes of both parts' weights."""
    return int(np.prod((n_in, 1, kernel, kernel)) + np.prod((n_out, n_in, 1, 1)))


@alternative("p.12.5", replaces="recalibrate")
def with_tensors(X, W_1, b_1, W_2, b_2):
    """By PyTorch's functions, in single precision."""
    X, W_1, b_1, W_2, b_2 = (torch.tensor(np.asarray(a), dtype=torch.float32) for a in (X, W_1, b_1, W_2, b_2))
    hidden = torch.relu(nn.functional.linear(X.mean(dim=(1, 2)), W_1, b_1))
    return X * torch.sigmoid(nn.functional.linear(hidden, W_2, b_2)).view(-1, 1, 1)


# ---------------------------------------------------------------- p.12.6


def _conv(layer, shape, weight=None, padding=0, stride=1, bias=True):
    weight = layer.weight.detach().reshape(-1, *shape) if weight is None else weight
    found = nn.Conv2d(
        shape[0], layer.out_features, weight.shape[2:], stride, padding, bias=bias and layer.bias is not None
    )
    with torch.no_grad():
        found.weight.copy_(weight)
        if found.bias is not None:
            found.bias.copy_(layer.bias)
    return found


@mutant("p.12.6", replaces="as_convolution", fails="test_same_numbers_as_the_dense_layer")
def weights_of_its_own(layer, shape):
    """Your layer begins with random weights: give it those of the dense layer."""
    return nn.Conv2d(shape[0], layer.out_features, shape[1:], bias=layer.bias is not None)


@mutant("p.12.6", replaces="as_convolution", fails="test_same_numbers_as_the_dense_layer")
def maps_last(layer, shape):
    """`nn.Flatten` lays out one map after the other: the maps are the first axis of the windows."""
    maps, height, width = shape
    return _conv(layer, shape, layer.weight.detach().reshape(-1, height, width, maps).permute(0, 3, 1, 2))


@mutant("p.12.6", replaces="as_convolution", fails="test_same_numbers_as_the_dense_layer")
def bias_left_out(layer, shape):
    """The biases are missing."""
    return _conv(layer, shape, bias=False)


@mutant("p.12.6", replaces="as_convolution", fails="test_larger_maps_are_read_piece_by_piece")
def windows_side_by_side(layer, shape):
    """Your windows don't overlap: with a stride of 1 there is an answer for each place."""
    return _conv(layer, shape, stride=shape[1:])


@mutant("p.12.6", replaces="as_convolution", fails="test_same_numbers_as_the_dense_layer")
def padded(layer, shape):
    """Your layer pads the maps, and gives answers for windows that hang over the edge."""
    return _conv(layer, shape, padding=1)


@mutant("p.12.6", replaces="as_convolution", fails="test_weights_are_a_copy")
def shared_weights(layer, shape):
    """The new layer's weights are a view of the old ones: copy them."""
    found = _conv(layer, shape)
    found.weight.data = layer.weight.data.view(-1, *shape)
    return found


@mutant("p.12.6", replaces="as_convolution", fails="test_weights_are_a_copy")
def copied_and_frozen(layer, shape):
    """The new layer's weights can't be trained: leave their `requires_grad` as it is."""
    return _conv(layer, shape).requires_grad_(False)


@alternative("p.12.6", replaces="as_convolution")
def by_state(layer, shape):
    """Loads the dense layer's state, reshaped."""
    state = {name: value.clone() for name, value in layer.state_dict().items()}
    state["weight"] = state["weight"].unflatten(1, shape)
    found = nn.Conv2d(shape[0], layer.out_features, shape[1:], bias="bias" in state)
    found.load_state_dict(state)
    return found


# ---------------------------------------------------------------- p.12.7


def _squares(labels, stride):
    labels = np.asarray(labels)
    for top in range(0, len(labels), stride):
        for left in range(0, labels.shape[1], stride):
            yield labels[top : top + stride, left : left + stride]


@mutant("p.12.7", replaces="detail_lost", fails="test_share_of_pixels_lost")
def first_pixel(labels, stride):
    """You give a square the label of its first pixel: the most frequent one is wrong about fewer."""
    return sum(int((square != square[0, 0]).sum()) for square in _squares(labels, stride)) / np.size(labels)


@mutant("p.12.7", replaces="detail_lost", fails="test_share_of_pixels_lost")
def mean_of_squares(labels, stride):
    """Squares that the edge cuts off have fewer pixels: count pixels, and divide once."""
    return float(np.mean([1 - np.bincount(square.ravel()).max() / square.size for square in _squares(labels, stride)]))


@mutant("p.12.7", replaces="detail_lost", fails="test_share_of_pixels_lost")
def edge_dropped(labels, stride):
    """You leave out the squares that the edge cuts off."""
    wrong = sum(
        square.size - np.bincount(square.ravel()).max() for square in _squares(labels, stride)
        if square.shape == (stride, stride)
    )  # fmt: skip
    return wrong / np.size(labels)


@mutant("p.12.7", replaces="detail_lost", fails="test_share_of_pixels_lost")
def mixed_squares(labels, stride):
    """In a square with two labels one of them can be right: count only the pixels that are wrong."""
    return sum(square.size for square in _squares(labels, stride) if np.ptp(square)) / np.size(labels)


@mutant("p.12.7", replaces="detail_lost", fails="test_share_of_pixels_lost")
def share_kept(labels, stride):
    """That is the share that can be right: the share that is lost is asked for."""
    return sum(int(np.bincount(square.ravel()).max()) for square in _squares(labels, stride)) / np.size(labels)


@alternative("p.12.7", replaces="detail_lost")
def by_pooling(labels, stride):
    """Adds up each label's pixels by a pooling layer."""
    labels = torch.as_tensor(np.asarray(labels))
    there = nn.functional.one_hot(labels).movedim(-1, 0).double()[None]
    down, right = (-size % stride for size in labels.shape)
    sums = nn.functional.avg_pool2d(nn.functional.pad(there, (0, right, 0, down)), stride) * stride**2
    return 1 - float(sums.amax(dim=1).sum().round()) / labels.numel()
