"""Training on several devices, several networks at once (tf1.12.8), one and the best of them: the answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import nn
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
        for rows in torch.randperm(len(X)).split(32):  # type: ignore[no-untyped-call]
            optimizer.zero_grad()
            cross_entropy(model(X[rows]), y[rows]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    with torch.no_grad():
        said = model(torch.as_tensor(np.asarray(X_valid)).float()).argmax(dim=1).numpy()
    return {"model": model, "valid": float(np.mean(said == np.asarray(y_valid)))}


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
