"""Hidden checks of chapter 11: learning from pairs (tf1.11.10)."""

from functools import cache

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch11_deep_networks.inputs import accuracy, hidden_places, modes_of
from autograder.testing import check
from autograder.testing.modules import (
    built,
    gradients_flow,
    has_parameters,
    is_complete,
    outputs,
    repeats,
    tensor,
    weights_of,
)
from course.datasets import load


def _pairs(student, rng, n: int = 600, per_class: int = 12):
    """Draw rows that say who they are, and pairs of them; return the numbers of both rows, and the labels."""
    y = rng.permutation(np.repeat([2, 4, 5, 9], per_class))
    X = np.column_stack([np.arange(len(y)), rng.normal(size=(len(y), 2))])
    A, B, labels = (np.asarray(part) for part in student.make_pairs(X, y, n, seed=int(rng.integers(2**31))))
    assert A.shape == B.shape == (n, 3)
    one, other = (part[:, 0].round().astype(int) for part in (A, B))
    assert_array_equal(np.float32(A), np.float32(X[one]))
    assert_array_equal(np.float32(B), np.float32(X[other]))
    return y, one, other, labels


@check("tf1.11.10", core=True, weight=2, hint="0 says that both are of one class, 1 that they are not.")
def test_half_of_the_pairs_are_alike(student, rng):
    """Half of the pairs are of one class, label 0, and half of two classes, label 1, in mixed order."""
    y, one, other, labels = _pairs(student, rng)
    assert labels.shape == (600,)
    assert_array_equal(labels, (y[one] != y[other]).astype(int))
    assert labels.sum() == 300
    assert np.abs(labels.reshape(6, 100).mean(axis=1) - 0.5).max() < 0.3


@check("tf1.11.10", hint="Which row must not be drawn as the partner of a row?")
def test_no_picture_is_paired_with_itself(student, rng):
    """No row is paired with itself, even where a class has two rows only."""
    _, one, other, _ = _pairs(student, rng, 200, per_class=2)
    assert np.all(one != other)


@check("tf1.11.10", hint="Draw rows from all over, not only the first ones or the first class.")
def test_all_classes_turn_up(student, rng):
    """All classes, all pairs of classes in either order, and nearly all rows turn up; another seed draws others."""
    y, one, other, labels = _pairs(student, rng)
    found = set(zip(y[one].tolist(), y[other].tolist(), strict=True))
    assert len(found) == 16
    for label in (0, 1):
        counts = np.unique(y[one[labels == label]], return_counts=True)[1]
        assert len(counts) == 4
        assert counts.min() > 35
    assert len(set(one.tolist() + other.tolist())) > 0.9 * len(y)
    X = rng.normal(size=(20, 3))
    repeats(lambda seed: [np.asarray(part) for part in student.make_pairs(X, np.arange(20) % 4, 40, seed=seed)])


def _net(student, rng):
    # Wide enough for ReLU: of a few units all may be dead by chance.
    n_in, n_hidden, n_layers = int(rng.integers(5, 9)), int(rng.integers(20, 30)), int(rng.integers(2, 5))
    net = built(student, student.PairNet, rng, n_in, n_hidden, n_layers)
    return net, n_in, n_hidden, n_layers


@check("tf1.11.10", core=True, weight=2, hint="Two towers, side by side, one more hidden layer, one number for a pair.")
def test_one_logit_for_each_pair(student, rng):
    """For each pair there is one logit, which depends on either picture; each tower has weights of its own, as many
    layers as are asked for, and gives (B, n_hidden)."""
    net, n_in, n_hidden, n_layers = _net(student, rng)
    A, B = (rng.normal(0, 1e6, (6, n_in)).astype(np.float32) for _ in range(2))  # signals may fade on their way
    net.eval()
    found = outputs(net, A, B, shape=(6,))
    for changed in (outputs(net, B, B, shape=(6,)), outputs(net, A, A, shape=(6,))):
        assert np.abs(changed - found).max() > 1e-7
    assert np.ptp(found) > 0
    tower = n_in * n_hidden + n_hidden + (n_layers - 1) * (n_hidden**2 + n_hidden)
    top = 2 * n_hidden**2 + n_hidden + n_hidden + 1
    has_parameters(student, net, 2 * tower + top)
    for part in (net.tower_a, net.tower_b):
        outputs(part, A, shape=(6, n_hidden))
    assert found.min() < 0 or found.max() > 1 or np.abs(outputs(net, 1e12 * A, 1e12 * B, shape=(6,))).max() > 1


@check("tf1.11.10", hint="Are all layers attributes of the net?")
def test_all_of_the_pair_net_can_learn(student, rng):
    """Every weight of the net is registered as a parameter, and gets a gradient."""
    net, n_in, n_hidden, n_layers = _net(student, rng)
    A, B = (rng.normal(size=(16, n_in)).astype(np.float32) for _ in range(2))
    gradients_flow(student, net, A, B, rng=rng)
    is_complete(lambda: built(student, student.PairNet, rng, n_in, n_hidden, n_layers), A, B, rng=rng)


@check("tf1.11.10", core=True, weight=3, at_least=True, hint="Does the loss of the pairs fall well below 0.69? Is the "
       "tower that you take the one that has been trained?")  # fmt: skip
def test_pairs_teach_what_matters(student, rng) -> float:
    """On rules that are made up for you, a head that has seen 60 rows makes far fewer mistakes on top of a tower that
    has told 2,000 pairs apart than on top of one that has learned nothing: at least {threshold:.0%} of them are
    gone."""
    before = after = 0.0
    for _ in range(2):
        draw, _ = hidden_places(rng, d=8, k=4, per=2, n_telling=3, loud=1.5)
        (X, y), (X_few, y_few), (X_new, y_new) = draw(800), draw(60), draw(1000)
        seed = int(rng.integers(2**31))
        A, B, labels = student.make_pairs(X, y, 2000, seed=seed)
        net = built(student, student.PairNet, rng, 8, 24, 2)
        before += 1 - accuracy(student.fit_head(net, X_few, y_few, 4, seed=seed), X_new, y_new)
        student.fit_pairs(net, A, B, labels, n_epochs=14, rate=0.01, batch_size=100, seed=seed)
        after += 1 - accuracy(student.fit_head(net, X_few, y_few, 4, seed=seed), X_new, y_new)
    return 1 - after / before


@check("tf1.11.10", hint="The loss of a logit: `binary_cross_entropy_with_logits`. One number for each epoch.")
def test_losses_of_each_epoch_are_told(student, rng):
    """You give back the mean loss of each epoch: at a rate of next to nothing, that of the net as it begins (in
    training mode, whatever mode it came in); later, a lower one."""
    n_epochs, n_hidden = int(rng.integers(2, 5)), int(rng.integers(15, 25))
    net = built(student, student.PairNet, rng, 6, n_hidden, 2)
    A, B = (rng.normal(size=(64, 6)).astype(np.float32) for _ in range(2))
    labels = (A[:, 0] > B[:, 0]).astype(int)
    net.train()
    begins = [_loss(outputs(net, A, B, shape=(64,)), labels) for _ in range(10)]  # dropout makes them differ
    wanted = np.mean(begins)
    found = student.fit_pairs(net, A, B, labels, n_epochs=n_epochs, rate=1e-9, batch_size=16)
    assert np.shape(found) == (n_epochs,)
    assert_allclose(np.asarray(found, dtype=float), wanted, rtol=1e-3, atol=8 * float(np.std(begins)))
    found = np.asarray(student.fit_pairs(net, A, B, labels, n_epochs=40, rate=0.02, batch_size=16), dtype=float)
    assert found.shape == (40,)
    assert found[-5:].mean() < 0.9 * wanted
    noted = student.probe_(_noted)(tensor(rng.normal(0, 0.3, (1, 12))))
    noted.eval()
    student.fit_pairs(noted, A, B, labels, n_epochs=2, batch_size=16)
    modes = list(noted.learned_in)
    assert len(modes) >= 8 and all(modes)  # some optimisers ask more often than once in a step


def _noted(weight):
    """Probe: a linear layer over both pictures; each time that gradients come back, it writes down its mode."""
    import torch
    from torch import nn

    class Noted(nn.Linear):
        def forward(self, A, B):
            out, mode = super().forward(torch.cat([A, B], dim=1)).squeeze(1), self.training
            if out.requires_grad:
                out.register_hook(lambda _: modes.append(mode))
            return out

    modes = []
    net = Noted(12, 1)
    with torch.no_grad():
        net.weight.copy_(weight)
        net.bias.zero_()
    net.learned_in = modes
    return net


def _loss(logits: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean(np.logaddexp(0, logits) - labels * logits))


@check("tf1.11.10", weight=2, hint="Which parameters does the optimiser have? Work with a copy of the tower.")
def test_the_tower_is_frozen(student, rng):
    """A head is trained and nothing else: the pair network is left as it was, in its mode too, two classifiers that
    were trained on other rows differ in one linear layer only, and they are in evaluation mode."""
    X = rng.normal(size=(40, 6)).astype(np.float32)
    net, modes = built(student, student.PairNet, rng, 6, 12, 2), student.probe_(modes_of)
    net.train()
    before, was = weights_of(net), modes(net)
    states = []
    for n_epochs, y in ((3, np.arange(40) % 3), (6, rng.permutation(np.arange(40) % 3))):
        model = student.fit_head(net, X, y, 3, n_epochs=n_epochs)
        outputs(model, X, shape=(40, 3))
        states.append(weights_of(model))
        assert not any(training for training, _ in modes(model).values())
    assert modes(net) == was
    assert all(np.array_equal(value, before[name]) for name, value in weights_of(net).items())
    one, other = states
    assert one.keys() == other.keys()
    moved = sorted(value.shape for name, value in one.items() if not np.array_equal(value, other[name]))
    assert moved == [(3,), (3, 12)]


@check("tf1.11.10", hint="Which of the towers is asked for, and what comes out of it?")
def test_the_head_sits_on_the_first_tower(student, rng):
    """What the classifier says is a linear function of what the first tower makes of a picture in evaluation mode,
    whatever net the tower is of."""
    X = rng.normal(size=(60, 6)).astype(np.float32)
    net = built(student, student.PairNet, rng, 6, 12, 2)
    weights = {name: value * rng.uniform(0.6, 1.4, value.shape) for name, value in weights_of(net).items()}
    net.load_state_dict({name: tensor(value) for name, value in weights.items()})  # so that no tower is as the other
    towers = student.probe_(_towers)(*(tensor(rng.normal(size=(9, 6))) for _ in range(2)))
    for one in (net, towers):
        one.train()
        logits = outputs(student.fit_head(one, X, np.arange(60) % 3, 3, n_epochs=2), X, shape=(60, 3))
        one.eval()
        for tower, fits in ((one.tower_a, True), (one.tower_b, False)):
            seen = np.column_stack([np.asarray(tower(tensor(X))), np.ones(60)])
            left = logits - seen @ np.linalg.lstsq(seen, logits, rcond=None)[0]
            assert bool(np.abs(left).max() < 1e-3 * np.abs(logits).max()) is fits


def _towers(*weights):
    """Probe: two towers with batch norm and dropout, which make a difference in training mode."""
    import torch
    from torch import nn

    net = nn.Module()
    for name, weight in zip(("tower_a", "tower_b"), weights, strict=True):
        layer = nn.Linear(6, 9)
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.zero_()
        setattr(net, name, nn.Sequential(layer, nn.BatchNorm1d(9), nn.Tanh(), nn.Dropout(0.5)))
    return net


@check("tf1.11.10", hint="What is drawn at random: the order of the rows, and the first weights of the head.")
def test_seeds_decide(student, rng):
    """The same seed gives the same pair network and the same head, another seed others."""
    X = rng.normal(size=(24, 6)).astype(np.float32)
    net = built(student, student.PairNet, rng, 6, 12, 2)
    first = {name: tensor(value) for name, value in weights_of(net).items()}

    def run(seed: int):
        net.load_state_dict(first)
        student.fit_pairs(net, X, X[::-1].copy(), np.arange(24) % 2, n_epochs=1, batch_size=8, seed=seed)
        return weights_of(net)

    seeds = int(rng.integers(1, 1000)), int(rng.integers(1000, 2000))
    repeats(run, seeds)
    repeats(lambda seed: weights_of(student.fit_head(net, X, np.arange(24) % 3, 3, n_epochs=1, seed=seed)), seeds)


@cache
def _mnist() -> tuple[np.ndarray, ...]:
    data = load("mnist")
    X, X_new = ((part / 255).astype(np.float32) for part in (data.X_train, data.X_test))
    return X[:55_000], data.y_train[:55_000], X[55_000:], data.y_train[55_000:], X_new, data.y_test


@check("tf1.11.10", full=True, data="mnist", hint="How low does the loss of the pairs get?")
def test_five_hundred_of_each_digit(student, rng):
    """After eight epochs of 40,000 pairs from 55,000 pictures of MNIST, a head that has seen the other 5,000 reads 93%
    of the test pictures or more."""
    X, y, X_few, y_few, X_new, y_new = _mnist()
    A, B, labels = student.make_pairs(X, y, 40_000)
    net = built(student, student.PairNet, rng)
    student.fit_pairs(net, A, B, labels, n_epochs=8, batch_size=100)
    assert accuracy(student.fit_head(net, X_few, y_few, n_epochs=20, rate=2e-3), X_new, y_new) >= 0.93
