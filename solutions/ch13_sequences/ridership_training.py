"""Chapter 13, training the networks for ridership (p.13.9): the answers."""

import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader

from course import device
from solutions.ch13_sequences.ridership import HORIZON, Seq2SeqBothDataset

P_13_9 = """
I took pairs of weeks from all over the five months that told when to stop, which flatters the network a little. It is
off by 33,000 rides a day by rail and 36,000 by bus, where last week's numbers are off by 40,000 and 43,000: a sixth
better. For tomorrow it is 36,000 and 29,000 against 42,000 and 44,000. By bus the gain is large at first and small
after two weeks (37,000 against 41,000); by rail the error hardly depends on how far ahead the day is.

Last week repeats its holidays and its storms. The network knows what a usual Monday is, and is told what kind of day
tomorrow will be, which is worth most for tomorrow, as the bus shows. After that it has to guess: on a holiday ten
days ahead it is still wrong, since the type of the day is only known for the next one, and snow it can't know at all.
"""
P_13_9_RUBRIC = """
- 1 point: figures of its own: near and far days, rail and bus, beside last week's numbers, over several pairs of
  weeks
- 1 point: a reason that fits (the usual week, the type of the next day), and days on which it must fail (holidays,
  weather)
"""


def _mean_absolute_error(model: nn.Module, X: Tensor, Y: Tensor) -> float:
    model.eval()
    with torch.no_grad():
        return float((model(X) - Y).abs().mean())


def _all_windows(days: NDArray[np.float32], window: int) -> tuple[Tensor, Tensor]:
    """Return the windows of a period and what follows them, where they are needed."""
    windows = Seq2SeqBothDataset(days, window)
    X, Y = zip(*(windows[i] for i in range(len(windows))), strict=True)
    return torch.stack(X).to(device()), torch.stack(Y).to(device())


def fit_forecaster(
    model: nn.Module,
    series: ArrayLike,
    n_train: int,
    n_valid: int,
    *,
    window: int = 56,
    n_epochs: int = 100,
    patience: int = 10,
    seed: int = 42,
) -> list[float]:
    """Train `model` in place; leave it with the weights of its best epoch.

    Parameters
    ----------
    model : any module that maps (B, T, 5) to (B, T, 28) as `Seq2SeqBoth` does; it may
        work in another way while it is trained (dropout).
    series : (n, 5) floats, a row for each day. It is trained on the first `n_train`
        days and validated on the next `n_valid`: windows, and the 14 days ahead of each
        of their days, lie within these. Later days are the test period, which makes no
        difference; and the validation period decides only when to stop.
    window : days in a window.
    n_epochs : largest number of epochs; with fewer, they are the same, only fewer.
    patience : training ends when the lowest validation loss is so many epochs old.
    seed : decides all that is random; the same seed and model give the same result.

    Returns
    -------
    The validation loss after each epoch that was run: the mean absolute error, in
    millions, over all windows, days and outputs of that period, in evaluation mode.

    Examples
    --------
    >>> days = np.tile(np.eye(7, 5, dtype=np.float32), (20, 1))
    >>> losses = fit_forecaster(Seq2SeqBoth(8), days, 80, 40, window=14, n_epochs=3)
    >>> len(losses), losses[0] > losses[2]
    (3, True)
    """
    torch.manual_seed(seed)
    series = np.asarray(series, dtype=np.float32)
    loader = DataLoader(Seq2SeqBothDataset(series[:n_train], window), batch_size=32, shuffle=True)
    X_valid, Y_valid = _all_windows(series[n_train : n_train + n_valid], window)
    model.to(device())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    best: dict[str, Any] = {}
    losses: list[float] = []
    while len(losses) < n_epochs:
        model.train()
        for X, Y in loader:
            optimizer.zero_grad()
            nn.functional.huber_loss(model(X.to(device())), Y.to(device())).backward()
            optimizer.step()
        losses.append(_mean_absolute_error(model, X_valid, Y_valid))
        best_epoch = int(np.argmin(losses))
        if best_epoch == len(losses) - 1:
            best = copy.deepcopy(model.state_dict())  # the state itself would go on changing
        elif len(losses) - 1 - best_epoch >= patience:
            break
    model.cpu().load_state_dict(best)
    return losses


def forecast(model: nn.Module, recent: ArrayLike) -> NDArray[np.float64]:
    """Return the rides of the 14 days after the last one of `recent`.

    Parameters
    ----------
    model : maps (B, T, 5) to (B, T, 28), or to the form that your `Seq2SeqBoth` gives
        instead, in millions. It is left in the mode (training or evaluation) that it is
        in, but asked in evaluation mode.
    recent : (T, 5), the last days as `daily_features` gives them.

    Returns
    -------
    (14, 2) rides: a row for each day, rail in column 0 and bus in column 1.

    Examples
    --------
    >>> class Copier(nn.Module):
    ...     def forward(self, X):
    ...         return X[:, :, :2].repeat_interleave(14, dim=2)
    >>> forecast(Copier(), [[0.5, 0.25, 0.0, 0.0, 1.0]] * 3)[[0, 13]].round().tolist()
    [[500000.0, 250000.0], [500000.0, 250000.0]]
    """
    training = model.training
    model.eval()
    with torch.no_grad():
        output = model(torch.as_tensor(np.asarray(recent), dtype=torch.float32)[None])  # (1, T, 28)
    model.train(training)
    rides: NDArray[np.float64] = output[0, -1].reshape(2, HORIZON).T.double().numpy() * 1e6
    return rides
