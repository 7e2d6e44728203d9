"""Chapter 11, twenty layers as they are trained and asked (p.11.8): wrong answers that must fail, and right ones."""

import copy
import math

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- the sweep


def _rows(X, y):
    return torch.as_tensor(np.asarray(X), dtype=torch.float32), torch.as_tensor(np.asarray(y), dtype=torch.int64)


def _sweep(
    model, X, y, low=1e-5, high=1.0, n_steps=100, batch_size=64, seed=42, *, spaced=np.geomspace, copied=copy.deepcopy,
    optimizer=torch.optim.NAdam, after=False, mode=True, back=True, applied=lambda rates, step: rates[step],
    seeded=torch.manual_seed,
):  # fmt: skip
    """The reference, with everything that can be got wrong as a parameter."""
    generator = seeded(seed) if seed is not None else None
    X, y = _rows(X, y)
    state, training = copied(model.state_dict()), model.training
    model.train(mode)
    stepper, rates, losses = optimizer(model.parameters()), spaced(low, high, n_steps).tolist(), []
    for step in range(n_steps):
        batch = torch.randint(len(X), (batch_size,), generator=generator)
        loss = cross_entropy(model(X[batch]), y[batch])
        stepper.zero_grad()
        loss.backward()
        stepper.param_groups[0]["lr"] = applied(rates, step)
        stepper.step()
        if after:
            loss = cross_entropy(model(X[batch]), y[batch])
        losses.append(loss.item())
    model.load_state_dict(state)
    model.train(training if back else True)
    return rates, losses


@mutant("p.11.8", replaces="sweep_rates", fails="test_rates_are_swept")
def evenly_spaced(model, X, y, **options):
    """Your rates grow by the same amount at each step: nearly all of them are large. Multiply instead."""
    return _sweep(model, X, y, **options, spaced=np.linspace)


@mutant("p.11.8", replaces="sweep_rates", fails="test_rates_are_swept")
def rates_on_paper(model, X, y, **options):
    """You report growing rates, but the optimiser stays at one: set its `lr` before each step."""
    return _sweep(model, X, y, **options, applied=lambda rates, step: rates[0])


@mutant("p.11.8", replaces="sweep_rates", fails="test_rates_are_swept")
def one_step_late(model, X, y, **options):
    """Your optimiser is one rate behind what you report."""
    return _sweep(model, X, y, **options, applied=lambda rates, step: rates[max(step - 1, 0)])


@mutant("p.11.8", replaces="sweep_rates", fails="test_rates_are_swept")
def by_plain_descent(model, X, y, **options):
    """You sweep for plain gradient descent: the rate that suits it is another one than NAdam's."""
    return _sweep(model, X, y, **options, optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.1))


@mutant("p.11.8", replaces="sweep_rates", fails="test_rates_are_swept")
def loss_after_the_step(model, X, y, **options):
    """Your losses are those after each step: the loss before it is asked for."""
    return _sweep(model, X, y, **options, after=True)


@mutant("p.11.8", replaces="sweep_rates", fails="test_rates_are_swept")
def all_rows_in_each_step(model, X, y, batch_size=64, **options):
    """Each of your steps takes all rows: draw `batch_size` of them, or the losses are not those of a training."""
    return _sweep(model, X, y, **options, batch_size=len(X))


@mutant("p.11.8", replaces="sweep_rates", fails="test_a_sweep_leaves_the_network_alone")
def network_spoilt(model, X, y, **options):
    """`state_dict()` shows the weights as they become: without a deep copy there is nothing to put back."""
    return _sweep(model, X, y, **options, copied=lambda state: state)


@mutant("p.11.8", replaces="sweep_rates", fails="test_a_sweep_leaves_the_network_alone")
def only_weights_put_back(model, X, y, **options):
    """You put back the parameters only: the running statistics of batch norm have moved, too."""
    kept = [value.detach().clone() for value in model.parameters()]
    found = _sweep(model, X, y, **options, copied=lambda state: state)
    with torch.no_grad():
        for value, was in zip(model.parameters(), kept, strict=True):
            value.copy_(was)
    return found


@mutant("p.11.8", replaces="sweep_rates", fails="test_a_sweep_leaves_the_network_alone")
def swept_in_evaluation_mode(model, X, y, **options):
    """You sweep in evaluation mode: the rate is for a training with dropout and batch norm at work."""
    return _sweep(model, X, y, **options, mode=False)


@mutant("p.11.8", replaces="sweep_rates", fails="test_a_sweep_leaves_the_network_alone")
def unseeded_sweep(model, X, y, seed=42, **options):
    """You don't use `seed`: the batches are others each time."""
    return _sweep(model, X, y, **options, seed=None)


@mutant("p.11.8", replaces="sweep_rates", fails="test_a_sweep_leaves_the_network_alone")
def seed_of_the_batches(model, X, y, **options):
    """Your seed decides the batches, but not which units are dropped: `torch.manual_seed` does both."""
    return _sweep(model, X, y, **options, seeded=lambda seed: torch.Generator().manual_seed(seed))


@alternative("p.11.8", replaces="sweep_rates")
def on_a_copy(model, X, y, *, low=1e-5, high=1.0, n_steps=100, batch_size=64, seed=42):
    """A copy is trained, by an exponential schedule."""
    torch.manual_seed(seed)
    X, y = _rows(X, y)
    twin = copy.deepcopy(model).train()
    optimizer = torch.optim.NAdam(twin.parameters(), lr=low)
    plan = torch.optim.lr_scheduler.ExponentialLR(optimizer, (high / low) ** (1 / (n_steps - 1)))
    rates, losses = [], []
    for _ in range(n_steps):
        batch = torch.randperm(len(X))[:batch_size]
        loss = cross_entropy(twin(X[batch]), y[batch])
        rates.append(plan.get_last_lr()[0])
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        plan.step()
    return np.array(rates), np.array(losses)


# ---------------------------------------------------------------- the training


def _cycle(optimizer, rate, n_epochs, n_batches):
    return torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=n_epochs * n_batches)


def _fit(
    model, X, y, X_valid, y_valid, n_epochs=50, patience=10, rate=1e-3, one_cycle=False, batch_size=64, seed=42, *,
    make=torch.optim.NAdam, plan=_cycle, every="step", copied=copy.deepcopy, mode=False, back=True, drop_last=False,
    waits=lambda losses: len(losses) - 1 - int(np.argmin(losses)), told=None, restored=lambda one_cycle: True,
    order=RandomSampler,
):  # fmt: skip
    """The reference, with everything that can be got wrong as a parameter."""
    if seed is not None:
        torch.manual_seed(seed)
    data = TensorDataset(*_rows(X, y))
    loader = DataLoader(data, batch_size, sampler=order(data), drop_last=drop_last)
    X_valid, y_valid = _rows(X_valid, y_valid)
    optimizer = make(model.parameters(), lr=rate)
    cycle = plan(optimizer, rate, n_epochs, len(loader)) if one_cycle and plan else None
    losses, rates, best = [], [], {}
    for _ in range(n_epochs):
        model.train(back or not losses)
        for inputs, labels in loader:
            optimizer.zero_grad()
            cross_entropy(model(inputs), labels).backward()
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if cycle and every == "step":
                cycle.step()
        if cycle and every == "epoch":
            cycle.step()
        model.train(mode)
        with torch.no_grad():
            losses.append(cross_entropy(model(X_valid), y_valid).item())
        if min(losses) == losses[-1]:
            best = copied(model.state_dict())
        if waits(losses) >= patience and not one_cycle:
            break
    if restored(one_cycle):
        model.load_state_dict(best)
    return {"valid_loss": losses, "rates": [told(rate) for _ in rates] if told else rates}


@naive("p.11.8", replaces="fit", fails="test_learns_a_rule_of_its_own")
def plain_descent(*args, **options):
    """Plain gradient descent at such a small rate hardly moves a deep network: NAdam is asked for."""
    return _fit(*args, **options, make=torch.optim.SGD)


@naive("p.11.8", replaces="fit", fails="test_learns_a_rule_of_its_own")
def one_step_an_epoch(model, X, y, X_valid, y_valid, batch_size=64, **options):
    """You take one step an epoch, with all rows: cut them into batches."""
    return _fit(model, X, y, X_valid, y_valid, **options, batch_size=len(X))


@mutant("p.11.8", replaces="fit", fails="test_learns_a_rule_of_its_own")
def trains_a_copy(model, *args, **options):
    """You train a copy of the network: the one that is passed in has to learn."""
    return _fit(copy.deepcopy(model), *args, **options)


@mutant("p.11.8", replaces="fit", fails="test_steps_are_nadams")
def by_adam(*args, **options):
    """Your optimiser's steps are not NAdam's."""
    return _fit(*args, **options, make=torch.optim.Adam)


@mutant("p.11.8", replaces="fit", fails="test_steps_are_nadams")
def last_batch_dropped(*args, **options):
    """You leave out the last batch where it is smaller: its rows count, too."""
    return _fit(*args, **options, drop_last=True)


@mutant("p.11.8", replaces="fit", fails="test_steps_are_nadams")
def rows_by_lot(*args, **options):
    """You draw each batch anew from all rows, so that some come twice in an epoch and others never: shuffle them."""
    return _fit(*args, **options, order=lambda data: RandomSampler(data, replacement=True))


@mutant("p.11.8", replaces="fit", fails="test_steps_are_nadams")
def shuffled_once(*args, **options):
    """You shuffle the rows once, before the first epoch: each epoch has an order of its own."""
    return _fit(*args, **options, order=lambda data: torch.randperm(len(data)).tolist())


@mutant("p.11.8", replaces="fit", fails="test_one_cycle_is_applied")
def schedule_by_epochs(*args, **options):
    """You ask the schedule for a new rate after each epoch: it has as many stages as there are *steps*."""
    return _fit(*args, **options, every="epoch")


@mutant("p.11.8", replaces="fit", fails="test_one_cycle_is_applied")
def schedule_never_asked(*args, **options):
    """You make a schedule and never call its `step`, so the rate stays where it begins."""
    return _fit(*args, **options, every="never")


@mutant("p.11.8", replaces="fit", fails="test_one_cycle_is_applied")
def no_cycle(*args, **options):
    """`one_cycle` makes no difference in your training."""
    return _fit(*args, **options, plan=None)


@mutant("p.11.8", replaces="fit", fails="test_one_cycle_is_applied")
def only_downhill(*args, **options):
    """Your rate only falls: one cycle begins low, rises, and falls after that."""
    return _fit(*args, **options, plan=lambda optimizer, rate, n_epochs, n_batches:
                torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_epochs * n_batches))  # fmt: skip


@mutant("p.11.8", replaces="fit", fails="test_one_cycle_is_applied")
def cycle_above_the_rate(*args, **options):
    """Your cycle goes above `rate`, which is its highest point."""
    return _fit(*args, **options, plan=lambda optimizer, rate, n_epochs, n_batches:
                _cycle(optimizer, 10 * rate, n_epochs, n_batches))  # fmt: skip


@mutant("p.11.8", replaces="fit", fails="test_one_cycle_is_applied")
def rates_as_planned(model, X, y, X_valid, y_valid, rate=1e-3, **options):
    """The rates of your history are not those that were applied: ask the optimiser at each step."""
    return _fit(model, X, y, X_valid, y_valid, rate=rate, **options, told=lambda _: rate)


@mutant("p.11.8", replaces="fit", fails="test_best_weights_are_restored")
def last_weights(*args, **options):
    """You return the network as it is after the last epoch: bring back the best weights, from a deep copy."""
    return _fit(*args, **options, copied=lambda state: state)


@mutant("p.11.8", replaces="fit", fails="test_best_weights_are_restored")
def last_weights_of_a_cycle(*args, **options):
    """After one cycle you keep the last weights: there, too, those of the best epoch are asked for."""
    return _fit(*args, **options, restored=lambda one_cycle: not one_cycle)


@mutant("p.11.8", replaces="fit", fails="test_best_weights_are_restored")
def never_stops(*args, **options):
    """You run all epochs: training ends when the loss has not improved for `patience` epochs."""
    return _fit(*args, **options, waits=lambda losses: 0)


@mutant("p.11.8", replaces="fit", fails="test_best_weights_are_restored")
def impatient(*args, **options):
    """You stop at the first epoch that is worse: wait for `patience` epochs."""
    return _fit(*args, **options, waits=lambda losses: 99 * (len(losses) > 1 and losses[-1] > losses[-2]))


@mutant("p.11.8", replaces="fit", fails="test_best_weights_are_restored")
def waits_for_a_rise(*args, **options):
    """You count epochs that are worse than the one just before: what counts is how old the lowest loss of all is."""
    return _fit(*args, **options, waits=lambda losses: len(losses) - 2 - max(np.flatnonzero(np.diff(losses) < 0),
                                                                             default=-1))  # fmt: skip


@mutant("p.11.8", replaces="fit", fails="test_best_weights_are_restored")
def validates_in_training_mode(*args, **options):
    """You validate in training mode, where dropout spoils the answers: call `model.eval()` first."""
    return _fit(*args, **options, mode=True)


@mutant("p.11.8", replaces="fit", fails="test_best_weights_are_restored")
def trains_on_in_evaluation_mode(*args, **options):
    """After the first validation the network stays in evaluation mode: begin each epoch with `model.train()`."""
    return _fit(*args, **options, back=False)


@mutant("p.11.8", replaces="fit", fails="test_seed_decides_the_training")
def unseeded(*args, seed=42, **options):
    """You don't use `seed`, so that rows and dropout are others each time."""
    return _fit(*args, **options, seed=None)


@alternative("p.11.8", replaces="fit")
def by_hand(model, X, y, X_valid, y_valid, *, n_epochs=50, patience=10, rate=1e-3, one_cycle=False, batch_size=64,
            seed=42):  # fmt: skip
    """A cycle of two straight lines, set by hand; the order of the rows by NumPy; arrays in the history."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    X, y = _rows(X, y)
    X_valid, y_valid = _rows(X_valid, y_valid)
    optimizer = torch.optim.NAdam(model.parameters(), lr=rate, foreach=False)
    starts = range(0, len(X), batch_size)
    corners = [0, max(1, 0.3 * n_epochs * len(starts)), n_epochs * len(starts)]
    rates, losses, kept = [], [], None
    while len(losses) < n_epochs:
        model.train()
        order = torch.from_numpy(rng.permutation(len(X)))
        for start in starts:
            if one_cycle:
                optimizer.param_groups[0]["lr"] = float(np.interp(len(rates), corners, [rate / 20, rate, rate / 1e3]))
            rows = order[start : start + batch_size]
            loss = -model(X[rows]).log_softmax(dim=1)[torch.arange(len(rows)), y[rows]].mean()
            model.zero_grad()
            loss.backward()
            optimizer.step()
            rates.append(optimizer.param_groups[0]["lr"])
        model.eval()
        with torch.inference_mode():
            loss = cross_entropy(model(X_valid), y_valid).item()
        if loss < min(losses, default=math.inf):
            kept, since = {name: value.clone() for name, value in model.state_dict().items()}, 0
        else:
            since += 1
        losses.append(loss)
        if since >= patience and not one_cycle:
            break
    model.load_state_dict(kept)
    return {"valid_loss": np.array(losses), "rates": np.array(rates)}
