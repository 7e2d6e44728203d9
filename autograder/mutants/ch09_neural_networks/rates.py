"""Chapter 9, learning rates (tf2.10.10): wrong answers that must fail, and right ones that must pass."""

import numpy as np
import torch
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from torch import nn

from autograder.testing import alternative, mutant

# the sweep, wrong


def _tried(X, y, rate, n_epochs, seed, model=None):
    """The loss of a network with some rate, and the network."""
    model = model or MLPClassifier(50, solver="sgd", learning_rate_init=rate, batch_size=32,
                                   random_state=np.random.RandomState(seed))  # fmt: skip
    try:
        with np.errstate(all="ignore"):
            for _ in range(n_epochs):
                model.partial_fit(X, y, classes=np.unique(y))
            return log_loss(y, model.predict_proba(X)), model
    except ValueError:
        return np.inf, model


@mutant("tf2.10.10", replaces="lr_sweep", fails="test_rates_grow_by_the_same_factor")
def evenly_spaced(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    """Your rates are the same *difference* apart, so that nearly all of them are large: each should be the one before
    times the same factor."""
    rates = np.linspace(low, high, n_rates)
    return rates, np.array([_tried(X, y, rate, n_epochs, seed)[0] for rate in rates])


@mutant("tf2.10.10", replaces="lr_sweep", fails="test_each_rate_starts_afresh")
def goes_on_with_one_network(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    """One network goes through all rates: what it has learned with one of them counts for the next. Make a new one for
    each rate."""
    rates, losses, model = np.geomspace(low, high, n_rates), [], None
    for rate in rates:
        if model is not None and hasattr(model, "_optimizer"):
            model._optimizer.learning_rate = rate
        loss, model = _tried(X, y, rate, n_epochs, seed, model)
        losses.append(loss)
    return rates, np.array(losses)


@mutant("tf2.10.10", replaces="lr_sweep", fails="test_each_rate_starts_afresh")
def other_weights_each_time(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    """Each rate begins with other weights, so that the losses differ by luck as well: use the seed for each of them."""
    rates = np.geomspace(low, high, n_rates)
    return rates, np.array([_tried(X, y, rate, n_epochs, seed + i)[0] for i, rate in enumerate(rates)])


@mutant("tf2.10.10", replaces="lr_sweep", fails="test_the_sweep_tells_slow_good_and_too_fast")
def failed_is_not_a_number(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    """Where training fails, your loss is not a number, and every comparison with that is false: make it infinite."""
    rates = np.geomspace(low, high, n_rates)
    losses = np.array([_tried(X, y, rate, n_epochs, seed)[0] for rate in rates])
    return rates, np.where(losses > 10, np.nan, losses)


@mutant("tf2.10.10", replaces="lr_sweep", fails="test_the_sweep_tells_slow_good_and_too_fast")
def rate_left_out(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    """Your networks don't get the rate: `learning_rate_init` is the one that counts (`learning_rate` is its
    schedule)."""
    rates = np.geomspace(low, high, n_rates)
    return rates, np.array([_tried(X, y, 0.001, n_epochs, seed)[0] for _ in rates])


@mutant("tf2.10.10", replaces="lr_sweep", fails="test_losses_are_cross_entropies")
def share_of_errors(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    """You report the share of rows that are read wrongly: the cross-entropy is asked for."""
    rates, errors = np.geomspace(low, high, n_rates), []
    for rate in rates:
        loss, model = _tried(X, y, rate, n_epochs, seed)
        errors.append(1 - model.score(X, y) if np.isfinite(loss) else np.inf)
    return rates, np.array(errors)


@mutant("tf2.10.10", replaces="lr_sweep", fails="test_losses_are_cross_entropies")
def loss_on_the_way(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    """You report the loss of the batches during the last epoch (`loss_`), each before its step: measure it on all rows
    when training has ended."""
    rates = np.geomspace(low, high, n_rates)
    found = [_tried(X, y, rate, n_epochs, seed) for rate in rates]
    return rates, np.array([model.loss_ if np.isfinite(loss) else np.inf for loss, model in found])


@mutant("tf2.10.10", replaces="lr_sweep", fails="test_losses_are_cross_entropies")
def added_over_rows(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    """You add the losses of all rows up: their mean is asked for."""
    rates = np.geomspace(low, high, n_rates)
    return rates, np.array([len(X) * _tried(X, y, rate, n_epochs, seed)[0] for rate in rates])


# the choice, wrong


@mutant("tf2.10.10", replaces="pick_rate", fails="test_a_tenth_of_the_rate_that_fails")
def lowest_loss(rates, losses):
    """You take the rate of the lowest loss: there training is about to fail. Go up to where it does, and take a tenth
    of that rate."""
    return float(np.asarray(rates)[np.argmin(losses)])


@mutant("tf2.10.10", replaces="pick_rate", fails="test_a_tenth_of_the_rate_that_fails")
def tenth_of_the_lowest(rates, losses):
    """You take a tenth of the rate of the lowest loss: it is a tenth of the rate that *fails*."""
    return float(np.asarray(rates)[np.argmin(losses)] / 10)


@mutant("tf2.10.10", replaces="pick_rate", fails="test_a_tenth_of_the_rate_that_fails")
def first_high_loss(rates, losses):
    """You count low rates as failing, too, where nothing has been learned yet: look above the lowest loss only."""
    rates, losses = np.asarray(rates), np.asarray(losses)
    return float(rates[np.argmax(losses > 2 * losses.min())] / 10)


@mutant("tf2.10.10", replaces="pick_rate", fails="test_a_tenth_of_the_rate_that_fails")
def twice_the_one_before(rates, losses):
    """You compare each loss with the one before: training fails where it is more than twice the *lowest* of all."""
    best = int(np.argmin(losses))
    above = range(best + 1, len(losses))
    return float(next((rates[i] / 10 for i in above if losses[i] > 2 * losses[i - 1]), rates[best]))


@mutant("tf2.10.10", replaces="pick_rate", fails="test_a_tenth_of_the_rate_that_fails")
def twice_is_enough(rates, losses):
    """You count exactly twice the lowest loss as failing: it has to be more than that."""
    best = int(np.argmin(losses))
    above = range(best + 1, len(losses))
    return float(next((rates[i] / 10 for i in above if losses[i] >= 2 * losses[best]), rates[best]))


# right


@alternative("tf2.10.10", replaces="lr_sweep")
def sweep_by_torch(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    """Plain gradient descent on mini-batches in PyTorch; lists."""
    classes = np.unique(y)
    inputs, targets = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(np.searchsorted(classes, y))
    rates, losses = [low * (high / low) ** (i / (n_rates - 1)) for i in range(n_rates)], []
    for rate in rates:
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(X.shape[1], 40), nn.Tanh(), nn.Linear(40, len(classes)))
        optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
        for _ in range(n_epochs):
            for rows in torch.randperm(len(inputs)).split(16):
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(inputs[rows]), targets[rows]).backward()
                optimizer.step()
        with torch.no_grad():
            loss = float(nn.functional.cross_entropy(model(inputs), targets))
        losses.append(loss if np.isfinite(loss) else float("inf"))
    return rates, losses


@alternative("tf2.10.10", replaces="lr_sweep")
def by_max_iter(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    """`fit` with so many iterations, and another size."""
    rates = np.logspace(np.log10(low), np.log10(high), n_rates)
    losses = []
    for rate in rates:
        model = MLPClassifier((60,), solver="sgd", learning_rate_init=rate, batch_size=20, max_iter=n_epochs,
                              random_state=seed)  # fmt: skip
        try:
            with np.errstate(all="ignore"):
                losses.append(log_loss(y, model.fit(X, y).predict_proba(X)))
        except ValueError:
            losses.append(np.inf)
    return rates, np.nan_to_num(losses, nan=np.inf, posinf=np.inf)


@alternative("tf2.10.10", replaces="pick_rate")
def step_by_step(rates, losses):
    """Up from the lowest, in plain Python."""
    rates, losses = list(map(float, rates)), list(map(float, losses))
    i = best = losses.index(min(losses))
    while i < len(rates) and losses[i] <= 2 * losses[best]:
        i += 1
    return rates[best] if i == len(rates) else rates[i] / 10


@alternative("tf2.10.10", replaces="pick_rate")
def by_masks(rates, losses):
    """With masks; a number of NumPy's."""
    rates, losses = np.asarray(rates), np.asarray(losses)
    best = rates[losses == losses.min()][0]
    failing = rates[(rates > best) & (losses > 2 * losses.min())]
    return np.float64(failing.min() / 10 if failing.size else best)
