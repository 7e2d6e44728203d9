"""Chapter 12, own kinds of pictures, learned (p.12.9): the answers."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course import device


def load_weights(model: nn.Module, path: str | Path) -> list[str]:
    """Copy weights from a file into a network, as far as they fit.

    Parameters
    ----------
    model : gets the weights; nothing else about it changes, such as its mode.
    path : a file that ``torch.save`` has written, on this machine or on one with a GPU.
        It holds a ``state_dict``, or a dictionary with one under ``"state_dict"`` and
        numbers or words beside it. The names in the state may all begin with
        ``"module."``, which networks get that are trained on several GPUs; those of
        `model` don't.

    Returns
    -------
    The names in ``model.state_dict()`` that were *not* copied, in alphabetical order:
    they are not in the file, or have another shape there (the head of a network for
    other classes). They keep the values that they had. What else is in the file is left
    out.

    Examples
    --------
    >>> old = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1000))
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "weights.pt"
    >>> torch.save(old.state_dict(), path)
    >>> new = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    >>> load_weights(new, path)
    ['2.bias', '2.weight']
    """
    saved = torch.load(path, map_location="cpu", weights_only=True)  # True: run no code that is in the file
    saved = saved.get("state_dict", saved)
    saved = {name.removeprefix("module."): value for name, value in saved.items()}
    own = model.state_dict()
    fitting = {name: saved[name] for name in own if name in saved and saved[name].shape == own[name].shape}
    model.load_state_dict({**own, **fitting})
    return sorted(own.keys() - fitting.keys())


class TransferNet(nn.Module):
    """A network for new classes, on top of one that has learned from other pictures.

    Parameters
    ----------
    backbone : takes (B, 3, height, width) and gives (B, n_features).
    n_features : numbers that it gives for each picture.
    n_classes : the new ones.

    Attributes
    ----------
    backbone : the module that was passed in.
    head : an ``nn.Linear`` that makes logits of its features.

    Examples
    --------
    >>> backbone = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    >>> TransferNet(backbone, n_features=3, n_classes=2)(torch.zeros(4, 3, 8, 8)).shape
    torch.Size([4, 2])
    """

    def __init__(self, backbone: nn.Module, n_features: int, n_classes: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(n_features, n_classes)

    def forward(self, X: Tensor) -> Tensor:
        """Return logits, (B, n_classes)."""
        logits: Tensor = self.head(self.backbone(X))
        return logits


def parameter_groups(model: nn.Module, lr: float, frozen: bool) -> list[dict[str, Any]]:
    """Return the groups of parameters for an optimiser, each with its learning rate.

    Parameters
    ----------
    model : a `TransferNet`.
    lr : the learning rate of the head.
    frozen : if True, the head only is trained. If False, the backbone is trained as
        well, at a tenth of the head's rate: it knows a lot that should not be lost.

    Returns
    -------
    Dictionaries with ``"params"``, a list of parameters, and ``"lr"``, in any order.

    Examples
    --------
    >>> model = TransferNet(nn.Linear(2, 3), 3, 2)
    >>> (head,) = parameter_groups(model, lr=0.5, frozen=True)
    >>> len(head["params"]), head["lr"]
    (2, 0.5)
    """
    groups = [{"params": list(model.head.parameters()), "lr": lr}]
    if not frozen:
        groups.append({"params": list(model.backbone.parameters()), "lr": lr / 10})
    return groups


def finetune(
    model: nn.Module, loaders: Mapping[str, Any], n_head: int, n_all: int, lr: float = 0.01, seed: int = 42
) -> list[float]:
    """Train a network for new classes: its head first, then all of it.

    Parameters
    ----------
    model : a `TransferNet`; it is trained in place, and left on the CPU in evaluation
        mode, with all its parameters ready to be trained on (``requires_grad``).
    loaders : ``"train"`` and ``"valid"`` give batches of pictures, (B, 3, height,
        width), and classes, (B,) int64, each time one goes through them. There may be
        others, which are nobody's business here.
    n_head : epochs in which the backbone is *frozen*: its weights don't change, nor
        does anything else that it keeps, such as batch norm's running means.
    n_all : epochs after that, in which all weights are trained. Whether batch norm goes
        on counting then is up to you. Either number may be 0.
    lr : of the head, as for `parameter_groups`. It may fall from there. Meant
        for ``torch.optim.Adam`` and its kin, or for gradient descent with momentum.
    seed : decides everything that is left to chance here, such as dropout.

    Returns
    -------
    (n_head + n_all) accuracies on ``"valid"``, one after each epoch. The network stays
    as it is after the last one, even if it was better before.

    Examples
    --------
    >>> model = TransferNet(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), 3, 2)
    >>> batches = [(torch.rand(4, 3, 8, 8), torch.tensor([0, 1, 0, 1]))]
    >>> len(finetune(model, {"train": batches, "valid": batches}, n_head=2, n_all=1))
    3
    """
    torch.manual_seed(seed)
    model.to(device())
    history = []
    for n_epochs, frozen in ((n_head, True), (n_all, False)):
        model.backbone.requires_grad_(not frozen)
        optimizer = torch.optim.Adam(parameter_groups(model, lr, frozen))
        for _ in range(n_epochs):
            model.train()
            model.backbone.train(not frozen)  # else batch norm would go on counting
            for X, y in loaders["train"]:
                loss = cross_entropy(model(X.to(device())), y.to(device()))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            history.append(_accuracy(model, loaders["valid"]))
    model.backbone.requires_grad_(True)
    model.cpu().eval()
    return history


def _accuracy(model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]]) -> float:
    model.eval()
    with torch.no_grad():
        hits = [model(X.to(device())).argmax(dim=1).cpu() == y for X, y in batches]
    return float(torch.cat(hits).float().mean())
