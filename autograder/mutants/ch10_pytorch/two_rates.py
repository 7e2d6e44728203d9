"""Chapter 10, one loop with two optimisers (tf2.12.13): wrong answers that must fail, and right ones that must pass."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- the optimisers, wrong


@mutant("tf2.12.13", replaces="two_optimizers", fails="test_an_optimiser_for_each_half")
def two_of_a_kind(model, lr_lower, lr_upper):
    """Both are of the same class: two different ones are asked for."""
    return torch.optim.Adam(model[0].parameters(), lr=lr_lower), torch.optim.Adam(model[1].parameters(), lr=lr_upper)


@mutant("tf2.12.13", replaces="two_optimizers", fails="test_an_optimiser_for_each_half")
def upper_has_all(model, lr_lower, lr_upper):
    """The upper half's optimiser has all of the model's parameters: the lower half is moved by both."""
    return torch.optim.SGD(model[0].parameters(), lr=lr_lower), torch.optim.Adam(model.parameters(), lr=lr_upper)


@mutant("tf2.12.13", replaces="two_optimizers", fails="test_an_optimiser_for_each_half")
def rates_swapped(model, lr_lower, lr_upper):
    """The learning rates are the other way round."""
    return torch.optim.SGD(model[0].parameters(), lr=lr_upper), torch.optim.Adam(model[1].parameters(), lr=lr_lower)


@mutant("tf2.12.13", replaces="two_optimizers", fails="test_an_optimiser_for_each_half")
def first_layer_only(model, lr_lower, lr_upper):
    """The lower half has more than one layer: take all of its parameters."""
    first = next(part for part in model[0].modules() if isinstance(part, nn.Linear))
    return torch.optim.SGD(first.parameters(), lr=lr_lower), torch.optim.Adam(model[1].parameters(), lr=lr_upper)


@mutant("tf2.12.13", replaces="two_optimizers", fails="test_an_optimiser_for_each_half")
def upper_first(model, lr_lower, lr_upper):
    """First the lower half's optimiser, then the upper one's."""
    return torch.optim.Adam(model[1].parameters(), lr=lr_upper), torch.optim.SGD(model[0].parameters(), lr=lr_lower)


# ---------------------------------------------------------------- the loop, wrong


def _train(
    model, optimizers, train_batches, valid_batches, n_epochs,
    zeroed=None, stepping=None, reset=True, weighted=True, running=True, train=True, evaluate=True, record=False,
):  # fmt: skip
    history = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}
    seen = []
    for _ in range(n_epochs):
        if train:
            model.train()
        seen = [] if reset else seen
        for X, y in train_batches:
            logits = model(X)
            loss = cross_entropy(logits, y)
            for optimizer in optimizers if zeroed is None else zeroed(optimizers):
                optimizer.zero_grad()
            loss.backward()
            for optimizer in optimizers if stepping is None else stepping(optimizers):
                optimizer.step()
            seen.append(_row(loss, logits, y, weighted))
            _note(history, "", seen if running else seen[-1:])
        if evaluate:
            model.eval()
        with torch.set_grad_enabled(record):
            rows = [(model(X), y) for X, y in valid_batches]
        _note(history, "valid_", [_row(cross_entropy(z, y), z, y, weighted) for z, y in rows])
    model.eval()
    return history


def _row(loss, logits, y, weighted):
    return loss.item(), (logits.argmax(dim=1) == y).float().mean().item(), len(y) if weighted else 1


def _note(history, prefix, seen):
    losses, accuracies, sizes = zip(*seen, strict=True)
    history[f"{prefix}loss"].append(float(np.average(losses, weights=sizes)))
    history[f"{prefix}accuracy"].append(float(np.average(accuracies, weights=sizes)))


@mutant("tf2.12.13", replaces="train_with_both", fails="test_both_halves_are_trained")
def only_one_zeroed(model, optimizers, train_batches, valid_batches, n_epochs):
    """You set the gradients of one half to 0 and let those of the other pile up: both optimisers need `zero_grad`."""
    return _train(model, optimizers, train_batches, valid_batches, n_epochs, zeroed=lambda both: both[:1])


@mutant("tf2.12.13", replaces="train_with_both", fails="test_both_halves_are_trained")
def nothing_zeroed(model, optimizers, train_batches, valid_batches, n_epochs):
    """`backward()` adds to the gradients that are there: set them to 0 before each batch's."""
    return _train(model, optimizers, train_batches, valid_batches, n_epochs, zeroed=lambda both: [])


@mutant("tf2.12.13", replaces="train_with_both", fails="test_both_halves_are_trained")
def only_one_steps(model, optimizers, train_batches, valid_batches, n_epochs):
    """Only one of the optimisers steps: the other half never changes."""
    return _train(model, optimizers, train_batches, valid_batches, n_epochs, stepping=lambda both: both[1:])


@mutant("tf2.12.13", replaces="train_with_both", fails="test_both_halves_are_trained")
def steps_twice(model, optimizers, train_batches, valid_batches, n_epochs):
    """Each optimiser steps twice by the same gradient: once per batch is asked for."""
    return _train(model, optimizers, train_batches, valid_batches, n_epochs, stepping=lambda both: [*both, *both])


@mutant("tf2.12.13", replaces="train_with_both", fails="test_running_means")
def never_reset(model, optimizers, train_batches, valid_batches, n_epochs):
    """Your means go on from epoch to epoch: begin anew with each."""
    return _train(model, optimizers, train_batches, valid_batches, n_epochs, reset=False)


@mutant("tf2.12.13", replaces="train_with_both", fails="test_running_means")
def batch_alone(model, optimizers, train_batches, valid_batches, n_epochs):
    """You note each batch's own figures: the mean over all rows of the epoch so far is asked for."""
    return _train(model, optimizers, train_batches, valid_batches, n_epochs, running=False)


@mutant("tf2.12.13", replaces="train_with_both", fails="test_running_means")
def batches_alike(model, optimizers, train_batches, valid_batches, n_epochs):
    """A smaller batch counts as much as the others in your means: weight by rows."""
    return _train(model, optimizers, train_batches, valid_batches, n_epochs, weighted=False)


@mutant("tf2.12.13", replaces="train_with_both", fails="test_running_means")
def once_per_epoch(model, optimizers, train_batches, valid_batches, n_epochs):
    """You note loss and accuracy once per epoch: they are asked for after each batch."""
    history = _train(model, optimizers, train_batches, valid_batches, n_epochs)
    n = len(history["loss"]) // n_epochs
    return {**history, **{name: history[name][n - 1 :: n] for name in ("loss", "accuracy")}}


@mutant("tf2.12.13", replaces="train_with_both", fails="test_validation_figures")
def last_validation_batch(model, optimizers, train_batches, valid_batches, n_epochs):
    """You validate with one batch only: all validation rows are meant."""
    return _train(model, optimizers, train_batches, list(valid_batches)[-1:], n_epochs)


@mutant("tf2.12.13", replaces="train_with_both", fails="test_validation_figures")
def validated_at_the_end(model, optimizers, train_batches, valid_batches, n_epochs):
    """You validate once, at the end: each epoch has its figures."""
    history = _train(model, optimizers, train_batches, valid_batches, n_epochs)
    return {**history, **{name: history[name][-1:] * n_epochs for name in ("valid_loss", "valid_accuracy")}}


@mutant("tf2.12.13", replaces="train_with_both", fails="test_modes_in_every_epoch")
def first_epoch_only(model, optimizers, train_batches, valid_batches, n_epochs):
    """After the first validation the model stays in evaluation mode: `train()` belongs into each epoch."""
    model.train()
    return _train(model, optimizers, train_batches, valid_batches, n_epochs, train=False)


@mutant("tf2.12.13", replaces="train_with_both", fails="test_modes_in_every_epoch")
def validated_in_training_mode(model, optimizers, train_batches, valid_batches, n_epochs):
    """You validate in training mode: call `eval()` before."""
    return _train(model, optimizers, train_batches, valid_batches, n_epochs, evaluate=False)


@mutant("tf2.12.13", replaces="train_with_both", fails="test_modes_in_every_epoch")
def validation_recorded(model, optimizers, train_batches, valid_batches, n_epochs):
    """Validation needs no gradients: do it under `torch.no_grad()`."""
    return _train(model, optimizers, train_batches, valid_batches, n_epochs, record=True)


# ---------------------------------------------------------------- the network, wrong


def _fit(X, y, X_valid, y_valid, n_epochs, seed, rates=(0.03, 0.002), n_hidden=100, bent=nn.ReLU):
    torch.manual_seed(seed)
    sets = [
        TensorDataset(torch.tensor(rows / 255, dtype=torch.float32), torch.as_tensor(labels).long())
        for rows, labels in ((X, y), (X_valid, y_valid))
    ]
    lower = nn.Sequential(nn.Linear(784, n_hidden), bent())
    model = nn.Sequential(lower, nn.Linear(n_hidden, 10))
    optimizers = (
        torch.optim.SGD(lower.parameters(), lr=rates[0], momentum=0.9),
        torch.optim.Adam(model[1].parameters(), lr=rates[1]),
    )
    return model, _train(model, optimizers, DataLoader(sets[0], 32, shuffle=True), DataLoader(sets[1], 500), n_epochs)


@naive("tf2.12.13", replaces="fit_clothes", fails="test_reads_letters")
def one_rate_for_both(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    """A rate that suits Adam, 0.001, is too small for gradient descent: the lower half hardly learns."""
    torch.manual_seed(seed)
    sets = [(torch.tensor(rows / 255, dtype=torch.float32), torch.as_tensor(labels).long())
            for rows, labels in ((X, y), (X_valid, y_valid))]  # fmt: skip
    model = nn.Sequential(nn.Sequential(nn.Linear(784, 100), nn.ReLU()), nn.Linear(100, 10))
    optimizers = [
        torch.optim.SGD(model[0].parameters(), lr=0.001),
        torch.optim.RMSprop(model[1].parameters(), lr=0.001),
    ]
    train, valid = (DataLoader(TensorDataset(*one), 32, shuffle=True) for one in sets)
    return model, _train(model, optimizers, train, valid, n_epochs)


@naive("tf2.12.13", replaces="fit_clothes", fails="test_reads_letters")
def one_epoch_only(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    """You train for one epoch, however many are asked for."""
    model, history = _fit(X, y, X_valid, y_valid, 1, seed)
    return model, {name: figures * n_epochs for name, figures in history.items()}


@naive("tf2.12.13", replaces="fit_clothes", fails="test_reads_letters")
def nothing_bent(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    """Two linear layers on top of each other are one: put an activation such as ReLU between them."""
    return _fit(X, y, X_valid, y_valid, n_epochs, seed, bent=nn.Identity)


@mutant("tf2.12.13", replaces="fit_clothes", fails="test_reads_letters")
def another_network_handed_back(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    """You train one network and hand back another, which has learned nothing."""
    _, history = _fit(X, y, X_valid, y_valid, n_epochs, seed)
    return nn.Sequential(nn.Sequential(nn.Linear(784, 100), nn.ReLU()), nn.Linear(100, 10)), history


@mutant("tf2.12.13", replaces="fit_clothes", fails="test_reads_letters")
def labels_shuffled(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    """Pictures and classes are shuffled each by itself: a picture has to keep its class."""
    return _fit(X, np.random.default_rng(seed).permutation(y), X_valid, y_valid, n_epochs, seed)


@mutant("tf2.12.13", replaces="fit_clothes", fails="test_seed_decides_the_network")
def seed_forgotten(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    """You don't use the seed: call `torch.manual_seed(seed)` before you make the network."""
    return _fit(X, y, X_valid, y_valid, n_epochs, 42)


@mutant("tf2.12.13", replaces="fit_clothes", fails="test_seed_decides_the_network")
def lower_half_frozen(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    """The lower half stays as it was drawn: has its optimiser a rate other than 0?"""
    return _fit(X, y, X_valid, y_valid, n_epochs, seed, rates=(0.0, 0.002))


@mutant("tf2.12.13", replaces="fit_clothes", fails="test_network_is_ready_for_use")
def left_in_training_mode(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    """You hand back a network in training mode: with dropout it would go on silencing units."""
    model, history = _fit(X, y, X_valid, y_valid, n_epochs, seed)
    return model.train(), history


# ---------------------------------------------------------------- right


@alternative("tf2.12.13", replaces="two_optimizers")
def with_groups(model, lr_lower, lr_upper):
    """With groups, one for each parameter, and other classes."""
    lower = torch.optim.AdamW([{"params": [value]} for value in model[0].parameters()], lr=lr_lower)
    return [lower, torch.optim.RMSprop(list(model[-1].parameters()), lr_upper)]


@alternative("tf2.12.13", replaces="train_with_both")
def with_sums(model, optimizers, train_batches, valid_batches, n_epochs):
    """With sums as plain numbers, and gradients set to None by hand."""
    losses, accuracies, valid_losses, valid_accuracies = [], [], [], []
    for _ in range(n_epochs):
        model.train(True)
        total = right = n = 0
        for X, y in train_batches:
            logits = model(X)
            loss = cross_entropy(logits, y, reduction="sum")
            for value in model.parameters():
                value.grad = None
            (loss / len(y)).backward()
            for optimizer in reversed(optimizers):
                optimizer.step()
            total, right, n = total + loss.item(), right + int((logits.argmax(1) == y).sum()), n + len(y)
            losses.append(total / n)
            accuracies.append(right / n)
        model.train(False)
        with torch.inference_mode():
            answers = [(model(X), y) for X, y in valid_batches]
            logits, labels = (torch.cat(part) for part in zip(*answers, strict=True))
            valid_losses.append(cross_entropy(logits, labels))
            valid_accuracies.append((logits.argmax(1) == labels).double().mean())
    return {"valid_loss": valid_losses, "valid_accuracy": valid_accuracies, "loss": losses, "accuracy": accuracies}


@alternative("tf2.12.13", replaces="train_with_both")
def by_our_loop(model, optimizers, train_batches, valid_batches, n_epochs):
    """By a loop that averages with NumPy."""
    return _train(model, optimizers, train_batches, valid_batches, n_epochs)


@alternative("tf2.12.13", replaces="fit_clothes")
def one_hidden_layer(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    """One hidden layer, with Adam above and momentum below."""
    return _fit(np.asarray(X), y, np.asarray(X_valid), y_valid, n_epochs, seed)


@alternative("tf2.12.13", replaces="fit_clothes")
def smooth_units(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    """More units, smooth ones."""
    return _fit(X, y, X_valid, y_valid, n_epochs, seed, n_hidden=150, bent=nn.SiLU)
