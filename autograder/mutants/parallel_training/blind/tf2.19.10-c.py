# %% right
# Intent: sums over rows instead of means, divided once by the number of all rows, so that unequal parts need no weights;
# in processes the summed gradients, the summed loss and the row count travel in one flat vector through one all_reduce.
import copy
import pickle
import tempfile
import traceback
from itertools import chain
from multiprocessing.connection import wait


def broadcast(replicas: Sequence[nn.Module]) -> None:
    source, *others = replicas
    for other in others:
        pairs = zip(chain(source.parameters(), source.buffers()), chain(other.parameters(), other.buffers()))
        for value, its in pairs:
            its.data = value.detach().to(its.device, copy=True)  # memory of its own


def trained(model: nn.Module) -> list[nn.Parameter]:
    return [value for value in model.parameters() if value.requires_grad]


def summed(model: nn.Module, batch: Batch) -> tuple[Tensor, list[Tensor]]:
    """Return the loss summed over a batch, and its gradients."""
    X, y = batch
    loss = cross_entropy(model(X), y, reduction="sum")
    return loss.detach(), list(torch.autograd.grad(loss, trained(model), allow_unused=True, materialize_grads=True))


@torch.no_grad()
def descend(model: nn.Module, grads: Sequence[Tensor], lr: float) -> None:
    for value, grad in zip(trained(model), grads):
        value.sub_(lr * grad.to(value.device))


def gathered(models: Sequence[nn.Module], batches: Sequence[Batch]) -> tuple[float, list[Tensor]]:
    """Return the mean loss over all rows of all models' batches, and its gradients."""
    n_rows = sum(len(y) for _, y in batches)
    losses, grads = zip(*(summed(model, batch) for model, batch in zip(models, batches)))
    mean_grads = [torch.stack([one.to(parts[0].device) for one in parts]).sum(dim=0) / n_rows for parts in zip(*grads)]
    return sum(loss.item() for loss in losses) / n_rows, mean_grads


def sync_step(replicas: Sequence[nn.Module], batches: Sequence[Batch], lr: float) -> float:
    loss, grads = gathered(replicas, batches)
    for replica in replicas:
        descend(replica, grads, lr)
    with torch.no_grad():
        for replica in replicas[1:]:
            for value, its in zip(replicas[0].buffers(), replica.buffers()):
                its.copy_(value)
    return loss


def central_step(server: nn.Module, workers: Sequence[nn.Module], batches: Sequence[Batch], lr: float) -> float:
    broadcast([server, *workers])
    loss, grads = gathered(workers, batches)
    descend(server, grads, lr)
    return loss


def member(pipe: Any, worker: Callable[[int], Any], rank: int, n_processes: int, backend: str, file: str) -> None:
    torch.set_num_threads(1)
    try:
        dist.init_process_group(backend, init_method=f"file://{file}", rank=rank, world_size=n_processes)
        said = pickle.dumps((worker(rank), ""))
    except BaseException as error:
        said = pickle.dumps((None, "".join(traceback.format_exception_only(error)).strip()))
    pipe.send_bytes(said)
    pipe.recv_bytes()  # nobody leaves the group before all are done
    if dist.is_initialized():
        dist.destroy_process_group()


def start(worker: Callable[[int], Any], n_processes: int, timeout: float = 30.0, backend: str = "gloo") -> list[Any]:
    deadline = time.monotonic() + timeout
    context = multiprocessing.get_context("fork")
    crew: dict[int, tuple[Any, Any]] = {}
    results: dict[int, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "group")
        try:
            for rank in range(n_processes):
                ours, theirs = context.Pipe()
                process = context.Process(target=member, args=(theirs, worker, rank, n_processes, backend, file))
                process.start()
                theirs.close()
                crew[rank] = process, ours
            while len(results) < n_processes:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise RuntimeError(f"not all ranks were done within {timeout} seconds")
                busy = {rank: crew[rank] for rank in crew if rank not in results}
                wait([pipe for _, pipe in busy.values()], timeout=min(left, 0.2))
                for rank, (process, pipe) in busy.items():
                    over = process.exitcode is not None
                    if pipe.poll():
                        try:
                            result, error = pickle.loads(pipe.recv_bytes())
                        except Exception as problem:
                            raise RuntimeError(f"rank {rank} has ended, or can't be understood") from problem
                        if error:
                            raise RuntimeError(f"rank {rank} failed: {error}")
                        results[rank] = result
                    elif over:
                        raise RuntimeError(f"rank {rank} ended with exit code {process.exitcode}")
            for _, pipe in crew.values():
                try:
                    pipe.send_bytes(b"done")
                except OSError:
                    pass  # it has ended since
            for process, _ in crew.values():
                process.join(2)
        finally:
            for process, _ in crew.values():
                process.kill()
            for process, pipe in crew.values():
                process.join()
                pipe.close()
    return [results[rank] for rank in range(n_processes)]


def train_rank(model: nn.Module, batches: Sequence[Batch], lr: float) -> list[float]:
    with torch.no_grad():
        for value in model.parameters():
            sent = value.detach().clone(memory_format=torch.contiguous_format)
            dist.broadcast(sent, src=0)
            value.copy_(sent)
    sizes = [value.numel() for value in trained(model)]
    history = []
    for batch in batches:
        loss, grads = summed(model, batch)
        flat = torch.cat([*(grad.reshape(-1) for grad in grads), loss.reshape(1), loss.new_tensor([len(batch[1])])])
        dist.all_reduce(flat)
        *mean_grads, mean_loss = (flat[:-1] / flat[-1]).split([*sizes, 1])
        descend(model, [grad.view_as(value) for grad, value in zip(mean_grads, trained(model))], lr)
        history.append(mean_loss.item())
    return history


def compare_strategies(model: nn.Module, batches: Sequence[Batch], lr: float, n_steps: int = 10) -> dict[str, float]:
    whole = [tuple(torch.cat(parts) for parts in zip(*batches))]

    def copies(number: int) -> list[nn.Module]:
        return [copy.deepcopy(model) for _ in range(number)]

    def seconds(step: Callable[[], float]) -> float:
        step()
        begin = time.perf_counter()
        for _ in range(n_steps):
            step()
        return (time.perf_counter() - begin) / n_steps

    alone, mirrors, (server, *workers) = copies(1), copies(len(batches)), copies(len(batches) + 1)
    base = seconds(lambda: sync_step(alone, whole, lr))
    return {
        "one device": 1.0,
        "mirrored": seconds(lambda: sync_step(mirrors, batches, lr)) / base,
        "central": seconds(lambda: central_step(server, workers, batches, lr)) / base,
    }


# %% wrong: sync_step
# Misconception: the mean of the replicas' mean gradients (and losses) is that over all rows, however many each has.
def sync_step(replicas: Sequence[nn.Module], batches: Sequence[Batch], lr: float) -> float:
    means = [
        (loss / len(batch[1]), [grad / len(batch[1]) for grad in grads])
        for batch, (loss, grads) in zip(batches, map(summed, replicas, batches))
    ]
    losses, grads = zip(*means)
    mean_grads = [torch.stack(parts).mean(dim=0) for parts in zip(*grads)]
    for replica in replicas:
        descend(replica, mean_grads, lr)
    with torch.no_grad():
        for replica in replicas[1:]:
            for value, its in zip(replicas[0].buffers(), replica.buffers()):
                its.copy_(value)
    return torch.stack(losses).mean().item()


# %% wrong: train_rank
# Misconception: if all ranks apply the same averaged gradients they are the same network, so nothing has to be sent
# before the first step.
def train_rank(model: nn.Module, batches: Sequence[Batch], lr: float) -> list[float]:
    sizes = [value.numel() for value in trained(model)]
    history = []
    for batch in batches:
        loss, grads = summed(model, batch)
        flat = torch.cat([*(grad.reshape(-1) for grad in grads), loss.reshape(1), loss.new_tensor([len(batch[1])])])
        dist.all_reduce(flat)
        *mean_grads, mean_loss = (flat[:-1] / flat[-1]).split([*sizes, 1])
        descend(model, [grad.view_as(value) for grad, value in zip(mean_grads, trained(model))], lr)
        history.append(mean_loss.item())
    return history
