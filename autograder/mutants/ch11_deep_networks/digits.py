"""Chapter 11, half of the digits (tf1.11.8): wrong answers that must fail, and right ones that must pass."""

import copy
import math
import tempfile

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- the digits


@mutant("tf1.11.8", replaces="pick_digits", fails="test_only_these_digits")
def old_labels(X, y, digits):
    """Your labels are the digits: a network with five outputs wants 0 to 4, so 5 has to become 0."""
    kept = np.isin(y, digits)
    return (np.asarray(X)[kept] / 255).astype(np.float32), np.asarray(y)[kept].astype(np.int64)


@mutant("tf1.11.8", replaces="pick_digits", fails="test_only_these_digits")
def all_pictures(X, y, digits):
    """You keep the labels of the digits that are asked for, and all of the pictures."""
    labels = [list(digits).index(label) for label in np.asarray(y).tolist() if label in digits]
    return (np.asarray(X) / 255).astype(np.float32), np.array(labels)


@mutant("tf1.11.8", replaces="pick_digits", fails="test_only_these_digits")
def sorted_by_digit(X, y, digits):
    """You put the pictures in the order of their digits: they should stay in the order in which they came."""
    X, y = np.asarray(X), np.asarray(y)
    rows = np.concatenate([np.flatnonzero(y == digit) for digit in digits])
    return (X[rows] / 255).astype(np.float32), np.array([list(digits).index(label) for label in y[rows].tolist()])


@alternative("tf1.11.8", replaces="pick_digits")
def by_tensors(X, y, digits):
    """As tensors, with a table."""
    table = torch.full((10,), -1)
    table[list(digits)] = torch.arange(len(digits))
    labels = table[torch.as_tensor(np.asarray(y)).long()]
    return torch.as_tensor(np.asarray(X))[labels >= 0].float() / 255, labels[labels >= 0]


# ---------------------------------------------------------------- the network


class _Half(nn.Module):
    n_layers = 5
    gain = 2.0
    act = nn.ELU
    after = False
    dropped = 99
    bias = 0.0

    def __init__(self, n_inputs=784, n_outputs=5, n_hidden=100, batch_norm=False, dropout=0.0):
        super().__init__()
        blocks = []
        for number in range(self.n_layers):
            fan_in = n_hidden if number else n_inputs
            linear = nn.Linear(fan_in, n_hidden)
            nn.init.normal_(linear.weight, std=(self.gain / fan_in) ** 0.5)
            nn.init.constant_(linear.bias, self.bias)
            norm = [nn.BatchNorm1d(n_hidden)] if batch_norm else []
            parts = [linear, self.act(), *norm] if self.after else [linear, *norm, self.act()]
            blocks.append(nn.Sequential(*parts, nn.Dropout(dropout if number < self.dropped else 0.0)))
        self.hidden = nn.Sequential(*blocks)
        self.output = nn.Linear(n_hidden, n_outputs)

    def forward(self, X):
        return self.output(self.hidden(X))


@mutant("tf1.11.8", replaces="HalfDigits", fails="test_five_layers_of_elu")
class TenOutputs(_Half):
    """Your network has ten outputs: there are five digits, or as many as `n_outputs` says."""

    def __init__(self, n_inputs=784, n_outputs=5, n_hidden=100, batch_norm=False, dropout=0.0):
        super().__init__(n_inputs, 10, n_hidden, batch_norm, dropout)


@mutant("tf1.11.8", replaces="HalfDigits", fails="test_five_layers_of_elu")
class FourLayers(_Half):
    """You count the output layer among the five hidden ones."""

    n_layers = 4


@mutant("tf1.11.8", replaces="HalfDigits", fails="test_five_layers_of_elu")
class Relu(_Half):
    """You take ReLU: ELU is asked for."""

    act = nn.ReLU


@mutant("tf1.11.8", replaces="HalfDigits", fails="test_parts_that_can_be_reused")
class Glorot(_Half):
    """Your weights are half as varied as He's rule wants them."""

    gain = 1.0


@mutant("tf1.11.8", replaces="HalfDigits", fails="test_parts_that_can_be_reused")
class LayersInOneRow(nn.Module):
    """Your `hidden` is one row of linear layers and activations: make a part of each layer, so that four of them can be
    reused."""

    def __init__(self, *args, **options):
        super().__init__()
        net = _Half(*args, **options)
        self.hidden = nn.Sequential(*[layer for block in net.hidden for layer in block])
        self.output = net.output

    def forward(self, X):
        return self.output(self.hidden(X))


@mutant("tf1.11.8", replaces="HalfDigits", fails="test_batch_norm_and_dropout")
class NormAfterElu(_Half):
    """Your batch norm stands behind the activation: here it comes before the ELU."""

    after = True


@mutant("tf1.11.8", replaces="HalfDigits", fails="test_batch_norm_and_dropout")
class DropoutOnce(_Half):
    """Only your first hidden layer has dropout: each of them gets one."""

    dropped = 1


@mutant("tf1.11.8", replaces="HalfDigits", fails="test_batch_norm_and_dropout")
class NoBatchNorm(_Half):
    """`batch_norm` makes no difference in your network."""

    def __init__(self, n_inputs=784, n_outputs=5, n_hidden=100, batch_norm=False, dropout=0.0):
        super().__init__(n_inputs, n_outputs, n_hidden, False, dropout)


class _Block(nn.Module):
    def __init__(self, n_in, n_out, norm, rate):
        super().__init__()
        self.linear, self.norm, self.rate = nn.Linear(n_in, n_out), norm, rate
        nn.init.kaiming_uniform_(self.linear.weight, nonlinearity="relu")
        self.linear.bias.data.zero_()

    def forward(self, X):
        X = self.linear(X)
        X = self.norm(X) if self.norm is not None else X
        return nn.functional.dropout(nn.functional.elu(X), self.rate, self.training)


@alternative("tf1.11.8", replaces="HalfDigits")
class OfBlocks(nn.Module):
    """Blocks of their own, with uniform weights and functions for activations."""

    def __init__(self, n_inputs=784, n_outputs=5, n_hidden=100, batch_norm=False, dropout=0.0):
        super().__init__()
        sizes = [n_inputs] + 5 * [n_hidden]
        norms = [nn.BatchNorm1d(n_hidden) if batch_norm else None for _ in range(5)]
        self.hidden = nn.Sequential(*map(_Block, sizes, sizes[1:], norms, 5 * [dropout]))
        self.output = nn.Linear(n_hidden, n_outputs)

    def forward(self, X):
        for block in self.hidden:
            X = block(X)
        return self.output(X)


# ---------------------------------------------------------------- training


def _tensors(X, y):
    return torch.as_tensor(np.asarray(X), dtype=torch.float32), torch.as_tensor(np.asarray(y), dtype=torch.int64)


def _rising(losses):
    """Return for how many epochs on end the loss has not been below the one just before."""
    return len(losses) - 2 - max(np.flatnonzero(np.diff(losses) < 0), default=-1)


def _train(
    model, X, y, X_valid, y_valid, path, *, n_epochs=50, patience=5, rate=1e-3, batch_size=64, seed=42,
    make=torch.optim.Adam, saved=lambda losses: losses[-1] == min(losses), loaded=True, mode=False, drop_last=False,
    waits=lambda losses: len(losses) - 1 - int(np.argmin(losses)), order=RandomSampler,
):  # fmt: skip
    """The reference, with everything that can be got wrong as a parameter."""
    if seed is not None:
        torch.manual_seed(seed)
    data = TensorDataset(*_tensors(X, y))
    loader = DataLoader(data, batch_size, sampler=order(data), drop_last=drop_last)
    X_valid, y_valid = _tensors(X_valid, y_valid)
    optimizer, losses = make(model.parameters(), lr=rate), []
    for _ in range(n_epochs):
        model.train()
        for inputs, labels in loader:
            optimizer.zero_grad()
            cross_entropy(model(inputs), labels).backward()
            optimizer.step()
        model.train(mode)
        with torch.no_grad():
            losses.append(cross_entropy(model(X_valid), y_valid).item())
        if saved(losses):
            torch.save(model.state_dict(), path)
        if waits(losses) >= patience:
            break
    if loaded:
        model.load_state_dict(torch.load(path))
    return losses


@mutant("tf1.11.8", replaces="train_half", fails="test_best_epoch_is_in_the_file")
def saves_every_epoch(*args, **options):
    """You save every epoch over the one before, so the last one is left: save where the loss is lower than ever."""
    return _train(*args, **options, saved=lambda losses: True)


@mutant("tf1.11.8", replaces="train_half", fails="test_best_epoch_is_in_the_file")
def best_in_the_file_only(*args, **options):
    """The best weights are in the file, but the network keeps the last ones: load the file in the end."""
    return _train(*args, **options, loaded=False)


@mutant("tf1.11.8", replaces="train_half", fails="test_best_epoch_is_in_the_file")
def whole_training(*args, **options):
    """You run all epochs: stop when the loss has not improved for `patience` epochs."""
    return _train(*args, **options, waits=lambda losses: 0)


@mutant("tf1.11.8", replaces="train_half", fails="test_best_epoch_is_in_the_file")
def better_than_the_one_before(*args, **options):
    """You compare each epoch with the one just before it: what counts is the lowest loss of all so far."""
    return _train(*args, **options, saved=lambda losses: losses[-1] == min(losses[-2:]), waits=_rising)


@mutant("tf1.11.8", replaces="train_half", fails="test_best_epoch_is_in_the_file")
def validated_with_dropout(*args, **options):
    """You validate in training mode: call `model.eval()` first."""
    return _train(*args, **options, mode=True)


@mutant("tf1.11.8", replaces="train_half", fails="test_best_epoch_is_in_the_file")
def saved_at_the_end(model, X, y, X_valid, y_valid, path, **options):
    """You write the file once, when all is over: a training that breaks off leaves nothing. Save at each new lowest
    loss."""
    with tempfile.TemporaryDirectory() as folder:
        losses = _train(model, X, y, X_valid, y_valid, f"{folder}/best.pt", **options)
    torch.save(model.state_dict(), path)
    return losses


@naive("tf1.11.8", replaces="train_half", fails="test_reads_made_up_classes")
def descends_plainly(*args, **options):
    """Plain gradient descent gets nowhere at such a rate: Adam is asked for."""
    return _train(*args, **options, make=torch.optim.SGD)


@mutant("tf1.11.8", replaces="train_half", fails="test_reads_made_up_classes")
def trains_another(model, *args, **options):
    """You train a copy: the network that is passed in has to learn."""
    return _train(copy.deepcopy(model), *args, **options)


@mutant("tf1.11.8", replaces="train_half", fails="test_steps_are_adams")
def steps_of_nadam(*args, **options):
    """Your optimiser's steps are not Adam's."""
    return _train(*args, **options, make=torch.optim.NAdam)


@mutant("tf1.11.8", replaces="train_half", fails="test_steps_are_adams")
def short_batch_left_out(*args, **options):
    """You leave out the last, smaller batch."""
    return _train(*args, **options, drop_last=True)


@mutant("tf1.11.8", replaces="train_half", fails="test_steps_are_adams")
def batches_by_lot(*args, **options):
    """You draw each batch anew from all rows, so that some come twice in an epoch and others never: shuffle them."""
    return _train(*args, **options, order=lambda data: RandomSampler(data, replacement=True))


@mutant("tf1.11.8", replaces="train_half", fails="test_steps_are_adams")
def one_order_for_all(*args, **options):
    """You shuffle the rows once, before the first epoch: each epoch has an order of its own."""
    return _train(*args, **options, order=lambda data: torch.randperm(len(data)).tolist())


@mutant("tf1.11.8", replaces="train_half", fails="test_steps_are_adams")
def rows_by_chance(*args, seed=42, **options):
    """You don't use `seed`."""
    return _train(*args, **options, seed=None)


@alternative("tf1.11.8", replaces="train_half")
def by_a_loader(*args, **options):
    """Batches by a data loader."""
    return _train(*args, **options)


@alternative("tf1.11.8", replaces="train_half")
def counted_down(model, X, y, X_valid, y_valid, path, *, n_epochs=50, patience=5, rate=1e-3, batch_size=64, seed=42):
    """Patience is counted down, NumPy draws the order, and the losses come as an array."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    X, y = _tensors(X, y)
    X_valid, y_valid = _tensors(X_valid, y_valid)
    optimizer = torch.optim.Adam(model.parameters(), rate, foreach=False)
    losses, lowest, left = np.zeros(0), math.inf, patience
    while len(losses) < n_epochs and left:
        model.train()
        for rows in np.split(rng.permutation(len(X)), range(batch_size, len(X), batch_size)):
            nn.functional.nll_loss(model(X[rows]).log_softmax(1), y[rows]).backward()
            optimizer.step()
            optimizer.zero_grad()
        with torch.inference_mode():
            loss = float(cross_entropy(model.eval()(X_valid), y_valid))
        losses, left = np.append(losses, loss), left - 1
        if loss < lowest:
            lowest, left = loss, patience
            torch.save(dict(model.state_dict()), path)
    model.load_state_dict(torch.load(path))
    return losses
