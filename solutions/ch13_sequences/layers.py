"""Chapter 13, questions on LSTM, convolutions and video (p.13.6 to p.13.8): the answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

P_13_6 = """
An LSTM cell carries two states from step to step: the long-term state c and the short-term state h, which is its output
too.

Four small dense layers look at the input x and at the previous h. One, with tanh, proposes what is new (g). The other
three are *gates* with values between 0 and 1 (sigmoid): the forget gate f says what of the old c is kept, the input
gate i what of g is added, and the output gate o what of the new c is shown.

In one step: c = f · c + i · g, and then h = o · tanh(c), element by element. Since c is only scaled and added to, it
can be kept over many steps.
"""
P_13_6_RUBRIC = """
- 1 point: two states, long-term c and short-term h (which is the output)
- 1 point: forget, input and output gate with sigmoid, from x and the previous h
- 1 point: the candidate g with tanh, and c = f · c + i · g
- 1 point: h = o · tanh(c)
"""


def lstm_step(
    x: ArrayLike, h: ArrayLike, c: ArrayLike, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the new states (h, c) of an LSTM cell after one time step.

    Parameters
    ----------
    x : (B, F), the inputs of B sequences.
    h, c : (B, H), their short-term and long-term states.
    W_x, W_h, b : (4 H, F), (4 H, H) and (4 H,), weights and biases of the four layers, one below the other in PyTorch's
        order: input gate, forget gate, candidate, output gate.

    Returns
    -------
    h, c : (B, H) each.

    Examples
    --------
    With all weights 0 each gate is half open, and nothing new is proposed:

    >>> x, h, c = np.zeros((1, 3)), np.zeros((1, 2)), [[2.0, 4.0]]
    >>> h, c = lstm_step(x, h, c, np.zeros((8, 3)), np.zeros((8, 2)), np.zeros(8))
    >>> c.tolist()
    [[1.0, 2.0]]
    """
    x, h, c = (np.asarray(values, dtype=float) for values in (x, h, c))
    layers = x @ np.transpose(W_x) + h @ np.transpose(W_h) + np.asarray(b)  # (B, 4 H)
    i, f, g, o = np.split(layers, 4, axis=1)
    i, f, o = (expit(gate) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c


P_13_7 = """
A convolutional layer with a stride makes the sequence shorter, and keeps what is useful in it: the recurrent layers
above then have fewer steps to remember, and so can learn longer patterns. It also finds local patterns that are a few
steps long, such as a week's course, wherever they are.

It computes all time steps at the same time, so it is quick; and a network of convolutional layers alone has no memory
that could fade and no recurrent gradient that could explode.
"""
P_13_7_RUBRIC = """
- 1 point: shortens the sequence (stride), so that longer patterns can be learned
- 1 point: finds local patterns, or filters what is useful
- 1 point: works on all time steps at once, so it is quick
"""


def conv_length(length: int, kernel: int, stride: int = 1) -> int:
    """Return how long a sequence is after a one-dimensional convolutional layer without padding.

    Parameters
    ----------
    length : time steps that go in, at least `kernel`.
    kernel, stride : of the layer.

    Examples
    --------
    >>> conv_length(5, 5)
    1
    >>> conv_length(112, 4, stride=2)
    55
    """
    return (length - kernel) // stride + 1


def steps_seen(layers: Sequence[tuple[int, int]]) -> int:
    """Return how many time steps of its input one output of a stack of convolutional layers depends on.

    Parameters
    ----------
    layers : (kernel, stride) of each layer, the lowest first; with no layer an output is a time step.

    Examples
    --------
    >>> steps_seen([(4, 2)])
    4
    """
    seen, apart = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * apart  # neighbouring inputs of this layer are `apart` time steps from each other
        apart *= stride
    return seen


P_13_8 = """
Take a few frames per second; more adds little but cost. The same convolutional network turns each frame into a vector
of features; a pretrained one will do, with its last layer left out. That makes a video a sequence of vectors.

A recurrent network (or a transformer) reads the sequence and hands on its last state: sequence to vector. A dense layer
with softmax turns that into the probabilities of the classes; cross entropy is the loss.

Sound, if it helps, is a second sequence with a network of its own, joined before the last layer. A network of 3D
convolutions, over time as well as the picture, is another good answer.
"""
P_13_8_RUBRIC = """
- 1 point: one convolutional network for each frame (or 3D convolutions)
- 1 point: its features go, frame after frame, into a recurrent network or a transformer
- 1 point: one prediction per video, with softmax over the classes
"""


def video_shapes(
    n_videos: int, seconds: int, per_second: int, size: tuple[int, int], n_features: int, n_classes: int
) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the data on their way from colour videos to classes.

    The network takes `per_second` frames of each second. A convolutional network takes frames as PyTorch's do,
    channels first, and has no notion of time: all frames of all videos are one batch for it. A recurrent layer with
    ``batch_first=True`` reads the features, and a dense layer makes logits of its last output.

    Parameters
    ----------
    n_videos, seconds : how many videos, and how long each is.
    per_second : frames that are taken of each second.
    size : height and width of a frame, in pixels.
    n_features : of a frame, out of the convolutional network.
    n_classes : of videos.

    Returns
    -------
    The shapes of ``"videos"`` (one axis for the videos, then one for time), ``"frames"`` (into the convolutional
    network), ``"features"`` (into the recurrent layer) and ``"logits"``.

    Examples
    --------
    >>> video_shapes(2, 10, 3, size=(64, 48), n_features=128, n_classes=5)["videos"]
    (2, 30, 3, 64, 48)
    """
    steps = seconds * per_second
    return {
        "videos": (n_videos, steps, 3, *size),
        "frames": (n_videos * steps, 3, *size),
        "features": (n_videos, steps, n_features),
        "logits": (n_videos, n_classes),
    }
