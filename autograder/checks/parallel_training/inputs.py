"""What the checks of training on several devices share."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from autograder.testing.closed import chosen


def all_chosen(answer: Any, right: Mapping[str, str], options: Iterable[str]) -> None:
    """Assert that a word has been chosen for each case, and the right one."""
    options = list(options)
    assert isinstance(answer, dict) and answer.keys() == right.keys(), "the cases are others"
    for key, word in right.items():
        chosen(answer[key], options, right=[word])


def bent_rule(rng, *sizes):
    """Points in six dimensions and their labels, which no plane separates: X, y, X, y, … of so many each, (n, 6)
    float32, 0 or 1. The two directions that decide are drawn anew."""
    directions = np.linalg.qr(rng.normal(size=(6, 6)))[0][:, :2]
    parts = []
    for size in sizes:
        X = rng.normal(size=(size, 6)).astype(np.float32)
        y = ((X @ directions)[:, 0] > 0) ^ ((X @ directions)[:, 1] > 0)
        parts += [X, y.astype(np.int64)]
    return parts


def some_batches(rng, sizes, n_features=4, n_classes=3):
    """Batches of such sizes, whose rows differ much from batch to batch."""
    return [
        (
            torch.tensor(rng.normal(number, 1 + number, (size, n_features)), dtype=torch.float32),
            torch.tensor(rng.integers(0, n_classes, size)),
        )
        for number, size in enumerate(sizes)
    ]


def nets_of(student, rng, n, how="linear"):
    """Modules in the student's process, and ours with the same numbers, float64."""
    handles = student.probe_(small_nets)(n, int(rng.integers(1000)), how)
    ours = []
    for handle in handles:
        net = small_nets(1, 0, how)[0]
        loaded(net, student.probe_(numbers_of)(handle))
        ours.append(net.double())
    return handles, ours


def loaded(net, numbers):
    """Give a module of ours what `numbers_of` says."""
    for value, found in zip(net.state_dict().values(), numbers, strict=True):
        value.copy_(torch.as_tensor(np.asarray(found)).reshape(value.shape))


def numbers(net):
    return np.concatenate([np.atleast_1d(np.asarray(one)) for one in numbers_of(net)])


def theirs(student, handle):
    return np.concatenate([np.atleast_1d(np.asarray(one)) for one in student.probe_(numbers_of)(handle)])


def big_step(net, batches, lr):
    """One step of one module on all rows as one batch; the loss before it."""
    X, y = torch.cat([X for X, _ in batches]).double(), torch.cat([y for _, y in batches])
    loss = cross_entropy(net(X), y)
    net.zero_grad()
    loss.backward()
    with torch.no_grad():
        for value in net.parameters():
            value -= lr * value.grad
    return loss.item()


# ---------------------------------------------------------------- probes: run in the student's process, hold no secret


def small_nets(n, seed, how="linear"):
    """Probe: modules of one architecture for four features and three classes, each with numbers of its own."""
    import torch
    from torch import nn

    torch.manual_seed(seed)

    def one():
        layers = [nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)]
        if how == "norm":
            layers.insert(1, nn.BatchNorm1d(5))
        return nn.Sequential(*layers)

    return [one() for _ in range(n)]


def numbers_of(model):
    """Probe: parameters and buffers of a module, each as a flat array."""
    return [value.detach().cpu().double().flatten().numpy() for value in model.state_dict().values()]


def with_optimisers():
    """Probe: import what an optimiser imports when it is made: once here in place of once in each process, which on a
    busy machine takes as long as a process may."""
    import torch._dynamo  # noqa: F401


class Children:
    """Probe: the processes that this one has started since this object was made, without the one by which Python keeps
    track of shared memory, which stays."""

    def __init__(self):
        self.before = self._there()

    def _there(self):
        import os
        from multiprocessing import resource_tracker
        from pathlib import Path

        found, tracker = set(), str(resource_tracker._resource_tracker._pid)
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                state, parent = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if int(parent) == os.getpid() and state != "Z" and entry.name != tracker:
                found.add(entry.name)
        return found

    def left(self):
        """How many are there still, a moment later."""
        import time

        for _ in range(20):
            if self._there() <= self.before:
                return 0
            time.sleep(0.1)
        return len(self._there() - self.before)


def grouped(train_rank, nets, parts, lr, backend, seconds=40.0):
    """Probe: runs `train_rank` in a group of forked processes, each with a module and batches of its own; returns for
    each its losses and its numbers afterwards. By ways of the course's own, whatever else has been written."""
    import copy
    import multiprocessing
    import pickle
    import shutil
    import tempfile
    from datetime import timedelta

    import torch
    import torch._dynamo  # which DistributedDataParallel imports: once here in place of once in each process
    import torch.distributed as dist

    def work(rank, sender):
        torch.set_num_threads(1)
        where, patience = f"file://{folder}/group", timedelta(seconds=seconds)
        dist.init_process_group(backend, init_method=where, rank=rank, world_size=len(nets), timeout=patience)
        try:
            losses = [float(one) for one in train_rank(nets[rank], parts[rank], lr)]
            found = losses, [value.detach().double().flatten().numpy() for value in nets[rank].state_dict().values()]
        except Exception as error:
            found = f"{type(error).__name__} in a rank"
        sender.send_bytes(pickle.dumps(found))
        if isinstance(found, str):
            return
        dist.barrier()
        dist.destroy_process_group()

    try:
        train_rank(copy.deepcopy(nets[0]), [], lr)
    except NotImplementedError:  # not begun, which has to be said here
        raise
    except Exception:
        pass  # there is no group in this process
    folder, context = tempfile.mkdtemp(), multiprocessing.get_context("fork")
    pipes = [context.Pipe(duplex=False) for _ in nets]
    made = [context.Process(target=work, args=(rank, pipes[rank][1])) for rank in range(len(nets))]
    try:
        for process in made:
            process.start()
        found = []
        for receiver, _ in pipes:
            found.append(pickle.loads(receiver.recv_bytes()) if receiver.poll(seconds) else "late")  # noqa: S301
            if isinstance(found[-1], str):
                break
        for process in made if not isinstance(found[-1], str) else []:
            process.join(5)
        return found
    finally:
        for process in made:
            process.kill()
            process.join()
        shutil.rmtree(folder, True)
