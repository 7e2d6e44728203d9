"""Training on several devices, three ways to share a training (tf1.12.10): the answers."""

import copy
import time
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.connection import wait
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from solutions.parallel_training.groups import start, train_rank
from solutions.parallel_training.launched import _begun, _said
from solutions.parallel_training.synchronous import Batch, sync_step


def train_sync(
    model: nn.Module, shards: Sequence[Sequence[Batch]], lr: float, timeout: float = 30.0, backend: str = "gloo"
) -> None:
    """Train a module by several processes, synchronously.

    Parameters
    ----------
    model : gives logits (n, n_classes), without buffers. It is trained in place: when
        the function ends, the caller's module has the trained parameters.
    shards : for each process its batches (rows and labels), equally many in all; a step
        takes one batch of each process.
    lr : learning rate of plain SGD on the mean cross-entropy over all rows of a step.
    timeout, backend : as in `start`.

    Raises
    ------
    RuntimeError : a process has failed, or it took too long; the module is then left as
        it was.

    Examples
    --------
    >>> net = nn.Linear(1, 2)
    >>> _ = nn.init.zeros_(net.bias)
    >>> batch = torch.zeros(1, 1), torch.tensor([1])
    >>> (train_sync(net, [[batch], [batch]], lr=1.0), net.bias.tolist())[1]
    [-0.5, 0.5]
    """

    def worker(rank: int) -> Any:
        own = copy.deepcopy(model)  # the caller's may be in shared memory, since `train_async`, say
        train_rank(own, shards[rank], lr)
        return {name: value.numpy() for name, value in own.state_dict().items()} if rank == 0 else None

    trained, *_ = start(worker, len(shards), timeout, backend)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in trained.items()})


def train_async(model: nn.Module, shards: Sequence[Sequence[Batch]], lr: float, timeout: float = 30.0) -> None:
    """Train a module by several processes that change the same parameters without
    waiting.

    Parameters
    ----------
    model : as in `train_sync`. Its parameters are moved into shared memory, and each
        process computes with them and changes them there, after each batch of its own.
    shards : for each process its batches; one can have more than another.
    lr : learning rate of plain SGD on the mean cross-entropy over a batch's rows.
    timeout : how many seconds all of it may take.

    Nobody waits: neither for the others' steps, nor for a lock (now and then one change
    overwrites another, which does little harm). When the function ends, the caller's
    module holds what all of them have made of it, and its processes have ended.

    Raises
    ------
    RuntimeError : a process has raised something, has ended too early, or was not done
        in time. The others are ended; what they have changed by then stays.

    Examples
    --------
    >>> net = nn.Linear(1, 2)
    >>> _ = nn.init.zeros_(net.bias)
    >>> batch = torch.zeros(1, 1), torch.tensor([1])
    >>> (train_async(net, [[batch], [batch]], lr=1.0), net.bias[1].item() > 0.4)[1]
    True
    """

    def worker(batches: Sequence[Batch]) -> None:
        for X, y in batches:
            model.zero_grad()
            cross_entropy(model(X), y).backward()  # type: ignore[no-untyped-call]
            with torch.no_grad():
                for parameter in model.parameters():
                    if parameter.grad is not None:
                        parameter.sub_(lr * parameter.grad)

    model.zero_grad()
    model.share_memory()
    running: dict[Any, Any] = {}
    end = time.monotonic() + timeout
    try:
        for batches in shards:
            connection, process = _begun(worker, batches)
            running[connection] = process
        while running:
            ready = wait(list(running), max(0.0, end - time.monotonic()))
            if not ready:
                raise RuntimeError(f"{len(running)} processes were not done in time")
            for connection in ready:
                _, error = _said(connection)
                if error:
                    raise RuntimeError(error)
                running.pop(connection).join()
    finally:
        for process in running.values():
            process.kill()
            process.join()


class SplitNet(nn.Module):
    """A network in two parts, each on a device of its own.

    Parameters
    ----------
    first, second : modules; the second takes what the first gives. They are used
        themselves, moved to their devices, and both are trained.
    devices : of the first and of the second part.

    ``forward(X)`` takes `X` on any device, and returns the second part's output on the
    second device.

    Examples
    --------
    >>> net = SplitNet(nn.Linear(3, 4), nn.Linear(4, 2), devices=["cpu", "meta"])
    >>> [(value.device.type, tuple(value.shape)) for value in net.parameters()][1:3]
    [('cpu', (4,)), ('meta', (2, 4))]
    >>> net(torch.zeros(5, 3)).device
    device(type='meta')
    """

    def __init__(
        self, first: nn.Module, second: nn.Module, devices: Sequence[str | torch.device] = ("cpu", "cpu")
    ) -> None:
        super().__init__()
        self._devices = [torch.device(device) for device in devices]
        self.first = first.to(self._devices[0])
        self.second = second.to(self._devices[1])

    def forward(self, X: Tensor) -> Tensor:
        hidden: Tensor = self.first(X.to(self._devices[0]))
        output: Tensor = self.second(hidden.to(self._devices[1]))
        return output


def compare_ways(
    first: nn.Module, second: nn.Module, shards: Sequence[Sequence[Batch]], lr: float, backend: str = "gloo"
) -> dict[str, dict[str, float]]:
    """Train the same network in four ways, and measure each.

    Parameters
    ----------
    first, second : its two parts, without buffers; they are left as they are.
    shards, lr, backend : as in `train_sync`.

    Returns
    -------
    For each way ``{"seconds": …, "loss": …}``: how long the training took, with the
    start of processes, if it needs any, and the mean cross-entropy over all rows
    afterwards. The ways, each beginning with the given parameters:

    - "one process" : in each step all processes' batches as one;
    - "split" : the same by a `SplitNet`, both of whose parts are on the CPU;
    - "synchronous" : by `train_sync`;
    - "asynchronous" : by `train_async`.

    Examples
    --------
    >>> batch = torch.ones(2, 1), torch.tensor([1, 0])
    >>> ways = compare_ways(nn.Linear(1, 3), nn.Linear(3, 2), [[batch], [batch]], 0.1)
    >>> sorted(ways)
    ['asynchronous', 'one process', 'split', 'synchronous']
    """

    def joined(batches: Iterable[Batch]) -> Batch:
        parts = list(batches)
        return torch.cat([X for X, _ in parts]), torch.cat([y for _, y in parts])

    steps = [joined(batches) for batches in zip(*shards, strict=True)]
    rows = joined(batch for batches in shards for batch in batches)

    def by_steps(model: nn.Module) -> None:
        for step in steps:
            sync_step([model], [step], lr)

    ways: dict[str, tuple[type[nn.Module], Callable[[nn.Module], None]]] = {
        "one process": (nn.Sequential, by_steps),
        "split": (SplitNet, by_steps),
        "synchronous": (nn.Sequential, lambda model: train_sync(model, shards, lr, backend=backend)),
        "asynchronous": (nn.Sequential, lambda model: train_async(model, shards, lr)),
    }
    found = {}
    for name, (kind, train) in ways.items():
        model = kind(copy.deepcopy(first), copy.deepcopy(second))
        begin = time.perf_counter()
        train(model)
        seconds = time.perf_counter() - begin
        with torch.no_grad():
            found[name] = {"seconds": seconds, "loss": float(cross_entropy(model(rows[0]), rows[1]))}
    return found
