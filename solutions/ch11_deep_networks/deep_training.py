"""Chapter 11, twenty layers (p.11.8): the learning-rate sweep, the training, and Monte Carlo dropout."""

import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course import device


def _tensors(X: ArrayLike, y: ArrayLike) -> tuple[Tensor, Tensor]:
    """Return rows and labels where networks are trained."""
    rows = torch.tensor(np.asarray(X), dtype=torch.float32)
    return rows.to(device()), torch.tensor(np.asarray(y), dtype=torch.int64).to(device())


def sweep_rates(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    low: float = 1e-5,
    high: float = 1.0,
    n_steps: int = 100,
    batch_size: int = 64,
    seed: int = 42,
) -> tuple[list[float], list[float]]:
    """Train at a rate that grows from step to step; return what the loss does.

    Parameters
    ----------
    model : gives logits. It, or a deep copy, is trained by NAdam, in training mode.
        Afterwards it has the weights and buffers that it came with, and its mode.
    X, y : (n, d) float32 rows and (n,) labels, arrays or tensors. Each step takes
        `batch_size` of them, n at most, drawn at random; whether a batch may hold a row
        twice is up to you.
    low, high : the rates of the first and of the last step. From each step to the next
        the rate is multiplied by the same number.
    seed : decides everything that is left to chance.

    Returns
    -------
    rates, losses : `n_steps` numbers each; the loss is the mean cross entropy of a
        step's own batch, before its weights are changed.

    Examples
    --------
    >>> rates, losses = sweep_rates(nn.Linear(2, 2), torch.eye(2), [0, 1],
    ...                             low=0.001, high=0.1, n_steps=3, batch_size=2)
    >>> [round(rate, 6) for rate in rates], len(losses)
    ([0.001, 0.01, 0.1], 3)
    """
    torch.manual_seed(seed)
    rows, labels = _tensors(X, y)
    before, training = copy.deepcopy(model.state_dict()), model.training
    model.to(device()).train()
    optimizer = torch.optim.NAdam(model.parameters())
    rates = np.geomspace(low, high, n_steps).tolist()
    losses = []
    for rate in rates:
        batch = torch.randint(len(rows), (min(batch_size, len(rows)),), device=rows.device)
        loss = cross_entropy(model(rows[batch]), labels[batch])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
    model.cpu().load_state_dict(before)
    model.train(training)
    return rates, losses


def _epoch(
    model: nn.Module, rows: Tensor, labels: Tensor, batch_size: int, optimizer: torch.optim.Optimizer, cycle: Any
) -> list[float]:
    """Train for one epoch; return the learning rate of each step."""
    model.train()
    rates = []
    for batch in torch.randperm(len(rows)).split(batch_size):
        optimizer.zero_grad()
        cross_entropy(model(rows[batch]), labels[batch]).backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if cycle:
            cycle.step()
    return rates


def _loss(model: nn.Module, rows: Tensor, labels: Tensor) -> float:
    """Return the mean cross entropy, in evaluation mode."""
    model.eval()
    with torch.no_grad():
        return cross_entropy(model(rows), labels).item()


def fit(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    X_valid: ArrayLike,
    y_valid: ArrayLike,
    *,
    n_epochs: int = 50,
    patience: int = 10,
    rate: float = 1e-3,
    one_cycle: bool = False,
    batch_size: int = 64,
    seed: int = 42,
) -> dict[str, list[float]]:
    """Train `model` in place with NAdam; leave it with the weights of its best epoch.

    Parameters
    ----------
    model : gives logits; its dropout and batch norm work while it is trained.
    X, y, X_valid, y_valid : (n, d) float32 rows and (n,) labels, arrays or tensors. In
        each epoch every training row is used once, in an order drawn anew, in batches
        of `batch_size`; the last may be smaller (but with batch norm has two or more).
    n_epochs, patience : the largest number of epochs; training ends when the lowest
        validation loss is `patience` epochs old. With `one_cycle` all epochs are run.
    rate : the learning rate, of all steps; with `one_cycle` the highest of them.
    one_cycle : whether the rate goes up and down once over all steps (not epochs), and
        with each: from rate / 10 or less up to its top, in the first half of them, then
        down, to less than where it began. Its top is `rate`, or a little less where it
        would lie between two steps; there are 20 or more. The betas are up to you.
    seed : decides everything that is left to chance.

    Returns
    -------
    ``"valid_loss"``: mean cross entropy of the validation rows after each epoch, in
    evaluation mode; ``"rates"``: of each step. The model may be left in either mode.

    Examples
    --------
    >>> net, X = nn.Linear(2, 2), torch.eye(2).repeat(10, 1)
    >>> history = fit(net, X, [0, 1] * 10, X, [0, 1] * 10, n_epochs=3, batch_size=5)
    >>> len(history["valid_loss"]), len(history["rates"])
    (3, 12)
    """
    torch.manual_seed(seed)
    (rows, labels), (rows_valid, labels_valid) = _tensors(X, y), _tensors(X_valid, y_valid)
    model.to(device())
    optimizer = torch.optim.NAdam(model.parameters(), lr=rate)
    n_steps = n_epochs * -(-len(rows) // batch_size)  # rounded up
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=n_steps) if one_cycle else None
    losses, rates = [], []
    for epoch in range(n_epochs):
        rates += _epoch(model, rows, labels, batch_size, optimizer, cycle)
        losses.append(_loss(model, rows_valid, labels_valid))
        best_epoch = int(np.argmin(losses))
        if best_epoch == epoch:
            best = copy.deepcopy(model.state_dict())
        elif epoch - best_epoch >= patience and not one_cycle:
            break
    model.cpu().load_state_dict(best)
    return {"valid_loss": losses, "rates": rates}


def mc_predict(model: nn.Module, X: Tensor, n_samples: int = 10, seed: int = 42) -> Tensor:
    """Ask a network several times with its dropout at work; return the mean answer.

    Parameters
    ----------
    model : gives logits. Its dropout layers (``nn.Dropout``, ``nn.AlphaDropout``; it
        has no others) work as in training; all the rest, batch norm above all, as when
        it is used. It is left as it was, each part in its own mode.
    X : (n, d) float32.
    n_samples : how often it is asked.
    seed : decides which units are dropped.

    Returns
    -------
    (n, classes) float32, the mean of `n_samples` probabilities (not of logits).

    Examples
    --------
    >>> net = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 3))
    >>> mc_predict(net, torch.ones(2, 4)).sum(dim=1).round(decimals=3)
    tensor([1., 1.])
    """
    modes = {module: module.training for module in model.modules()}
    model.eval()
    for module in modes:
        if isinstance(module, nn.Dropout | nn.AlphaDropout):
            module.train()
    torch.manual_seed(seed)
    with torch.no_grad():
        answers = torch.stack([model(X).softmax(dim=1) for _ in range(n_samples)])  # (n_samples, n, classes)
    for module, training in modes.items():
        module.training = training
    return answers.mean(dim=0)
