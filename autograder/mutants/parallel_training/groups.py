"""Training on several devices, a group of processes (tf2.19.10): wrong answers, and right ones."""

import contextlib
import multiprocessing
import os
import pickle
import shutil
import tempfile
import threading
import time
from datetime import timedelta

import torch
import torch.distributed as dist
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant
from solutions.parallel_training.groups import start

FORK = multiprocessing.get_context("fork")

# ---------------------------------------------------------------- a group is started


def _rank(worker, rank, n, folder, timeout, backend, say):
    torch.set_num_threads(1)
    where = f"file://{folder}/meeting"
    dist.init_process_group(
        backend, init_method=where, rank=rank, world_size=n, timeout=timedelta(seconds=max(1, timeout))
    )
    say(worker(rank))
    dist.barrier()
    dist.destroy_process_group()


def _by_files(worker, n_processes, timeout, backend, wait):
    """Results in files; `wait` is handed the processes."""
    folder = tempfile.mkdtemp()

    def run(rank):
        def say(result):
            with open(f"{folder}/{rank}", "wb") as file:
                pickle.dump(result, file)

        with contextlib.redirect_stderr(None):
            _rank(worker, rank, n_processes, folder, timeout, backend, say)

    made = [FORK.Process(target=run, args=(rank,)) for rank in range(n_processes)]
    try:
        for process in made:
            process.start()
        wait(made)
        found = []
        for rank in range(n_processes):
            if not os.path.exists(f"{folder}/{rank}"):
                found.append(None)
                continue
            with open(f"{folder}/{rank}", "rb") as file:
                found.append(pickle.load(file))  # noqa: S301
        return found
    finally:
        shutil.rmtree(folder, True)


def _ends(made):
    for process in made:
        process.kill()
        process.join()


@mutant("tf2.19.10", replaces="start", fails="test_a_dead_rank_is_noticed")
def waits_for_all(worker, n_processes, timeout=30.0, backend="gloo"):
    """You wait for one rank after the other until the time is up: the first may wait for one that has died."""

    def wait(made):
        end = time.monotonic() + timeout
        for process in made:
            process.join(max(0.0, end - time.monotonic()))
        late = [process for process in made if process.exitcode is None]
        _ends(late)
        if late or any(process.exitcode for process in made):
            time.sleep(max(0.0, min(end - time.monotonic(), 13)))
            raise RuntimeError("a rank has failed")

    return _by_files(worker, n_processes, timeout, backend, wait)


@mutant("tf2.19.10", replaces="start", fails="test_a_dead_rank_is_noticed")
def silence_is_success(worker, n_processes, timeout=30.0, backend="gloo"):
    """A rank that has ended without a result has failed, whatever its exit code is."""

    def wait(made):
        for process in made:
            process.join(timeout)
        _ends(made)

    return _by_files(worker, n_processes, timeout, backend, wait)


@mutant("tf2.19.10", replaces="start", fails="test_a_dead_rank_is_noticed")
def another_error(worker, n_processes, timeout=30.0, backend="gloo"):
    """A `RuntimeError` is asked for, whatever has happened to a rank."""
    try:
        return start(worker, n_processes, timeout, backend)
    except RuntimeError as error:
        raise ValueError(str(error)) from None


@mutant("tf2.19.10", replaces="start", fails="test_a_rank_that_hangs_is_ended")
def only_asks(worker, n_processes, timeout=30.0, backend="gloo"):
    """A process can ignore that it is asked to end (`terminate`): kill it."""

    def wait(made):
        end = time.monotonic() + timeout
        while time.monotonic() < end and any(process.exitcode is None for process in made):
            if any(process.exitcode for process in made):
                break
            time.sleep(0.02)
        if any(process.exitcode != 0 for process in made):
            for process in made:
                process.terminate()
            raise RuntimeError("a rank has failed")

    found = _by_files(worker, n_processes, timeout, backend, wait)
    if None in found:
        raise RuntimeError("a rank has said nothing")
    return found


@mutant("tf2.19.10", replaces="start", fails="test_a_group_is_started")
def in_reverse(worker, n_processes, timeout=30.0, backend="gloo"):
    """The results come in the order of ranks."""
    return start(worker, n_processes, timeout, backend)[::-1]


@mutant("tf2.19.10", replaces="start", fails="test_a_group_is_started")
def groups_of_one(worker, n_processes, timeout=30.0, backend="gloo"):
    """All processes belong to one group: `world_size` is their number."""
    return [start(lambda _, rank=rank: worker(rank), 1, timeout, backend)[0] for rank in range(n_processes)]


@mutant("tf2.19.10", replaces="start", fails="test_ranks_say_a_lot")
def joins_before_it_reads(worker, n_processes, timeout=30.0, backend="gloo"):
    """You wait for a rank's end before you read what it has to say: it waits for you to read, since a pipe holds
    little."""
    folder = tempfile.mkdtemp()
    pipes = [FORK.Pipe(duplex=False) for _ in range(n_processes)]

    def run(rank):
        with contextlib.redirect_stderr(None):
            _rank(worker, rank, n_processes, folder, timeout, backend, pipes[rank][1].send)

    made = [FORK.Process(target=run, args=(rank,)) for rank in range(n_processes)]
    try:
        for process in made:
            process.start()
        end = time.monotonic() + min(timeout, 5)
        while time.monotonic() < end and any(process.exitcode is None for process in made):
            if any(process.exitcode for process in made):
                break
            time.sleep(0.02)
        if any(process.exitcode != 0 for process in made) or not all(receiver.poll() for receiver, _ in pipes):
            raise RuntimeError("a rank has failed")
        return [receiver.recv() for receiver, _ in pipes]
    finally:
        _ends(made)
        shutil.rmtree(folder, True)


@alternative("tf2.19.10", replaces="start")
def by_looking(worker, n_processes, timeout=30.0, backend="gloo"):
    """Results in files, and a look at all exit codes again and again."""

    def wait(made):
        end = time.monotonic() + timeout
        while time.monotonic() < end and any(process.exitcode is None for process in made):
            if any(process.exitcode for process in made):
                break
            time.sleep(0.02)
        failed = [rank for rank, process in enumerate(made) if process.exitcode != 0]
        _ends(made)
        if failed:
            raise RuntimeError(f"ranks {failed}")

    # Whoever vanishes with an exit code of 0 leaves its neighbour waiting: gloo tells it, files do not.
    done = threading.Event()

    def worker_(rank):
        result = worker(rank)
        done.set()
        return [result]

    def run(rank):
        try:
            return worker_(rank)
        finally:
            if not done.is_set():
                os._exit(1)

    found = _by_files(run, n_processes, min(timeout, 15.0), backend, wait)
    if None in found:
        raise RuntimeError("a rank has said nothing")
    return [one for (one,) in found]


# ---------------------------------------------------------------- what each rank does


def _ranks(model, batches, lr, *, first=True, weigh="rows", losses="all", total="each step"):
    if first:
        for value in model.parameters():
            dist.broadcast(value.data, 0)
    found, n_rows = [], None
    for X, y in batches:
        if n_rows is None or total == "each step":
            n_rows = torch.tensor(float(len(y)))
            dist.all_reduce(n_rows)
        model.zero_grad()
        loss = cross_entropy(model(X), y)
        loss.backward()
        share = {"rows": len(y) / float(n_rows), "ranks": 1 / dist.get_world_size(), "none": 1.0}[weigh]
        said = loss.detach() * (share if losses == "all" else 1.0)
        if losses == "all":
            dist.all_reduce(said)
        found.append(said.item())
        with torch.no_grad():
            for value in model.parameters():
                gradient = value.grad * share
                dist.all_reduce(gradient)
                value -= lr * gradient
    return found


@mutant("tf2.19.10", replaces="train_rank", fails="test_ranks_begin_with_those_of_rank_0")
def no_broadcast(model, batches, lr):
    """Each rank begins with numbers of its own: averaged gradients of different networks mean nothing."""
    return _ranks(model, batches, lr, first=False)


@mutant("tf2.19.10", replaces="train_rank", fails="test_ranks_begin_with_those_of_rank_0")
def sums_of_gradients(model, batches, lr):
    """`all_reduce` adds up: you have to divide."""
    return _ranks(model, batches, lr, weigh="none")


@mutant("tf2.19.10", replaces="train_rank", fails="test_ranks_with_unequal_batches")
def mean_over_ranks(model, batches, lr):
    """The mean over ranks gives a row in a small batch more weight: each row counts the same."""
    return _ranks(model, batches, lr, weigh="ranks")


@mutant("tf2.19.10", replaces="train_rank", fails="test_ranks_with_unequal_batches")
def counts_rows_once(model, batches, lr):
    """How many rows there are changes from step to step: ask in each."""
    return _ranks(model, batches, lr, total="once")


@mutant("tf2.19.10", replaces="train_rank", fails="test_ranks_begin_with_those_of_rank_0")
def never_talks(model, batches, lr):
    """Each rank trains by itself: the gradients have to be averaged over all ranks."""
    found = []
    for X, y in batches:
        model.zero_grad()
        loss = cross_entropy(model(X), y)
        loss.backward()
        found.append(loss.item())
        with torch.no_grad():
            for value in model.parameters():
                value -= lr * value.grad
    return found


@mutant("tf2.19.10", replaces="train_rank", fails="test_losses_of_all_ranks")
def its_own_losses(model, batches, lr):
    """The loss of this rank's rows is not that of all rows: reduce it as well."""
    return _ranks(model, batches, lr, losses="own")


@alternative("tf2.19.10", replaces="train_rank")
def by_the_library(model, batches, lr):
    """With `DistributedDataParallel`, and a loss that is scaled by the rows."""
    import torch._dynamo  # else each rank imports it by itself, at its first call
    from torch.nn.parallel import DistributedDataParallel

    wrapped, found = DistributedDataParallel(model), []
    optimizer = torch.optim.SGD(wrapped.parameters(), lr=lr)
    for X, y in batches:
        numbers = torch.tensor([float(len(y)), 0.0])
        dist.all_reduce(numbers)
        optimizer.zero_grad()
        loss = cross_entropy(wrapped(X), y, reduction="sum") / numbers[0]
        (loss * dist.get_world_size()).backward()
        optimizer.step()
        total = loss.detach().clone()
        dist.all_reduce(total)
        found.append(total)
    return found


@alternative("tf2.19.10", replaces="train_rank")
def as_one_vector(model, batches, lr):
    """All gradients, rows and losses in one message, gathered."""
    from torch.nn.utils import parameters_to_vector, vector_to_parameters

    flat = parameters_to_vector(model.parameters()).detach().clone()
    dist.broadcast(flat, src=0)
    vector_to_parameters(flat, model.parameters())
    found = []
    for X, y in batches:
        loss = cross_entropy(model(X), y, reduction="sum")
        gradients = parameters_to_vector(torch.autograd.grad(loss, list(model.parameters())))
        mine = torch.cat([gradients, loss.detach().reshape(1), torch.tensor([float(len(y))])])
        parts = [torch.zeros_like(mine) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, mine)
        total = torch.stack(parts).sum(0)
        flat = flat - lr * total[:-2] / total[-1]
        vector_to_parameters(flat.clone(), model.parameters())
        found.append(float(total[-2] / total[-1]))
    return tuple(found)
