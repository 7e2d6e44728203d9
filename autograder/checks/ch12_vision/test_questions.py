"""Hidden checks of chapter 12: questions on architectures (tf2.14.5, p.12.5 to p.12.7)."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.checks.ch12_vision.inputs_transfer import trainable
from autograder.testing import check
from autograder.testing.closed import agrees, chosen
from autograder.testing.modules import is_equivariant, outputs, sees_window, weights_of

# ---------------------------------------------------------------- tf2.14.5


@check(
    "tf2.14.5",
    core=True,
    weight=2,
    hint="Whose squares are added up for the first map, and whose for the last? Of all places, or of the same one?",
)
def test_neighbouring_maps_hold_a_map_down(student, rng):
    """What comes out is what PyTorch's layer makes of the maps (which divides alpha by the number of neighbours),
    for windows of all sizes."""
    for radius in (1, 2, int(rng.integers(3, 6)), 0):
        X = rng.normal(0, 2, tuple(int(n) for n in rng.choice(np.arange(3, 8), 3, replace=False)))
        alpha, beta, k = rng.uniform(0.2, 2), rng.uniform(0.3, 1.2), rng.uniform(0.5, 3)
        size = 2 * radius + 1
        wanted = nn.LocalResponseNorm(size, alpha * size, beta, k)(torch.tensor(X)[None])[0].numpy()
        found = np.asarray(student.response_norm(X, radius, alpha, beta, k), dtype=float)
        assert found.shape == X.shape
        assert_allclose(found, wanted, rtol=1e-5)


@check("tf2.14.5", hint="`np.asarray(X)` may be the caller's own array.")
def test_maps_are_left_alone(student, rng):
    """The maps that are given are not changed, and whole numbers will do."""
    X = rng.integers(1, 9, (4, 3, 5)).astype(float)
    found, (after, *_) = student.watch_("response_norm", X, 1, 1.0, 1.0, 1.0)
    np.testing.assert_array_equal(after, X)
    assert_allclose(student.response_norm(X.astype(int), 1, 1.0, 1.0, 1.0), found, rtol=1e-6)


# ---------------------------------------------------------------- p.12.5


@check("p.12.5", core=True, hint="The first part has as many filters as there are maps, each of them one layer thick.")
def test_separable_layers(student, rng):
    """The number of weights is that of PyTorch's two layers, one of them with a group for each map."""

    def wanted(n_in, n_out, kernel):
        options = {"bias": False, "device": "meta"}
        parts = nn.Conv2d(n_in, n_in, kernel, groups=n_in, **options), nn.Conv2d(n_in, n_out, 1, **options)
        return sum(part.weight.numel() for part in parts)

    agrees(
        student.separable_parameters, wanted, [tuple(int(n) for n in rng.integers(1, (200, 200, 8))) for _ in range(9)]
    )


def _block(rng, C, R):
    """Return weights of both dense layers as numbers, and the factors by PyTorch's layers."""
    arrays = [rng.normal(0, 1, shape) for shape in ((R, C), (R,), (C, R), (C,))]
    first, second = nn.Linear(C, R).double(), nn.Linear(R, C).double()
    for parameter, values in zip([*first.parameters(), *second.parameters()], arrays, strict=True):
        parameter.data.copy_(torch.tensor(values))
    return arrays, nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), first, nn.ReLU(), second, nn.Sigmoid())


@check("p.12.5", core=True, weight=2, hint="One mean for each map, and in the end one factor for each map.")
def test_maps_are_turned_up_or_down(student, rng):
    """The block gives what PyTorch's layers give, for blocks of all sizes."""
    for _ in range(4):
        C, R, height, width = (int(n) for n in rng.choice(np.arange(2, 9), 4, replace=False))
        X = rng.normal(0.5, 1, (C, height, width))
        arrays, factors = _block(rng, C, R)
        with torch.no_grad():
            wanted = X * factors(torch.tensor(X)[None])[0].numpy()[:, None, None]
        found = np.asarray(student.recalibrate(X, *arrays), dtype=float)
        assert found.shape == X.shape
        assert_allclose(found, wanted, atol=1e-5)


IDEAS = {
    "AlexNet": "A", "SENet": "B", "ResNet": "C", "ConvNeXt": "D", "GoogLeNet": "E", "EfficientNet": "F",
    "Xception": "G",
}  # fmt: skip


@check("p.12.5", weight=2, hint="In which year did each of them appear, and what was the trouble of the day?")
def test_idea_of_each_network(student, rng):
    """Each of the seven networks has its own idea."""
    student.separable_parameters(2, 3, 3)
    found = student.P_12_5_CHOICE
    assert isinstance(found, dict)
    assert found.keys() == IDEAS.keys()
    for name, letter in IDEAS.items():
        chosen(found[name], IDEAS.values(), right=[letter])


# ---------------------------------------------------------------- p.12.6


def _dense(maps, height, width, units, weight, bias):
    import torch

    layer = torch.nn.Linear(maps * height * width, units, bias=bias is not None)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(weight))
        if bias is not None:
            layer.bias.copy_(torch.as_tensor(bias))
    return layer


def _drawn(student, rng, bias=True):
    """Return a dense layer in the student's process, (maps, height, width) and its weights."""
    maps, height, width, units = (int(n) for n in rng.choice(np.arange(2, 6), 4, replace=False))
    W, b = rng.normal(size=(units, maps * height * width)), rng.normal(size=units) if bias else None
    layer = student.probe_(_dense)(maps, height, width, units, W, b)
    return layer, (maps, height, width), W, (b if bias else np.zeros(units))


@check("p.12.6", core=True, weight=2, hint="In what order does `nn.Flatten` lay out maps, rows and columns?")
def test_same_numbers_as_the_dense_layer(student, rng):
    """For maps of the size that the dense layer was made for, its numbers come out, with a bias and without."""
    for bias in (True, False):
        layer, shape, W, b = _drawn(student, rng, bias)
        X = rng.normal(size=(3, *shape))
        found = outputs(student.as_convolution(layer, shape), X, shape=(3, len(W), 1, 1))
        assert_allclose(found[..., 0, 0], X.reshape(3, -1) @ W.T + b, atol=1e-4)


@check("p.12.6", core=True, hint="No padding, and a stride of 1: a number for each place where the window fits.")
def test_larger_maps_are_read_piece_by_piece(student, rng):
    """For larger maps there is a number for each part of them, the one that the dense layer gives for that part."""
    layer, (maps, height, width), W, b = _drawn(student, rng)
    X = rng.normal(size=(2, maps, height + 3, width + 2))
    found = outputs(student.as_convolution(layer, (maps, height, width)), X, shape=(2, len(W), 4, 3))
    parts = np.lib.stride_tricks.sliding_window_view(X, (height, width), axis=(2, 3))  # (2, maps, 4, 3, height, width)
    wanted = np.moveaxis(parts, 1, 3).reshape(2, 4, 3, -1) @ W.T + b
    assert_allclose(np.moveaxis(found, 1, -1), wanted, atol=1e-4)


@check("p.12.6", hint="Which part of the maps does one number of the output depend on?")
def test_answers_move_with_the_picture(student, rng):
    """When the maps move, the answers move with them, and each looks at a window of the old size only."""
    layer, (maps, height, width), *_ = _drawn(student, rng)
    found = student.as_convolution(layer, (maps, height, width))
    X = rng.normal(size=(1, maps, height + 6, width + 6))
    is_equivariant(found, X, (1, 2))
    sees_window(found, X, X + 1, (2, 1), rows=slice(2, 2 + height), columns=slice(1, 1 + width))


def _zeroed(layer):
    import torch

    for parameter in layer.parameters():
        torch.nn.init.zeros_(parameter)


@check("p.12.6", hint="A view of a layer's weights changes with them.")
def test_weights_are_a_copy(student, rng):
    """The new layer's weights can be trained, and what happens to them leaves the dense layer alone."""
    layer, shape, W, b = _drawn(student, rng)
    found = student.as_convolution(layer, shape)
    assert all(student.probe_(trainable)(found).values())
    student.probe_(_zeroed)(found)
    assert_allclose(weights_of(layer)["weight"], W, atol=1e-6)
    assert_allclose(weights_of(layer)["bias"], b, atol=1e-6)


# ---------------------------------------------------------------- p.12.7


def _regions(rng):
    """Return labels with regions of all shapes: the nearest of some points."""
    height, width = (int(n) for n in rng.integers(5, 26, 2))
    places = rng.uniform(0, 25, (int(rng.integers(2, 7)), 2))
    rows, columns = np.mgrid[:height, :width]
    apart = (rows - places[:, 0, None, None]) ** 2 + (columns - places[:, 1, None, None]) ** 2
    return rng.permutation(12)[apart.argmin(axis=0)]


def _lost(labels, stride):
    """By trying each label on each square, over a map that is filled up with a label that nobody has."""
    height, width = labels.shape
    filled = np.full((-(-height // stride) * stride, -(-width // stride) * stride), -1)
    filled[:height, :width] = labels
    squares = filled.reshape(len(filled) // stride, stride, -1, stride)
    hits = np.stack([(squares == label).sum(axis=(1, 3)) for label in range(12)])
    return 1 - hits.max(axis=0).sum() / labels.size


@check(
    "p.12.7",
    core=True,
    weight=2,
    hint="Which label is best for a square, and how many of its pixels are wrong then? How large are the "
    "squares at the edge?",
)
def test_share_of_pixels_lost(student, rng):
    """The share is right for labels and strides of all kinds, and 0 for a stride of 1."""
    cases = [(_regions(rng), int(rng.integers(2, 9))) for _ in range(9)]
    agrees(student.detail_lost, _lost, [*cases, (_regions(rng), 1)])
