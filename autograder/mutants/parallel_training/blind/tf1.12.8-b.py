# %% right
# Intent: TensorDataset and DataLoader under torch.random.fork_rng; each forked process leaves its pickled answer in a file of
# a temporary folder, so that no pipe can be full; the parent waits for sentinels. heapq.nlargest is stable.
import heapq
import pickle
import sys
import tempfile
import traceback
from multiprocessing.connection import wait

from torch.utils.data import DataLoader, TensorDataset


def train_config(config, X_train, y_train, X_valid, y_valid):
    X_train, X_valid = (torch.as_tensor(np.asarray(X), dtype=torch.float32) for X in (X_train, X_valid))
    y_train, y_valid = (torch.as_tensor(np.asarray(y), dtype=torch.int64) for y in (y_train, y_valid))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config["seed"])
        model = nn.Sequential(
            nn.Linear(X_train.shape[1], config["units"]),
            nn.ReLU(),
            nn.Linear(config["units"], int(y_train.max()) + 1),
        )
        optimizer = torch.optim.SGD(model.parameters(), lr=config["lr"], momentum=0.9)
        loader = DataLoader(TensorDataset(X_train, y_train), batch_size=32, shuffle=True)
        for _ in range(config["epochs"]):
            for X, y in loader:
                optimizer.zero_grad()
                cross_entropy(model(X), y).backward()
                optimizer.step()
    with torch.no_grad():
        valid = (model(X_valid).argmax(1) == y_valid).float().mean().item()
    return {"model": model, "valid": valid}


def _answer_into(path, train, config):
    torch.set_num_threads(1)
    try:
        answer = pickle.dumps((train(config), ""))
    except BaseException:
        answer = pickle.dumps((None, traceback.format_exc()))
    sys.stdout.flush()
    part = path.with_suffix(".part")
    part.write_bytes(answer)
    part.replace(path)


def _read(path):
    try:
        return pickle.loads(path.read_bytes())
    except FileNotFoundError:
        return None, "the process has ended without an answer"
    except Exception:
        return None, traceback.format_exc()


def launch(train, configs, n_workers=2, timeout=60.0):
    fork = multiprocessing.get_context("fork")
    answers, todo, running = {}, list(range(len(configs))), {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        paths = [Path(folder) / f"{number}.pkl" for number in todo]
        try:
            while todo or running:
                while todo and len(running) < n_workers:
                    number = todo.pop(0)
                    process = fork.Process(target=_answer_into, args=(paths[number], train, configs[number]))
                    deadline = time.monotonic() + timeout
                    process.start()
                    running[number] = process, deadline
                first = min(deadline for _, deadline in running.values()) - time.monotonic()
                wait([process.sentinel for process, _ in running.values()], timeout=max(0.0, min(first, 0.2)))
                for number, (process, deadline) in list(running.items()):
                    if not process.is_alive():
                        answers[number] = _read(paths[number])
                    elif time.monotonic() >= deadline:
                        process.kill()
                        answers[number] = None, f"not done within {timeout} seconds"
                    else:
                        continue
                    process.join()
                    del running[number]
        finally:
            for process, _ in running.values():
                process.kill()
                process.join()
    return [
        {"config": config, "result": answers[number][0], "error": answers[number][1]}
        for number, config in enumerate(configs)
    ]


def best_three(results):
    return heapq.nlargest(3, (one for one in results if not one["error"]), key=lambda one: one["result"]["valid"])


# %% wrong: train_config
# Misconception: a classifier needs a softmax at its end so that the cross-entropy gets probabilities.
def train_config(config, X_train, y_train, X_valid, y_valid):
    X_train, X_valid = (torch.as_tensor(np.asarray(X), dtype=torch.float32) for X in (X_train, X_valid))
    y_train, y_valid = (torch.as_tensor(np.asarray(y), dtype=torch.int64) for y in (y_train, y_valid))
    torch.manual_seed(config["seed"])
    model = nn.Sequential(
        nn.Linear(X_train.shape[1], config["units"]),
        nn.ReLU(),
        nn.Linear(config["units"], int(y_train.max()) + 1),
        nn.Softmax(dim=1),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=config["lr"], momentum=0.9)
    for _ in range(config["epochs"]):
        for X, y in DataLoader(TensorDataset(X_train, y_train), batch_size=32, shuffle=True):
            optimizer.zero_grad()
            cross_entropy(model(X), y).backward()
            optimizer.step()
    with torch.no_grad():
        valid = (model(X_valid).argmax(1) == y_valid).float().mean().item()
    return {"model": model, "valid": valid}


# %% wrong: launch
# Misconception: first wait until a process has ended, then read what it has put into its pipe: the pipe keeps it.
def _send_into(pipe, train, config):
    torch.set_num_threads(1)
    try:
        answer = pickle.dumps((train(config), ""))
    except BaseException:
        answer = pickle.dumps((None, traceback.format_exc()))
    pipe.send_bytes(answer)


def launch(train, configs, n_workers=2, timeout=60.0):
    fork = multiprocessing.get_context("fork")
    answers, todo, running = {}, list(range(len(configs))), {}
    while todo or running:
        while todo and len(running) < n_workers:
            number = todo.pop(0)
            reader, writer = fork.Pipe(duplex=False)
            process = fork.Process(target=_send_into, args=(writer, train, configs[number]))
            process.start()
            writer.close()
            running[number] = process, reader, time.monotonic() + timeout
        wait([process.sentinel for process, _, _ in running.values()], timeout=0.02)
        for number, (process, reader, deadline) in list(running.items()):
            if not process.is_alive():
                try:
                    answers[number] = pickle.loads(reader.recv_bytes())
                except EOFError:
                    answers[number] = None, "the process has died"
            elif time.monotonic() >= deadline:
                process.kill()
                answers[number] = None, "timeout"
            else:
                continue
            process.join()
            reader.close()
            del running[number]
    return [
        {"config": config, "result": answers[number][0], "error": answers[number][1]}
        for number, config in enumerate(configs)
    ]
