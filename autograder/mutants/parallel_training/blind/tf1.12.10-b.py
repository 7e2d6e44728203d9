# %% right
# Intent: one helper forks processes that leave their pickled answers in files; with a group for the synchronous way, with
# module.share_memory() for the other. torch.optim.SGD everywhere; nn.Sequential for one process.
import copy
import pickle
import sys
import tempfile
import traceback
from multiprocessing.connection import wait


def _rank_main(rank, worker, n_processes, backend, folder):
    torch.set_num_threads(1)
    try:
        if backend is not None:
            dist.init_process_group(
                backend, init_method=f"file://{folder / 'group'}", rank=rank, world_size=n_processes
            )
        answer = pickle.dumps((worker(rank), ""))
    except BaseException:
        answer = pickle.dumps((None, traceback.format_exc()))
    sys.stdout.flush()
    (folder / f"{rank}.part").write_bytes(answer)
    (folder / f"{rank}.part").replace(folder / f"{rank}.pkl")
    while not (folder / "all done").exists():
        time.sleep(0.005)
    if backend is not None and dist.is_initialized():
        dist.destroy_process_group()


def _fork_all(worker, n_processes, timeout, backend=None):
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
                gone = [not process.is_alive() for process in processes]
                for rank in set(range(n_processes)) - set(answers):
                    path = folder / f"{rank}.pkl"
                    if path.exists():
                        answers[rank], error = pickle.loads(path.read_bytes())
                        if error:
                            raise RuntimeError(f"process {rank} has failed:\n{error}")
                    elif gone[rank]:
                        raise RuntimeError(f"process {rank} has ended before it was done")
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


def _train_in_group(model, batches, lr):
    with torch.no_grad():
        for parameter in model.parameters():
            numbers = parameter.detach().clone(memory_format=torch.contiguous_format)
            dist.broadcast(numbers, src=0)
            parameter.copy_(numbers)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=lr)
    for X, y in batches:
        optimizer.zero_grad()
        cross_entropy(model(X), y, reduction="sum").backward()
        n_rows = torch.tensor([len(y)], dtype=torch.float64)
        dist.all_reduce(n_rows)
        for parameter in trained:
            grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            grad = grad.contiguous()
            dist.all_reduce(grad)
            parameter.grad = grad / n_rows.item()
        optimizer.step()


def _train_alone(model, batches, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for X, y in batches:
        optimizer.zero_grad()
        cross_entropy(model(X), y).backward()
        optimizer.step()


def train_sync(model, shards, lr, timeout=30.0, backend="gloo"):
    def work(rank):
        mine = copy.deepcopy(model)  # the caller's may be in shared memory
        _train_in_group(mine, shards[rank], lr)
        return [parameter.detach().clone() for parameter in mine.parameters()] if rank == 0 else None

    trained = _fork_all(work, len(shards), timeout, backend)[0]
    with torch.no_grad():
        for parameter, numbers in zip(model.parameters(), trained):
            parameter.copy_(numbers)


def train_async(model, shards, lr, timeout=30.0):
    model.share_memory()
    _fork_all(lambda rank: _train_alone(model, shards[rank], lr), len(shards), timeout)


class SplitNet(nn.Module):
    def __init__(self, first, second, devices=("cpu", "cpu")):
        super().__init__()
        self.devices = list(devices)
        self.first, self.second = first.to(devices[0]), second.to(devices[1])

    def forward(self, X):
        return self.second(self.first(X.to(self.devices[0])).to(self.devices[1]))


def compare_ways(first, second, shards, lr, backend="gloo"):
    def joined(batches):
        return tuple(torch.cat(parts) for parts in zip(*batches))

    def alone(model):
        _train_alone(model, map(joined, zip(*shards)), lr)

    X, y = joined([batch for shard in shards for batch in shard])
    ways = {
        "one process": (nn.Sequential, alone),
        "split": (SplitNet, alone),
        "synchronous": (nn.Sequential, lambda model: train_sync(model, shards, lr, backend=backend)),
        "asynchronous": (nn.Sequential, lambda model: train_async(model, shards, lr)),
    }
    found = {}
    for name, (build, train) in ways.items():
        model = build(*copy.deepcopy((first, second)))
        begin = time.perf_counter()
        train(model)
        seconds = time.perf_counter() - begin
        with torch.no_grad():
            found[name] = {"seconds": seconds, "loss": cross_entropy(model(X), y).item()}
    return found


# %% wrong: train_sync
# Misconception: the processes train the module that they are given, which is the caller's: nothing has to be brought back.
def train_sync(model, shards, lr, timeout=30.0, backend="gloo"):
    _fork_all(lambda rank: _train_in_group(model, shards[rank], lr), len(shards), timeout, backend)


# %% wrong: train_async
# Misconception: as in the synchronous case the workers' gradients are averaged, so each one's step has to be divided by the number of workers.
def train_async(model, shards, lr, timeout=30.0):
    model.share_memory()
    _fork_all(lambda rank: _train_alone(model, shards[rank], lr / len(shards)), len(shards), timeout)
