"""Hidden checks of chapter 10: one loop with two optimisers (tf2.12.13)."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch.nn.functional import cross_entropy

from autograder.checks.ch10_pytorch.inputs import state
from autograder.testing import check
from autograder.testing.made_up import pages, script
from autograder.testing.modules import outputs, repeats, weights_of
from course.datasets import load


def _halves(seed: "Any", dropout: "Any" = 0.0) -> "Any":
    """Return a network of two parts, with weights of a seed, which notes how it was asked."""
    import torch
    from torch import nn

    class Halves(nn.Sequential):
        def forward(self, X: "Any") -> "Any":
            self.asked.append([self.training, torch.is_grad_enabled(), len(X)])
            return super().forward(X)

    generator = torch.Generator().manual_seed(seed)
    lower = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Dropout(dropout), nn.Linear(6, 4), nn.Tanh())
    model = Halves(lower, nn.Sequential(nn.Linear(4, 3)))
    model.asked = []
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / 2)
    return model


def _pair(model: "Any") -> "Any":
    """Return an optimiser for each part, and fill the gradients with what an old batch has left."""
    import torch

    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 5.0)
    return [torch.optim.SGD(model[0].parameters(), lr=0.3), torch.optim.Adam(model[1].parameters(), lr=0.05)]


def _held(optimizers: "Any", model: "Any") -> "Any":
    """Tell of each optimiser its class, its rates, and the names of its parameters; "?" if it is not the model's."""
    names = {id(value): name for name, value in model.named_parameters()}
    return [
        {
            "kind": type(optimizer).__name__,
            "rates": [float(group["lr"]) for group in optimizer.param_groups],
            "names": [names.get(id(value), "?") for group in optimizer.param_groups for value in group["params"]],
        }
        for optimizer in optimizers
    ]


@check(
    "tf2.12.13", core=True, hint="`model[0].parameters()` are those of the lower half. Which classes has torch.optim?"
)
def test_an_optimiser_for_each_half(student, rng):
    """The two optimisers are of different classes; each has the parameters of its half, all and no others, and the
    learning rate that is meant for it."""
    model = student.probe_(_halves)(int(rng.integers(2**31)))
    rates = rng.uniform(0.001, 0.1, 2).tolist()
    made = student.two_optimizers(model, *rates)
    lower, upper = student.probe_(_held)(made, model)
    assert lower["kind"] != upper["kind"]
    assert sorted(lower["names"]) == ["0.0.bias", "0.0.weight", "0.3.bias", "0.3.weight"]
    assert sorted(upper["names"]) == ["1.0.bias", "1.0.weight"]
    for found, rate in ((lower, rates[0]), (upper, rates[1])):
        assert_allclose(found["rates"], rate)


class _Training:
    """What the submission's loop does to a network in some epochs, beside what it should."""

    def __init__(self, student: Any, rng: np.random.Generator, n_epochs: int = 2) -> None:
        seed, self.n_epochs = int(rng.integers(2**31)), n_epochs
        self.train, self.valid = (_batches(rng, sizes) for sizes in ((9, 9, 9, 4), (7, 7, 2)))
        self.model = student.probe_(_halves)(seed)
        optimizers = student.probe_(_pair)(self.model)
        self.history = student.train_with_both(self.model, optimizers, self.train, self.valid, n_epochs)
        self.weights = {name: np.asarray(value) for name, value in student.probe_(state)(self.model).items()}
        self.right: dict[str, list[float]] = {name: [] for name in ("loss", "accuracy", "valid_loss", "valid_accuracy")}
        model = _halves(seed)
        self.before = {name: value.numpy() for name, value in state(model).items()}
        self._simulate(model)
        self.after = {name: value.numpy() for name, value in state(model).items()}

    def _simulate(self, model: Any) -> None:
        optimizers = _pair(model)
        for _ in range(self.n_epochs):
            seen: list[tuple[float, float, int]] = []
            for X, y in self.train:
                logits = model(X)
                loss = cross_entropy(logits, y)
                model.zero_grad()
                loss.backward()
                for optimizer in optimizers:
                    optimizer.step()
                seen.append((float(loss.detach()), _accuracy(logits, y), len(y)))
                self._note("", seen)
            with torch.no_grad():
                answers = [(model(X), y) for X, y in self.valid]
            self._note("valid_", [(float(cross_entropy(z, y)), _accuracy(z, y), len(y)) for z, y in answers])

    def _note(self, prefix: str, seen: list[tuple[float, float, int]]) -> None:
        *figures, sizes = zip(*seen, strict=True)
        for name, values in zip(("loss", "accuracy"), figures, strict=True):
            self.right[prefix + name].append(float(np.average(values, weights=sizes)))


def _accuracy(logits: torch.Tensor, y: torch.Tensor) -> float:
    return float((logits.argmax(dim=1) == y).float().mean())


def _batches(rng: np.random.Generator, sizes: tuple[int, ...]) -> list[tuple[torch.Tensor, torch.Tensor]]:
    X = [torch.from_numpy(rng.normal(size=(n, 5)).astype(np.float32)) for n in sizes]
    return [(part, (part[:, :3] + torch.from_numpy(rng.normal(0, 1, (len(part), 3)))).argmax(dim=1)) for part in X]


@check(
    "tf2.12.13", core=True, weight=2, hint="Both optimisers step, once per batch. Whose gradients are set to 0 before?"
)
def test_both_halves_are_trained(student, rng):
    """After two epochs the weights of both halves are what their optimisers make of the gradients of each batch,
    whatever gradients were left from before."""
    training = _Training(student, rng)
    for name, right in training.after.items():
        assert np.abs(right - training.before[name]).max() > 1e-3
        assert_allclose(training.weights[name], right, rtol=1e-2, atol=1e-4)


@check("tf2.12.13", core=True, hint="Add up over the rows of the epoch, divide by how many they are, and begin "
       "anew in the next epoch.")  # fmt: skip
def test_running_means(student, rng):
    """Loss and accuracy of each training batch are the means over all rows of the epoch so far, to which a smaller
    batch contributes less."""
    training = _Training(student, rng)
    for name in ("loss", "accuracy"):
        found = np.asarray(training.history[name], dtype=float)
        assert found.shape == (8,)
        assert_allclose(found, training.right[name], rtol=1e-3, atol=1e-3)


@check("tf2.12.13", hint="Validation comes at the end of an epoch, once. Does its last, smaller batch count as much?")
def test_validation_figures(student, rng):
    """Validation loss and accuracy are there for each epoch: the means over all validation rows with the weights at its
    end."""
    training = _Training(student, rng)
    assert set(training.history) == set(training.right)
    for name in ("valid_loss", "valid_accuracy"):
        found = np.asarray(training.history[name], dtype=float)
        assert found.shape == (2,)
        assert_allclose(found, training.right[name], rtol=1e-3, atol=1e-3)


@check("tf2.12.13", hint="Who puts the model back into training mode after validation?")
def test_modes_in_every_epoch(student, rng):
    """All epochs learn in training mode; validation is in evaluation mode and records nothing for gradients, and so the
    model is left."""
    training = _Training(student, rng, n_epochs=3)
    asked = [tuple(one) for one in training.model.asked]
    assert all(recorded is mode for mode, recorded, _ in asked)
    modes = [mode for mode, _, _ in asked]
    changes = [mode for before, mode in pairwise([False, *modes]) if mode is not before]
    assert changes == [True, False, True, False, True, False]
    assert modes.count(True) == 12
    assert training.model.training is False


def _letters(rng: np.random.Generator, *sizes: int) -> list[Any]:
    """Six forms of each letter: too many for one template of each, which is all that a network without a bend has."""
    return pages(rng, script(rng, forms=6, usual=0.3, shake=0.05, spot=0), *sizes)


def _parts(model: "Any") -> "Any":
    """Return how many parameters each of the two parts of a network has."""
    return [sum(value.numel() for value in part.parameters()) for part in model]


@check("tf2.12.13", weight=2, at_least=True, hint="Print the history: which of the losses falls? Have both halves "
       "rates that suit their optimisers, and is anything bent between them?")  # fmt: skip
def test_reads_letters(student, rng):
    """Trained for ten epochs on 1,500 letters of a script that is made up, your network reads enough of 800 others."""
    X, y, X_valid, y_valid, X_new, y_new = _letters(rng, 1500, 100, 800)
    model, history = student.fit_clothes(X, y, X_valid, y_valid, n_epochs=10)
    assert len(history["valid_loss"]) == 10
    logits = outputs(model, (X_new / 255).astype(np.float32), shape=(800, 10))
    return float(np.mean(logits.argmax(axis=1) == y_new))


@check("tf2.12.13", hint="What does chance decide: the first weights, the order of rows? Set the seed first.")
def test_seed_decides_the_network(student, rng):
    """The same seed trains the same network, another seed another one, and both halves of it learn."""
    X, y = _letters(rng, 60)
    seeds = tuple(rng.choice(1000, 2, replace=False).tolist())
    repeats(lambda seed: weights_of(student.fit_clothes(X, y, X, y, n_epochs=1, seed=seed)[0]), seeds)
    one, two = (weights_of(student.fit_clothes(X, y, X, y, n_epochs=n, seed=seeds[0])[0]) for n in (1, 3))
    for half in ("0.", "1."):
        moved = [np.abs(one[name] - two[name]).max() for name in one if name.startswith(half)]
        assert moved and max(moved) > 1e-4


@check("tf2.12.13", hint="Look at the end of the docstring: two parts, a mode, a history.")
def test_network_is_ready_for_use(student, rng):
    """The network that you hand back has two parts, each with parameters, and is in evaluation mode; its history is
    that of the training."""
    X, y = _letters(rng, 60)
    model, history = student.fit_clothes(X, y, X, y, n_epochs=2)
    parts = student.probe_(_parts)(model)
    assert len(parts) == 2 and min(parts) > 0
    assert model.training is False
    lengths = {name: len(figures) for name, figures in history.items()}
    assert set(lengths) == {"loss", "accuracy", "valid_loss", "valid_accuracy"}
    assert lengths["valid_loss"] == lengths["valid_accuracy"] == 2
    assert lengths["loss"] == lengths["accuracy"] >= 2


@check("tf2.12.13", full=True, data="fashion_mnist", hint="How does the validation loss go? Try other rates, for one "
       "half at a time.")  # fmt: skip
def test_knows_85_of_100_real_clothes(student, rng):
    """Trained for five epochs on 55,000 pictures of Fashion-MNIST, with 5,000 for validation, your network names more
    than 85 in 100 of the 10,000 test pictures: with pixels and classes in another order, so that nothing can be looked
    up."""
    data, classes, pixels = load("fashion_mnist"), rng.permutation(10), rng.permutation(784)
    rows = rng.permutation(len(data.X_train))
    X, y = data.X_train[rows][:, pixels], classes[data.y_train[rows]]
    model, _ = student.fit_clothes(X[:55_000], y[:55_000], X[55_000:], y[55_000:], n_epochs=5)
    logits = outputs(model, (data.X_test[:, pixels] / 255).astype(np.float32), shape=(10_000, 10))
    assert np.mean(logits.argmax(axis=1) == classes[data.y_test]) > 0.85
