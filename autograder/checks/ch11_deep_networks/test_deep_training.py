"""Hidden checks of chapter 11: twenty layers, as they are trained and asked (p.11.8)."""

from functools import cache, partial
from itertools import product

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch import nn

from autograder.checks.ch11_deep_networks.inputs import (
    PATIENCE,
    accuracy,
    goes_through,
    known_linear,
    loss_of,
    modes_of,
    normed,
    places,
    set_modes,
)
from autograder.testing import check
from autograder.testing.modules import (
    built,
    goes_round_once,
    rates_of,
    repeats,
    replayed,
    steps_taken,
    stops_early,
    tensor,
    weights_of,
)
from course.datasets import load

# ---------------------------------------------------------------- the sweep


def _by_nadam(weights: dict[str, np.ndarray], X: np.ndarray, y: np.ndarray, rates: np.ndarray) -> list[float]:
    """Return the loss before each step of a linear layer that is trained on all rows at these rates."""
    layer = nn.Linear(X.shape[1], len(weights["1.bias"]))
    layer.load_state_dict({name: tensor(weights[f"1.{name}"]) for name in ("weight", "bias")})
    optimizer, losses = torch.optim.NAdam(layer.parameters()), []
    for rate in rates:
        loss = nn.functional.cross_entropy(layer(tensor(X)), tensor(y))
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = float(rate)
        optimizer.step()
    return losses


@check("p.11.8", hint="From each step to the next the rate is multiplied by one number. Which loss belongs to a rate?")
def test_rates_are_swept(student, rng):
    """The rates go from the lowest to the highest in equal ratios and are applied as they are reported, by NAdam; each
    loss is the one before its step, of as many rows as are asked for."""
    low, high = float(rng.uniform(1e-4, 1e-3)), float(rng.uniform(0.1, 1))
    n_steps = int(rng.integers(12, 20))
    row = rng.normal(size=(1, 4)).repeat(30, axis=0).astype(np.float32)  # all alike: so every batch is the same
    model = known_linear(student, rng, 4, 3)
    before = weights_of(model)
    sizes = {"low": low, "high": high, "n_steps": n_steps, "batch_size": 10}
    (rates, losses), steps = steps_taken(student, lambda: student.sweep_rates(model, row, np.ones(30, int), **sizes))
    wanted = np.geomspace(low, high, n_steps)
    assert_allclose(np.asarray(rates, dtype=float), wanted, rtol=1e-3)
    assert_allclose(rates_of(steps), wanted, rtol=1e-3)
    right = _by_nadam(before, row, np.ones(30, int), wanted)
    assert_allclose(np.asarray(losses, dtype=float), right, rtol=1e-3, atol=1e-5)
    assert [len(batch) for batch in list(model.shown)] == [10] * n_steps


@check("p.11.8", hint="Copy the state before, deeply, and load it afterwards: batch norm has buffers, too.")
def test_a_sweep_leaves_the_network_alone(student, rng):
    """After a sweep the network has its weights, its running statistics and its mode back; meanwhile it is in training
    mode, and the seed decides what it is shown and which units are dropped."""
    X, y = rng.normal(size=(40, 5)).astype(np.float32), rng.integers(0, 3, 40)
    modes = student.probe_(modes_of)

    def swept(seed: int, dropout: float = 0.0, training: bool = True) -> np.ndarray:
        model = normed(student, np.random.default_rng(3), dropout)
        model.train(training)
        before, was = weights_of(model), modes(model)
        _, losses = student.sweep_rates(model, X, y, high=0.1, n_steps=6, batch_size=16, seed=seed)
        assert modes(model) == was
        for name, value in weights_of(model).items():
            assert_array_equal(value, before[name])
        return np.asarray(losses, dtype=float)

    for dropout in (0.0, 0.5):
        repeats(partial(swept, dropout=dropout), (int(rng.integers(1, 1000)), int(rng.integers(1000, 2000))))
    assert np.abs(swept(1) - swept(1, dropout=0.9)).max() > 0.05
    swept(1, training=False)


# ---------------------------------------------------------------- the training


@check("p.11.8", core=True, weight=3, at_least=True, hint="Does the validation loss fall? Print the rates that your "
       "optimiser is at, and the mode that the network is in.")  # fmt: skip
def test_learns_a_rule_of_its_own(student, rng) -> float:
    """On a rule that is made up for you, networks with eight hidden layers learn in 8 epochs of one cycle to name at
    least {threshold:.0%} of new rows, the poorer of two variants too."""
    draw = places(rng)
    (X, y), (X_valid, y_valid), (X_new, y_new) = draw(600), draw(150), draw(1000)
    found = []
    for variant in ("base", "selu"):
        model = built(student, student.make_mlp, rng, variant, 8, 4, n_hidden=32, n_layers=8)
        options = {"n_epochs": 8, "rate": 4e-3, "one_cycle": True, "batch_size": 32}
        student.fit(model, X, y, X_valid, y_valid, **options, seed=int(rng.integers(2**31)))
        found.append(accuracy(model, X_new, y_new))
    return min(found)


def _fitted(student, rng, n_epochs: int, **options) -> tuple:
    """Train a known layer; return it, its rows, its weights before, the history, and the steps."""
    X, y = rng.normal(size=(50, 4)).astype(np.float32), rng.integers(0, 3, 50)
    model = known_linear(student, rng, 4, 3)
    before = weights_of(model)
    options |= {"n_epochs": n_epochs, "batch_size": 12, "seed": int(rng.integers(2**31))}
    history, steps = steps_taken(student, lambda: student.fit(model, X, y, X, y, **options), gradients=True)
    return model, X, before, history, steps


@check("p.11.8", hint="Which optimiser is asked for? How many batches does an epoch have, and which rows are in them?")
def test_steps_are_nadams(student, rng):
    """An epoch takes one step for each batch, the last and smaller one too, at the rate that is asked for, and each row
    is in one of them, in an order drawn anew; NAdam's steps along these gradients lead to just these weights."""
    rate = float(rng.uniform(1e-3, 5e-3))
    model, _, before, history, steps = _fitted(student, rng, 1, rate=rate)
    assert len(steps) == 5
    assert_allclose(rates_of(steps), rate, rtol=1e-6)
    assert_allclose(np.asarray(history["rates"], dtype=float), rate, rtol=1e-6)
    replayed(steps, list(before.values()), list(weights_of(model).values()), torch.optim.NAdam)
    model, X, *_ = _fitted(student, rng, 3, one_cycle=True)
    goes_through(model, X, 3)


@check("p.11.8", weight=2, hint="The schedule counts steps, not epochs. Ask the optimiser for its rate at each step.")
def test_one_cycle_is_applied(student, rng):
    """With one cycle the learning rate, as the optimiser has it at each step, rises to `rate` in the first half of
    *all* steps and then falls to less than where it began; your history says the same."""
    rate, n_epochs = float(rng.uniform(1e-3, 5e-3)), int(rng.integers(7, 11))
    *_, history, steps = _fitted(student, rng, n_epochs, rate=rate, one_cycle=True, patience=1)
    assert len(steps) == 5 * n_epochs
    applied = rates_of(steps)
    goes_round_once(applied, rate)
    assert_allclose(np.asarray(history["rates"], dtype=float), applied, rtol=1e-4)


def _contrary(rng) -> tuple[np.ndarray, ...]:
    """Training and validation rows of which the labels say the same at first, and then the opposite."""
    X, X_valid = (rng.normal(size=(n, 4)).astype(np.float32) for n in (60, 40))
    y = (X[:, 0] + X[:, 1] > 0).astype(int)
    y_valid = np.where(np.abs(X_valid[:, 0]) > 0.7, (X_valid[:, 0] > 0), (X_valid[:, 1] < 0)).astype(int)
    return X, y, X_valid, y_valid


@check("p.11.8", weight=2, hint="`state_dict()` goes on changing: copy it. In which mode do you validate, and in which "
       "one do you train on?")  # fmt: skip
def test_best_weights_are_restored(student, rng):
    """Training ends when the validation loss has not improved for `patience` epochs, or after `n_epochs`; the network
    has the weights of its best epoch; losses are those of evaluation mode, and it learns in training mode."""
    X, y, X_valid, y_valid = _contrary(rng)
    weights, seed = int(rng.integers(2**31)), int(rng.integers(2**31))

    def train(dropout: float, patience: int, rate: float, size: int, n_epochs: int, **options):
        model = known_linear(student, np.random.default_rng(weights), 4, 2, dropout)
        options |= {"n_epochs": n_epochs, "patience": patience, "rate": rate, "batch_size": size, "seed": seed}
        return model, student.fit(model, X, y, X_valid, y_valid, **options)["valid_loss"]

    measure = partial(loss_of, X=X_valid, y=y_valid)
    for case in PATIENCE:
        stops_early(partial(train, *case), measure, n_epochs=40, patience=case[1])
    model, losses = train(0.3, 2, 0.05, 20, 14, one_cycle=True)
    assert len(losses) == 14
    assert np.isclose(measure(model), min(losses), rtol=1e-3)
    assert False not in list(model.learned_in)


@check("p.11.8", hint="The order of the rows, and dropout: set the seed before the first of them.")
def test_seed_decides_the_training(student, rng):
    """From the same weights the same seed gives the same network, another seed another one."""
    X, y = rng.normal(size=(30, 4)).astype(np.float32), rng.integers(0, 3, 30)

    def run(seed: int):
        model = known_linear(student, np.random.default_rng(5), 4, 3, 0.3)
        history = student.fit(model, X, y, X, y, n_epochs=2, batch_size=8, seed=seed)
        return weights_of(model), history["valid_loss"]

    repeats(run, (int(rng.integers(1, 1000)), int(rng.integers(1000, 2000))))


@cache
def _pictures() -> tuple[np.ndarray, ...]:
    """CIFAR-10: 2,000 of the training pictures for validation."""
    data = load("cifar10")
    X, X_new = (part.reshape(len(part), -1) / 255.0 for part in (data.X_train, data.X_test))
    return X[2000:], data.y_train[2000:], X[:2000], data.y_train[:2000], X_new, data.y_test


@check("p.11.8", full=True, data="cifar10", hint="Are the pictures standardised? Sweep the rate for this network.")
def test_pictures_of_ten_things(student, rng):
    """Twenty layers with batch norm, after at most 12 epochs of one cycle on CIFAR-10, name 37% of the test pictures or
    more, where chance names 10%."""
    X, y, X_valid, y_valid, X_new, y_new = _pictures()
    X, X_valid, X_new = student.standardised(X, X_valid, X_new)
    model = built(student, student.make_mlp, rng, "batch norm")
    student.fit(model, X, y, X_valid, y_valid, n_epochs=12, rate=2e-3, one_cycle=True, batch_size=128)
    assert accuracy(model, np.asarray(X_new), y_new) >= 0.37


# ---------------------------------------------------------------- Monte Carlo dropout


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@check("p.11.8", core=True, weight=2, hint="Which parts have to be in training mode? What do you take the mean of?")
def test_mean_of_many_answers(student, rng):
    """What `mc_predict` gives is the mean of the *probabilities* of a network whose units are dropped anew each time,
    and comes as near to the true mean as so many samples can."""
    model, n_samples = known_linear(student, rng, 3, 4, 0.5), 400
    weights = weights_of(model)
    X = (12 * rng.choice([-1, 1], (5, 3)) * rng.uniform(0.5, 1, (5, 3))).astype(np.float32)
    kept = np.array(list(product([0, 2], repeat=3)))  # all that dropout can do, with what it multiplies
    wanted = _softmax((kept[:, None] * X) @ weights["1.weight"].T + weights["1.bias"]).mean(axis=0)
    found = np.asarray(student.mc_predict(model, tensor(X), n_samples=n_samples))
    assert found.shape == (5, 4)
    assert_allclose(found.sum(axis=1), 1, atol=1e-4)
    assert np.abs(found - wanted).max() < 5 * 0.5 / np.sqrt(n_samples)


@check(
    "p.11.8", weight=2, hint="`model.train()` wakes batch norm, too. Put only the dropout layers into training mode."
)
def test_batch_norm_stays_asleep(student, rng):
    """Batch norm works as when the network is used: without dropout, the answer is the usual one, and the running
    statistics stay as they are. The network is asked `n_samples` times, and each part is left in its mode."""
    X, n_samples = rng.normal(size=(7, 5)).astype(np.float32), int(rng.integers(3, 9))
    modes, put = student.probe_(modes_of), student.probe_(set_modes)
    model = normed(student, rng, dropout=0.0)
    model.eval()
    before, usual = weights_of(model), _softmax(np.asarray(model(tensor(X))))
    for names in ([], ["1"], ["", "0", "1", "2", "3"]):
        put(model, names)
        was, asked = modes(model), sum(model.asked)
        found = np.asarray(student.mc_predict(model, tensor(X), n_samples))
        assert_allclose(found, usual, atol=1e-5)
        assert sum(model.asked) - asked == n_samples * len(X)  # one after the other, or all at once
        assert modes(model) == was
    for name, value in weights_of(model).items():
        assert_array_equal(value, before[name])


@check("p.11.8", hint="Set the seed once, before the first sample.")
def test_seed_decides_the_samples(student, rng):
    """The same seed gives the same answer, another seed another; alpha dropout is awake as well."""
    X = tensor(rng.normal(size=(4, 5)))
    for model in (normed(student, rng, dropout=0.5), student.probe_(_alpha)(tensor(rng.normal(size=(3, 5))))):
        repeats(
            lambda seed, model=model: np.asarray(student.mc_predict(model, X, 3, seed=seed)),
            (int(rng.integers(1, 1000)), int(rng.integers(1000, 2000))),
        )


def _alpha(weight):
    """Probe: alpha dropout, and a linear layer."""
    import torch
    from torch import nn

    model = nn.Sequential(nn.AlphaDropout(0.5), nn.Linear(5, 3))
    with torch.no_grad():
        model[1].weight.copy_(weight)
        model[1].bias.zero_()
    return model.eval()
