"""Hidden checks of chapter 12: what convolutional networks cost (p.12.1 to p.12.4)."""

from itertools import pairwise

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.checks.ch12_vision.inputs import Accumulated, images_of, stacks, traced, watching_classifier
from autograder.testing import check
from autograder.testing.closed import agrees, chosen

# ---------------------------------------------------------------- p.12.1


def _numbers(*modules):
    return tuple(sum(values.numel() for values in module.parameters()) for module in modules)


def _layers(size, n_in, n_out, kernel):
    """By PyTorch's own layers, which hold no values on the meta device."""
    pixels = size[0] * size[1]
    dense = nn.Linear(pixels * n_in, pixels * n_out, device="meta")
    return _numbers(dense, nn.Conv2d(n_in, n_out, kernel, padding="same", device="meta"))


@check(
    "p.12.1",
    core=True,
    hint="How many values go into the dense layer, and how many come out? What does each output of the "
    "convolutional layer look at, and which of them share their weights?",
)
def test_dense_and_convolutional_layer(student, rng):
    """The numbers of weights and biases are those of PyTorch's layers, for maps of all sizes."""
    cases = []
    for _ in range(10):
        height, width, n_in, n_out = (int(n) for n in rng.choice(np.arange(2, 30), 4, replace=False))
        cases.append(((height, width), n_in, n_out, int(rng.choice([1, 3, 5, 7]))))
    agrees(student.layer_parameters, _layers, cases)


# ---------------------------------------------------------------- p.12.2


def _costs(student, size, channels, layers):
    found = student.network_costs(size, channels, layers)
    assert isinstance(found, dict)
    assert {"parameters", "multiply_adds", "shapes", "values"} <= found.keys()
    return found


@check("p.12.2", core=True, hint="Each map of a layer has a window on every map below, and one bias.")
def test_parameters_of_a_stack(student, rng):
    """The number of parameters is PyTorch's, for stacks of all kinds."""
    cases = stacks(rng, 9)
    agrees(lambda *case: _costs(student, *case)["parameters"], lambda *case: traced(*case)["parameters"], cases)


@check("p.12.2", core=True, hint="37.5 rows are 38. Are height and width in this order?")
def test_shapes_of_a_stack(student, rng):
    """The maps of each layer have the shape that PyTorch's have, and so many values."""
    cases = stacks(rng, 9)

    def asked(*case):
        found = _costs(student, *case)
        return [[int(n) for n in shape] for shape in found["shapes"]], [int(n) for n in found["values"]]

    agrees(asked, lambda *case: (traced(*case)["shapes"], traced(*case)["values"]), cases)


@check("p.12.2", hint="How many products is a single value of a map made of? How many values has the layer?")
def test_multiplications_of_a_stack(student, rng):
    """The multiplications are as many as PyTorch counts while such a network runs."""
    cases = stacks(rng, 9)
    agrees(lambda *case: _costs(student, *case)["multiply_adds"], lambda *case: traced(*case)["multiply_adds"], cases)


@check("p.12.2", hint="Which two neighbours are the largest together? The picture is one of them, too.")
def test_memory_for_one_picture(student, rng):
    """The bytes for a prediction are those of all parameters, and of the layer whose input and output are largest
    together, whichever layer that is."""

    def wanted(size, channels, layers, each):
        found = traced(size, channels, layers)
        values = [channels * size[0] * size[1], *found["values"]]
        return each * (found["parameters"] + max(map(sum, pairwise(values))))

    cases = [(*case, int(each)) for case, each in zip(stacks(rng, 12), rng.choice([2, 4, 8], 12), strict=True)]
    agrees(student.memory_bytes, wanted, cases)


@check("p.12.2", hint="What is kept once, and what for each picture of the batch?")
def test_memory_for_a_batch(student, rng):
    """The bytes for training are those of the parameters once, and of all pictures and maps of the batch."""

    def wanted(size, channels, layers, each, batch):
        found = traced(size, channels, layers)
        return each * (found["parameters"] + batch * (channels * size[0] * size[1] + sum(found["values"])))

    cases = [(*case, int(rng.choice([2, 4])), int(rng.integers(1, 70))) for case in stacks(rng, 10)]
    cases += [(*case, 4, 1) for case in stacks(rng, 4)[2:]]  # of one picture, which is not a prediction
    agrees(student.memory_bytes, wanted, cases)


def _reach(layers):
    """By a gradient: from the first to the last pixel that one unit depends on."""
    line = torch.zeros(1, 1, 3_000, dtype=torch.float64, requires_grad=True)
    values = line
    for kernel, stride, dilation in layers:
        ones = torch.ones(1, 1, kernel, dtype=torch.float64)
        values = nn.functional.conv1d(values, ones, stride=stride, dilation=dilation)
    values[0, 0, 0].backward()
    return int(torch.nonzero(line.grad[0, 0]).max()) + 1


@check("p.12.2", core=True, hint="How many pixels lie between two neighbours of the second layer's input?")
def test_receptive_field_of_a_stack(student, rng):
    """One unit looks at a square as wide as you say, for kernels, strides and dilations of all kinds."""
    cases = [([tuple(int(n) for n in rng.integers(1, (6, 4, 4))) for _ in range(n % 5)],) for n in range(12)]
    agrees(student.receptive_field, _reach, cases)


# ---------------------------------------------------------------- p.12.3


def _accumulated(student, rng, n, size):
    X, y = rng.normal(size=(n, 5)).astype(np.float32), rng.integers(0, 3, n)
    weights = rng.normal(size=(3, 5)).astype(np.float32)
    return Accumulated(student.probe_(watching_classifier)(weights), X, y, size).run(student), weights, X, y


@check("p.12.3", core=True, weight=2, hint="Is the last part as large as the others? A mean of means is not the mean.")
def test_gradients_are_those_of_the_whole_batch(student, rng):
    """Gradient and loss are those of all rows together, also where the last part is smaller than the others."""
    for n, size in ((12, 4), (int(rng.integers(7, 12)), 6), (5, 9)):
        done, weights, X, y = _accumulated(student, rng, n, size)
        W = torch.tensor(weights, requires_grad=True)
        loss = cross_entropy(torch.tensor(X) @ W.T, torch.tensor(y))
        loss.backward()
        assert_allclose(done.gradient, W.grad, atol=1e-5)
        assert_allclose(done.loss, loss.item(), atol=1e-5)
        assert_array_equal(done.weights, weights)


@check("p.12.3", core=True, hint="What do you give the model at a time?")
def test_no_call_is_too_large(student, rng):
    """The model never gets more rows at a time than you have room for, and no part's outputs are held once the next is
    computed."""
    for n, size in ((12, 4), (11, 3)):
        done, *_ = _accumulated(student, rng, n, size)
        assert max(done.sizes) <= size
        assert done.most_held <= size


@check("p.12.3", hint="`backward` adds to what is in `.grad`.")
def test_old_gradients_are_forgotten(student, rng):
    """To ask twice gives the same gradient as to ask once."""
    done, *_ = _accumulated(student, rng, 9, 4)
    assert_allclose(done.run(student).gradient, done.gradient, atol=1e-6)


MEMORY = [
    "a smaller batch", "mixed precision", "larger strides in the first layers", "fewer maps",
    "gradients accumulated over small batches", "a smaller learning rate", "more epochs", "ReLU instead of tanh",
    "a larger batch",
]  # fmt: skip


@check("p.12.3", hint="What is kept of each layer until the gradient comes back, and what makes that smaller?")
def test_what_saves_memory(student, rng):
    """All that saves memory is chosen, and nothing else."""
    _accumulated(student, rng, 4, 2)
    chosen(student.P_12_3_CHOICE, MEMORY, right=MEMORY[:5])


# ---------------------------------------------------------------- p.12.4


@check("p.12.4", core=True, hint="Where can a window begin? Try a map of 5 x 7 with a stride of 3.")
def test_largest_of_each_window(student, rng):
    """The maps are PyTorch's, for windows and strides of all sizes, below zero, too."""
    for kernel, stride in ((2, 2), (3, 2), (2, 3), (1, 2), (3, 1)):
        X = images_of(rng, (int(rng.integers(1, 4)), *(int(n) for n in rng.choice(np.arange(5, 12), 2, replace=False))))
        wanted = nn.functional.max_pool2d(torch.tensor(X), kernel, stride).numpy()
        found = np.asarray(student.max_pool(X, kernel, stride), dtype=float)
        assert found.shape == wanted.shape
        assert_allclose(found, wanted, atol=1e-6)


@check("p.12.4", core=True, hint="What has a max pooling layer to learn?")
def test_parameters_saved(student, rng):
    """The difference is that of PyTorch's two layers."""

    def wanted(maps, kernel):
        conv, pool = _numbers(nn.Conv2d(maps, maps, kernel, stride=2, device="meta"), nn.MaxPool2d(kernel, 2))
        return conv - pool

    agrees(student.pooling_saves, wanted, [tuple(int(n) for n in rng.integers(1, (120, 8))) for _ in range(9)])


POOLING = [
    "it has nothing to learn", "it takes less computing",
    "its output often stays the same when the picture moves by a pixel",
    "it remembers where in its window something was",
    "it can combine several maps", "it keeps the maps larger",
]  # fmt: skip


@check("p.12.4", hint="What does a window of max pooling do with a value that moves within it?")
def test_what_speaks_for_pooling(student, rng):
    """All that speaks for max pooling is chosen, and nothing else."""
    student.pooling_saves(3, 2)
    chosen(student.P_12_4_CHOICE, POOLING, right=POOLING[:3])
