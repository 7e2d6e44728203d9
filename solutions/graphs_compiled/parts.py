"""Graphs and compiled functions, parts of one's own (tf2.12.5 to tf2.12.8): the answers."""

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

TF2_12_5 = """
A function, if it needs nothing but the predictions and the targets: `nn.functional.mse_loss` is one.

A class, an `nn.Module`, if it has settings or a state: a threshold, weights of the classes, a running scale. Then it is
set up once and called with two arguments like any other, shows its settings when printed, and what is registered in it
(a buffer, or a parameter that is learned with the model's) moves to the device and is saved and loaded with
`state_dict`. A function with settings in a `lambda` does for an experiment, but whoever loads the file does not learn
what the threshold was.
"""
TF2_12_5_RUBRIC = """
- 1 point: a function where there is neither a setting nor a state
- 1 point: a class (`nn.Module`) where there is one; it is saved, moved or printed with it
"""


class HuberLoss(nn.Module):
    """The mean of the Huber loss, quadratic for small errors and linear for large ones.

    For an error e it is e² / 2 where abs(e) is at most `delta`, and beyond
    delta (abs(e) - delta / 2).

    Parameters
    ----------
    delta : positive, perhaps a whole number. It is part of `state_dict()`, as "delta",
        in float32 or float64, is not trained, and a loss that loads the state of
        another one has that one's threshold.

    Examples
    --------
    >>> loss = HuberLoss(delta=2.0)
    >>> float(loss(torch.tensor([1.0, 5.0]), torch.tensor([0.0, 0.0])))
    4.25
    >>> list(loss.state_dict()), list(loss.parameters())
    (['delta'], [])
    """

    delta: Tensor

    def __init__(self, delta: float = 1.0) -> None:
        super().__init__()
        self.register_buffer("delta", torch.tensor(float(delta)))

    def forward(self, predicted: Tensor, target: Tensor) -> Tensor:
        """Return the loss, a tensor without dimensions, of two tensors of one shape."""
        error = (predicted - target).abs()
        return torch.where(error <= self.delta, error**2 / 2, self.delta * (error - self.delta / 2)).mean()


TF2_12_6 = """
A function is enough where the metric of all rows is the mean over the batches: accuracy, or the mean squared error, if
the batches are of one size or weighted by theirs.

Precision, recall, F1, the root of a mean squared error or an area under a curve are no such means. A batch that has no
positive prediction has no precision at all, and the root of a mean is not the mean of roots. These need a class that
remembers counts or sums from batch to batch: `update` adds a batch, `compute` says what it is so far, `reset` begins a
new epoch. That is what torchmetrics' classes do.
"""
TF2_12_6_RUBRIC = """
- 1 point: a function where a mean over batches is the metric of all rows
- 1 point: a class where it is not (precision, RMSE, …): it adds up counts or sums
- 1 point: update, compute and reset, or what these do
"""


class StreamingPrecision:
    """The precision of all predictions so far, batch by batch.

    Examples
    --------
    >>> metric = StreamingPrecision()
    >>> metric.update([1, 1, 1, 0], [1, 1, 1, 0])
    >>> metric.update([0, 0], [1, 0])
    >>> metric.compute()
    0.75
    >>> metric.reset()
    >>> metric.compute()
    nan
    """

    def __init__(self) -> None:
        self.reset()

    def update(self, y_true: ArrayLike, y_pred: ArrayLike) -> None:
        """Take in a batch: classes, 0 or 1, and predicted ones; (n,) each, n >= 1."""
        truth, said = np.asarray(y_true) == 1, np.asarray(y_pred) == 1
        self._true_positives += int((truth & said).sum())
        self._positives += int(said.sum())

    def compute(self) -> float:
        """Return the share of positive predictions that are right, of all batches since
        the last `reset`; nan as long as there is no positive prediction.
        """
        return self._true_positives / self._positives if self._positives else math.nan

    def reset(self) -> None:
        """Forget everything."""
        self._true_positives = self._positives = 0


def leaf_layers(model: nn.Module) -> list[str]:
    """Return the names of those modules in a model which hold no other module.

    Parameters
    ----------
    model : modules within modules to any depth; none stands in it twice.

    Returns
    -------
    The names as in ``model.named_modules()``, in its order. A model that holds no
    module is its own only layer, with the empty name.

    Examples
    --------
    >>> block = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    >>> leaf_layers(nn.Sequential(block, nn.Linear(2, 1)))
    ['0.0', '0.1', '1']
    """
    return [name for name, module in model.named_modules() if not any(True for _ in module.children())]


# For each sentence "a layer", "a model" or "both".
TF2_12_7_CHOICE: dict[str, str] = {
    "is an nn.Module": "both",
    "has parameters()": "both",
    "may hold other modules": "both",
    "is one part of what is trained": "a layer",
    "is what one trains, evaluates and ships": "a model",
}

TF2_12_8 = """
In PyTorch everybody writes it, unless a library such as Lightning, skorch or Keras brings one. It is short and has no
secrets, so the question is rather when such a library's `fit` no longer does.

That is when training is more than "one loss, one optimiser, one step per batch": two optimisers for two parts of a
network, or two networks that take turns (a generator and its critic); gradients that are clipped, added up over several
batches or looked at; a loss that needs gradients itself; data that depend on what the model has just done. And for
finding a mistake, since every line can be stepped through.

The price is that one has to remember everything oneself: both modes, zeroing the gradients, the device, validation,
checkpoints.
"""
TF2_12_8_RUBRIC = """
- 1 point: PyTorch's usual way, or: with a ready-made `fit` only where that does not do
- 1 point: two examples (several optimisers, alternating networks, handling of gradients, debugging, …)
- 1 point: the price: more code, more to get wrong
"""


def step_by_parts(model: nn.Module, X: Tensor, y: Tensor, rates: Mapping[str, float]) -> float:
    """Take one step of gradient descent with a learning rate for each part.

    Parameters
    ----------
    model : gives (n, k) for `X`. Its parts are its children
        (``model.named_children()``), and all parameters are theirs. Gradients may be
        left over from before.
    X, y : inputs, and targets (n, k).
    rates : the learning rate of each child that is trained, at least one; others are
        left as they are.

    Returns
    -------
    The mean squared error before the step, a number of Python's.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(1, 1, bias=False))
    >>> _ = nn.init.constant_(model[0].weight, 1.0)
    >>> loss = step_by_parts(model, torch.ones(2, 1), torch.zeros(2, 1), {"0": 0.1})
    >>> loss, round(model[0].weight.item(), 4)
    (1.0, 0.8)
    """
    loss = nn.functional.mse_loss(model(X), y)
    model.zero_grad()
    torch.autograd.backward(loss)
    with torch.no_grad():
        for name, part in model.named_children():
            for parameter in part.parameters():
                if name in rates and parameter.grad is not None:
                    parameter.sub_(rates[name] * parameter.grad)
    return loss.item()
