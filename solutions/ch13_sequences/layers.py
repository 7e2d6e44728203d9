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
    W_x, W_h, b : (4 H, F), (4 H, H) and (4 H,), weights and biases of the four layers,
        one below the other in PyTorch's order: input gate, forget gate, candidate,
        output gate.

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
After two strides of 4 the 30,000 values are about 1,900. What happened at the beginning of the minute is then 1,900
steps back for the recurrent layer instead of 30,000, so it has a chance to remember it, and gradients a chance to get
there.

The new layers find short shapes, such as the spike of a beat, wherever they are, and hand on what was found instead of
single values. And they do it for all moments at the same time, whereas the recurrent layer, which has to go one by one,
has 16 times fewer steps to go.
"""
P_13_7_RUBRIC = """
- 1 point: the stride shortens the sequence, so that longer patterns can be learned
- 1 point: they find short patterns wherever they are; or they work on all steps at once, so that it takes less time
"""


def conv_length(length: int, kernel: int, stride: int = 1) -> int:
    """Return how long a sequence is after a one-dimensional convolutional layer without
    padding.

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
    """Return how many time steps of its input one output of a stack of convolutional
    layers looks at, from the first that it depends on to the last.

    Parameters
    ----------
    layers : (kernel, stride) of each layer, the lowest first; with no layer an output
        is a time step.

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
Three pictures per second will do: 30 per clip. Each goes through the same convolutional network, one that already knows
photos if possible, up to the layer before its last: a picture goes in, and some hundred numbers come out that say what
is in it (water, a boat, somebody upside down).

That makes 30 rows of numbers, in order. A GRU reads them and hands on its state after the last: it has seen whether the
person upside down was falling or swimming. A linear layer turns the state into three numbers, and softmax those into
probabilities; they are compared with the right sport by cross entropy.

Instead of the GRU a transformer can read the rows; and convolutions over height, width *and time* do without the seam
between pictures and sequence.
"""
P_13_8_RUBRIC = """
- 1 point: the same convolutional network for each of some frames (or convolutions over time, too)
- 1 point: what it says of the frames goes, in order, into a recurrent network or a transformer
- 1 point: one answer per clip: a last layer with a probability for each class
"""


def video_shapes(
    n_videos: int, seconds: int, per_second: int, size: tuple[int, int], n_features: int, n_classes: int
) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the data on their way from colour videos to classes.

    The network takes `per_second` frames of each second. A convolutional network takes
    frames as PyTorch's do, channels first, and has no notion of time: all frames of all
    videos are one batch for it. A recurrent layer with ``batch_first=True`` reads the
    features, and a dense layer makes logits of its last output.

    Parameters
    ----------
    n_videos, seconds : how many videos, and how long each is.
    per_second : frames that are taken of each second.
    size : height and width of a frame, in pixels.
    n_features : of a frame, out of the convolutional network.
    n_classes : of videos.

    Returns
    -------
    The shapes of ``"videos"`` (one axis for the videos, then one for time),
    ``"frames"`` (into the convolutional network), ``"features"`` (into the recurrent
    layer) and ``"logits"``.

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
