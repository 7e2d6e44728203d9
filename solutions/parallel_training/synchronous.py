"""Training on several devices, the same step everywhere (tf2.19.10): the answers."""

import copy
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

Batch = tuple[Tensor, Tensor]


def broadcast(replicas: Sequence[nn.Module]) -> None:
    """Give all replicas the numbers of the first: parameters and buffers.

    Parameters
    ----------
    replicas : modules of the same architecture, one or more. They are changed in place,
        and share no memory afterwards.

    Examples
    --------
    >>> replicas = [nn.Linear(2, 2), nn.Linear(2, 2)]
    >>> (broadcast(replicas), torch.equal(replicas[0].weight, replicas[1].weight))[1]
    True
    """
    for replica in replicas[1:]:
        replica.load_state_dict(replicas[0].state_dict())


def sync_step(replicas: Sequence[nn.Module], batches: Sequence[Batch], lr: float) -> float:
    """Take one step of synchronous data parallelism, within one process.

    Parameters
    ----------
    replicas : modules that give logits, with equal parameters. They are changed in
        place, all in the same way.
    batches : for each replica the rows (n, …) and labels (n,) of its own; n may differ.
    lr : learning rate of plain SGD.

    What is minimised is the mean cross-entropy over all rows of all batches: where the
    outputs for a row depend on no other, the step is that of one module and one large
    batch, whatever the sizes of the parts. Each replica sees its own rows alone. If
    there are buffers that the rows have changed (the running means of a batch
    normalisation), all replicas have those of the first one afterwards.

    Returns
    -------
    The mean loss over all rows, before the step.

    Examples
    --------
    >>> one, two = nn.Linear(3, 2), nn.Linear(3, 2)
    >>> broadcast([one, two])
    >>> X, y = torch.randn(5, 3), torch.tensor([0, 1, 1, 0, 1])
    >>> loss = sync_step([one, two], [(X[:2], y[:2]), (X[2:], y[2:])], lr=0.1)
    >>> loss > 0, torch.equal(one.weight, two.weight)
    (True, True)
    """
    n_rows, loss = sum(len(y) for _, y in batches), 0.0
    for replica, batch in zip(replicas, batches, strict=True):
        loss += _backward(replica, batch, n_rows)
    with torch.no_grad():
        for parameters in zip(*(replica.parameters() for replica in replicas), strict=True):
            step = lr * torch.stack([_gradient(one) for one in parameters]).sum(dim=0)
            for one in parameters:
                one.sub_(step)
    for replica in replicas[1:]:
        for other, first in zip(replica.buffers(), replicas[0].buffers(), strict=True):
            other.copy_(first)
    return loss


def _backward(model: nn.Module, batch: Batch, n_rows: int) -> float:
    """Leave in the gradients what a batch adds to those of the mean loss over `n_rows`; return what it adds to it."""
    model.zero_grad()
    loss = cross_entropy(model(batch[0]), batch[1], reduction="sum") / n_rows
    loss.backward()  # type: ignore[no-untyped-call]
    return float(loss.detach())


def _gradient(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def central_step(server: nn.Module, workers: Sequence[nn.Module], batches: Sequence[Batch], lr: float) -> float:
    """Take one step of synchronous data parallelism whose parameters are kept in one
    place.

    Parameters
    ----------
    server : the module whose parameters count; is changed in place.
    workers : modules of the same architecture without buffers, with any numbers. Each
        begins by fetching the server's parameters, and keeps what it has fetched.
    batches, lr : as in `sync_step`, a batch for each worker. The server sees no rows.

    Returns
    -------
    The mean loss over all rows, before the step.

    Examples
    --------
    >>> server, workers = nn.Linear(1, 2), [nn.Linear(1, 2), nn.Linear(1, 2)]
    >>> batch = torch.ones(1, 1), torch.tensor([0])
    >>> loss = central_step(server, workers, [batch, batch], lr=0.1)
    >>> loss > 0, torch.equal(workers[0].weight, server.weight)
    (True, False)
    """
    n_rows, loss = sum(len(y) for _, y in batches), 0.0
    server.zero_grad()
    for worker, batch in zip(workers, batches, strict=True):
        worker.load_state_dict(server.state_dict())
        loss += _backward(worker, batch, n_rows)
        for kept, sent in zip(server.parameters(), worker.parameters(), strict=True):
            kept.grad = _gradient(kept) + _gradient(sent)
    with torch.no_grad():
        for kept in server.parameters():
            kept.sub_(lr * _gradient(kept))
    return loss


def compare_strategies(model: nn.Module, batches: Sequence[Batch], lr: float, n_steps: int = 10) -> dict[str, float]:
    """Measure how long strategies take, within one process, compared with one device.

    Parameters
    ----------
    model : is left as it is; has no buffers.
    batches : what each device gets in every step; two or more.
    n_steps : of which the mean time counts, after one step that does not.

    Returns
    -------
    Seconds per step, divided by those of one module that takes the same steps on all
    rows as one batch: ``{"one device": 1.0, "mirrored": …, "central": …}``. Mirrored is
    `sync_step` with a replica for each batch, central is `central_step` with a server
    and a worker for each batch. The replicas are made before the time is taken.

    Examples
    --------
    >>> batches = [(torch.ones(2, 3), torch.tensor([0, 1]))] * 2
    >>> ratios = compare_strategies(nn.Linear(3, 2), batches, lr=0.1, n_steps=2)
    >>> ratios["one device"], ratios["mirrored"] > 0, ratios["central"] > 0
    (1.0, True, True)
    """
    rows = torch.cat([X for X, _ in batches]), torch.cat([y for _, y in batches])
    one, server = copy.deepcopy(model), copy.deepcopy(model)
    replicas, workers = ([copy.deepcopy(model) for _ in batches] for _ in range(2))
    ways: dict[str, Callable[[], Any]] = {
        "one device": lambda: sync_step([one], [rows], lr),
        "mirrored": lambda: sync_step(replicas, batches, lr),
        "central": lambda: central_step(server, workers, batches, lr),
    }
    seconds = {}
    for name, step in ways.items():
        step()
        begin = time.perf_counter()
        for _ in range(n_steps):
            step()
        seconds[name] = time.perf_counter() - begin
    return {name: taken / seconds["one device"] for name, taken in seconds.items()}
