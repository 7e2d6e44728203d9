"""Training on several devices, several networks at once (tf1.12.8 and tf1.12.9): the answers."""

import multiprocessing
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn.functional import cross_entropy


def train_config(
    config: Mapping[str, Any], X_train: ArrayLike, y_train: ArrayLike, X_valid: ArrayLike, y_valid: ArrayLike
) -> dict[str, Any]:
    """Train one network as a configuration says.

    Parameters
    ----------
    config : ``"units"`` (neurons of the one hidden layer), ``"lr"`` (learning rate of
        SGD with a momentum of 0.9), ``"epochs"`` (0 or more) and ``"seed"``.
    X_train, X_valid : (n, d) floats, arrays or tensors. `X_train` has 32 rows or more.
    y_train, y_valid : (n,) whole numbers from 0 on; each class is in `y_train`.

    The network has one hidden layer with ReLU and gives a logit per class; it is
    trained by cross-entropy, in each epoch on all rows in a new order, in batches of 32
    rows (the last one may be smaller). First weights and orders are decided by the
    seed, whatever was drawn before: the same configuration gives the same network.

    Returns
    -------
    ``{"model": …, "valid": …}`` : the network, which takes (n, d) float32 tensors and
    gives (n, n_classes) logits, on the CPU; and its accuracy on the validation rows.

    Examples
    --------
    >>> X, y = np.eye(4)[[0, 1, 2, 3] * 25], np.array([0, 1, 1, 0] * 25)
    >>> config = {"units": 8, "lr": 0.1, "epochs": 20, "seed": 1}
    >>> train_config(config, X, y, X, y)["valid"]
    1.0
    """
    torch.manual_seed(config["seed"])
    X, y = torch.as_tensor(np.asarray(X_train)).float(), torch.as_tensor(np.asarray(y_train)).long()
    n_classes = int(y.max()) + 1
    model = nn.Sequential(nn.Linear(X.shape[1], config["units"]), nn.ReLU(), nn.Linear(config["units"], n_classes))
    optimizer = torch.optim.SGD(model.parameters(), lr=config["lr"], momentum=0.9)
    for _ in range(config["epochs"]):
        for rows in torch.randperm(len(X)).split(32):
            optimizer.zero_grad()
            cross_entropy(model(X[rows]), y[rows]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    with torch.no_grad():
        said = model(torch.as_tensor(np.asarray(X_valid)).float()).argmax(dim=1).numpy()
    return {"model": model, "valid": float(np.mean(said == np.asarray(y_valid)))}


def _report(connection: Connection, function: Callable[..., Any], *arguments: Any) -> None:
    """Say in a child what a function has returned or raised."""
    torch.set_num_threads(1)  # threads that the parent has begun are not there after a fork
    try:
        message = pickle.dumps((function(*arguments), ""))
    except BaseException as error:
        message = pickle.dumps((None, f"{type(error).__name__}: {error}"))
    connection.send_bytes(message)


def _said(connection: Connection) -> tuple[Any, str]:
    """Return what a child has reported: (result, error)."""
    try:
        result, error = pickle.loads(connection.recv_bytes())  # noqa: S301  # our own child's
    except EOFError:
        return None, "its process ended before it was done"
    return result, error


def launch(
    train: Callable[[Any], Any], configs: Sequence[Any], n_workers: int = 2, timeout: float = 60.0
) -> list[dict[str, Any]]:
    """Call a function for each configuration, each time in a process of its own.

    Parameters
    ----------
    train : any function, also one from a notebook's cell; takes a configuration, and
        returns anything that can be pickled, large arrays among it.
    configs : of any kind; none, one or more.
    n_workers : at no time more processes than this run, and as many as this as long as
        there is work for them; 1 or more.
    timeout : how many seconds each process may take, counted from its own start.

    Returns
    -------
    For each configuration, in the order of `configs`, a dict

    - ``"config"`` : the configuration;
    - ``"result"`` : what `train` has returned; None if there is nothing;
    - ``"error"`` : "" if all went well; else a text that is not empty: `train` has
      raised something (`SystemExit` and the like, too), its process has ended in
      another way, or it was not done in time and was ended.

    What happens to one configuration has no effect on the others. When this function
    ends, all its processes have ended.

    Examples
    --------
    >>> [done["result"] for done in launch(lambda config: 10 / config, [1, 2, 5])]
    [10.0, 5.0, 2.0]
    >>> launch(lambda config: 10 / config, [0])[0]["error"] != ""
    True
    """
    context = multiprocessing.get_context("fork")
    waiting = list(enumerate(configs))
    results = [{"config": config, "result": None, "error": "it was not done in time"} for config in configs]
    running: dict[Any, tuple[int, Any, float]] = {}  # its number, its process, and when it has to be done
    try:
        while waiting or running:
            while waiting and len(running) < n_workers:
                number, config = waiting.pop(0)
                receiver, sender = context.Pipe(duplex=False)
                process = context.Process(target=_report, args=(sender, train, config))
                process.start()
                sender.close()  # else the end of the process could not be seen here
                running[receiver] = number, process, time.monotonic() + timeout
            left = min(end for *_, end in running.values()) - time.monotonic()
            for receiver in wait(list(running), max(0.0, left)):
                number, process, _ = running.pop(receiver)
                results[number]["result"], results[number]["error"] = _said(receiver)
                process.join()
            for receiver, (_, process, end) in list(running.items()):
                if time.monotonic() > end:
                    del running[receiver]
                    process.kill()  # `terminate` can be ignored
                    process.join()
    finally:
        for _, process, _ in running.values():
            process.kill()
            process.join()
    return results


def best_three(results: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return what `launch` says of the three best networks.

    Parameters
    ----------
    results : as `launch` returns them; each ``"result"`` is a dict with the accuracy on
        the validation rows as ``"valid"``, perhaps with more, such as ``"test"``. Those
        with an error can't be chosen.

    Returns
    -------
    The three with the highest validation accuracy, the best first; of equal ones that
    comes first which is first in `results`. If there are fewer, all there are.

    Examples
    --------
    >>> results = [
    ...     {"config": number, "result": {"valid": number / 10}, "error": ""}
    ...     for number in range(5)
    ... ]
    >>> [done["config"] for done in best_three(results)]
    [4, 3, 2]
    """
    right = [done for done in results if not done["error"]]
    return sorted(right, key=lambda done: -done["result"]["valid"])[:3]


class Ensemble(nn.Module):
    """Several classifiers that answer together.

    Parameters
    ----------
    members : modules, one or more; each takes (n, d) tensors and gives (n, n_classes)
        logits. They are used themselves, not copies of them.
    devices : where the members go: the first member to the first device, the second to
        the second, and so on, from the beginning again when the devices are used up.

    ``forward(X)`` hands `X` to each member, on the member's device, and returns the
    mean of their probabilities (not of their logits), (n, n_classes), on the device of
    `X`. In whatever mode the ensemble is, its members are in evaluation mode. The
    members' weights are among the ensemble's parameters and in its ``state_dict``.

    Examples
    --------
    >>> sure, unsure = nn.Linear(1, 2), nn.Linear(1, 2)
    >>> for layer, bias in ((sure, [9.0, -9.0]), (unsure, [0.0, 0.0])):
    ...     _ = nn.init.zeros_(layer.weight)
    ...     layer.bias.data = torch.tensor(bias)
    >>> Ensemble([sure, unsure])(torch.zeros(1, 1)).detach().numpy().round(3).tolist()
    [[0.75, 0.25]]
    """

    def __init__(self, members: Sequence[nn.Module], devices: Sequence[str | torch.device] = ("cpu",)) -> None:
        super().__init__()
        self._devices = [torch.device(devices[number % len(devices)]) for number in range(len(members))]
        self.members = nn.ModuleList(member.to(device) for member, device in zip(members, self._devices, strict=True))
        self.train()

    def train(self, mode: bool = True) -> "Ensemble":
        """Change the mode of the ensemble, and leave its members in evaluation mode."""
        super().train(mode)
        for member in self.members:
            member.eval()
        return self

    def forward(self, X: Tensor) -> Tensor:
        parts = [
            member(X.to(device)).softmax(dim=1).to(X.device)
            for member, device in zip(self.members, self._devices, strict=True)
        ]
        return torch.stack(parts).mean(dim=0)


def compare_members(ensemble: Ensemble, X: Tensor, y: ArrayLike) -> dict[str, Any]:
    """Compare an ensemble with its members, in the order in which they were given.

    Parameters
    ----------
    X, y : (n, d) float32 on the CPU, and (n,) whole numbers: rows that are new to all.

    Returns
    -------
    ``{"members": [accuracy of each], "ensemble": its accuracy, "gain": …}``, where the
    gain is the ensemble's accuracy less that of its best member, and may be negative.

    Examples
    --------
    >>> X, y = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), [0, 1]
    >>> compare_members(Ensemble([nn.Identity(), nn.ReLU()]), X, y)
    {'members': [1.0, 1.0], 'ensemble': 1.0, 'gain': 0.0}
    """
    labels = torch.as_tensor(np.asarray(y))

    def accuracy(classify: Callable[[Tensor], Tensor], device: torch.device) -> float:
        with torch.no_grad():
            return float((classify(X.to(device)).argmax(dim=1).cpu() == labels).double().mean())

    places = zip(ensemble.members, ensemble._devices, strict=True)
    members = [accuracy(member, device) for member, device in places]
    together = accuracy(ensemble, torch.device("cpu"))
    return {"members": members, "ensemble": together, "gain": together - max(members)}
