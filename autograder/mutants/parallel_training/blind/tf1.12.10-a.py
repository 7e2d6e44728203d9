# %% right
# Intent: synchronous: start and train_rank, on a copy in each child, rank 0 hands back its numbers. Asynchronous: forked
# processes that change shared parameters, each says "done" by a pipe. Then plain loops for the comparison.
# (Uses `start` and `train_rank` of the exercise before, as the statement allows.)
import copy
import multiprocessing
import os
import sys
import time
from multiprocessing.connection import wait

import torch
from torch import nn
from torch.nn.functional import cross_entropy


def train_sync(model, shards, lr, timeout=30.0, backend="gloo"):
    def work(rank):
        mine = copy.deepcopy(model)  # the caller's may be in shared memory
        train_rank(mine, shards[rank], lr)
        if rank > 0:
            return None
        return [p.detach().clone() for p in mine.parameters()]

    numbers = start(work, len(shards), timeout, backend)[0]
    with torch.no_grad():
        for p, new in zip(model.parameters(), numbers):
            p.copy_(new)


def _sgd_step(model, X, y, lr):
    trained = [p for p in model.parameters() if p.requires_grad]
    loss = cross_entropy(model(X), y)
    gradients = torch.autograd.grad(loss, trained, allow_unused=True)
    with torch.no_grad():
        for p, g in zip(trained, gradients):
            if g is not None:
                p.sub_(lr * g.to(p.device))


def _async_child(model, batches, lr, pipe):
    torch.set_num_threads(1)
    try:
        for X, y in batches:
            _sgd_step(model, X, y, lr)
        message = b"done"
    except BaseException as error:
        message = f"{type(error).__name__}: {error}".encode()
    try:
        pipe.send_bytes(message)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)


def train_async(model, shards, lr, timeout=30.0):
    deadline = time.monotonic() + timeout
    for p in model.parameters():
        p.share_memory_()
    context = multiprocessing.get_context("fork")
    processes, pipes = [], []
    try:
        for batches in shards:
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_async_child, args=(model, batches, lr, there))
            process.start()
            there.close()
            processes.append(process)
            pipes.append(here)
        working = list(pipes)
        while working:
            ready = wait(working, max(0.0, deadline - time.monotonic()))
            if not ready:
                raise RuntimeError(f"not done within {timeout} seconds")
            for pipe in ready:
                try:
                    message = pipe.recv_bytes()
                except (EOFError, OSError):
                    raise RuntimeError("a process has ended before it was done") from None
                if message != b"done":
                    raise RuntimeError(message.decode())
                working.remove(pipe)
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        for pipe in pipes:
            pipe.close()


class SplitNet(nn.Module):
    def __init__(self, first, second, devices=("cpu", "cpu")):
        super().__init__()
        self.place_1 = torch.device(devices[0])
        self.place_2 = torch.device(devices[1])
        self.first = first.to(self.place_1)
        self.second = second.to(self.place_2)

    def forward(self, X):
        between = self.first(X.to(self.place_1))
        return self.second(between.to(self.place_2))


def compare_ways(first, second, shards, lr, backend="gloo"):
    steps = []
    for parts in zip(*shards):
        steps.append((torch.cat([X for X, _ in parts]), torch.cat([y for _, y in parts])))

    def whole(net):
        for X, y in steps:
            _sgd_step(net, X, y, lr)

    def fresh(kind):
        one, two = copy.deepcopy((first, second))
        return kind(one, two)

    ways = {
        "one process": (fresh(nn.Sequential), whole),
        "split": (fresh(SplitNet), whole),
        "synchronous": (fresh(nn.Sequential), lambda net: train_sync(net, shards, lr, backend=backend)),
        "asynchronous": (fresh(nn.Sequential), lambda net: train_async(net, shards, lr)),
    }
    result = {}
    for name, (net, training) in ways.items():
        begin = time.perf_counter()
        training(net)
        seconds = time.perf_counter() - begin
        total, n_rows = 0.0, 0
        with torch.no_grad():
            for X, y in steps:
                total += cross_entropy(net(X), y, reduction="sum").item()
                n_rows += len(y)
        result[name] = {"seconds": seconds, "loss": total / n_rows}
    return result

# %% wrong: train_sync
# Misconception: after a fork the children train the caller's module itself; one only has to wait until they are done.
def train_sync(model, shards, lr, timeout=30.0, backend="gloo"):
    start(lambda rank: len(train_rank(model, shards[rank], lr)), len(shards), timeout, backend)

# %% wrong: train_async
# Misconception: a process has failed only if its exit code is not zero, and one notices that soon enough by joining one
# after the other (what has not ended by then is ended, without a word).
def _plain_child(model, batches, lr):
    torch.set_num_threads(1)
    for X, y in batches:
        _sgd_step(model, X, y, lr)


def train_async(model, shards, lr, timeout=30.0):
    model.share_memory()
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_plain_child, args=(model, batches, lr)) for batches in shards]
    deadline = time.monotonic() + timeout
    for process in processes:
        process.start()
    failed = False
    for process in processes:
        process.join(max(0.0, deadline - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
        elif process.exitcode != 0:
            failed = True
    if failed:
        raise RuntimeError("a process has failed")

# %% wrong: SplitNet, compare_ways
# Misconception: each part is a stage of its own, so what goes from one to the other is plain numbers (detached); and
# each way may go on with the network as the way before has left it, since training is training.
class SplitNet(nn.Module):
    def __init__(self, first, second, devices=("cpu", "cpu")):
        super().__init__()
        self.places = [torch.device(device) for device in devices]
        self.first = first.to(self.places[0])
        self.second = second.to(self.places[1])

    def forward(self, X):
        between = self.first(X.to(self.places[0])).detach()
        return self.second(between.to(self.places[1]))


def compare_ways(first, second, shards, lr, backend="gloo"):
    first, second = copy.deepcopy((first, second))
    net = nn.Sequential(first, second)
    split = SplitNet(first, second)
    steps = [tuple(torch.cat(values) for values in zip(*parts)) for parts in zip(*shards)]
    X, y = (torch.cat(values) for values in zip(*steps))

    def whole(module):
        for rows, labels in steps:
            _sgd_step(module, rows, labels, lr)

    result = {}
    for name, training in (
        ("one process", lambda: whole(net)),
        ("split", lambda: whole(split)),
        ("synchronous", lambda: train_sync(net, shards, lr, backend=backend)),
        ("asynchronous", lambda: train_async(net, shards, lr)),
    ):
        begin = time.perf_counter()
        training()
        seconds = time.perf_counter() - begin
        with torch.no_grad():
            result[name] = {"seconds": seconds, "loss": cross_entropy(net(X), y).item()}
    return result
