"""Chapter 10, one loop with two optimisers (tf2.12.13): the answers."""

from collections.abc import Iterable, Sequence

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import Optimizer
from torch.utils.data import DataLoader, TensorDataset

from course import device

Pair = tuple[Tensor, Tensor]


def two_optimizers(model: nn.Sequential, lr_lower: float, lr_upper: float) -> tuple[Optimizer, Optimizer]:
    """Return an optimiser for each half of a network.

    Parameters
    ----------
    model : its first part, ``model[0]``, is the lower half, its second and last,
        ``model[1]``, the upper one.
    lr_lower, lr_upper : learning rates of the two.

    Returns
    -------
    lower, upper : optimisers of two different classes, which is which is yours to
        choose; Adam and AdamW are two. Each has all parameters of its half, no others.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))
    >>> lower, upper = two_optimizers(model, 0.01, 0.002)
    >>> [group["lr"] for group in lower.param_groups + upper.param_groups]
    [0.01, 0.002]
    """
    lower = torch.optim.SGD(model[0].parameters(), lr=lr_lower, momentum=0.9, nesterov=True)
    return lower, torch.optim.NAdam(model[1].parameters(), lr=lr_upper)


def train_with_both(
    model: nn.Module,
    optimizers: Sequence[Optimizer],
    train_batches: Iterable[Pair],
    valid_batches: Iterable[Pair],
    n_epochs: int,
) -> dict[str, list[float]]:
    """Train a classifier with several optimisers at once, and keep watching.

    Parameters
    ----------
    model : gives logits, (B, n_classes).
    optimizers : each moves parameters of its own, once per batch, all by the gradient
        of the same mean cross-entropy.
    train_batches, valid_batches : pairs of inputs and labels, (B,) int64, that can be
        gone through again and again. Batches need not be of one size. Both are on the
        CPU; the model may be elsewhere.
    n_epochs : how often all training batches are seen.

    Returns
    -------
    - ``"loss"``, ``"accuracy"``: for each training batch of each epoch, one after the
      other, the mean over all rows of this epoch so far, each as it was before its
      batch's update;
    - ``"valid_loss"``, ``"valid_accuracy"``: for each epoch the mean over all
      validation rows, in evaluation mode and without a record for gradients.

    The model is left in evaluation mode.

    Examples
    --------
    >>> batches = [(torch.rand(4, 3), torch.tensor([0, 1, 1, 0]))] * 5
    >>> model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))
    >>> optimizers = two_optimizers(model, 0.01, 0.01)
    >>> history = train_with_both(model, optimizers, batches, batches[:1], n_epochs=2)
    >>> {name: len(figures) for name, figures in history.items()}
    {'loss': 10, 'accuracy': 10, 'valid_loss': 2, 'valid_accuracy': 2}
    """
    history: dict[str, list[float]] = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        sums, n_rows = torch.zeros(2), 0
        for X, y in train_batches:
            loss, batch_sums = _figures(model, X, y)
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
            sums, n_rows = sums + batch_sums, n_rows + len(y)
            for name, mean in zip(("loss", "accuracy"), (sums / n_rows).tolist(), strict=True):
                history[name].append(mean)
        model.eval()
        with torch.no_grad():
            parts = [(_figures(model, X, y)[1], len(y)) for X, y in valid_batches]
        sums, n_rows = sum((part for part, _ in parts), torch.zeros(2)), sum(n for _, n in parts)
        for name, mean in zip(("valid_loss", "valid_accuracy"), (sums / n_rows).tolist(), strict=True):
            history[name].append(mean)
    return history


def _figures(model: nn.Module, X: Tensor, y: Tensor) -> Pair:
    """Return the mean loss of a batch, and the sums over its rows of loss and of right answers, (2,)."""
    where = next(model.parameters()).device
    logits, labels = model(X.to(where)), y.to(where)
    loss = cross_entropy(logits, labels)
    right = (logits.argmax(dim=1) == labels).sum()
    return loss, torch.stack([loss.detach() * len(y), right]).cpu()


def fit_clothes(
    X: ArrayLike, y: ArrayLike, X_valid: ArrayLike, y_valid: ArrayLike, n_epochs: int = 10, seed: int = 42
) -> tuple[nn.Sequential, dict[str, list[float]]]:
    """Train a network on pictures, with `two_optimizers` and `train_with_both`.

    Parameters
    ----------
    X, X_valid : (n, 784) and (m, 784) uint8 pixels, 0 to 255.
    y, y_valid : (n,) and (m,) classes, 0 to 9.
    n_epochs : how often all of X is seen.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Returns
    -------
    model : an ``nn.Sequential`` of two parts, the lower and the upper half, each with
        parameters to learn. It takes pixels divided by 255, (B, 784) float32, and gives
        logits, (B, 10). It is on the CPU and in evaluation mode.
    history : of the training, as `train_with_both` returns it.

    Examples
    --------
    >>> X = np.random.default_rng(1).integers(0, 256, (20, 784), dtype=np.uint8)
    >>> y = np.arange(20) % 10
    >>> model, history = fit_clothes(X, y, X, y, n_epochs=1)
    >>> model(torch.rand(3, 784)).shape
    torch.Size([3, 10])
    """
    torch.manual_seed(seed)
    train, valid = (
        TensorDataset(torch.tensor(pixels, dtype=torch.float32) / 255, torch.tensor(labels, dtype=torch.int64))
        for pixels, labels in ((X, y), (X_valid, y_valid))
    )
    lower = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU())
    model = nn.Sequential(lower, nn.Linear(100, 10)).to(device())
    optimizers = two_optimizers(model, lr_lower=0.03, lr_upper=0.002)
    batches = DataLoader(train, batch_size=32, shuffle=True), DataLoader(valid, batch_size=1000)
    history = train_with_both(model, optimizers, *batches, n_epochs)
    return model.cpu(), history
