"""Data pipelines, record files for Fashion-MNIST (tf2.13.9), the network that is fed from them: the answers."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from course import device
from solutions.pipelines_records.shards import ShardDataset


class Standardise(nn.Module):
    """A layer that takes each pixel's mean away and divides by its standard deviation.

    Parameters
    ----------
    shape : of one input.

    Until `adapt` is called, the means are 0 and the deviations 1. Both are saved with
    the model (``state_dict``), and are no parameters: no optimiser changes them. They
    may be kept in float32 or float64.

    Examples
    --------
    >>> layer = Standardise((2,))
    >>> layer.adapt([torch.tensor([[1, 5], [3, 5]]), torch.tensor([[5, 5]])])
    >>> layer(torch.tensor([[3, 6]])).tolist()
    [[0.0, 1.0]]
    """

    def __init__(self, shape: Sequence[int] = (28, 28)) -> None:
        super().__init__()
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.zeros(*shape))
        self.register_buffer("std", torch.ones(*shape))

    def adapt(self, batches: Iterable[Tensor]) -> None:
        """Learn means and deviations (of all n inputs: divide by n) from a stream.

        Parameters
        ----------
        batches : (B, \\*shape) tensors of any type of numbers, with any B from 1 on,
            one batch or more; it can be gone through only once, and does not fit into
            memory as a whole.

        The deviation of a pixel that is always the same is set to 1. What was learned
        before is forgotten. Values may lie far from 0 and vary little: plain sums of
        their squares have to be in float64 then.
        """
        n, mean, squares = 0, torch.zeros(self.mean.shape).double(), torch.zeros(self.mean.shape).double()
        for batch in batches:
            X = batch.double().cpu()
            n += len(X)
            moved = X.mean(dim=0) - mean
            # Squares about the new mean: within the batch, and what both means' distance adds.
            squares += X.var(dim=0, correction=0) * len(X) + moved**2 * len(X) * (n - len(X)) / n
            mean += moved * len(X) / n
        std = (squares / n).sqrt()
        self.mean.copy_(mean)
        self.std.copy_(torch.where(std > 0, std, 1.0))

    def forward(self, X: Tensor) -> Tensor:
        """Return (B, \\*shape) float32; `X` is of any type of numbers."""
        return (X.float() - self.mean) / self.std


def fit_from_shards(
    paths: Sequence[str], n_classes: int, n_epochs: int = 5, batch_size: int = 32, seed: int = 0
) -> nn.Module:
    """Train a network on record files.

    Parameters
    ----------
    paths : from `write_shards`; often the records are sorted by label. Labels are from
        0 to ``n_classes - 1``.
    n_epochs : how often it is trained on each record.
    batch_size : records in each batch; the last one may have fewer, even a single one.
    seed : decides all chance: the same seed trains the same network. PyTorch's own
        generator may be in another state afterwards.

    Returns
    -------
    A model that takes pictures as the files have them, (B, 28, 28) uint8, and returns
    (B, n_classes) scores: the highest names the class. What it knows of the training
    data, to standardise others, is saved with it in its ``state_dict``.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> X = np.random.default_rng(0).integers(0, 256, (6, 28, 28)).astype(np.uint8)
    >>> paths = write_shards(X, [0, 0, 1, 1, 2, 2], mkdtemp(), n_shards=3)
    >>> fit_from_shards(paths, n_classes=3, n_epochs=1)(torch.from_numpy(X)).shape
    torch.Size([6, 3])
    """
    torch.manual_seed(seed)
    where = device()
    standardise = Standardise((28, 28))
    standardise.adapt(X for X, _ in DataLoader(ShardDataset(paths), batch_size=256))
    model = nn.Sequential(standardise, nn.Flatten(), nn.Linear(28 * 28, 100), nn.ReLU(), nn.Linear(100, n_classes)).to(
        where
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    # All files are open at once, so that each batch has records of all of them.
    data = ShardDataset(paths, shuffle=True, n_open=len(paths), buffer_size=1000, seed=seed)
    for epoch in range(n_epochs):
        data.set_epoch(epoch)
        for X, y in DataLoader(data, batch_size=batch_size):
            loss = cross_entropy(model(X.to(where)), y.to(where))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.cpu()
