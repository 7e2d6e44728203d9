"""Hidden checks of chapter 13: questions on LSTM, convolutions and video (p.13.6 to p.13.8)."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.testing import check
from autograder.testing.closed import agrees


def _cell(rng):
    """Return weights, inputs and states of a cell, and what PyTorch makes of them."""
    n_features, n_hidden, n_batch = (int(n) for n in rng.choice(np.arange(2, 8), 3, replace=False))
    shapes = [(4 * n_hidden, n_features), (4 * n_hidden, n_hidden), (4 * n_hidden,)]
    W_x, W_h, b = (rng.normal(0, 0.7, shape) for shape in shapes)
    x, h, c = (rng.normal(0, 1, (n_batch, n)) for n in (n_features, n_hidden, n_hidden))
    cell = nn.LSTMCell(n_features, n_hidden).double()
    with torch.no_grad():
        for parameter, values in zip(cell.parameters(), (W_x, W_h, b, 0 * b), strict=True):
            parameter.copy_(torch.tensor(values))
        new_h, new_c = cell(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))
    return (x, h, c, W_x, W_h, b), new_h.numpy(), new_c.numpy()


def _states(student, inputs, shape):
    h, c = (np.asarray(part, dtype=float) for part in student.lstm_step(*inputs))
    assert h.shape == c.shape == shape
    return h, c


@check("p.13.6", core=True, weight=2, hint="f · c + i · g: which of the four layers is which, and which has tanh?")
def test_long_term_state(student, rng):
    """The new long-term state is PyTorch's, for weights and states of all kinds."""
    for _ in range(4):
        inputs, _, wanted = _cell(rng)
        assert_allclose(_states(student, inputs, wanted.shape)[1], wanted, atol=1e-5)


@check("p.13.6", core=True, hint="The output gate lets through what the new long-term state holds, squashed by tanh.")
def test_short_term_state(student, rng):
    """The new short-term state is PyTorch's."""
    for _ in range(4):
        inputs, wanted, _ = _cell(rng)
        assert_allclose(_states(student, inputs, wanted.shape)[0], wanted, atol=1e-5)


@check("p.13.6", hint="Look at exp(-x) for a very negative x.")
def test_saturated_gates_are_no_trouble(student, rng):
    """Gates that are wide open or shut give states that are numbers."""
    inputs, wanted, _ = _cell(rng)
    inputs = (*inputs[:5], inputs[5] + rng.choice([-2_000.0, 2_000.0], inputs[5].shape))
    h, c = _states(student, inputs, wanted.shape)
    assert np.all(np.isfinite(h))
    assert np.all(np.isfinite(c))


@check("p.13.7", core=True, hint="Where can the kernel begin? Write these places down for a short sequence.")
def test_length_after_a_convolution(student, rng):
    """The length is right for kernels and strides of all sizes."""
    cases = []
    for _ in range(12):
        kernel, stride = (int(n) for n in rng.integers(1, 9, 2))
        cases.append((kernel + int(rng.integers(0, 60)), kernel, stride))

    def real(length, kernel, stride):
        return nn.functional.conv1d(torch.zeros(1, 1, length), torch.zeros(1, 1, kernel), stride=stride).shape[-1]

    agrees(student.conv_length, real, cases)


def _reach(layers):
    """By a gradient: which inputs does the first output depend on?"""
    x = torch.zeros(1, 1, 2_000, dtype=torch.float64, requires_grad=True)
    values = x
    for kernel, stride in layers:
        values = nn.functional.conv1d(values, torch.ones(1, 1, kernel, dtype=torch.float64), stride=stride)
    values[0, 0, 0].backward()
    return int(torch.count_nonzero(x.grad))


@check("p.13.7", hint="In the second layer, how many time steps lie between two neighbours?")
def test_how_much_a_stack_sees(student, rng):
    """One output of a stack of layers depends on as many time steps as you say."""
    cases = []
    for n in range(10):
        strides = rng.integers(1 + (n % 4 > 2), 4, n % 4)  # of three layers, each moves by more than one
        cases.append(([(int(s + rng.integers(0, 4)), int(s)) for s in strides],))  # no kernel leaves out a step
    agrees(student.steps_seen, _reach, cases)


def _video(n_videos, seconds, per_second, size, n_features, n_classes):
    """By arrays."""
    videos = np.zeros((n_videos, seconds * per_second, 3, *size), dtype=np.uint8)
    frames = videos.reshape(-1, *videos.shape[2:])
    features = np.zeros((len(frames), n_features)).reshape(n_videos, -1, n_features)
    logits = features[:, -1] @ np.zeros((n_features, n_classes))
    arrays = {"videos": videos, "frames": frames, "features": features, "logits": logits}
    return {name: array.shape for name, array in arrays.items()}


@check("p.13.8", core=True, hint="Whom does the convolutional network take for its batch? Who needs the time back?")
def test_shapes_from_frames_to_classes(student, rng):
    """At each of the four places the data have the shape you say."""
    cases = []
    for _ in range(8):
        n_videos, seconds, per_second, height, width = (int(n) for n in rng.choice(np.arange(2, 9), 5, replace=False))
        n_features, n_classes = int(rng.integers(4, 30)), int(rng.integers(2, 12))
        cases.append((n_videos, seconds, per_second, (height, width), n_features, n_classes))
    agrees(student.video_shapes, _video, cases)
