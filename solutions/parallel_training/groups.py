"""Training on several devices, a group of processes (tf2.19.10): the answers."""

import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

from solutions.parallel_training.launched import _begun, _said
from solutions.parallel_training.synchronous import Batch, _backward, _gradient


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
    running: dict[Any, tuple[int, Any]] = {}  # its rank, and its process
    results: list[Any] = [None] * n_processes
    with tempfile.TemporaryDirectory() as folder:
        try:
            for rank in range(n_processes):
                arguments = (worker, rank, n_processes, f"file://{Path(folder) / 'group'}", timeout, backend)
                connection, process = _begun(_in_group, *arguments)
                running[connection] = rank, process
            end = time.monotonic() + timeout
            while running:
                ready = wait(list(running), max(0.0, end - time.monotonic()))
                if not ready:
                    raise RuntimeError(f"ranks not done in time: {[rank for rank, _ in running.values()]}")
                for connection in ready:
                    rank, process = running.pop(connection)
                    results[rank], error = _said(connection)
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

    Examples
    --------
    >>> net, X = nn.Linear(1, 2), torch.ones(3, 1)
    >>> parts = [(X[:1], torch.tensor([0]))], [(X[1:], torch.tensor([1, 1]))]
    >>> one, other = start(lambda rank: train_rank(net, parts[rank], lr=0.1), 2)
    >>> len(one), one == other
    (1, True)

    PyTorch's backend "fake" sends nothing, which is right for a group of one:

    >>> from torch.testing._internal.distributed.fake_pg import FakeStore
    >>> dist.init_process_group("fake", store=FakeStore(), rank=0, world_size=1)
    >>> losses = train_rank(net, [(X[:1], torch.tensor([0]))], lr=0.1)
    >>> dist.destroy_process_group()
    >>> len(losses)
    1
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
                parameter.sub_(lr * gradient)
    return losses
