# %% right
# Intent: all gradients are sums over rows, divided by the number of all rows, and gathered in the first module, where torch.optim.SGD
# takes the step; broadcast does the rest. Forked ranks leave pickled answers in files and stay until all have answered.
import copy
import pickle
import sys
import tempfile
import traceback
from multiprocessing.connection import wait


def broadcast(replicas):
    for replica in replicas[1:]:
        for mine, its in (
            *zip(replica.parameters(), replicas[0].parameters()),
            *zip(replica.buffers(), replicas[0].buffers()),
        ):
            mine.data = its.detach().clone()


def _sgd_on(target, modules, batches, lr):
    n_rows = sum(len(y) for _, y in batches)
    loss = 0.0
    for module, (X, y) in zip(modules, batches):
        module.zero_grad()
        part = cross_entropy(module(X), y, reduction="sum") / n_rows
        part.backward()
        loss += part.item()
    for parameter, *others in zip(target.parameters(), *(module.parameters() for module in modules)):
        grads = [other.grad for other in others if other.grad is not None]
        parameter.grad = sum(grads[1:], grads[0].clone()) if grads else None
    torch.optim.SGD(target.parameters(), lr=lr).step()
    return loss


def sync_step(replicas, batches, lr):
    loss = _sgd_on(replicas[0], replicas, batches, lr)
    broadcast(replicas)
    return loss


def central_step(server, workers, batches, lr):
    broadcast([server, *workers])
    return _sgd_on(server, workers, batches, lr)


def _rank_main(rank, worker, n_processes, backend, folder):
    torch.set_num_threads(1)
    try:
        dist.init_process_group(
            backend, init_method=f"file://{folder / 'group'}", rank=rank, world_size=n_processes
        )
        answer = pickle.dumps((worker(rank), ""))
    except BaseException:
        answer = pickle.dumps((None, traceback.format_exc()))
    sys.stdout.flush()
    (folder / f"{rank}.part").write_bytes(answer)
    (folder / f"{rank}.part").replace(folder / f"{rank}.pkl")
    while not (folder / "all done").exists():  # nobody closes connections that others may still need
        time.sleep(0.005)
    if dist.is_initialized():
        dist.destroy_process_group()


def start(worker, n_processes, timeout=30.0, backend="gloo"):
    deadline = time.monotonic() + timeout
    fork = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        processes = [
            fork.Process(target=_rank_main, args=(rank, worker, n_processes, backend, folder))
            for rank in range(n_processes)
        ]
        answers = {}
        try:
            for process in processes:
                process.start()
            while len(answers) < n_processes:
                gone = [not process.is_alive() for process in processes]  # before the files are looked for
                for rank in set(range(n_processes)) - set(answers):
                    path = folder / f"{rank}.pkl"
                    if path.exists():
                        answers[rank], error = pickle.loads(path.read_bytes())
                        if error:
                            raise RuntimeError(f"rank {rank} has failed:\n{error}")
                    elif gone[rank]:
                        raise RuntimeError(f"rank {rank} has ended before it was done")
                if len(answers) < n_processes:
                    if time.monotonic() >= deadline:
                        raise RuntimeError(f"not done within {timeout} seconds")
                    wait([process.sentinel for process in processes], timeout=0.01)
            (folder / "all done").touch()
            for process in processes:
                process.join(max(0.0, min(2.0, deadline - time.monotonic())))
        finally:
            for process in processes:
                if process.pid is not None:
                    process.kill()
                    process.join()
    return [answers[rank] for rank in range(n_processes)]


def train_rank(model, batches, lr):
    with torch.no_grad():
        for parameter in model.parameters():
            numbers = parameter.detach().clone(memory_format=torch.contiguous_format)
            dist.broadcast(numbers, src=0)
            parameter.copy_(numbers)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=lr)
    losses = []
    for X, y in batches:
        optimizer.zero_grad()
        total = cross_entropy(model(X), y, reduction="sum")
        total.backward()
        counted = torch.tensor([total.item(), len(y)], dtype=torch.float64)
        dist.all_reduce(counted)
        for parameter in trained:
            grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            grad = grad.contiguous()
            dist.all_reduce(grad)
            parameter.grad = grad / counted[1].item()
        optimizer.step()
        losses.append((counted[0] / counted[1]).item())
    return losses


def compare_strategies(model, batches, lr, n_steps=10):
    def copies(n):
        return [copy.deepcopy(model) for _ in range(n)]

    def seconds(step):
        step()
        begin = time.perf_counter()
        for _ in range(n_steps):
            step()
        return (time.perf_counter() - begin) / n_steps

    whole = [tuple(torch.cat(parts) for parts in zip(*batches))]
    one, mirrored, (server, *workers) = copies(1), copies(len(batches)), copies(len(batches) + 1)
    base = seconds(lambda: sync_step(one, whole, lr))
    return {
        "one device": 1.0,
        "mirrored": seconds(lambda: sync_step(mirrored, batches, lr)) / base,
        "central": seconds(lambda: central_step(server, workers, batches, lr)) / base,
    }


# %% wrong: sync_step
# Misconception: the mean over all rows is the mean of the replicas' means.
def sync_step(replicas, batches, lr):
    losses = []
    for replica, (X, y) in zip(replicas, batches):
        replica.zero_grad()
        loss = cross_entropy(replica(X), y)
        loss.backward()
        losses.append(loss.item())
    for parameters in zip(*(replica.parameters() for replica in replicas)):
        replicas_grad = torch.stack([parameter.grad for parameter in parameters]).mean(0)
        for parameter in parameters:
            parameter.grad = replicas_grad.clone()
    for replica in replicas:
        torch.optim.SGD(replica.parameters(), lr=lr).step()
    broadcast(replicas)
    return float(np.mean(losses))


# %% wrong: train_rank
# Misconception: since all ranks take the same averaged step, they need not begin alike: averaging brings them together.
def train_rank(model, batches, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for X, y in batches:
        optimizer.zero_grad()
        total = cross_entropy(model(X), y, reduction="sum")
        total.backward()
        counted = torch.tensor([total.item(), len(y)], dtype=torch.float64)
        dist.all_reduce(counted)
        for parameter in model.parameters():
            dist.all_reduce(parameter.grad)
            parameter.grad /= counted[1].item()
        optimizer.step()
        losses.append((counted[0] / counted[1]).item())
    return losses
