# %% right
# Intent: train_config seeds inside fork_rng, so neither side sees the other's draws; launch forks one process per
# configuration with a pipe of its own, the parent reads bytes before it joins, and looks at deadlines and exit codes.
import pickle
import traceback
from multiprocessing.connection import wait


class OneHidden(nn.Module):
    def __init__(self, n_inputs: int, n_units: int, n_classes: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(n_inputs, n_units)
        self.out = nn.Linear(n_units, n_classes)

    def forward(self, X: Tensor) -> Tensor:
        return self.out(self.hidden(X).relu())


def train_config(
    config: Mapping[str, Any], X_train: ArrayLike, y_train: ArrayLike, X_valid: ArrayLike, y_valid: ArrayLike
) -> dict[str, Any]:
    X, X_new = (torch.as_tensor(np.asarray(rows), dtype=torch.float32) for rows in (X_train, X_valid))
    y, y_new = (torch.as_tensor(np.asarray(labels), dtype=torch.long) for labels in (y_train, y_valid))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config["seed"])
        net = OneHidden(X.shape[1], config["units"], int(y.max()) + 1)
        optimiser = torch.optim.SGD(net.parameters(), lr=config["lr"], momentum=0.9)
        for _ in range(config["epochs"]):
            for rows in torch.randperm(len(X)).split(32):
                optimiser.zero_grad()
                cross_entropy(net(X[rows]), y[rows]).backward()
                optimiser.step()
    with torch.no_grad():
        right = net(X_new).argmax(dim=1) == y_new
    return {"model": net, "valid": right.double().mean().item()}


def tell(pipe: Any, train: Callable[[Any], Any], config: Any) -> None:
    torch.set_num_threads(1)
    try:
        said = pickle.dumps((train(config), ""))
    except BaseException as error:
        said = pickle.dumps((None, "".join(traceback.format_exception_only(error)).strip()))
    pipe.send_bytes(said)
    pipe.close()


def launch(
    train: Callable[[Any], Any], configs: Sequence[Any], n_workers: int = 2, timeout: float = 60.0
) -> list[dict[str, Any]]:
    context = multiprocessing.get_context("fork")
    found: list[tuple[Any, str]] = [(None, "not begun")] * len(configs)
    waiting = list(range(len(configs)))[::-1]
    running: dict[int, tuple[Any, Any, float]] = {}  # place: process, pipe, deadline

    def look(place: int) -> tuple[Any, str] | None:
        process, pipe, deadline = running[place]
        over = process.exitcode is not None  # first this, then the pipe: what it has sent before its end is there
        if pipe.poll():
            try:
                return pickle.loads(pipe.recv_bytes())
            except EOFError:
                process.join(1)
                return None, f"the process ended without a result (exit code {process.exitcode})"
            except Exception as error:
                return None, f"the result can't be read: {error!r}"
        if over:
            return None, f"the process ended without a result (exit code {process.exitcode})"
        if time.monotonic() >= deadline:
            return None, f"not done within {timeout} seconds"
        return None

    try:
        while waiting or running:
            while waiting and len(running) < n_workers:
                place = waiting.pop()
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=tell, args=(theirs, train, configs[place]))
                process.start()
                theirs.close()
                running[place] = process, ours, time.monotonic() + timeout
            left = min(deadline for _, _, deadline in running.values()) - time.monotonic()
            wait([pipe for _, pipe, _ in running.values()], timeout=min(max(left, 0.0), 0.2))
            for place in list(running):
                answer = look(place)
                if answer is not None:
                    found[place] = answer
                    process, pipe, _ = running[place]
                    if answer[1] == "":
                        process.join(1)
                    process.kill()
                    process.join()
                    pipe.close()
                    del running[place]
    finally:
        for process, pipe, _ in running.values():
            process.kill()
            process.join()
            pipe.close()
    return [
        {"config": config, "result": result, "error": error} for config, (result, error) in zip(configs, found)
    ]


def best_three(results: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    fit = [done for done in results if not done["error"]]
    return sorted(fit, key=lambda done: -done["result"]["valid"])[:3]


# %% wrong: train_config
# Misconception: the seed is for the order of the rows (as the `generator` of a DataLoader); first weights come with the
# network and have nothing to do with it.
def train_config(
    config: Mapping[str, Any], X_train: ArrayLike, y_train: ArrayLike, X_valid: ArrayLike, y_valid: ArrayLike
) -> dict[str, Any]:
    X, X_new = (torch.as_tensor(np.asarray(rows), dtype=torch.float32) for rows in (X_train, X_valid))
    y, y_new = (torch.as_tensor(np.asarray(labels), dtype=torch.long) for labels in (y_train, y_valid))
    generator = torch.Generator().manual_seed(config["seed"])
    net = OneHidden(X.shape[1], config["units"], int(y.max()) + 1)
    optimiser = torch.optim.SGD(net.parameters(), lr=config["lr"], momentum=0.9)
    for _ in range(config["epochs"]):
        for rows in torch.randperm(len(X), generator=generator).split(32):
            optimiser.zero_grad()
            cross_entropy(net(X[rows]), y[rows]).backward()
            optimiser.step()
    with torch.no_grad():
        right = net(X_new).argmax(dim=1) == y_new
    return {"model": net, "valid": right.double().mean().item()}


# %% wrong: launch
# Misconception: a process has to have ended before one can fetch what it has said, so first join, then read.
def launch(
    train: Callable[[Any], Any], configs: Sequence[Any], n_workers: int = 2, timeout: float = 60.0
) -> list[dict[str, Any]]:
    context = multiprocessing.get_context("fork")
    found: list[dict[str, Any]] = [{} for _ in configs]
    waiting = list(range(len(configs)))[::-1]
    running: dict[int, tuple[Any, Any, float]] = {}
    while waiting or running:
        while waiting and len(running) < n_workers:
            place = waiting.pop()
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=tell, args=(theirs, train, configs[place]))
            process.start()
            theirs.close()
            running[place] = process, ours, time.monotonic() + timeout
        time.sleep(0.01)
        for place, (process, pipe, deadline) in list(running.items()):
            if process.is_alive() and time.monotonic() < deadline:
                continue
            result, error = None, "ended without a result"
            if process.is_alive():
                process.kill()
                error = "not done in time"
            else:
                try:
                    result, error = pickle.loads(pipe.recv_bytes())
                except EOFError:
                    pass
            process.join()
            found[place] = {"config": configs[place], "result": result, "error": error}
            del running[place]
    return found
