"""Chapter 11, learning from pairs (tf1.11.10): wrong answers that must fail, and right ones that must pass."""

import copy
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- pairs


def _pairs(X, y, n, seed=42, *, inverted=False, itself=False, first=None, alike=0.5, partner=None, mixed=True):
    """The reference, with everything that can be got wrong as a parameter."""
    rng = np.random.default_rng(seed)
    X, y = np.asarray(X, dtype=np.float32), np.asarray(y)
    differ = np.arange(n) >= round(alike * n)
    differ = rng.permutation(differ) if mixed else differ
    one = rng.integers(len(X) if first is None else first, size=n)
    two = []
    for row, other in zip(one, differ, strict=True):
        wanted = (y == y[row]) != other
        wanted[row] &= itself
        rows = np.flatnonzero(wanted)
        two.append(partner(rows) if partner else rng.choice(rows))
    labels = (~differ if inverted else differ).astype(np.int64)
    return X[one], X[np.array(two)], labels


@mutant("tf1.11.10", replaces="make_pairs", fails="test_half_of_the_pairs_are_alike")
def inverted(X, y, n, seed=42):
    """Your labels are the wrong way round: 0 says that both pictures are of one class."""
    return _pairs(X, y, n, seed, inverted=True)


@mutant("tf1.11.10", replaces="make_pairs", fails="test_half_of_the_pairs_are_alike")
def drawn_by_chance(X, y, n, seed=42):
    """You draw both pictures by chance, so that pairs of one class are rare: half of the pairs are to be alike."""
    return _pairs(X, y, n, seed, alike=0.25)


@mutant("tf1.11.10", replaces="make_pairs", fails="test_half_of_the_pairs_are_alike")
def first_half_alike(X, y, n, seed=42):
    """All pairs of one class come first: mix them."""
    return _pairs(X, y, n, seed, mixed=False)


@mutant("tf1.11.10", replaces="make_pairs", fails="test_no_picture_is_paired_with_itself")
def paired_with_itself(X, y, n, seed=42):
    """A picture may be its own partner in your pairs, which teaches nothing."""
    return _pairs(X, y, n, seed, itself=True)


@mutant("tf1.11.10", replaces="make_pairs", fails="test_all_classes_turn_up")
def from_the_first_rows(X, y, n, seed=42):
    """Your pairs begin with a few rows again and again: draw from all."""
    return _pairs(X, y, n, seed, first=8)


@mutant("tf1.11.10", replaces="make_pairs", fails="test_all_classes_turn_up")
def one_partner_only(X, y, n, seed=42):
    """You take the first partner that fits, so that the other classes never turn up there: draw it."""
    return _pairs(X, y, n, seed, partner=lambda rows: rows[0])


@alternative("tf1.11.10", replaces="make_pairs")
def alike_and_unlike(X, y, n, seed=42):
    """Half of the pairs by classes, half by pairs of classes; then they are mixed."""
    rng = np.random.default_rng(seed)
    X, y = torch.as_tensor(np.asarray(X), dtype=torch.float32), np.asarray(y)
    rows = {label: np.flatnonzero(y == label) for label in np.unique(y)}
    kinds = list(rows)
    pairs = [tuple(rng.choice(rows[label], 2, replace=False)) for label in rng.choice(kinds, n // 2)]
    for _ in range(n // 2):
        one, two = rng.choice(kinds, 2, replace=False)
        pairs.append((rng.choice(rows[one]), rng.choice(rows[two])))
    order = rng.permutation(n)
    both = np.array(pairs)[order]
    return X[both[:, 0]], X[both[:, 1]], torch.as_tensor(order >= n // 2).long()


# ---------------------------------------------------------------- the network


def _tower(n_inputs, n_hidden, n_layers):
    sizes = [n_inputs] + [n_hidden] * n_layers
    return nn.Sequential(*[part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ELU())])


class _Pair(nn.Module):
    def __init__(self, n_inputs=784, n_hidden=100, n_layers=5):
        super().__init__()
        self.tower_a, self.tower_b = (_tower(n_inputs, n_hidden, n_layers) for _ in range(2))
        self.top = nn.Sequential(nn.Linear(2 * n_hidden, n_hidden), nn.ELU(), nn.Linear(n_hidden, 1))

    def forward(self, A, B):
        return self.top(torch.hstack([self.tower_a(A), self.tower_b(B)]))[:, 0]


@mutant("tf1.11.10", replaces="PairNet", fails="test_one_logit_for_each_pair")
class OneTower(_Pair):
    """Both pictures go through one tower: here each has weights of its own."""

    def __init__(self, n_inputs=784, n_hidden=100, n_layers=5):
        super().__init__(n_inputs, n_hidden, n_layers)
        self.tower_b = self.tower_a


@mutant("tf1.11.10", replaces="PairNet", fails="test_one_logit_for_each_pair")
class FirstPictureTwice(_Pair):
    """Both towers see the first picture."""

    def forward(self, A, B):
        return super().forward(A, A)


@mutant("tf1.11.10", replaces="PairNet", fails="test_one_logit_for_each_pair")
class Probability(_Pair):
    """Your output is a probability: leave the sigmoid out, the loss has one of its own."""

    def forward(self, A, B):
        return super().forward(A, B).sigmoid()


@mutant("tf1.11.10", replaces="PairNet", fails="test_one_logit_for_each_pair")
class ColumnOfLogits(_Pair):
    """Your output has a second dimension: beside labels of shape (B,) it would be blown up to (B, B)."""

    def forward(self, A, B):
        return super().forward(A, B)[:, None]


@mutant("tf1.11.10", replaces="PairNet", fails="test_one_logit_for_each_pair")
class NoLayerOnTop(_Pair):
    """The output sits right on both towers, so that it can only add up what they say: put a hidden layer in between."""

    def __init__(self, n_inputs=784, n_hidden=100, n_layers=5):
        super().__init__(n_inputs, n_hidden, n_layers)
        self.top = nn.Linear(2 * n_hidden, 1)


@mutant("tf1.11.10", replaces="PairNet", fails="test_all_of_the_pair_net_can_learn")
class NoGradientOnTheRight(_Pair):
    """Your second tower never gets a gradient."""

    def forward(self, A, B):
        with torch.no_grad():
            right = self.tower_b(B)
        return self.top(torch.hstack([self.tower_a(A), right]))[:, 0]


@alternative("tf1.11.10", replaces="PairNet")
class OfRelus(nn.Module):
    """ReLU instead of ELU, PyTorch's own weights, and flattened at the end."""

    def __init__(self, n_inputs=784, n_hidden=100, n_layers=5):
        super().__init__()
        layers = [[nn.Linear(n_inputs if i == 0 else n_hidden, n_hidden) for i in range(n_layers)] for _ in range(2)]
        self.tower_a, self.tower_b = (
            nn.Sequential(*[p for one in row for p in (one, nn.LeakyReLU())]) for row in layers
        )
        self.mix = nn.Linear(2 * n_hidden, n_hidden)
        self.out = nn.Linear(n_hidden, 1)

    def forward(self, A, B):
        both = torch.cat((self.tower_a(A), self.tower_b(B)), -1)
        return self.out(torch.nn.functional.leaky_relu(self.mix(both))).flatten()


@alternative("tf1.11.10", replaces="PairNet")
class WithDropout(nn.Module):
    """ReLU and dropout, and a second tower that begins as a copy of the first."""

    def __init__(self, n_inputs=784, n_hidden=100, n_layers=5):
        super().__init__()
        sizes = [n_inputs] + [n_hidden] * n_layers
        parts = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU(), nn.Dropout(0.1))]
        self.tower_a = nn.Sequential(*parts)
        self.tower_b = copy.deepcopy(self.tower_a)
        self.mix, self.out = nn.Linear(2 * n_hidden, n_hidden), nn.Linear(n_hidden, 1)

    def forward(self, A, B):
        both = torch.cat([self.tower_a(A), self.tower_b(B)], dim=-1)
        return self.out(self.mix(both).relu()).squeeze(-1)


# ---------------------------------------------------------------- training


def _floats(*parts):
    return [torch.as_tensor(np.asarray(part), dtype=torch.float32) for part in parts]


def _fit_pairs(
    net, A, B, labels, n_epochs=20, rate=1e-3, batch_size=64, seed=42, *, make=torch.optim.NAdam,
    trained=lambda net: net, said=lambda labels: labels, mode=lambda net: net.train(),
):  # fmt: skip
    """The reference, with everything that can be got wrong as a parameter."""
    if seed is not None:
        torch.manual_seed(seed)
    A, B, labels = _floats(A, B, labels)
    net = mode(trained(net))
    optimizer, losses = make(net.parameters(), lr=rate), []
    for _ in range(n_epochs):
        total = 0.0
        for batch in torch.randperm(len(A)).split(batch_size):
            loss = binary_cross_entropy_with_logits(net(A[batch], B[batch]), said(labels)[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch) / len(A)
        losses.append(total)
    net.eval()
    return losses


@naive("tf1.11.10", replaces="fit_pairs", fails="test_pairs_teach_what_matters")
def learns_nothing(net, A, B, labels, n_epochs=20, rate=1e-3, batch_size=64, seed=42):
    """Your network does not learn: its weights are the same after training."""
    return [0.69] * n_epochs


@naive("tf1.11.10", replaces="fit_pairs", fails="test_pairs_teach_what_matters")
def pairs_by_plain_descent(*args, **options):
    """Plain gradient descent at such a rate learns next to nothing from pairs: take an optimiser that adapts."""
    return _fit_pairs(*args, **options, make=torch.optim.SGD)


@mutant("tf1.11.10", replaces="fit_pairs", fails="test_pairs_teach_what_matters")
def trains_another_net(*args, **options):
    """You train a copy: the network that is passed in has to learn."""
    return _fit_pairs(*args, **options, trained=copy.deepcopy)


@mutant("tf1.11.10", replaces="fit_pairs", fails="test_pairs_teach_what_matters")
def labels_shuffled(*args, **options):
    """Your labels come in another order than the pairs: one order for all three."""
    return _fit_pairs(*args, **options, said=lambda labels: labels.flip(0))


@mutant("tf1.11.10", replaces="fit_pairs", fails="test_losses_of_each_epoch_are_told")
def sums_of_losses(net, A, B, labels, n_epochs=20, rate=1e-3, batch_size=64, seed=42):
    """You add up the losses of all batches: their mean is asked for."""
    n = -(-len(np.asarray(A)) // batch_size)
    return [n * loss for loss in _fit_pairs(net, A, B, labels, n_epochs, rate, batch_size, seed)]


@mutant("tf1.11.10", replaces="fit_pairs", fails="test_losses_of_each_epoch_are_told")
def in_the_mode_it_came_in(*args, **options):
    """You never call `net.train()`: a net that was asked something before learns in evaluation mode."""
    return _fit_pairs(*args, **options, mode=lambda net: net)


@mutant("tf1.11.10", replaces="fit_pairs", fails="test_losses_of_each_epoch_are_told")
def last_loss_only(*args, **options):
    """You give back the loss of the last epoch: one for each of them is asked for."""
    return _fit_pairs(*args, **options)[-1:]


@mutant("tf1.11.10", replaces="fit_pairs", fails="test_seeds_decide")
def unseeded_pairs(*args, seed=42, **options):
    """You don't use `seed`."""
    return _fit_pairs(*args, **options, seed=None)


@alternative("tf1.11.10", replaces="fit_pairs")
def adam_for_pairs(*args, **options):
    """With Adam, and weighted means."""
    return _fit_pairs(*args, **options, make=torch.optim.Adam)


def _head(
    net, X, y, n_outputs=10, n_epochs=30, rate=5e-3, batch_size=32, seed=42, *, tower=lambda net: net.tower_a,
    frozen=True, copied=copy.deepcopy, raw=False, training=False, back=True,
):  # fmt: skip
    """The reference, with everything that can be got wrong as a parameter."""
    if seed is not None:
        torch.manual_seed(seed)
    (X,), y = _floats(X), torch.as_tensor(np.asarray(y), dtype=torch.int64)
    base = nn.Identity() if raw else copied(tower(net)).requires_grad_(not frozen)
    base.train(training)
    with torch.no_grad():
        width = base(X[:2]).shape[1]
    model = nn.Sequential(base, nn.Linear(width, n_outputs))
    optimizer = torch.optim.NAdam([value for value in model.parameters() if value.requires_grad], lr=rate)
    for _ in range(n_epochs):
        for batch in torch.randperm(len(X)).split(batch_size):
            optimizer.zero_grad()
            cross_entropy(model(X[batch]), y[batch]).backward()
            optimizer.step()
    return model.eval() if back else model.train()


@mutant("tf1.11.10", replaces="fit_head", fails="test_the_tower_is_frozen")
def net_asleep(net, *args, **options):
    """You leave the network that was passed in, in another mode than it was in: work with a copy."""
    return _head(net.eval(), *args, **options)


@mutant("tf1.11.10", replaces="fit_head", fails="test_the_tower_is_frozen")
def head_awake(*args, **options):
    """What you hand back is in training mode: call `eval()` in the end."""
    return _head(*args, **options, back=False)


@mutant("tf1.11.10", replaces="fit_head", fails="test_the_head_sits_on_the_first_tower")
def tower_at_work(*args, **options):
    """Your tower is in training mode while the head learns: its batch norm goes on, and it is no longer what it was."""
    return _head(*args, **options, training=True)


@mutant("tf1.11.10", replaces="fit_head", fails="test_the_tower_is_frozen")
def tower_learns_on(*args, **options):
    """The tower learns with the head: freeze it."""
    return _head(*args, **options, frozen=False)


@mutant("tf1.11.10", replaces="fit_head", fails="test_the_tower_is_frozen")
def works_on_the_net_itself(*args, **options):
    """You train the tower of the network that was passed in: work with a copy, and frozen."""
    return _head(*args, **options, frozen=False, copied=lambda part: part)


@mutant("tf1.11.10", replaces="fit_head", fails="test_the_head_sits_on_the_first_tower")
def on_the_second_tower(*args, **options):
    """Your head sits on the second tower: the first one is asked for."""
    return _head(*args, **options, tower=lambda net: net.tower_b)


@mutant("tf1.11.10", replaces="fit_head", fails="test_the_head_sits_on_the_first_tower")
def on_the_pixels(*args, **options):
    """Your head sees the pictures themselves: let it see what the tower makes of them."""
    return _head(*args, **options, raw=True)


@mutant("tf1.11.10", replaces="fit_head", fails="test_seeds_decide")
def head_by_chance(*args, seed=42, **options):
    """You don't use `seed` for the head."""
    return _head(*args, **options, seed=None)
