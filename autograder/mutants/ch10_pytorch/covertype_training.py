"""Chapter 10, a network that knows what grows where (p.10.15): wrong answers, and right ones."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- the network, wrong


class _Net(nn.Module):
    def __init__(self, n_hidden=64):
        super().__init__()
        self.one, self.two, self.out = nn.Linear(54, n_hidden), nn.Linear(n_hidden, n_hidden), nn.Linear(n_hidden, 7)

    def forward(self, X):
        return self.out(torch.relu(self.two(torch.relu(self.one(X)))))


@mutant("p.10.15", replaces="CoverMLP", fails="test_network_gives_logits")
class Probabilities(_Net):
    """`cross_entropy` has a softmax inside: give it logits, or the softmax is taken twice, and little is learned."""

    def forward(self, X):
        return super().forward(X).softmax(dim=1)


@mutant("p.10.15", replaces="CoverMLP", fails="test_network_gives_logits")
class EightClasses(_Net):
    """There are seven types, so the last layer has seven neurons; class 0 is type 1."""

    def __init__(self, n_hidden=64):
        super().__init__(n_hidden)
        self.out = nn.Linear(n_hidden, 8)


@mutant("p.10.15", replaces="CoverMLP", fails="test_network_gives_logits")
class LayersInAList(nn.Module):
    """Layers in a plain list are not registered: use `nn.ModuleList` or `nn.Sequential`."""

    def __init__(self, n_hidden=64):
        super().__init__()
        self.hidden = [nn.Linear(54, n_hidden), nn.Linear(n_hidden, n_hidden)]
        self.out = nn.Linear(n_hidden, 7)

    def forward(self, X):
        for layer in self.hidden:
            X = torch.relu(layer(X))
        return self.out(X)


@mutant("p.10.15", replaces="CoverMLP", fails="test_network_gives_logits")
class OneHiddenLayer(nn.Module):
    """There is one hidden layer: two or more are asked for, of `n_hidden` units each."""

    def __init__(self, n_hidden=64):
        super().__init__()
        self.one, self.out = nn.Linear(54, n_hidden), nn.Linear(n_hidden, 7)

    def forward(self, X):
        return self.out(torch.relu(self.one(X)))


@mutant("p.10.15", replaces="CoverMLP", fails="test_network_gives_logits")
class SizeIgnored(_Net):
    """Your hidden layers have one size, whatever `n_hidden` says."""

    def __init__(self, n_hidden=64):
        super().__init__(32)


@naive("p.10.15", replaces="CoverMLP", fails="test_knows_what_grows_where")
class NoHiddenLayer(nn.Module):
    """Without something bent between its layers, a network is a linear model, however many layers it has."""

    def __init__(self, n_hidden=64):
        super().__init__()
        self.one, self.two = nn.Linear(54, n_hidden), nn.Linear(n_hidden, 7)

    def forward(self, X):
        return self.two(self.one(X))


# ---------------------------------------------------------------- training, wrong


def _answers(model, loader):
    model.eval()
    with torch.no_grad():
        parts = [(model(X), y) for X, y in loader]
    return (torch.cat(part) for part in zip(*parts, strict=True))


def _fit(model, train, valid, n_epochs, lr=1e-3, zero=True, modes=True, mean=True, evaluate=_answers, shift=0):
    optimizer = torch.optim.Adam(model.parameters(), lr)
    history = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        if modes:
            model.train()
        losses, sizes = [], []
        for X, y in train:
            loss = cross_entropy(model(X), (y + shift) % 7)
            if zero:
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            sizes.append(len(y) if mean else 1)
        history["loss"].append(float(np.average(losses, weights=sizes)))
        logits, labels = evaluate(model, valid)
        history["valid_loss"].append(cross_entropy(logits, labels).item())
        history["valid_accuracy"].append((logits.argmax(dim=1) == labels).float().mean().item())
    model.eval()
    return history


@naive("p.10.15", replaces="train_cover", fails="test_knows_what_grows_where")
def one_epoch(model, train_loader, valid_loader, n_epochs):
    """You go through the training rows once: there are `n_epochs` to learn from."""
    history = _fit(model, train_loader, valid_loader, 1)
    return {name: figures * n_epochs for name, figures in history.items()}


@naive("p.10.15", replaces="train_cover", fails="test_knows_what_grows_where")
def plain_descent(model, train_loader, valid_loader, n_epochs):
    """Plain gradient descent with a rate of 0.001 hardly gets anywhere in so few steps: take Adam, or a larger rate."""
    real = torch.optim.Adam
    torch.optim.Adam = torch.optim.SGD
    try:
        return _fit(model, train_loader, valid_loader, n_epochs)
    finally:
        torch.optim.Adam = real


@mutant("p.10.15", replaces="train_cover", fails="test_modes_of_the_loop")
def always_in_evaluation_mode(model, train_loader, valid_loader, n_epochs):
    """After the first validation your model stays in evaluation mode: `train()` belongs into each epoch."""
    model.train()
    return _fit(model, train_loader, valid_loader, n_epochs, modes=False)


@mutant("p.10.15", replaces="train_cover", fails="test_modes_of_the_loop")
def validates_in_training_mode(model, train_loader, valid_loader, n_epochs):
    """Validation rows are asked about in training mode: call `eval()` before."""

    def answers(model, loader):
        with torch.no_grad():
            parts = [(model(X), y) for X, y in loader]
        return (torch.cat(part) for part in zip(*parts, strict=True))

    return _fit(model, train_loader, valid_loader, n_epochs, evaluate=answers)


@mutant("p.10.15", replaces="train_cover", fails="test_modes_of_the_loop")
def validation_is_recorded(model, train_loader, valid_loader, n_epochs):
    """You record the validation batches for gradients that nobody asks for: use `torch.no_grad()`."""

    def answers(model, loader):
        model.eval()
        parts = [(model(X).clone(), y) for X, y in loader]
        return (torch.cat(part).detach() for part in zip(*parts, strict=True))

    return _fit(model, train_loader, valid_loader, n_epochs, evaluate=answers)


@mutant("p.10.15", replaces="train_cover", fails="test_modes_of_the_loop")
def learns_from_validation(model, train_loader, valid_loader, n_epochs):
    """You learn from the validation rows as well: they only measure."""
    both = [*train_loader, *valid_loader]
    return _fit(model, both, valid_loader, n_epochs)


@mutant("p.10.15", replaces="train_cover", fails="test_history_of_the_training")
def mean_of_batch_means(model, train_loader, valid_loader, n_epochs):
    """The mean over the batches gives the rows of the small last one too much weight: weight by rows."""

    history = _fit(model, train_loader, valid_loader, n_epochs)
    parts = [tuple(_answers(model, [batch])) for batch in valid_loader]
    history["valid_loss"][-1] = float(np.mean([cross_entropy(z, y).item() for z, y in parts]))
    history["valid_accuracy"][-1] = float(np.mean([(z.argmax(1) == y).float().mean().item() for z, y in parts]))
    return history


@mutant("p.10.15", replaces="train_cover", fails="test_history_of_the_training")
def last_training_batch_alike(model, train_loader, valid_loader, n_epochs):
    """The rows of the last, smaller training batch count for more than the others in your loss: weight by rows."""
    return _fit(model, train_loader, valid_loader, n_epochs, mean=False)


@mutant("p.10.15", replaces="train_cover", fails="test_history_of_the_training")
def one_figure_for_all(model, train_loader, valid_loader, n_epochs):
    """You keep the last epoch's figures only: a list with one for each epoch is asked for."""
    history = _fit(model, train_loader, valid_loader, n_epochs)
    return {name: figures[-1:] for name, figures in history.items()}


@mutant("p.10.15", replaces="cover_types", fails="test_types_of_all_rows")
def classes_not_types(model, loader):
    """These are classes, 0 to 6: types are counted from 1."""
    return next(iter(_answers(model, loader))).argmax(dim=1)


@mutant("p.10.15", replaces="cover_types", fails="test_types_of_all_rows")
def last_batch_only(model, loader):
    """You return the last batch's types only: put all of them together."""
    model.eval()
    with torch.no_grad():
        for X, _ in loader:
            found = model(X).argmax(dim=1) + 1
    return found


@mutant("p.10.15", replaces="cover_types", fails="test_types_of_all_rows")
def sorted_types(model, loader):
    """Leave the types in the loader's order."""
    return next(iter(_answers(model, loader))).argmax(dim=1).sort(descending=True).values + 1


# ---------------------------------------------------------------- right


@alternative("p.10.15", replaces="CoverMLP")
class Sequence(nn.Sequential):
    """A sequence with GELU."""

    def __init__(self, n_hidden=64):
        layers = [nn.Linear(54, n_hidden), nn.GELU(), nn.Linear(n_hidden, n_hidden), nn.GELU()]
        super().__init__(*layers, nn.Linear(n_hidden, 7))


@alternative("p.10.15", replaces="CoverMLP")
class WithShortcut(nn.Module):
    """Three hidden layers, each with a way around it, and layer normalisation."""

    def __init__(self, n_hidden=64):
        super().__init__()
        self.first, self.last = nn.Linear(54, n_hidden), nn.Linear(n_hidden, 7)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(n_hidden), nn.Linear(n_hidden, n_hidden), nn.SiLU()) for _ in range(2)
        )

    def forward(self, X):
        X = torch.relu(self.first(X))
        for block in self.blocks:
            X = X + block(X)
        return self.last(X)


@alternative("p.10.15", replaces="CoverMLP")
class BeginsUndecided(_Net):
    """The last layer begins with zeros, so that all types are equally likely at first."""

    def __init__(self, n_hidden=64):
        super().__init__(n_hidden)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)


@alternative("p.10.15", replaces="train_cover")
def with_momentum(model, train_loader, valid_loader, n_epochs):
    """Gradient descent with momentum, and a rate that falls."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(n_epochs, 1))
    criterion = nn.CrossEntropyLoss(reduction="sum")
    history = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model = model.train()
        total = count = 0
        for X, y in train_loader:
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(X), y)
            (loss / len(y)).backward()
            optimizer.step()
            total, count = total + loss.item(), count + len(y)
        schedule.step()
        history["loss"].append(total / count)
        model.eval()
        total = right = count = 0
        with torch.inference_mode():
            for X, y in valid_loader:
                logits = model(X)
                total += criterion(logits, y).item()
                right += int((logits.argmax(1) == y).sum())
                count += len(y)
        history["valid_loss"].append(total / count)
        history["valid_accuracy"].append(right / count)
    return history


@alternative("p.10.15", replaces="train_cover")
def with_adam(model, train_loader, valid_loader, n_epochs):
    """Adam with one rate."""
    criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), lr=0.003)
    history = {"loss": [], "valid_loss": [], "valid_accuracy": []}

    def run(loader):
        sums = torch.zeros(3)
        for X, y in loader:
            logits = model(X)
            loss = criterion(logits, y)
            if torch.is_grad_enabled():
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            sums += torch.tensor([loss.item() * len(y), float((logits.argmax(1) == y).sum()), len(y)])
        return (sums[:2] / sums[2]).tolist()

    for _ in range(n_epochs):
        model.train()
        history["loss"].append(run(train_loader)[0])
        model.eval()
        with torch.no_grad():
            loss, accuracy = run(valid_loader)
        history["valid_loss"].append(loss)
        history["valid_accuracy"].append(accuracy)
    return history


@alternative("p.10.15", replaces="cover_types")
def batch_by_batch(model, loader):
    """As NumPy arrays, batch by batch."""
    model.train(False)
    found = []
    with torch.inference_mode():
        for X, _ in loader:
            found.append(1 + model(X).max(dim=1).indices.numpy())
    return np.concatenate(found).astype(np.int64)
