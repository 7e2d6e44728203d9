"""Training on several devices, with and without waiting, in two parts (tf1.12.10): wrong answers, and right ones."""

import contextlib
import copy
import multiprocessing
import os
import pickle
import threading
import time

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant
from solutions.parallel_training.groups import start, train_rank
from solutions.parallel_training.shared import SplitNet as Right
from solutions.parallel_training.shared import compare_ways, train_async, train_sync
from solutions.parallel_training.synchronous import sync_step

FORK = multiprocessing.get_context("fork")

# ---------------------------------------------------------------- waiting


@mutant("tf1.12.10", replaces="train_sync", fails="test_synchronous_as_one_process")
def trains_copies(model, shards, lr, timeout=30.0, backend="gloo"):
    """The children have trained copies: the caller's module has to get the result."""
    start(lambda rank: train_rank(model, shards[rank], lr), len(shards), timeout, backend)


@mutant("tf1.12.10", replaces="train_sync", fails="test_synchronous_as_one_process")
def one_shard_alone(model, shards, lr, timeout=30.0, backend="gloo"):
    """You train on the first process's rows alone."""
    train_sync(model, shards[:1], lr, timeout, backend)


@mutant("tf1.12.10", replaces="train_sync", fails="test_synchronous_as_one_process")
def averages_in_the_end(model, shards, lr, timeout=30.0, backend="gloo"):
    """Each trains by itself, and you average the networks at the end: average the gradients, in each step."""
    ends = []
    for batches in shards:
        ends.append(copy.deepcopy(model))
        for batch in batches:
            sync_step([ends[-1]], [batch], lr)
    with torch.no_grad():
        for value, *others in zip(model.parameters(), *(one.parameters() for one in ends), strict=True):
            value.copy_(torch.stack(others).mean(0))


@mutant("tf1.12.10", replaces="train_sync", fails="test_synchronous_as_one_process")
def in_one_process(model, shards, lr, timeout=30.0, backend="gloo"):
    """You take the steps in your own process, one shard after the other: each shard has a process of its own."""
    for step in zip(*shards, strict=True):
        replicas = [copy.deepcopy(model) for _ in step]
        sync_step(replicas, step, lr)
        model.load_state_dict(replicas[0].state_dict())


@mutant("tf1.12.10", replaces="train_sync", fails="test_failures_are_noticed")
def half_trained(model, shards, lr, timeout=30.0, backend="gloo"):
    """If a process dies, the module is half trained: it is to be left as it was. Let copies be trained."""
    model.share_memory()
    begin = copy.deepcopy(model)

    def worker(rank):
        train_rank(copy.deepcopy(begin) if rank else model, shards[rank], lr)

    start(worker, len(shards), timeout, backend)


@mutant("tf1.12.10", replaces="train_sync", fails="test_failures_are_noticed")
def hides_failures(model, shards, lr, timeout=30.0, backend="gloo"):
    """If a process fails, whoever called has to hear of it."""
    with contextlib.suppress(RuntimeError):
        train_sync(model, shards, lr, timeout, backend)


# ---------------------------------------------------------------- not waiting


def _train(model, batches, lr):
    torch.set_num_threads(1)
    for X, y in batches:
        model.zero_grad()
        cross_entropy(model(X), y).backward()
        with torch.no_grad():
            for value in model.parameters():
                if value.grad is not None:
                    value -= lr * value.grad


def _forked(jobs, timeout):
    """Run functions in children; RuntimeError if one fails or is late."""
    made = [FORK.Process(target=_quietly, args=(job,)) for job in jobs]
    end = time.monotonic() + timeout
    try:
        for process in made:
            process.start()
        while any(process.exitcode is None for process in made) and time.monotonic() < end:
            if any(process.exitcode for process in made):
                break
            time.sleep(0.01)
        if any(process.exitcode != 0 for process in made):
            raise RuntimeError("a process has failed")
    finally:
        for process in made:
            process.kill()
            process.join()


def _quietly(job):
    try:
        job()
    except BaseException:
        os._exit(1)


@mutant("tf1.12.10", replaces="train_async", fails="test_all_change_the_same_parameters")
def without_shared_memory(model, shards, lr, timeout=30.0):
    """Each child trains a copy of its own, which goes when it ends: the parameters have to be in shared memory."""
    _forked([lambda batches=batches: _train(model, batches, lr) for batches in shards], timeout)


@mutant("tf1.12.10", replaces="train_async", fails="test_all_change_the_same_parameters")
def writes_back_copies(model, shards, lr, timeout=30.0):
    """Each trains a copy and writes it back in the end: the last one wins, and the others' work is lost."""
    model.share_memory()

    def job(batches):
        own = copy.deepcopy(model)
        _train(own, batches, lr)
        with torch.no_grad():
            for value, new in zip(model.parameters(), own.parameters(), strict=True):
                value.copy_(new)

    _forked([lambda batches=batches: job(batches) for batches in shards], timeout)


@mutant("tf1.12.10", replaces="train_async", fails="test_all_change_the_same_parameters")
def in_threads(model, shards, lr, timeout=30.0):
    """Threads are no processes, and share gradients, too: take processes."""
    lock = threading.Lock()

    def job(batches):
        for batch in batches:
            with lock:
                _train(model, [batch], lr)

    made = [threading.Thread(target=job, args=(batches,)) for batches in shards]
    for thread in made:
        thread.start()
    for thread in made:
        thread.join()


@mutant("tf1.12.10", replaces="train_async", fails="test_all_change_the_same_parameters")
def one_process_for_all(model, shards, lr, timeout=30.0):
    """One process trains on all shards, one after the other: each shard has its own."""
    model.share_memory()
    _forked([lambda: [_train(model, batches, lr) for batches in shards]], timeout)


@mutant("tf1.12.10", replaces="train_async", fails="test_nobody_waits")
def a_lock_for_each_step(model, shards, lr, timeout=30.0):
    """A lock around a whole step makes everybody wait for everybody."""
    model.share_memory()
    lock = FORK.Lock()

    def job(batches):
        for batch in batches:
            with lock:
                _train(model, [batch], lr)
            time.sleep(0.02)

    _forked([lambda batches=batches: job(batches) for batches in shards], timeout)


@mutant("tf1.12.10", replaces="train_async", fails="test_nobody_waits")
def with_a_barrier(model, shards, lr, timeout=30.0):
    """You wait for the others after each batch: that is synchronous."""
    model.share_memory()
    barrier, most = FORK.Barrier(len(shards)), min(map(len, shards))

    def job(batches):
        for number, batch in enumerate(batches):
            _train(model, [batch], lr)
            if number < most:
                barrier.wait(timeout)

    _forked([lambda batches=batches: job(batches) for batches in shards], timeout)


@mutant("tf1.12.10", replaces="train_async", fails="test_steps_of_one_worker")
def piles_up_in_shared_memory(model, shards, lr, timeout=30.0):
    """Gradients of the batches before are in the sum still: set them to zero."""
    model.share_memory()

    def job(batches):
        for X, y in batches:
            cross_entropy(model(X), y).backward()
            with torch.no_grad():
                for value in model.parameters():
                    value -= lr * value.grad

    _forked([lambda batches=batches: job(batches) for batches in shards], timeout)


@mutant("tf1.12.10", replaces="train_async", fails="test_failures_are_noticed")
def nobody_asks(model, shards, lr, timeout=30.0):
    """A process that has died is no success: look at how each of them has ended."""
    with contextlib.suppress(RuntimeError):
        train_async(model, shards, lr, timeout)


# ---------------------------------------------------------------- in two parts


@mutant("tf1.12.10", replaces="SplitNet", fails="test_split_over_two_devices")
class LeftWhereTheyWere(Right):
    """The parts have to be moved to their devices when the network is made."""

    def __init__(self, first, second, devices=("cpu", "cpu")):
        nn.Module.__init__(self)
        self.first, self.second, self._devices = first, second, [torch.device(one) for one in devices]


@mutant("tf1.12.10", replaces="SplitNet", fails="test_split_over_two_devices")
class NothingInBetween(Right):
    """What the first part gives has to be moved to the second part's device."""

    def forward(self, X):
        return self.second(self.first(X.to(self._devices[0])))


@mutant("tf1.12.10", replaces="SplitNet", fails="test_split_computes_the_same")
class CutOff(Right):
    """A detached tensor has no gradients: the first part is not trained. `.to` alone lets them through."""

    def forward(self, X):
        return self.second(self.first(X.to(self._devices[0])).detach().to(self._devices[1]))


@mutant("tf1.12.10", replaces="SplitNet", fails="test_split_computes_the_same")
class InAList(nn.Module):
    """Parts in a plain list are no modules of yours: no optimiser sees their parameters."""

    def __init__(self, first, second, devices=("cpu", "cpu")):
        super().__init__()
        self.inner = [Right(first, second, devices)]

    def forward(self, X):
        return self.inner[0](X)


# ---------------------------------------------------------------- side by side


@mutant("tf1.12.10", replaces="compare_ways", fails="test_ways_are_compared")
def goes_on_with_the_last(first, second, shards, lr, backend="gloo"):
    """Each way begins with the given parameters: you go on with what another way has trained."""
    found = compare_ways(first, second, shards, lr, backend)
    train_async(nn.Sequential(first, second), shards, lr)
    return found


@mutant("tf1.12.10", replaces="compare_ways", fails="test_ways_are_compared")
def loss_before(first, second, shards, lr, backend="gloo"):
    """The loss after the training is asked for, over all rows."""
    found = compare_ways(first, second, shards, 0.0, backend)
    return {name: {**one, "loss": one["loss"]} for name, one in found.items()}


@mutant("tf1.12.10", replaces="compare_ways", fails="test_ways_are_compared")
def one_shard_in_one_process(first, second, shards, lr, backend="gloo"):
    """One process gets the rows of all shards, too: else it is not the same training."""
    found = compare_ways(first, second, shards, lr, backend)
    return {**found, "one process": compare_ways(first, second, shards[:1], lr, backend)["one process"]}


# ---------------------------------------------------------------- right answers


@alternative("tf1.12.10", replaces="train_sync")
def through_shared_memory(model, shards, lr, timeout=30.0, backend="gloo"):
    """Rank 0 writes what it has trained into memory that is shared with the caller."""
    result = copy.deepcopy(model).share_memory()

    def worker(rank):
        train_rank(model, shards[rank], lr)
        if rank == 0:
            result.load_state_dict(model.state_dict())

    start(worker, len(shards), timeout, backend)
    model.load_state_dict(result.state_dict())


@alternative("tf1.12.10", replaces="train_sync")
def whole_modules(model, shards, lr, timeout=30.0, backend="gloo"):
    """Rank 0 returns the whole module, pickled; with an optimiser in the place of `train_rank`."""

    def worker(rank):
        optimizer = torch.optim.SGD(model.parameters(), lr)
        for X, y in shards[rank]:
            loss, n_rows = cross_entropy(model(X), y, reduction="sum"), torch.tensor([len(y)])
            optimizer.zero_grad()
            loss.backward()
            dist.all_reduce(n_rows)
            for value in model.parameters():
                dist.all_reduce(value.grad)
                value.grad /= n_rows
            optimizer.step()
        return pickle.dumps(model) if rank == 0 else b""

    trained = pickle.loads(start(worker, len(shards), timeout, backend)[0])  # noqa: S301  # our own child's
    model.load_state_dict(trained.state_dict())


@alternative("tf1.12.10", replaces="train_async")
def with_optimizers(model, shards, lr, timeout=30.0):
    """An optimizer of its own in each child; the end is looked up again and again."""
    model.share_memory()

    def job(batches):
        torch.set_num_threads(1)
        optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        for X, y in batches:
            optimizer.zero_grad()
            cross_entropy(model(X), y).backward()
            optimizer.step()

    _forked([lambda batches=batches: job(batches) for batches in shards], timeout)


@alternative("tf1.12.10", replaces="train_async")
def on_a_shared_copy(model, shards, lr, timeout=30.0):
    """A copy is shared, with a lock around each update alone; in the end the caller's module takes it over."""
    shared, lock = copy.deepcopy(model).share_memory(), FORK.Lock()

    def job(batches):
        torch.set_num_threads(1)
        for X, y in batches:
            gradients = torch.autograd.grad(cross_entropy(shared(X), y), list(shared.parameters()))
            with lock, torch.no_grad():
                for value, gradient in zip(shared.parameters(), gradients, strict=True):
                    value.add_(gradient, alpha=-lr)

    _forked([lambda batches=batches: job(batches) for batches in shards], timeout)
    with torch.no_grad():
        for value, new in zip(model.parameters(), shared.parameters(), strict=True):
            value.copy_(new)


@alternative("tf1.12.10", replaces="SplitNet")
class ByHooks(nn.Sequential):
    """A sequence of two, whose hooks move what comes in."""

    def __init__(self, first, second, devices=("cpu", "cpu")):
        super().__init__(first.to(devices[0]), second.to(devices[1]))
        for part, device in zip(self, devices, strict=True):
            part.register_forward_pre_hook(lambda _, given, device=device: tuple(one.to(device) for one in given))
