"""Chapter 10, layers, loops and loaders (p.10.6 to p.10.9): the answers."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn


def linear_facts(n_in: int, n_out: int, shape: Sequence[int]) -> dict[str, Any]:
    """Tell all about ``nn.Linear(n_in, n_out)``.

    Parameters
    ----------
    n_in, n_out : what the layer is made with.
    shape : of the tensor that it is given: any number of axes, the last one of `n_in`.

    Returns
    -------
    - ``"neurons"``: how many the layer has;
    - ``"weight"``, ``"bias"``: the shapes of its two parameters, as tuples;
    - ``"parameters"``: how many numbers are learned;
    - ``"output"``: the shape of what it returns, a tuple.

    Examples
    --------
    >>> facts = linear_facts(3, 2, (5, 3))
    >>> facts["output"], facts["neurons"]
    ((5, 2), 2)
    """
    return {
        "neurons": n_out,
        "weight": (n_out, n_in),
        "bias": (n_out,),
        "parameters": n_out * n_in + n_out,
        "output": (*shape[:-1], n_out),
    }


def train_epoch(
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    batches: Iterable[tuple[Tensor, Tensor]],
) -> float:
    """Train a model for one epoch.

    Parameters
    ----------
    model : in any mode, and with gradients of old batches that may still be there.
    loss_fn : takes outputs and targets, and returns the mean over the rows of a batch.
    optimizer : has the model's parameters.
    batches : pairs of inputs and targets, on the model's device. The last batch may be
        smaller.

    Returns
    -------
    The mean loss over all rows, each as it was before its batch's update. In which mode
    the model is left is all the same.

    Examples
    --------
    >>> model = nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> batches = [(torch.ones(4, 1), torch.zeros(4, 1))] * 2
    >>> train_epoch(model, nn.MSELoss(), optimizer, batches) >= 0
    True
    """
    model.train()
    total, n_rows = 0.0, 0
    for X, y in batches:
        loss = loss_fn(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n_rows += len(X)
    return total / n_rows


# The letters of all six lines, in an order that works, such as ["f", "e", …].
P_10_7_ORDER: list[str] = ["c", "e", "b", "f", "d", "a"]

P_10_8 = """
An optimiser is given the parameters themselves when it is made, and keeps hold of them. It also keeps numbers of its
own for each of them (such as momentum), which are where the parameters are.

If the model is moved afterwards, the optimiser may hold what was there before: tensors on the CPU that no longer belong
to the model, so that the model on the GPU never changes; or its own numbers stay behind on the other device, and the
next step fails. PyTorch mostly moves parameters in such a way that they stay the same objects, but does not promise
it. Move first, make the optimiser then, and the question does not come up.
"""
P_10_8_RUBRIC = """
- 1 point: the optimiser holds references to the parameters that the model had when it was made, and its own state
  beside them
- 1 point: after a move these may be other tensors, or the state is on another device: the model isn't trained, or the
  step fails
"""


def missed_parameters(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[str]:
    """Return which of a model's parameters an optimiser would leave as they are.

    Parameters
    ----------
    model : any module.
    optimizer : has groups of parameters, one or several. It may hold parameters that
        are not the model's, or no longer.

    Returns
    -------
    Names of the parameters that the optimiser does not hold, in the order of
    `named_parameters`. A copy with the same values is another parameter.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> missed_parameters(model, optimizer)
    []
    >>> model[1] = nn.Linear(2, 5)
    >>> missed_parameters(model, optimizer)
    ['1.weight', '1.bias']
    """
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    return [name for name, parameter in model.named_parameters() if id(parameter) not in held]


def epoch_seconds(n_batches: int, load: float, compute: float, workers: int) -> float:
    """Return how long an epoch takes.

    Parameters
    ----------
    n_batches : how many there are, 1 or more.
    load : seconds that it takes to load a batch.
    compute : seconds that the GPU needs for a batch. It takes one after the other, in
        their order.
    workers : `num_workers` of the DataLoader. With 0, each batch is loaded when the GPU
        is done with the one before. With more, worker 0 loads batches 0, workers,
        2 workers, …, worker 1 those that follow each of them, and so on. They all begin
        at 0 seconds, work at the same time, and never wait for the GPU.

    Returns
    -------
    Seconds until the GPU is done with the last batch.

    Examples
    --------
    >>> epoch_seconds(10, load=2.0, compute=1.0, workers=0)
    30.0
    >>> epoch_seconds(10, load=2.0, compute=1.0, workers=1)
    21.0
    """
    if workers == 0:
        return n_batches * (load + compute)
    done = 0.0
    for batch in range(n_batches):
        loaded = load * math.floor(batch / workers + 1)  # the worker's first batch, second batch, …
        done = max(loaded, done) + compute
    return done


# The arguments that help to keep a GPU busy, by their names in the list.
P_10_9_CHOICE: list[str] = ["num_workers", "pin_memory", "prefetch_factor"]
