"""Chapter 9, layers and their training (p.09.6 to p.09.9): the answers."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, softmax


def layer_shapes(m: int, n_inputs: int, n_hidden: int, n_outputs: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of what a network with one hidden layer computes with.

    A batch is a matrix with one row per example; a layer's weight matrix has one row
    per input of the layer and one column per unit.

    Parameters
    ----------
    m : rows in a batch.
    n_inputs, n_hidden, n_outputs : numbers of inputs, hidden units and output units.

    Returns
    -------
    dict with the shapes, tuples, of the batch ``"X"``, the weights and biases of the
    hidden layer, ``"W_h"`` and ``"b_h"``, and of the output layer, ``"W_o"`` and
    ``"b_o"``, and of the network's output ``"Y"``.

    Examples
    --------
    >>> layer_shapes(1, 2, 3, 4)["b_h"]
    (3,)
    >>> sorted(layer_shapes(1, 2, 3, 4))
    ['W_h', 'W_o', 'X', 'Y', 'b_h', 'b_o']
    """
    return {
        "X": (m, n_inputs),
        "W_h": (n_inputs, n_hidden),
        "b_h": (n_hidden,),
        "W_o": (n_hidden, n_outputs),
        "b_o": (n_outputs,),
        "Y": (m, n_outputs),
    }


def forward(X: ArrayLike, W_h: ArrayLike, b_h: ArrayLike, W_o: ArrayLike, b_o: ArrayLike) -> NDArray[np.float64]:
    """Return the output Y of a network in which every unit is a ReLU, in both layers.

    Parameters
    ----------
    X, W_h, b_h, W_o, b_o : arrays of the shapes that `layer_shapes` names.

    Examples
    --------
    >>> forward([[1, 2]], [[1], [1]], [-1], [[3, -3]], [0, 1]).tolist()
    [[6.0, 0.0]]
    >>> forward([[1, 2]], [[-1], [-1]], [0], [[3, -3]], [0, 1]).tolist()
    [[0.0, 1.0]]
    """
    X = np.asarray(X, dtype=float)
    H = np.maximum(X @ np.asarray(W_h) + np.asarray(b_h), 0)  # (m, n_hidden)
    return np.asarray(np.maximum(H @ np.asarray(W_o) + np.asarray(b_o), 0))  # (m, n_outputs)


def output_activation(name: str, Z: ArrayLike) -> NDArray[np.float64]:
    """Return what an output layer makes of its weighted sums.

    Parameters
    ----------
    name : ``"sigmoid"``, 1 / (1 + exp(-z)) of each sum; ``"softmax"``, exp(z) of each
        sum divided by the total of its row; or ``"none"``, the sums as they are.
    Z : (m, units) weighted sums, one row per example, from -1,000 to 1,000, all of a
        row perhaps: nothing may overflow on the way. (NumPy warns of that.)

    Returns
    -------
    (m, units)

    Examples
    --------
    >>> output_activation("sigmoid", [[0.0], [1000.0]]).tolist()
    [[0.5], [1.0]]
    >>> output_activation("softmax", [[7.0, 7.0], [0.0, 1000.0]]).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """
    Z = np.asarray(Z, dtype=float)
    if name == "sigmoid":
        return np.asarray(expit(Z))
    if name == "softmax":
        return np.asarray(softmax(Z, axis=1))
    return Z


# For each task: units and activation function of the output layer.
P_09_7_CHOICE: dict[str, str] = {"spam": "1 sigmoid", "digits": "10 softmax", "price": "1 none"}


P_09_8 = """
Backpropagation is how a network is trained, and reverse-mode automatic differentiation is one of its steps.

For each batch: a forward pass computes the outputs layer by layer, and keeps what each layer gave; the loss compares
the last one with the targets; a backward pass goes from the loss to the first layer and applies the chain rule, using
what was kept, until the gradient with respect to every weight is known; then gradient descent takes a step. That is
repeated over the batches, for some epochs.

Reverse-mode autodiff is the technique for the two passes alone: it gives the gradient of any scalar with respect to any
number of inputs in one sweep forwards and one backwards, about as expensive as computing the value a few times.
It knows of no weights and takes no step. Forward mode would need a sweep for each weight.
"""
P_09_8_RUBRIC = """
- 1 point: forward pass with what is kept, loss, backward pass by the chain rule from the loss to the inputs
- 1 point: then a step of gradient descent, repeated over batches
- 1 point: autodiff is only the computation of gradients; backpropagation is the whole training with it
"""


def backprop(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike], X: ArrayLike, Y: ArrayLike
) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Return the gradients of a network's loss, by a forward and a backward pass.

    Each hidden layer applies tanh to its weighted sums; the last layer leaves them as
    they are. The loss is the mean, over all m·k numbers, of the squared difference of
    the outputs and `Y`.

    Parameters
    ----------
    weights : a matrix for each layer, from the first to the last, shape (inputs,
        units). There is one layer or more.
    biases : a vector for each layer, shape (units,).
    X : (m, d) rows.
    Y : (m, k) targets.

    Returns
    -------
    Two lists of arrays, with the shapes of `weights` and `biases`: the partial
    derivatives of the loss with respect to each of them.

    Examples
    --------
    One layer, one row: the output is 2·3 + 1 = 7, the target 5.

    >>> W, b = backprop([[[2.0]]], [[1.0]], [[3.0]], [[5.0]])
    >>> W[0].tolist(), b[0].tolist()
    ([[12.0]], [4.0])
    >>> layers = [np.ones((2, 3)), np.ones((3, 1))]
    >>> W, b = backprop(layers, [np.zeros(3), [0]], [[0, 0]], [[1]])
    >>> [grad.shape for grad in W]
    [(2, 3), (3, 1)]
    """
    weights, biases = [[np.asarray(one, dtype=float) for one in part] for part in (weights, biases)]
    activations = [np.asarray(X, dtype=float)]  # what each layer gets
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        activations.append(np.tanh(activations[-1] @ W + b))
    outputs = activations[-1] @ weights[-1] + biases[-1]  # (m, k)
    delta = 2 * (outputs - np.asarray(Y)) / outputs.size  # dloss / d weighted sums of the last layer
    W_grads: list[NDArray[np.float64]] = []
    b_grads: list[NDArray[np.float64]] = []
    for W, inputs in zip(weights[::-1], activations[::-1], strict=True):
        W_grads.insert(0, inputs.T @ delta)
        b_grads.insert(0, delta.sum(axis=0))
        delta = delta @ W.T * (1 - inputs**2)  # tanh' = 1 - tanh²; unused after the first layer
    return W_grads, b_grads


P_09_9 = """
To choose: how many hidden layers there are and how many units in each, their activation function, the optimizer with
its learning rate, the size of a batch, how many epochs, how the weights are initialised, and how much is regularised.
What the output layer looks like is not a free choice: the task says it.

If it overfits: stop early, which costs nothing; use fewer units or layers; penalise large weights (L2, `alpha` in
scikit-learn), or leave out units at random (dropout). More data, real or augmented, helps as well. I change one
thing at a time, and look at the validation loss.
"""
P_09_9_RUBRIC = """
- 2 points: five or more hyperparameters, of the architecture and of the training (1 point for three or four)
- 1 point: at least two cures of overfitting, with how one sees that they help
"""


def n_parameters(sizes: Sequence[int]) -> int:
    """Return how many weights and biases a multilayer perceptron has.

    Parameters
    ----------
    sizes : the number of inputs, of the units of each hidden layer, and of outputs, in
        this order. Every layer is connected with all of the one before, and each unit
        has a bias.

    Examples
    --------
    >>> n_parameters([2, 1])
    3
    >>> n_parameters([2, 2, 1])
    9
    """
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


# All the changes that help against overfitting, in any order.
P_09_9_CHOICE: list[str] = ["fewer units", "early stopping", "larger alpha", "more training rows"]
