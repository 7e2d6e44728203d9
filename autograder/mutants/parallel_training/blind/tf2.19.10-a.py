# %% right
# Intent: always sums over rows, never means: each part gives the gradients of its summed loss, these are added up and
# divided by the number of all rows. In `start`, one pipe per rank; a rank that is done stays until all are.
import copy
import multiprocessing
import os
import pickle
import sys
import tempfile
import time
from multiprocessing.connection import wait

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import cross_entropy


def broadcast(replicas):
    first = replicas[0]
    for replica in replicas[1:]:
        fresh = {}
        for source_part, part in zip(list(first.modules()), list(replica.modules())):
            for table in ("_parameters", "_buffers"):
                for name, source in getattr(source_part, table).items():
                    if source is None:
                        continue
                    target = getattr(part, table)[name]
                    numbers = source.detach().clone().to(target.device)
                    if target is not source:
                        target.data = numbers
                    elif table == "_parameters":  # one object in two modules
                        if id(source) not in fresh:
                            fresh[id(source)] = nn.Parameter(numbers, requires_grad=source.requires_grad)
                        getattr(part, table)[name] = fresh[id(source)]
                    else:
                        getattr(part, table)[name] = numbers


def _gradients(module, batch):
    """Sum of the losses over a batch's rows, and the gradients of that sum (None where there is none)."""
    X, y = batch
    loss = cross_entropy(module(X), y, reduction="sum")
    trained = [p for p in module.parameters() if p.requires_grad]
    return loss.item(), torch.autograd.grad(loss, trained, allow_unused=True)


def _all_gradients(modules, batches):
    """Mean loss over all rows of all batches, and the gradients of it."""
    n_rows, loss, total = 0, 0.0, None
    for module, batch in zip(modules, batches):
        part, gradients = _gradients(module, batch)
        loss += part
        n_rows += len(batch[1])
        if total is None:
            total = list(gradients)
        else:
            for i, g in enumerate(gradients):
                if g is not None:
                    total[i] = g if total[i] is None else total[i] + g.to(total[i].device)
    return loss / n_rows, [None if g is None else g / n_rows for g in total]


def _move(module, gradients, lr):
    trained = [p for p in module.parameters() if p.requires_grad]
    with torch.no_grad():
        for p, g in zip(trained, gradients):
            if g is not None:
                p -= lr * g.to(p.device)


def sync_step(replicas, batches, lr):
    loss, gradients = _all_gradients(replicas, batches)
    for replica in replicas:
        _move(replica, gradients, lr)
    with torch.no_grad():
        for replica in replicas[1:]:
            for source, target in zip(replicas[0].buffers(), replica.buffers()):
                target.copy_(source)
    return loss


def central_step(server, workers, batches, lr):
    with torch.no_grad():
        for worker in workers:
            for source, target in zip(server.parameters(), worker.parameters()):
                target.copy_(source)
    loss, gradients = _all_gradients(workers, batches)
    _move(server, gradients, lr)
    return loss


def _member(worker, rank, n_processes, backend, file, pipe):
    torch.set_num_threads(1)
    try:
        dist.init_process_group(backend, init_method=f"file://{file}", rank=rank, world_size=n_processes)
        message = pickle.dumps(("done", worker(rank)))
    except BaseException as error:
        message = pickle.dumps(("failed", f"{type(error).__name__}: {error}"))
    try:
        pipe.send_bytes(message)
        pipe.recv_bytes()  # until all are done
        if dist.is_initialized():
            dist.destroy_process_group()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)


def start(worker, n_processes, timeout=30.0, backend="gloo"):
    deadline = time.monotonic() + timeout
    context = multiprocessing.get_context("fork")
    processes, pipes, results = [], [], {}
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    try:
        file = os.path.join(folder.name, "group")
        for rank in range(n_processes):
            here, there = context.Pipe()
            process = context.Process(target=_member, args=(worker, rank, n_processes, backend, file, there))
            process.start()
            there.close()
            processes.append(process)
            pipes.append(here)
        while len(results) < n_processes:
            open_ranks = [rank for rank in range(n_processes) if rank not in results]
            ready = wait([pipes[rank] for rank in open_ranks], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise RuntimeError(f"ranks {open_ranks} were not done within {timeout} seconds")
            for rank in open_ranks:
                if pipes[rank] in ready:
                    try:
                        kind, value = pickle.loads(pipes[rank].recv_bytes())
                    except Exception as error:
                        raise RuntimeError(f"rank {rank} has ended without a result ({error!r})") from None
                    if kind != "done":
                        raise RuntimeError(f"rank {rank}: {value}")
                    results[rank] = value
        for pipe in pipes:
            try:
                pipe.send_bytes(b"all are done")
            except OSError:
                pass
        for process in processes:
            process.join(max(0.0, min(2.0, deadline - time.monotonic())))
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        for pipe in pipes:
            pipe.close()
        folder.cleanup()
    return [results[rank] for rank in range(n_processes)]


def train_rank(model, batches, lr):
    with torch.no_grad():
        for p in model.parameters():
            numbers = p.detach().clone(memory_format=torch.contiguous_format)
            dist.broadcast(numbers, src=0)
            p.copy_(numbers)
    losses = []
    for X, y in batches:
        loss, gradients = _gradients(model, (X, y))
        trained = [p for p in model.parameters() if p.requires_grad]
        counts = torch.tensor([loss, float(len(y))], dtype=torch.float64)
        dist.all_reduce(counts)
        n_rows = counts[1].item()
        shared = []
        for p, g in zip(trained, gradients):
            g = torch.zeros_like(p) if g is None else g
            g = g.clone(memory_format=torch.contiguous_format)
            dist.all_reduce(g)
            shared.append(g / n_rows)
        _move(model, shared, lr)
        losses.append(counts[0].item() / n_rows)
    return losses


def compare_strategies(model, batches, lr, n_steps=10):
    whole = torch.cat([X for X, _ in batches]), torch.cat([y for _, y in batches])
    single = copy.deepcopy(model)
    replicas = [copy.deepcopy(model) for _ in batches]
    server = copy.deepcopy(model)
    workers = [copy.deepcopy(model) for _ in batches]

    def one_device():
        X, y = whole
        loss = cross_entropy(single(X), y)
        trained = [p for p in single.parameters() if p.requires_grad]
        _move(single, torch.autograd.grad(loss, trained, allow_unused=True), lr)

    def per_step(step):
        step()
        begin = time.perf_counter()
        for _ in range(n_steps):
            step()
        return (time.perf_counter() - begin) / n_steps

    alone = per_step(one_device)
    mirrored = per_step(lambda: sync_step(replicas, batches, lr))
    central = per_step(lambda: central_step(server, workers, batches, lr))
    return {"one device": 1.0, "mirrored": mirrored / alone, "central": central / alone}

# %% wrong: sync_step, train_rank
# Misconception: averaging the replicas' mean gradients is the same as the gradient of the mean over all rows.
def sync_step(replicas, batches, lr):
    parts = []
    for replica, (X, y) in zip(replicas, batches):
        loss = cross_entropy(replica(X), y)
        parts.append((loss.item(), torch.autograd.grad(loss, list(replica.parameters()))))
    mean = [sum(gradients) / len(parts) for gradients in zip(*(g for _, g in parts))]
    with torch.no_grad():
        for replica in replicas:
            for p, g in zip(replica.parameters(), mean):
                p -= lr * g
        for replica in replicas[1:]:
            for source, target in zip(replicas[0].buffers(), replica.buffers()):
                target.copy_(source)
    return sum(loss for loss, _ in parts) / len(parts)


def train_rank(model, batches, lr):
    size = dist.get_world_size()
    for p in model.parameters():
        dist.broadcast(p.data, src=0)
    losses = []
    for X, y in batches:
        loss = cross_entropy(model(X), y)
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        value = loss.detach().clone()
        dist.all_reduce(value)
        losses.append(value.item() / size)
        with torch.no_grad():
            for p, g in zip(model.parameters(), gradients):
                g = g.contiguous()
                dist.all_reduce(g)
                p -= lr * g / size
    return losses

# %% wrong: broadcast, central_step
# Misconception: a network's numbers are its parameters (buffers are none); and after the server's update the workers
# have to have the new parameters, so one fetches at the end of the step, too.
def broadcast(replicas):
    with torch.no_grad():
        for replica in replicas[1:]:
            for source, target in zip(replicas[0].parameters(), replica.parameters()):
                target.copy_(source)


def central_step(server, workers, batches, lr):
    def fetch():
        with torch.no_grad():
            for worker in workers:
                for source, target in zip(server.parameters(), worker.parameters()):
                    target.copy_(source)

    fetch()
    loss, gradients = _all_gradients(workers, batches)
    _move(server, gradients, lr)
    fetch()
    return loss

# %% wrong: start
# Misconception: a rank that has failed just has no result; the caller reads one rank after the other, and a dead one
# gives None.
def start(worker, n_processes, timeout=30.0, backend="gloo"):
    context = multiprocessing.get_context("fork")
    deadline = time.monotonic() + timeout
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        members = []
        for rank in range(n_processes):
            here, there = context.Pipe()
            arguments = (worker, rank, n_processes, backend, os.path.join(folder, "group"), there)
            process = context.Process(target=_member, args=arguments)
            process.start()
            there.close()
            members.append((process, here))
        results = []
        for process, here in members:
            value = None
            try:
                if here.poll(max(0.0, deadline - time.monotonic())):
                    kind, value = pickle.loads(here.recv_bytes())
                    value = value if kind == "done" else None
            except (EOFError, OSError):
                pass
            results.append(value)
        for process, here in members:
            process.kill()
            process.join()
    return results

# %% wrong: compare_strategies
# Misconception: one device is one device with one device's batch (the others' rows are not its business), and the first
# step counts like any other.
def compare_strategies(model, batches, lr, n_steps=10):
    def seconds(step):
        begin = time.perf_counter()
        for _ in range(n_steps):
            step()
        return (time.perf_counter() - begin) / n_steps

    single = copy.deepcopy(model)
    replicas = [copy.deepcopy(model) for _ in batches]
    alone = seconds(lambda: sync_step([single], batches[:1], lr))
    mirrored = seconds(lambda: sync_step(replicas, batches, lr))
    central = seconds(lambda: central_step(single, replicas, batches, lr))
    return {"one device": 1.0, "mirrored": mirrored / alone, "central": central / alone}
