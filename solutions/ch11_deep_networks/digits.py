"""Chapter 11, half of the digits (tf1.11.8): data, network, training with checkpoints, settings by cross-validation."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import StratifiedKFold
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course import device


def pick_digits(X: ArrayLike, y: ArrayLike, digits: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Keep the pictures of some digits, as a network for these digits alone wants them.

    Parameters
    ----------
    X : (n, pixels) from 0 to 255.
    y : (n,) the digit on each.
    digits : those to be kept.

    Returns
    -------
    X : (m, pixels) float32 from 0 to 1, the pictures of these digits in their old
        order.
    y : (m,) int64; where a digit stands in `digits`, from 0 on.

    Examples
    --------
    >>> X, y = pick_digits([[0], [51], [255], [102]], [4, 7, 9, 9], digits=[7, 8, 9])
    >>> X.ravel().round(2).tolist(), y.tolist()
    ([0.2, 1.0, 0.4], [0, 2, 2])
    """
    X, y = np.asarray(X), np.asarray(y)
    kept = np.isin(y, digits)
    place = {digit: number for number, digit in enumerate(digits)}
    labels = np.array([place[digit] for digit in y[kept].tolist()], dtype=np.int64)
    return (X[kept] / 255).astype(np.float32), labels


class HalfDigits(nn.Module):
    """Five hidden layers of ELU units, and an output layer.

    Parameters
    ----------
    n_inputs, n_outputs : numbers that go in, and logits that come out (no softmax).
    n_hidden : units of each hidden layer.
    batch_norm : whether there is batch norm in each hidden layer, right after its
        ``nn.Linear`` and before the ELU.
    dropout : rate of the dropout after each ELU; none at 0.

    Attributes
    ----------
    hidden : an ``nn.Sequential`` with five parts, one for each hidden layer: all that
        belongs to this layer. The weights are drawn around 0 by He's rule (fan in;
        normal or uniform), and biases are 0.
    output : an ``nn.Linear``.

    Examples
    --------
    >>> net = HalfDigits(n_inputs=4, n_outputs=3, n_hidden=6)
    >>> len(net.hidden), net(torch.zeros(2, 4)).shape
    (5, torch.Size([2, 3]))
    """

    def __init__(
        self,
        n_inputs: int = 784,
        n_outputs: int = 5,
        n_hidden: int = 100,
        batch_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        blocks = []
        for fan_in in [n_inputs, *[n_hidden] * 4]:
            linear = nn.Linear(fan_in, n_hidden)
            nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
            nn.init.zeros_(linear.bias)
            norm = [nn.BatchNorm1d(n_hidden)] if batch_norm else []
            drop = [nn.Dropout(dropout)] if dropout else []
            blocks.append(nn.Sequential(linear, *norm, nn.ELU(), *drop))
        self.hidden = nn.Sequential(*blocks)
        self.output = nn.Linear(n_hidden, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        """Return logits, (B, n_outputs), for X, (B, n_inputs) float32."""
        logits: Tensor = self.output(self.hidden(X))
        return logits


def _learn_once(
    model: nn.Module, rows: Tensor, labels: Tensor, batch_size: int, optimizer: torch.optim.Optimizer
) -> None:
    """Train for one epoch."""
    model.train()
    for batch in torch.randperm(len(rows)).split(batch_size):
        optimizer.zero_grad()
        cross_entropy(model(rows[batch]), labels[batch]).backward()
        optimizer.step()


def _loss_of(model: nn.Module, rows: Tensor, labels: Tensor) -> float:
    """Return the mean cross entropy, in evaluation mode."""
    model.eval()
    with torch.no_grad():
        return cross_entropy(model(rows), labels).item()


def train_half(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    X_valid: ArrayLike,
    y_valid: ArrayLike,
    path: str | Path,
    *,
    n_epochs: int = 50,
    patience: int = 5,
    rate: float = 1e-3,
    batch_size: int = 64,
    seed: int = 42,
) -> list[float]:
    """Train `model` in place with Adam and early stopping; keep its best state in a
    file.

    Parameters
    ----------
    model : gives logits.
    X, y, X_valid, y_valid : (n, d) float32 rows and (n,) labels.
    path : the checkpoint. Whenever an epoch has a lower validation loss than all before
        it, ``model.state_dict()`` is saved there (``torch.save``, on the CPU). At the
        end the model has the weights that are in the file.
    n_epochs, patience : at most so many epochs; the training ends when the lowest
        validation loss is `patience` epochs old.
    rate, batch_size : of Adam; rows in a batch (fewer in the last), shuffled anew.
    seed : decides everything that is left to chance.

    Returns
    -------
    The mean cross entropy of the validation rows after each epoch, in evaluation mode.

    Examples
    --------
    >>> net, X, y = nn.Linear(2, 2), np.eye(2, dtype=np.float32), [0, 1]
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "best.pt"
    >>> losses = train_half(net, X, y, X, y, path, n_epochs=3)
    >>> sorted(torch.load(path)), len(losses)
    (['bias', 'weight'], 3)
    >>> folder.cleanup()
    """
    torch.manual_seed(seed)
    where = device()
    rows, rows_valid = (torch.tensor(np.asarray(part), dtype=torch.float32).to(where) for part in (X, X_valid))
    labels, labels_valid = (torch.tensor(np.asarray(part), dtype=torch.int64).to(where) for part in (y, y_valid))
    model.to(where)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    losses: list[float] = []
    for epoch in range(n_epochs):
        _learn_once(model, rows, labels, batch_size, optimizer)
        losses.append(_loss_of(model, rows_valid, labels_valid))
        best_epoch = int(np.argmin(losses))
        if best_epoch == epoch:
            torch.save({name: value.cpu() for name, value in model.state_dict().items()}, path)
        elif epoch - best_epoch >= patience:
            break
    model.cpu().load_state_dict(torch.load(path))
    return losses


def compare_settings(
    X: ArrayLike,
    y: ArrayLike,
    settings: Sequence[dict[str, Any]],
    *,
    n_folds: int = 3,
    n_epochs: int = 5,
    n_hidden: int = 100,
    seed: int = 42,
) -> list[float]:
    """Compare settings of the network and of its training by cross-validation.

    Parameters
    ----------
    X, y : (n, d) float32 rows and (n,) labels, 0 to k - 1, each of them often.
    settings : dicts with any of the keys "batch_norm" and "dropout" (of `HalfDigits`),
        "rate" and "batch_size" (of the training); what is left out is as it is there.
    n_folds : the rows are cut into so many parts, at random, all settings alike; each
        part in turn is held out from a training on the others, for `n_epochs` epochs
        and without early stopping, in which the rows held out would have a say.
    n_hidden : units of each hidden layer.
    seed : decides everything that is left to chance.

    Returns
    -------
    For each of the settings the mean accuracy on the parts that were held out.

    Examples
    --------
    >>> X, y = np.eye(2, dtype=np.float32)[[0, 1] * 30], [0, 1] * 30
    >>> compare_settings(X, y, [{"rate": 0.01}, {"batch_size": 8}], n_epochs=20)
    [1.0, 1.0]
    """
    X, y = np.asarray(X, dtype=np.float32), np.asarray(y)
    folds = list(StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(X, y))
    found = []
    for setting in settings:
        layers = {name: setting[name] for name in ("batch_norm", "dropout") if name in setting}
        training = {name: setting[name] for name in ("rate", "batch_size") if name in setting}
        right = []
        for train, held_out in folds:
            torch.manual_seed(seed)
            model = HalfDigits(X.shape[1], int(y.max()) + 1, n_hidden, **layers)
            with tempfile.TemporaryDirectory() as folder:  # all epochs are run: the held-out rows choose none
                train_half(model, X[train], y[train], X[train], y[train], Path(folder) / "best.pt",
                           n_epochs=n_epochs, patience=n_epochs, seed=seed, **training)  # fmt: skip
            model.eval()
            with torch.no_grad():
                guesses = model(torch.from_numpy(X[held_out])).argmax(dim=1).numpy()
            right.append(float(np.mean(guesses == y[held_out])))
        found.append(float(np.mean(right)))
    return found
