"""What the checks of chapter 11 share: rules that are drawn anew, and small networks whose answers are known."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from scipy.spatial.distance import pdist
from torch import nn

from autograder.testing.modules import tensor

Rows = tuple[np.ndarray, np.ndarray]
LETTERS = ("a", "b", "c", "d", "e", "f")  # of statements to choose from
# Dropout, patience, rate and batches of trainings that have to stop early; where rates are large and batches small, the
# losses go up and down, so that one below the one just before it is rarely the lowest of all.
PATIENCE = ((0.0, 2, 0.05, 20), (0.4, 4, 0.05, 20), (0.4, 5, 0.2, 6), (0.7, 5, 0.1, 5))


def places(
    rng: np.random.Generator, d: int = 8, k: int = 4, per: int = 4, noise: float = 0.45
) -> Callable[[int], Rows]:
    """Draw a rule: `per` places for each of `k` classes, so that no straight lines part them.

    Returns
    -------
    draw : gives rows near these places, (n, d) float32, and their classes, (n,) int64.
    """
    centres, labels = rng.normal(size=(k * per, d)), np.arange(k * per) % k

    def draw(n: int) -> Rows:
        place = rng.integers(k * per, size=n)
        return (centres[place] + noise * rng.normal(size=(n, d))).astype(np.float32), labels[place]

    return draw


def hidden_places(
    rng: np.random.Generator,
    d: int = 30,
    k: int = 5,
    per: int = 3,
    n_telling: int = 5,
    loud: float = 1.5,
    noise: float = 0.4,
) -> tuple[Callable[[int], Rows], np.ndarray]:
    """Draw a rule on `n_telling` directions of `d`; what the others hold is louder, and tells nothing.

    Returns
    -------
    draw : as of `places`.
    directions : (d, d), orthogonal; its first `n_telling` columns are those that tell.
    """
    directions = np.linalg.qr(rng.normal(size=(d, d)))[0]
    centres, labels = 2 * rng.normal(size=(k * per, n_telling)), np.arange(k * per) % k
    while pdist(centres).min() < 2.5:  # so that no draw is much harder than another
        centres = 2 * rng.normal(size=(k * per, n_telling))

    def draw(n: int) -> Rows:
        place = rng.integers(k * per, size=n)
        telling = centres[place] + noise * rng.normal(size=(n, n_telling))
        rest = loud * rng.normal(size=(n, d - n_telling))
        return (np.hstack([telling, rest]) @ directions.T).astype(np.float32), labels[place]

    return draw, directions


def known_linear(
    student: Any, rng: np.random.Generator, n_in: int, n_out: int, dropout: float = 0.0, breaks_at: int = 0
) -> Any:
    """Return a handle on dropout and one linear layer, with small weights; in training mode it raises an error when it
    is called for the time `breaks_at`."""
    weight, bias = rng.normal(0, 0.3, (n_out, n_in)), rng.normal(0, 0.1, n_out)
    return student.probe_(_linear)(tensor(weight), tensor(bias), dropout, breaks_at)


def goes_through(model: Any, X: np.ndarray, n_epochs: int) -> None:
    """Assert that a `known_linear`, without dropout, has learned from each row of X once an epoch, in an order that is
    drawn anew."""
    shown = np.array([row for batch in list(model.shown) for row in batch])
    assert shown.size == n_epochs * len(X), "an epoch has too many rows, or too few"
    epochs = shown.reshape(n_epochs, len(X))
    for epoch in epochs:
        assert np.allclose(np.sort(epoch), np.sort(X[:, 0]), atol=1e-5), "a row is not used once in an epoch"
    assert all(not np.array_equal(one, epochs[0]) for one in epochs[1:]), "the order is the same in each epoch"


def normed(student: Any, rng: np.random.Generator, dropout: float, n_in: int = 5, n_out: int = 3) -> Any:
    """Return a handle on a linear layer, batch norm that has seen some rows, dropout, and another linear layer."""
    weights = [tensor(rng.normal(size=shape)) for shape in ((6, n_in), (n_out, 6))]
    rows = [tensor(rng.normal(2, 3, (20, 6)).mean(axis=0)), tensor(rng.uniform(2, 9, 6))]
    return student.probe_(_normed)(weights, rows, dropout)


def accuracy(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Return the share of rows whose largest logit is the right one, in evaluation mode."""
    model.eval()
    found = np.asarray(model(tensor(X)))
    assert found.shape[:1] == y.shape and found.ndim == 2
    return float(np.mean(found.argmax(axis=1) == y))


def loss_of(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Return the mean cross entropy, in evaluation mode."""
    model.eval()
    logits = torch.as_tensor(np.asarray(model(tensor(X))))
    return float(nn.functional.cross_entropy(logits, tensor(y)))


@contextlib.contextmanager
def file_of(student: Any) -> Iterator[Any]:
    """Yield a handle of the path of a file that is not there yet, in a folder where the submission may write.

    A path is no plain value, and stays where it is: its name is another each time, and no known misconception would be
    recognised.
    """
    path = student.probe_(_new_path)()
    try:
        yield path
    finally:
        student.probe_(_remove_folder)(path)


def modes_of(model):
    """Probe: the mode of each part, and how many hooks hang on it."""
    return {name: (part.training, len(part._forward_hooks)) for name, part in model.named_modules()}


def set_modes(model, names):
    """Probe: put the parts of these names into training mode, all others into evaluation mode."""
    for name, part in model.named_modules():
        part.training = name in names


def _linear(weight, bias, dropout, breaks_at):
    """Probe; each time that gradients come back, the layer writes down in which mode it was, and the first column of
    what it was shown."""
    import torch
    from torch import nn

    class Layer(nn.Linear):
        def forward(self, X):
            calls.extend([1] * self.training)
            if len(calls) == breaks_at:
                raise RuntimeError("the power is gone")
            out, mode, rows = super().forward(X), self.training, X[:, 0].tolist()
            if out.requires_grad:
                out.register_hook(lambda _: modes.append(mode) or shown.append(rows))
            return out

    modes, shown, calls = [], [], [0] * (not breaks_at)  # at 0 it never breaks
    layer = Layer(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    model = nn.Sequential(nn.Dropout(dropout), layer)
    model.learned_in, model.shown = modes, shown
    return model


def _normed(weights, rows, dropout):
    """Probe; `asked` says how many rows the network was given each time that it, or a copy, was called."""
    import torch
    from torch import nn

    class Counted(nn.Sequential):
        def forward(self, X):
            asked.append(len(X))
            return super().forward(X)

    asked = []
    model = Counted(nn.Linear(weights[0].shape[1], 6), nn.BatchNorm1d(6), nn.Dropout(dropout), nn.Linear(6, 3))
    model.asked = asked
    with torch.no_grad():
        model[0].weight.copy_(weights[0])
        model[3].weight.copy_(weights[1])
        model[0].bias.zero_()
        model[3].bias.zero_()
        model[1].running_mean.copy_(rows[0])
        model[1].running_var.copy_(rows[1])
    return model


def _new_path():
    """Probe: a file in a new folder, in the submission's own place for such."""
    import tempfile
    from pathlib import Path

    return Path(tempfile.mkdtemp()) / "best.pt"


def _remove_folder(path):
    """Probe."""
    import shutil

    shutil.rmtree(path.parent, ignore_errors=True)
