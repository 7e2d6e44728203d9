"""Training on several devices, the same step everywhere (tf2.19.10): the answers."""

import copy
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from solutions.parallel_training.several import _report, _said

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
    >>> broadcast(replicas)
    >>> torch.equal(replicas[0].weight, replicas[1].weight)
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
    >>> torch.equal(one.weight, two.weight)
    True
    """
    n_rows, loss = sum(len(y) for _, y in batches), 0.0
    for replica, batch in zip(replicas, batches, strict=True):
        loss += _backward(replica, batch, n_rows)
    with torch.no_grad():
        for parameters in zip(*(replica.parameters() for replica in replicas), strict=True):
            step = lr * torch.stack([_gradient(one) for one in parameters]).sum(dim=0)
            for one in parameters:
                one -= step
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
            kept -= lr * _gradient(kept)
    return loss


def start(worker: Callable[[int], Any], n_processes: int, timeout: float = 30.0, backend: str = "gloo") -> list[Any]:
    """Run a function in several processes that form a group of `torch.distributed`.

    Parameters
    ----------
    worker : any function, also one from a notebook's cell. In each process it is called
        with its rank (0 to n_processes - 1) once the group is there, and returns
        anything that can be pickled.
    timeout : how many seconds all of it may take.
    backend : of the group, as `init_process_group` takes it.

    Returns
    -------
    What the calls have returned, in the order of ranks.

    Raises
    ------
    RuntimeError : one of the processes raised something, ended in another way, or was
        not done in time. Nobody waits for the others then: they are ended.

    When this function ends, in whichever way, all its processes have ended. In the
    process that calls it there is no group, neither before nor afterwards.

    Examples
    --------
    >>> start(lambda rank: (rank, dist.get_world_size()), 2)
    [(0, 2), (1, 2)]
    """
    context = multiprocessing.get_context("fork")
    running, results = {}, [None] * n_processes
    with tempfile.TemporaryDirectory() as folder:
        try:
            for rank in range(n_processes):
                receiver, sender = context.Pipe(duplex=False)
                arguments = (worker, rank, n_processes, f"file://{Path(folder) / 'group'}", timeout, backend)
                process = context.Process(target=_report, args=(sender, _in_group, *arguments))
                process.start()
                sender.close()
                running[receiver] = rank, process
            end = time.monotonic() + timeout
            while running:
                ready = wait(list(running), max(0.0, end - time.monotonic()))
                if not ready:
                    raise RuntimeError(f"ranks not done in time: {[rank for rank, _ in running.values()]}")
                for receiver in ready:
                    rank, process = running.pop(receiver)
                    results[rank], error = _said(receiver)
                    if error:
                        process.kill()
                        raise RuntimeError(f"rank {rank}: {error}")
                    process.join()
        finally:
            for _, process in running.values():
                process.kill()
                process.join()
    return results


def _in_group(
    worker: Callable[[int], Any], rank: int, n_processes: int, where: str, timeout: float, backend: str
) -> Any:
    patience = timedelta(seconds=timeout)
    dist.init_process_group(backend, init_method=where, rank=rank, world_size=n_processes, timeout=patience)
    result = worker(rank)
    dist.barrier()  # nobody leaves while another one still needs it
    dist.destroy_process_group()
    return result


def train_rank(model: nn.Module, batches: Sequence[Batch], lr: float) -> list[float]:
    """Train as one rank of a group, synchronously with the others.

    It is called in each process of a group that is there already, with a model of the
    same architecture and as many batches (one or more); numbers and rows differ.

    Parameters
    ----------
    model : gives logits for a row that depend on no other row; has no buffers. What
        counts are the parameters of rank 0: the others take these over before the first
        step. It is trained in place, and afterwards the same in all ranks.
    batches : this rank's part of each step: rows and labels, of any number from 1 on,
        also others than another rank has in the same step.
    lr : learning rate of plain SGD; the same in all ranks.

    Returns
    -------
    For each step the mean cross-entropy over the rows of all ranks, before the step.
    The steps are those of one process that gets the rows of all ranks as one batch.
    """
    for parameter in model.parameters():
        dist.broadcast(parameter.data, src=0)
    losses = []
    for batch in batches:
        n_rows = torch.tensor(float(len(batch[1])))
        dist.all_reduce(n_rows)
        loss = torch.tensor(_backward(model, batch, int(n_rows)), dtype=torch.float64)
        dist.all_reduce(loss)
        losses.append(float(loss))
        with torch.no_grad():
            for parameter in model.parameters():
                gradient = _gradient(parameter)
                dist.all_reduce(gradient)
                parameter -= lr * gradient
    return losses


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
