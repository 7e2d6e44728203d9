"""Chapter 10, a network that knows what grows where (p.10.15): the answers."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from course import device
from solutions.ch10_pytorch.covertype import N_TYPES, Pair


class CoverMLP(nn.Module):
    """A network that says what grows on a patch of land.

    Parameters
    ----------
    n_hidden : size of its hidden layers: there are two or more.

    Examples
    --------
    >>> CoverMLP(n_hidden=8)(torch.rand(5, 54)).shape
    torch.Size([5, 7])
    """

    def __init__(self, n_hidden: int = 64) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for n_in in (54, n_hidden, n_hidden):
            # No bias: batch norm has a shift of its own.
            layers += [nn.Linear(n_in, n_hidden, bias=False), nn.BatchNorm1d(n_hidden), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(n_hidden, N_TYPES))

    def forward(self, X: Tensor) -> Tensor:
        """Return logits, (B, 7), for rows of a `CoverDataset`, (B, 54) float32."""
        return self.layers(X)


def train_cover(
    model: nn.Module, train_loader: DataLoader[Pair], valid_loader: DataLoader[Pair], n_epochs: int
) -> dict[str, list[float]]:
    """Train a network for some epochs.

    Parameters
    ----------
    model : a `CoverMLP`, or another module from (B, 54) to (B, 7). It is trained in
        place, and left on the CPU and in evaluation mode.
    train_loader : its batches are what the model learns from. None has a single row.
    valid_loader : its batches only measure, in evaluation mode and without a record for
        gradients.
    n_epochs : how often all training batches are seen.

    Returns
    -------
    Lists of `n_epochs` figures, one for each epoch:

    - ``"loss"``: the mean cross-entropy over all training rows, as it came in training;
    - ``"valid_loss"`` and ``"valid_accuracy"``: the mean cross-entropy over all
      validation rows, and the share of them named rightly, at the end of the epoch.

    Examples
    --------
    >>> X, y = np.random.default_rng(1).random((100, 54)), np.arange(100) % 5 + 1
    >>> train_loader, valid_loader, _ = make_loaders(X, y, batch_size=10)
    >>> history = train_cover(CoverMLP(8), train_loader, valid_loader, n_epochs=2)
    >>> {name: len(figures) for name, figures in history.items()}
    {'loss': 2, 'valid_loss': 2, 'valid_accuracy': 2}
    """
    model.to(device())
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_epochs * len(train_loader))
    history: dict[str, list[float]] = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        total = 0.0
        for X, y in train_loader:
            loss = cross_entropy(model(X.to(device())), y.to(device()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(y)
        history["loss"].append(total / len(train_loader.dataset))  # type: ignore[arg-type]  # it has a length
        logits, labels = _answers(model, valid_loader)
        history["valid_loss"].append(cross_entropy(logits, labels).item())
        history["valid_accuracy"].append((logits.argmax(dim=1) == labels).float().mean().item())
    model.cpu().eval()
    return history


def _answers(model: nn.Module, loader: DataLoader[Pair]) -> Pair:
    """Return logits and labels of all rows of a loader, on the CPU; the model is left in evaluation mode."""
    where = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        parts = [(model(X.to(where)).cpu(), y) for X, y in loader]
    logits, labels = (torch.cat(part) for part in zip(*parts, strict=True))
    return logits, labels


def cover_types(model: nn.Module, loader: DataLoader[Pair]) -> Tensor:
    """Return what grows on each patch, as a network has it.

    Parameters
    ----------
    model : trained, in any mode. In which one it is left is all the same.
    loader : of a `CoverDataset`.

    Returns
    -------
    (n,) int64 types, 1 to 7, in the order in which the loader gives the rows.

    Examples
    --------
    >>> dataset = CoverDataset(np.zeros((5, 54)), np.ones(5), np.zeros(10), np.ones(10))
    >>> cover_types(CoverMLP(8), DataLoader(dataset, batch_size=2)).shape
    torch.Size([5])
    """
    return _answers(model, loader)[0].argmax(dim=1) + 1
