# %% right
# Intent: train_sync uses start and train_rank on a copy in each child, and rank 0 sends its parameters back as arrays;
# train_async forks over shared memory, and each child says "done" through a pipe, so that a silent end is noticed.
import copy
import traceback
from multiprocessing.connection import wait


def plain_step(model: nn.Module, batch: Batch, lr: float) -> None:
    values = [value for value in model.parameters() if value.requires_grad]
    X, y = batch
    logits = model(X)
    loss = cross_entropy(logits, y.to(logits.device))
    grads = torch.autograd.grad(loss, values, allow_unused=True, materialize_grads=True)
    with torch.no_grad():
        for value, grad in zip(values, grads):
            value.sub_(lr * grad)


def train_sync(
    model: nn.Module, shards: Sequence[Sequence[Batch]], lr: float, timeout: float = 30.0, backend: str = "gloo"
) -> None:
    def work(rank: int) -> list[np.ndarray] | None:
        net = copy.deepcopy(model)  # the caller's may be in shared memory
        train_rank(net, shards[rank], lr)
        return [value.detach().numpy() for value in net.parameters()] if rank == 0 else None

    arrays = start(work, len(shards), timeout=timeout, backend=backend)[0]
    with torch.no_grad():
        for value, array in zip(model.parameters(), arrays):
            value.copy_(torch.as_tensor(array))


def hog(pipe: Any, model: nn.Module, batches: Sequence[Batch], lr: float) -> None:
    torch.set_num_threads(1)
    try:
        for batch in batches:
            plain_step(model, batch, lr)
        said = "done"
    except BaseException as error:
        said = "".join(traceback.format_exception_only(error)).strip()
    pipe.send_bytes(said.encode())
    pipe.close()


def train_async(model: nn.Module, shards: Sequence[Sequence[Batch]], lr: float, timeout: float = 30.0) -> None:
    deadline = time.monotonic() + timeout
    context = multiprocessing.get_context("fork")
    model.share_memory()
    crew: list[Any] = []
    busy: dict[Any, Any] = {}  # pipe: process
    try:
        for batches in shards:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=hog, args=(theirs, model, batches, lr))
            process.start()
            theirs.close()
            crew.append(process)
            busy[ours] = process
        while busy:
            left = deadline - time.monotonic()
            if left <= 0:
                raise RuntimeError(f"not all processes were done within {timeout} seconds")
            wait(list(busy), timeout=min(left, 0.2))
            for pipe, process in list(busy.items()):
                over = process.exitcode is not None
                if pipe.poll():
                    try:
                        said = pipe.recv_bytes().decode()
                    except (EOFError, OSError) as problem:
                        raise RuntimeError("a process ended before it was done") from problem
                    if said != "done":
                        raise RuntimeError(f"a process failed: {said}")
                    pipe.close()
                    del busy[pipe]
                elif over:
                    raise RuntimeError(f"a process ended with exit code {process.exitcode}")
        for process in crew:
            process.join(1)
    finally:
        for process in crew:
            process.kill()
        for process in crew:
            process.join()
        for pipe in busy:
            pipe.close()


class SplitNet(nn.Module):
    def __init__(
        self, first: nn.Module, second: nn.Module, devices: Sequence[str | torch.device] = ("cpu", "cpu")
    ) -> None:
        super().__init__()
        self.devices = tuple(map(torch.device, devices))
        self.first, self.second = first.to(self.devices[0]), second.to(self.devices[1])

    def forward(self, X: Tensor) -> Tensor:
        return self.second(self.first(X.to(self.devices[0])).to(self.devices[1]))


def compare_ways(
    first: nn.Module, second: nn.Module, shards: Sequence[Sequence[Batch]], lr: float, backend: str = "gloo"
) -> dict[str, dict[str, float]]:
    def join(batches: Iterable[Batch]) -> Batch:
        X, y = zip(*batches)
        return torch.cat(X), torch.cat(y)

    def alone(model: nn.Module) -> None:
        for batches in zip(*shards):
            plain_step(model, join(batches), lr)

    ways: dict[str, tuple[Callable[..., nn.Module], Callable[[nn.Module], None]]] = {
        "one process": (nn.Sequential, alone),
        "split": (SplitNet, alone),
        "synchronous": (nn.Sequential, lambda model: train_sync(model, shards, lr, backend=backend)),
        "asynchronous": (nn.Sequential, lambda model: train_async(model, shards, lr)),
    }
    X, y = join(batch for shard in shards for batch in shard)
    found = {}
    for name, (build, train) in ways.items():
        model = build(copy.deepcopy(first), copy.deepcopy(second))
        begin = time.perf_counter()
        train(model)
        seconds = time.perf_counter() - begin
        with torch.no_grad():
            found[name] = {"seconds": seconds, "loss": cross_entropy(model(X), y).item()}
    return found


# %% wrong: SplitNet
# Misconception: only numbers travel between devices, so what arrives has to be detached from the first device's graph,
# and the gradients find their way back all the same.
class SplitNet(nn.Module):
    def __init__(
        self, first: nn.Module, second: nn.Module, devices: Sequence[str | torch.device] = ("cpu", "cpu")
    ) -> None:
        super().__init__()
        self.devices = tuple(map(torch.device, devices))
        self.first, self.second = first.to(self.devices[0]), second.to(self.devices[1])

    def forward(self, X: Tensor) -> Tensor:
        return self.second(self.first(X.to(self.devices[0])).detach().to(self.devices[1]))


# %% wrong: train_sync
# Misconception: synchronous means that each process trains on its own part, and in the end the parameters are averaged.
def train_sync(
    model: nn.Module, shards: Sequence[Sequence[Batch]], lr: float, timeout: float = 30.0, backend: str = "gloo"
) -> None:
    def work(rank: int) -> list[np.ndarray]:
        net = copy.deepcopy(model)
        for batch in shards[rank]:
            plain_step(net, batch, lr)
        return [value.detach().numpy() for value in net.parameters()]

    found = start(work, len(shards), timeout=timeout, backend=backend)
    with torch.no_grad():
        for value, arrays in zip(model.parameters(), zip(*found)):
            value.copy_(torch.as_tensor(np.mean(arrays, axis=0)))
