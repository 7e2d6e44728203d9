"""Serving models, small numbers for small devices (tf2.19.5 and tf2.19.6): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

TF2_19_5 = """
First everything goes that is needed for training alone: gradients, optimiser state, dropout, losses. Then operations
are put together: a batch normalisation disappears in the weights of the convolution before it, and a convolution, its
bias and its activation become one operation. Then the weights, and mostly the activations too, are stored in 8 bits in
place of 32: a scale and a zero point say which real number each whole number stands for; that is a quarter of the size,
and integer arithmetic is faster and needs less power. Last, the file has a lean format that is mapped into memory as it
is, without parsing (FlatBuffers in TFLite/LiteRT, ExecuTorch's .pte), and the runtime brings only the operations that
the model uses.

Pruning small weights and distilling into a smaller network reduce it further, but these need training.
"""
TF2_19_5_RUBRIC = """
- 1 point: drops what only training needs
- 1 point: fuses operations (batch normalisation into the weights before it, activation into the layer)
- 1 point: quantises weights (and activations) after training, e.g. to 8 bits with a scale (and a zero point)
- 1 point: a lean file format or runtime (FlatBuffers, ExecuTorch), or pruning and distillation
"""


def quantise(x: ArrayLike) -> tuple[NDArray[np.int8], float, int]:
    """Return a tensor in 8 bits, with what its whole numbers stand for.

    The whole number q stands for the real number scale (q - zero_point). The range from
    the smallest value to the largest one, widened so that it holds 0, is spread over
    -128 to 127.

    Parameters
    ----------
    x : finite real numbers, of any shape, at least one. It is left as it is.

    Returns
    -------
    q : int8, of the shape of `x`, the nearest whole number for each value.
    scale : a 255th of the range; 1 if all values are 0.
    zero_point : the whole number that stands for 0 exactly, from -128 to 127: the
        one nearest to where 0 falls.

    Examples
    --------
    >>> q, scale, zero_point = quantise([-1.0, 0.0, 1.55])
    >>> q.tolist(), round(scale, 6), zero_point
    ([-128, -28, 127], 0.01, -28)
    >>> quantise([2.55, 5.1])[1:]
    (0.02, -128)
    """
    values = np.asarray(x, dtype=np.float64)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    scale = (high - low) / 255 or 1.0
    zero_point = round(-128 - low / scale)
    q = np.clip(np.round(values / scale) + zero_point, -128, 127)
    return q.astype(np.int8), scale, zero_point


def dequantise(q: ArrayLike, scale: float, zero_point: int) -> NDArray[np.float64]:
    """Return the real numbers that whole ones stand for, float64.

    Parameters
    ----------
    q : int8, of any shape.
    scale, zero_point : as `quantise` returns them.

    Examples
    --------
    >>> dequantise(np.array([-128, 127], dtype=np.int8), 0.5, -28).tolist()
    [-50.0, 77.5]
    """
    result: NDArray[np.float64] = scale * (np.asarray(q, dtype=np.float64) - zero_point)
    return result


TF2_19_6 = """
If quantising after training costs too much accuracy: with small networks, with few bits, or where activations have a
few huge values. Then rounding takes part in the training. Operations that quantise and dequantise at once are put in
for weights and activations, so that the forward pass computes with the very numbers that the device will have, while
the weights themselves are kept in 32 bits and updated as ever. Rounding has the derivative 0 nearly everywhere, so the
backward pass treats it as the identity (a straight-through estimator), and as constant where values are cut off. The
network learns weights that bear the rounding; then it is converted for good. It costs a further training and the data
for it.
"""
TF2_19_6_RUBRIC = """
- 1 point: used where the accuracy falls too much with quantisation after training
- 1 point: fake quantisation in the forward pass during training; weights stay in float and learn to bear the rounding
- 1 point: the gradient passes the rounding as if it were the identity (straight-through)
"""


def fake_quantise(x: Tensor, scale: float, zero_point: int) -> Tensor:
    """Round to what 8 bits can say, and let gradients pass.

    Parameters
    ----------
    x : float tensor of any shape.
    scale, zero_point : q stands for scale (q - zero_point), for q from -128 to 127.

    Returns
    -------
    The value of the nearest q for each value of `x`, in its shape and dtype; beyond
    -128 and 127 it is cut off. The gradient passes unchanged where the nearest whole
    number lies within -128 and 127, and is 0 where it was cut off.

    Examples
    --------
    >>> x = torch.tensor([0.26, 0.9, 63.7, 300.0], requires_grad=True)
    >>> y = fake_quantise(x, scale=0.5, zero_point=0)
    >>> y.tolist()
    [0.5, 1.0, 63.5, 63.5]
    >>> torch.autograd.grad(y.sum(), x)[0].tolist()
    [1.0, 1.0, 1.0, 0.0]
    """
    q = torch.round(x / scale) + zero_point
    inside = (q >= -128) & (q <= 127)
    rounded = scale * (q.clamp(-128, 127) - zero_point)
    passing = torch.where(inside, x, x.detach())
    return passing + (rounded - passing).detach()
