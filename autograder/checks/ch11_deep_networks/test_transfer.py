"""Hidden checks of chapter 11: transfer to the other half of the digits (tf1.11.9)."""

from functools import cache

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.checks.ch11_deep_networks.inputs import accuracy, hidden_places, modes_of
from autograder.testing import check
from autograder.testing.modules import Group, moves, outputs, repeats, replayed, steps_taken, tensor, weights_of
from course.datasets import load

WIDTHS = (12, 11, 10, 9, 8)  # so that each parameter has a shape of its own


@check("tf1.11.9", core=True, hint="How many of each class? May a row be drawn twice?")
def test_so_many_of_each_class(student, rng):
    """You draw just as many different rows of each class as are asked for, by the seed, from all over the rows."""
    y = rng.permutation(np.repeat([5, 7, 8, 9], [30, 12, 20, 40]))
    picked = [np.asarray(student.some_of_each(y, 10, seed)) for seed in (1, 1, 2)]
    for rows in picked:
        assert len(set(rows.tolist())) == len(rows) == 40
        assert np.unique(y[rows], return_counts=True)[1].tolist() == [10, 10, 10, 10]
    assert sorted(picked[0].tolist()) == sorted(picked[1].tolist()) != sorted(picked[2].tolist())


def _old(student, rng, n_in: int = 13, dropout: float = 0.0, norm: bool = False):
    """Return a handle on a network with five hidden layers, whose weights are drawn."""
    sizes = [n_in, *WIDTHS]
    weights = [tensor(rng.normal(0, (2 / a) ** 0.5, (b, a))) for a, b in zip(sizes, [*WIDTHS, 6], strict=True)]
    return student.probe_(old_network)(weights, [tensor(np.zeros(len(w))) for w in weights], dropout, norm)


def old_network(weights, biases, dropout, norm):
    """Probe: a network that was trained elsewhere; `asked` has the first number of each row that it was given."""
    import torch
    from torch import nn

    asked = []

    class First(nn.Linear):
        def forward(self, X):
            asked.extend(X[:, 0].tolist())
            return super().forward(X)

    class Old(nn.Module):
        def __init__(self):
            super().__init__()
            layers = []
            for weight, bias in zip(weights, biases, strict=True):
                kind = nn.Linear if layers else First
                layer = kind(weight.shape[1], weight.shape[0])
                with torch.no_grad():
                    layer.weight.copy_(weight)
                    layer.bias.copy_(bias)
                layers.append(layer)
            blocks = []
            for layer in layers[:-1]:
                norms = [nn.BatchNorm1d(layer.out_features)] if norm else []
                drops = [nn.Dropout(dropout)] if dropout else []
                blocks.append(nn.Sequential(layer, *norms, nn.ELU(), *drops))
            self.hidden = nn.Sequential(*blocks)
            self.output = layers[-1]
            self.asked = asked

        def forward(self, X):
            return self.output(self.hidden(X))

    return Old()


def _task(rng, n: int = 48, n_in: int = 13) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(n, n_in)).astype(np.float32), rng.integers(0, 4, n)


def _parts(model) -> list[dict[str, np.ndarray]]:
    """The state of each hidden part of a network."""
    state, parts = weights_of(model), {}
    for name, value in state.items():
        if name.startswith("hidden."):
            _, number, rest = name.split(".", 2)
            parts.setdefault(int(number), {})[rest] = value
    return [parts[number] for number in sorted(parts)]


def _same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


@check("tf1.11.9", hint="How many numbers does the last of the layers give? What stands behind the output layer?")
def test_a_new_output_on_old_layers(student, rng):
    """A `Transferred` holds the layers that it is given, in their order and with their weights, and a new linear layer
    on top, for as many logits as are asked for."""
    old, (X, _) = _old(student, rng), _task(rng)
    n_reused, n_outputs = (int(n) for n in rng.integers(2, 5, 2))
    new = student.probe_(_on_top)(int(rng.integers(2**31)), student.Transferred, old, n_reused, n_outputs)
    parts, state = _parts(new), weights_of(new)
    assert len(parts) == n_reused
    assert all(map(_same, parts, _parts(old)))
    assert state["output.weight"].shape == (n_outputs, WIDTHS[n_reused - 1])
    _is_linear_on(student, new, old, n_reused, X, n_outputs)


def _on_top(seed, kind, model, n_reused, n_outputs):
    """Probe: a new network on a model's first hidden layers."""
    import torch

    torch.manual_seed(seed)
    return kind(list(model.hidden)[:n_reused], n_outputs)


def _is_linear_on(student, new, old, n_reused: int, X: np.ndarray, n_outputs: int) -> None:
    """Assert that logits are what the output layer makes of what the first hidden layers make of X."""
    state, seen = weights_of(new), np.asarray(student.probe_(_hidden)(old, tensor(X), n_reused))
    wanted = seen @ state["output.weight"].T + state["output.bias"]
    assert_allclose(outputs(new, X, shape=(len(X), n_outputs)), wanted, atol=1e-4)


def _hidden(model, X, n):
    """Probe: what the first hidden layers make of X."""
    import torch

    model.eval()
    with torch.no_grad():
        return model.hidden[:n](X)


OPTIONS = {"n_outputs": 4, "n_epochs": 3, "batch_size": 16}


@check("tf1.11.9", core=True, weight=2, hint="Work with a deep copy. `requires_grad_(False)` stops gradients, but not "
       "the running statistics of batch norm.")  # fmt: skip
def test_frozen_layers_stay_as_they_are(student, rng):
    """All that is in the frozen layers is the same, bit by bit, after training; the output layer has learned; what
    comes back is in evaluation mode; and the network that was passed in is as it was, in its mode too."""
    modes = student.probe_(modes_of)
    for norm, cached in ((False, False), (True, False), (True, True)):
        old, (X, y) = _old(student, rng, dropout=0.3, norm=norm), _task(rng)
        old.train()
        before, was = weights_of(old), modes(old)
        new = student.transfer(old, X, y, cached=cached, **OPTIONS)
        assert all(map(_same, _parts(new), _parts(old)))
        assert len(_parts(new)) == 5
        assert all(np.array_equal(value, before[name]) for name, value in weights_of(old).items())
        assert modes(old) == was
        assert not any(training for training, _ in modes(new).values())
        heads = [weights_of(student.transfer(old, X, y, **OPTIONS | {"n_epochs": n}))["output.weight"] for n in (1, 4)]
        assert heads[0].shape == (4, 8)
        assert np.abs(heads[0] - heads[1]).max() > 1e-3
        outputs(new, X, shape=(48, 4))


@check("tf1.11.9", hint="From the inputs on: which layers are the first four?")
def test_so_many_layers_are_reused(student, rng):
    """The first `n_reused` hidden layers are taken, the others dropped, and the output layer fits on top."""
    old, (X, y) = _old(student, rng), _task(rng)
    n_reused = int(rng.integers(2, 5))
    new = student.transfer(old, X, y, n_reused=n_reused, **OPTIONS)
    assert len(_parts(new)) == n_reused
    assert all(map(_same, _parts(new), _parts(old)[:n_reused]))
    assert weights_of(new)["output.weight"].shape == (4, WIDTHS[n_reused - 1])
    _is_linear_on(student, new, old, n_reused, X, 4)


@check("tf1.11.9", weight=2, hint="Give the optimiser two groups of parameters, each with its own lr.")
def test_top_layers_are_unfrozen(student, rng):
    """Unfrozen layers learn by Adam, those from the top on, at a tenth of the output layer's rate; all below stays
    frozen."""
    old, (X, y) = _old(student, rng), _task(rng)
    rate, n_unfrozen = float(rng.uniform(1e-3, 5e-3)), int(rng.integers(1, 4))
    options = {**OPTIONS, "n_unfrozen": n_unfrozen, "rate": rate}
    new, steps = steps_taken(student, lambda: student.transfer(old, X, y, **options), gradients=True)
    sizes = [13, *WIDTHS]
    wanted = {(4, 8): rate, (4,): rate}
    for number in range(5 - n_unfrozen, 5):
        wanted |= {(sizes[number + 1], sizes[number]): rate / 10, (sizes[number + 1],): rate / 10}
    moves(steps, wanted)
    assert len(steps) == 9
    same = list(map(_same, _parts(new), _parts(old)))
    assert same == [True] * (5 - n_unfrozen) + [False] * n_unfrozen
    one, other = ([value for part in _parts(net)[5 - n_unfrozen :] for value in part.values()] for net in (old, new))
    replayed([[_together(groups, [value.shape for value in one])] for groups in steps], one, other, torch.optim.Adam)


def _together(groups: list[Group], shapes: list[tuple[int, ...]]) -> Group:
    """What a step has done to parameters of these shapes, which are all there once, as one group in this order."""
    found = {
        shape: (group, gradient)
        for group in groups
        for shape, gradient in zip(group.shapes, group.gradients, strict=True)
    }
    mine = [found[shape] for shape in shapes]
    return Group(mine[0][0].rate, mine[0][0].settings, tuple(shapes), tuple(gradient for _, gradient in mine))


@check("tf1.11.9", weight=2, hint="In which mode do frozen layers work while the rest is trained? Draw the same random "
       "numbers either way.")  # fmt: skip
def test_a_cache_changes_nothing_but_the_time(student, rng):
    """With a cache each row goes through the frozen layers once, however many epochs there are, and without it once an
    epoch, in an order drawn anew; and the network that comes out is the same either way, whatever dropout or batch norm
    there is in them."""
    for n_unfrozen in (0, 2):
        old, (X, y) = _old(student, rng, dropout=0.4, norm=not n_unfrozen), _task(rng)
        old.train()
        found, asked = [], []
        for cached in (False, True):
            n_before = len(old.asked)
            new = student.transfer(old, X, y, n_unfrozen=n_unfrozen, cached=cached, **OPTIONS)
            asked.append([row for row in old.asked[n_before:] if row in X[:, 0]])  # a row of zeros may tell a size
            found.append(outputs(new, X, shape=(48, 4)))
        assert_allclose(found[0], found[1], atol=1e-3 * np.abs(found[0]).max())
        assert [len(rows) for rows in asked] == [3 * 48, 48]
        epochs = np.array(asked[0]).reshape(3, 48)
        assert all(sorted(epoch) == sorted(X[:, 0].tolist()) for epoch in epochs)
        assert not np.array_equal(epochs[0], epochs[1])


@check("tf1.11.9", hint="Set the seed before the output layer is made.")
def test_seed_decides_the_transfer(student, rng):
    """The same seed gives the same network, another seed another one."""
    old, (X, y) = _old(student, rng, dropout=0.4), _task(rng)
    repeats(
        lambda seed: weights_of(student.transfer(old, X, y, n_unfrozen=2, seed=seed, **OPTIONS)),
        (int(rng.integers(1, 1000)), int(rng.integers(1000, 2000))),
    )


def _learned(student, rng):
    """Return a network that knows the directions that tell, and rows: a few to learn from, many to be asked about."""
    draw, directions = hidden_places(rng, d=60, k=4, per=1, n_telling=6, loud=4.0, noise=1.0)
    weights = [tensor(np.eye(6)[[n % 6 for n in range(WIDTHS[0])]] @ directions[:, :6].T)]
    weights += [tensor(np.eye(a)[[n % a for n in range(b)]]) for a, b in zip(WIDTHS, [*WIDTHS[1:], 6], strict=True)]
    biases = [tensor(np.full(len(weight), 8.0 if n == 0 else 0.0)) for n, weight in enumerate(weights)]
    X, y = draw(400)
    rows = np.concatenate([np.flatnonzero(y == label)[:10] for label in range(4)])  # no draw is short of a class
    return student.probe_(old_network)(weights, biases, 0.0, False), (X[rows], y[rows]), draw(600)


@check("tf1.11.9", core=True, weight=2, at_least=True, hint="Does your network use the layers it is given, in their "
       "order, or does it learn anew from 40 rows?")  # fmt: skip
def test_few_rows_are_enough(student, rng) -> float:
    """On top of networks whose layers have learned what to look at, ten rows of each of four classes teach yours to
    name at least {threshold:.0%} of 600 others, three rules taken together."""
    found = []
    for _ in range(3):
        old, (X, y), (X_new, y_new) = _learned(student, rng)
        new = student.transfer(old, X, y, n_outputs=4, n_epochs=100, rate=0.05, seed=int(rng.integers(2**31)))
        found.append(accuracy(new, X_new, y_new))
    return float(np.mean(found))


@cache
def _digits() -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Rows and labels of MNIST's digits 0 to 4 for training, and of 5 to 9 for training and for tests."""
    data = load("mnist")
    train, test = ((data.X_train[:30_000] / 255, data.y_train[:30_000]), (data.X_test / 255, data.y_test))
    low = train[1] < 5
    parts = [(train[0][low], train[1][low])]
    parts += [(X[y > 4], y[y > 4] - 5) for X, y in (train, test)]
    return tuple((X.astype(np.float32), y) for X, y in parts)


def _trained_on(X: np.ndarray, y: np.ndarray) -> list[torch.Tensor]:
    """Train five hidden layers of 100 for two epochs; return the weights and then the biases."""
    torch.manual_seed(1)
    linear = [nn.Linear(a, b) for a, b in ((784, 100), *[(100, 100)] * 4, (100, 5))]
    for layer in linear[:-1]:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    model = nn.Sequential(*[part for layer in linear[:-1] for part in (layer, nn.ELU())], linear[-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
    for batch in torch.cat([torch.randperm(len(X)) for _ in range(3)]).split(64):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(tensor(X[batch])), tensor(y[batch])).backward()
        optimizer.step()
    return [layer.weight.detach() for layer in linear] + [layer.bias.detach() for layer in linear]


@check("tf1.11.9", full=True, data="mnist", hint="Try four reused layers, and two of them unfrozen.")
def test_a_hundred_of_each_digit(student, rng):
    """On top of four layers that were trained on MNIST's digits 0 to 4, the upper two of them unfrozen, 100 pictures of
    each digit from 5 to 9 teach yours to read 85% of their test pictures or more."""
    low, (X, y), (X_new, y_new) = _digits()
    parts = _trained_on(*low)
    old = student.probe_(old_network)(parts[:6], parts[6:], 0.0, False)
    rows = np.asarray(student.some_of_each(y, 100, int(rng.integers(2**31))))
    new = student.transfer(old, X[rows], y[rows], n_reused=4, n_unfrozen=2, n_epochs=40, rate=5e-3)
    assert accuracy(new, X_new, y_new) >= 0.85
