"""Hidden checks of chapter 11: twenty layers, as they begin (p.11.8)."""

from itertools import pairwise

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch import nn

from autograder.checks.ch11_deep_networks.inputs import modes_of, normed
from autograder.testing import check
from autograder.testing.modules import (
    NOISE,
    Dense,
    built,
    dense_layers,
    evaluates,
    has_parameters,
    has_two_modes,
    outputs,
    self_normalises,
    starts_with,
    tensor,
    weights_of,
)


@check("p.11.8", hint="Which rows do mean and standard deviation come from? What do you divide a constant column by?")
def test_columns_are_standardised(student, rng):
    """All parts are moved and divided by the figures of the training rows, also where a column never changes; the
    result is float32, and what is passed in is left alone."""
    parts = [rng.integers(0, 256, (n, 6)).astype(np.uint8) for n in (40, 15, 1)]
    parts[0][:, 2] = 9
    found, after = student.watch_("standardised", *parts)
    mean, std = parts[0].astype(float).mean(axis=0), parts[0].astype(float).std(axis=0)
    std[2] = 1
    assert len(found) == 3
    for part, was, given in zip(found, parts, after, strict=True):
        assert str(part.dtype).removeprefix("torch.") == "float32"
        assert_allclose(np.asarray(part), (was - mean) / std, atol=1e-4)
        assert_array_equal(np.asarray(given), was)
    (alone,) = student.standardised(parts[0])
    assert_allclose(np.asarray(alone), np.asarray(found[0]), atol=1e-4)


def _silu(z: np.ndarray) -> np.ndarray:
    return z / (1 + np.exp(-z))


def _selu(z: np.ndarray) -> np.ndarray:
    return nn.functional.selu(torch.as_tensor(z)).numpy()


def _close(found: np.ndarray, wanted: np.ndarray) -> bool:
    scale = max(float(np.abs(wanted).max()), 1e-12)
    return found.shape == wanted.shape and float(np.abs(found - wanted).max()) <= 50 * NOISE * scale


def _follow(layers: list[Dense], activation) -> None:
    """Between one layer and the next is an activation, and nothing else."""
    for one, other in pairwise(layers):
        assert _close(other.inputs, activation(one.outputs)), f"{other.name} is given something else"


def _sizes(layers: list[Dense]) -> list[tuple[int, ...]]:
    return [layer.weight.shape for layer in layers]


@check("p.11.8", core=True, weight=2, hint="Count the linear layers. What stands between two of them, and what "
       "behind the last?")  # fmt: skip
def test_twenty_hidden_layers_of_a_hundred(student, rng):
    """As it comes, your network has 20 hidden layers of 100 units, each followed by SiLU, and ten logits: 500,210
    parameters. Other sizes are made as they are asked for."""
    model = built(student, student.make_mlp, rng)
    layers = dense_layers(student, model, rng.normal(size=(5, 3072)))
    assert _sizes(layers) == [(100, 3072), *[(100, 100)] * 19, (10, 100)]
    has_parameters(student, model, 500_210)
    _follow(layers, _silu)
    n_in, n_out, n_hidden, n_layers = (int(n) for n in rng.choice(np.arange(3, 12), 4, replace=False))
    model = built(student, student.make_mlp, rng, "base", n_in, n_out, n_hidden, n_layers)
    X = rng.normal(size=(4, n_in))
    layers = dense_layers(student, model, X)
    assert _sizes(layers) == [(n_hidden, n_in), *[(n_hidden, n_hidden)] * (n_layers - 1), (n_out, n_hidden)]
    _follow(layers, _silu)
    outputs(model, X, shape=(4, n_out))


def _deep(student, rng, variant: str, n_in: int = 60, **sizes) -> tuple:
    """Return a network of a variant, with 20 layers of 100, and standardised rows for it."""
    model = built(student, student.make_mlp, rng, variant, n_in, 7, **sizes)
    return model, rng.normal(size=(256, n_in))


@check("p.11.8", hint="What is the variance of He's rule, and which of the two fans counts? What does nn.Linear do "
       "with biases by itself?")  # fmt: skip
def test_he_before_silu(student, rng):
    """Before SiLU the weights of each hidden layer are drawn by He's rule, with or without batch norm; biases are 0."""
    for variant in ("base", "batch norm"):
        model, X = _deep(student, rng, variant, n_hidden=30, n_layers=6)
        starts_with(dense_layers(student, model, X)[:-1], lambda n_in, n_out: (2 / n_in) ** 0.5)


@check("p.11.8", weight=2, hint="Does batch norm see what comes out of the linear layer, before the activation? In "
       "every hidden layer?")  # fmt: skip
def test_batch_norm_in_every_layer(student, rng):
    """With batch norm, what comes out of each hidden linear layer is standardised over the batch and then goes through
    SiLU; in evaluation mode, a row no longer depends on the others."""
    model, X = _deep(student, rng, "batch norm")
    layers = dense_layers(student, model, X, training=True)
    assert _sizes(layers) == [(100, 60), *[(100, 100)] * 19, (7, 100)]
    for one, other in pairwise(layers):
        z = one.outputs - one.outputs.mean(axis=0)
        assert _close(other.inputs, _silu(z / np.sqrt(z.var(axis=0) + 1e-5)))
    without = 100 * 60 + 19 * 100 * 100 + 700 + 7 + 20 * 200
    assert has_parameters(student, model) in (without, without + 20 * 100)
    has_two_modes(model, X[:8], random=False)


@check("p.11.8", weight=2, hint="Print mean and standard deviation layer by layer. SELU needs LeCun's variance, 1 / "
       "fan in, and nothing beside it.")  # fmt: skip
def test_selu_keeps_its_signals(student, rng):
    """With SELU, standardised rows keep a mean near 0 and a standard deviation near 1 through all twenty layers, since
    the weights are drawn by LeCun's rule and nothing else stands in between."""
    for variant in ("selu", "alpha dropout"):
        model, X = _deep(student, rng, variant)
        layers = dense_layers(student, model, X)
        assert len(layers) == 21
        _follow(layers, _selu)
        starts_with(layers[:-1], lambda n_in, n_out: n_in**-0.5)
        self_normalises(layers)


@check("p.11.8", hint="Which dropout keeps mean and standard deviation? Where does it stand, and how often?")
def test_alpha_dropout_before_the_output(student, rng):
    """Alpha dropout works in training mode, at the rate that is asked for and before the output layer only; a network
    of SELU or SiLU alone has none."""
    rate = float(rng.uniform(0.15, 0.4))
    model, X = _deep(student, rng, "alpha dropout", n_layers=5, dropout=rate)
    layers = dense_layers(student, model, X, training=True)
    _follow(layers[:-1], _selu)
    x, found = _selu(layers[-2].outputs), layers[-1].inputs
    off = -1.7580993408473766  # where SELU ends on the left, which is where alpha dropout puts a unit
    a = ((1 - rate) * (1 + rate * off**2)) ** -0.5
    b = -a * rate * off
    kept, dropped = (np.abs(found - wanted) < 1e-3 for wanted in (a * x + b, np.full_like(x, a * off + b)))
    assert np.all(kept | dropped)
    assert abs(dropped.mean() - rate) < 5 * np.sqrt(rate / x.size)
    for variant, activation in (("selu", _selu), ("base", _silu)):
        model, X = _deep(student, rng, variant, n_layers=5, dropout=rate)
        _follow(dense_layers(student, model, X, training=True), activation)


# ---------------------------------------------------------------- what happens inside


@check("p.11.8", hint="A forward hook gets what comes out of a module. All numbers together: rows and units.")
def test_statistics_of_each_layer(student, rng):
    """For each call of a module of the kind that is asked for, in order, mean and standard deviation of all that comes
    out of it are right, in evaluation mode; also where one module is called several times."""
    model = normed(student, rng, dropout=0.5)
    X = rng.normal(1, 2, (8, 5))  # few, so that a division by one less shows
    state = {name: value.astype(float) for name, value in weights_of(model).items()}
    one = X @ state["0.weight"].T
    two = (one - state["1.running_mean"]) / np.sqrt(state["1.running_var"] + 1e-5)
    wanted = {"Linear": [one, two @ state["3.weight"].T], "BatchNorm1d": [two], "Dropout": [two]}
    model.train()
    for kind, values in wanted.items():
        found = student.layer_statistics(model, tensor(X), student.probe_(_kind)(kind))
        assert len(found) == len(values)
        for (mean, std), value in zip(found, values, strict=True):
            assert_allclose([float(mean), float(std)], [value.mean(), value.std()], rtol=1e-3, atol=1e-4)
    weights = [rng.normal(0, 0.7, (5, 5)) for _ in range(3)]
    one, two, three = _chain(X, weights)
    shared = student.probe_(_shared)([tensor(weight) for weight in weights])
    for kind, values in {"Tanh": [np.tanh(one), np.tanh(two)], "Linear": [one, two, three]}.items():
        found = student.layer_statistics(shared, tensor(X), student.probe_(_kind)(kind))
        wanted = [[value.mean(), value.std()] for value in values]
        assert_allclose([[float(mean), float(std)] for mean, std in found], wanted, rtol=1e-3, atol=1e-4)


def _chain(X: np.ndarray, weights: list[np.ndarray]) -> list[np.ndarray]:
    """What comes out of the layers of `_shared`."""
    outs = [X @ weights[0].T]
    for weight in weights[1:]:
        outs.append(np.tanh(outs[-1]) @ weight.T)
    return outs


def _shared(weights):
    """Probe: three layers, the first registered last, one activation behind two of them, and one that is never used."""
    import torch
    from torch import nn

    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.idle = nn.Tanh()
            self.layers = nn.ModuleList(nn.Linear(5, 5, bias=False) for _ in weights)
            self.act = nn.Tanh()
            with torch.no_grad():
                for layer, weight in zip(self.layers, reversed(weights), strict=True):
                    layer.weight.copy_(weight)

        def forward(self, X):
            return self.layers[0](self.act(self.layers[1](self.act(self.layers[2](X)))))

    return Shared()


def _kind(name):
    """Probe: a class of modules by its name."""
    import torch

    return getattr(torch.nn, name)


@check("p.11.8", hint="Remove your hooks when you are done, and put the mode back.")
def test_looking_changes_nothing(student, rng):
    """Looked at, a network is left as it was: its mode, its weights and running statistics, and no hook stays on it."""
    model, X = normed(student, rng, dropout=0.5), tensor(rng.normal(size=(8, 5)))
    before, modes, kind = weights_of(model), student.probe_(modes_of), student.probe_(_kind)("Linear")
    evaluates(student, model, lambda: [list(pair) for pair in student.layer_statistics(model, X, kind)])
    assert all(n_hooks == 0 for _, n_hooks in modes(model).values())
    for name, value in weights_of(model).items():
        assert_array_equal(value, before[name])
