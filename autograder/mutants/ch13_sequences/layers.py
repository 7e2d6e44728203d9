"""Chapter 13, questions on LSTM, convolutions and video (p.13.6 to p.13.8): wrong answers, and right ones."""

import math

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.13.6


def _sigmoid(values):
    return 1 / (1 + np.exp(-np.clip(values, -500, 500)))


def _layers(x, h, W_x, W_h, b):
    return np.split(np.asarray(x) @ np.transpose(W_x) + np.asarray(h) @ np.transpose(W_h) + b, 4, axis=1)


@mutant("p.13.6", replaces="lstm_step", fails="test_long_term_state")
def gates_in_another_order(x, h, c, W_x, W_h, b):
    """The first layer is the input gate, the second the forget gate: you take them the other way round."""
    f, i, g, o = _layers(x, h, W_x, W_h, b)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


@mutant("p.13.6", replaces="lstm_step", fails="test_long_term_state")
def candidate_is_a_gate(x, h, c, W_x, W_h, b):
    """The candidate may be negative: it goes through tanh, not through a sigmoid."""
    i, f, g, o = map(_sigmoid, _layers(x, h, W_x, W_h, b))
    c = f * c + i * g
    return o * np.tanh(c), c


@mutant("p.13.6", replaces="lstm_step", fails="test_long_term_state")
def one_gate_for_two(x, h, c, W_x, W_h, b):
    """An LSTM's forget and input gate are independent: 1 - i is how a GRU does it."""
    i, _, g, o = _layers(x, h, W_x, W_h, b)
    c = (1 - _sigmoid(i)) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


@mutant("p.13.6", replaces="lstm_step", fails="test_short_term_state")
def shows_all_of_c(x, h, c, W_x, W_h, b):
    """Before the output gate, the long-term state goes through tanh."""
    i, f, g, o = _layers(x, h, W_x, W_h, b)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * c, c


@mutant("p.13.6", replaces="lstm_step", fails="test_short_term_state")
def shows_the_old_state(x, h, c, W_x, W_h, b):
    """The output is made of the *new* long-term state."""
    i, f, g, o = _layers(x, h, W_x, W_h, b)
    return _sigmoid(o) * np.tanh(c), _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)


@mutant("p.13.6", replaces="lstm_step", fails="test_long_term_state")
def states_change_places(x, h, c, W_x, W_h, b):
    """You return c before h: the short-term state comes first."""
    i, f, g, o = _layers(x, h, W_x, W_h, b)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return c, _sigmoid(o) * np.tanh(c)


@mutant("p.13.6", replaces="lstm_step", fails="test_long_term_state")
def output_gate_third(x, h, c, W_x, W_h, b):
    """The third layer is the candidate, the fourth the output gate: you take them the other way round."""
    i, f, o, g = _layers(x, h, W_x, W_h, b)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


@mutant("p.13.6", replaces="lstm_step", fails="test_saturated_gates_are_no_trouble")
def one_exponential_by_another(x, h, c, W_x, W_h, b):
    """exp(z) / (1 + exp(z)) is infinity by infinity for a large z, which is no number: 1 / (1 + exp(-z)) is the same
    and safe."""
    i, f, g, o = _layers(x, h, W_x, W_h, b)
    with np.errstate(over="ignore", invalid="ignore"):
        i, f, o = (np.exp(gate) / (1 + np.exp(gate)) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c


@alternative("p.13.6", replaces="lstm_step")
def with_the_cell(x, h, c, W_x, W_h, b):
    """By PyTorch's own cell."""
    cell = nn.LSTMCell(np.shape(x)[1], np.shape(h)[1]).double()
    with torch.no_grad():
        for parameter, values in zip(cell.parameters(), (W_x, W_h, b, 0 * np.asarray(b)), strict=True):
            parameter.copy_(torch.as_tensor(np.asarray(values, dtype=float)))
        return cell(*(torch.as_tensor(np.asarray(v, dtype=float)) for v in (x,)), tuple(
            torch.as_tensor(np.asarray(v, dtype=float)) for v in (h, c)))  # fmt: skip


# ---------------------------------------------------------------- p.13.7


@mutant("p.13.7", replaces="conv_length", fails="test_length_after_a_convolution")
def divided_by_the_stride(length, kernel, stride=1):
    """The kernel needs room: the last place where it can begin is `length - kernel`."""
    return length // stride


@mutant("p.13.7", replaces="conv_length", fails="test_length_after_a_convolution")
def rounded_up(length, kernel, stride=1):
    """A last piece that is shorter than a stride gives no output: round down."""
    return math.ceil((length - kernel) / stride) + 1


@mutant("p.13.7", replaces="conv_length", fails="test_length_after_a_convolution")
def first_place_divided_too(length, kernel, stride=1):
    """The first place is there whatever the stride: divide what lies behind it, and add 1 afterwards."""
    return (length - kernel + 1) // stride


@mutant("p.13.7", replaces="steps_seen", fails="test_how_much_a_stack_sees")
def stride_of_the_layer_below(layers):
    """Neighbours are as far apart as the strides of *all* layers below, multiplied, not only of the next one."""
    seen, below = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * below
        below = stride
    return seen


@mutant("p.13.7", replaces="steps_seen", fails="test_how_much_a_stack_sees")
def strides_forgotten(layers):
    """Above a layer with a stride, neighbours are further apart."""
    return 1 + sum(kernel - 1 for kernel, _ in layers)


@mutant("p.13.7", replaces="steps_seen", fails="test_how_much_a_stack_sees")
def kernels_multiplied(layers):
    """Neighbouring windows overlap, so what two layers see is less than the product of their kernels."""
    return math.prod(kernel for kernel, _ in layers)


@alternative("p.13.7", replaces="conv_length")
def by_counting(length, kernel, stride=1):
    """Counts the places."""
    return sum(1 for begin in range(0, length, stride) if begin + kernel <= length)


@alternative("p.13.7", replaces="steps_seen")
def from_the_top(layers):
    """From the top layer down."""
    seen = 1
    for kernel, stride in reversed(layers):
        seen = (seen - 1) * stride + kernel
    return seen


# ---------------------------------------------------------------- p.13.8


@mutant("p.13.8", replaces="video_shapes", fails="test_shapes_from_frames_to_classes")
def channels_last(n_videos, seconds, per_second, size, n_features, n_classes):
    """PyTorch's convolutions take the channels before height and width."""
    steps = seconds * per_second
    return {
        "videos": (n_videos, steps, *size, 3),
        "frames": (n_videos * steps, *size, 3),
        "features": (n_videos, steps, n_features),
        "logits": (n_videos, n_classes),
    }


@mutant("p.13.8", replaces="video_shapes", fails="test_shapes_from_frames_to_classes")
def one_answer_per_frame(n_videos, seconds, per_second, size, n_features, n_classes):
    """A video gets one class, not one for each frame: the last output of the recurrent layer decides."""
    steps = seconds * per_second
    return {
        "videos": (n_videos, steps, 3, *size),
        "frames": (n_videos * steps, 3, *size),
        "features": (n_videos, steps, n_features),
        "logits": (n_videos, steps, n_classes),
    }


@mutant("p.13.8", replaces="video_shapes", fails="test_shapes_from_frames_to_classes")
def time_is_lost(n_videos, seconds, per_second, size, n_features, n_classes):
    """The recurrent layer reads each video's features step by step: give them their time axis back."""
    steps = seconds * per_second
    return {
        "videos": (n_videos, steps, 3, *size),
        "frames": (n_videos * steps, 3, *size),
        "features": (n_videos * steps, n_features),
        "logits": (n_videos, n_classes),
    }


@mutant("p.13.8", replaces="video_shapes", fails="test_shapes_from_frames_to_classes")
def frames_still_in_videos(n_videos, seconds, per_second, size, n_features, n_classes):
    """A convolutional network has no axis for time: the frames of all videos are its one batch."""
    videos = (n_videos, seconds * per_second, 3, *size)
    features = (*videos[:2], n_features)
    return {"videos": videos, "frames": videos, "features": features, "logits": (n_videos, n_classes)}


@alternative("p.13.8", replaces="video_shapes")
def with_tensors(n_videos, seconds, per_second, size, n_features, n_classes):
    """By tensors without contents."""
    videos = torch.empty(n_videos, seconds * per_second, 3, *size, device="meta")
    frames = videos.flatten(0, 1)
    features = torch.empty(len(frames), n_features, device="meta").unflatten(0, (n_videos, -1))
    shapes = {"videos": videos.shape, "frames": frames.shape, "features": features.shape}
    return {**{name: list(shape) for name, shape in shapes.items()}, "logits": [n_videos, n_classes]}
