"""Chapter 13, networks that know sketches (p.13.11): wrong answers that must fail, and right ones that must pass."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from autograder.mutants.ch13_sequences.sketches import _examples, _train
from autograder.testing import mutant

# ---------------------------------------------------------------- the net, wrong


class _LastState(nn.Module):
    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.rnn = nn.GRU(3, hidden, batch_first=True)
        self.out = nn.Linear(hidden, n_classes)

    def forward(self, X, lengths):
        states, _ = self.rnn(X)
        return self.out(states[torch.arange(len(X)), lengths - 1])


@mutant("p.13.11", replaces="SketchNet", fails="test_padding_makes_no_difference_to_sketches")
class StateAfterPadding(_LastState):
    """Your net takes the state after the last row, which for short sketches is padding: take the one after the last
    point, or pack the sequences."""

    def forward(self, X, lengths):
        return self.out(self.rnn(X)[0][:, -1])


@mutant("p.13.11", replaces="SketchNet", fails="test_padding_makes_no_difference_to_sketches")
class BackwardsThroughPadding(nn.Module):
    """The backward direction of your net begins in the padding: pack the sequences, and it begins at the last point."""

    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.rnn = nn.GRU(3, hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden, n_classes)

    def forward(self, X, lengths):
        states, _ = self.rnn(X)
        n = states.shape[2] // 2
        return self.out(torch.cat([states[torch.arange(len(X)), lengths - 1, :n], states[:, 0, n:]], dim=1))


@mutant("p.13.11", replaces="SketchNet", fails="test_padding_makes_no_difference_to_sketches")
class AverageOfAllRows(_LastState):
    """You average over all rows, padding included: average over a sketch's points only."""

    def forward(self, X, lengths):
        return self.out(self.rnn(X)[0].mean(dim=1))


@mutant("p.13.11", replaces="SketchNet", fails="test_padding_makes_no_difference_to_sketches")
class ConvolutionOverPadding(nn.Module):
    """Your convolution sees what stands in the padding next to the last points: put zeros there first."""

    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.conv = nn.Conv1d(3, hidden, 5, padding=2)
        self.rnn = nn.GRU(hidden, hidden, batch_first=True)
        self.out = nn.Linear(hidden, n_classes)

    def forward(self, X, lengths):
        packed = pack_padded_sequence(self.conv(X.mT).mT, lengths, batch_first=True, enforce_sorted=False)
        return self.out(self.rnn(packed)[1][0])


@mutant("p.13.11", replaces="SketchNet", fails="test_sketch_net_gives_a_logit_for_each_class")
class LogitsForEachPoint(_LastState):
    """Your net gives logits at every point: a sketch has one answer, so take the state after its last point."""

    def forward(self, X, lengths):
        return self.out(self.rnn(X)[0])


@mutant("p.13.11", replaces="SketchNet", fails="test_order_of_points_matters")
class HeapOfPoints(nn.Module):
    """Your net treats a sketch as a heap of points: read them one after the other, or let neighbours be seen
    together."""

    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.point = nn.Linear(3, hidden)
        self.out = nn.Linear(hidden, n_classes)

    def forward(self, X, lengths):
        real = (torch.arange(X.shape[1]) < lengths[:, None])[..., None]
        return self.out((torch.relu(self.point(X)) * real).sum(dim=1) / lengths[:, None])


@mutant("p.13.11", replaces="SketchNet", fails="test_all_of_the_sketch_net_can_learn")
class SketchLayersInAList(nn.Module):
    """Your layers are in a plain list, where the optimiser does not find them: use `nn.ModuleList`."""

    def __init__(self, n_classes, hidden=64):
        super().__init__()
        self.layers = [nn.GRU(n, hidden, batch_first=True) for n in (3, hidden)]
        self.out = nn.Linear(hidden, n_classes)

    def forward(self, X, lengths):
        for layer in self.layers:
            X = layer(X)[0]
        return self.out(X[torch.arange(len(X)), lengths - 1])


# ---------------------------------------------------------------- training, wrong


@mutant("p.13.11", replaces="fit_sketches", fails="test_trained_net_knows_shapes")
def learns_no_shapes(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    """Your net's weights never change: does the optimiser have them, and do you call its `step`?"""
    torch.manual_seed(seed)
    return _LastState(n_classes, hidden)


@mutant("p.13.11", replaces="fit_sketches", fails="test_trained_net_knows_shapes")
def shuffles_drawings_only(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    """You shuffle the drawings and leave their classes in the old order: use one order for both."""
    torch.manual_seed(seed)
    shuffled = [drawings[i] for i in torch.randperm(len(drawings)).tolist()]
    return _train(_LastState(n_classes, hidden), _examples(shuffled, labels), min(n_steps, 40))


@mutant("p.13.11", replaces="fit_sketches", fails="test_sketch_net_is_trained_as_asked")
def classes_are_counted(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    """You count the classes that come up in `labels`: of one of them there may be no drawing, so take `n_classes`."""
    torch.manual_seed(seed)
    return _train(_LastState(len(set(map(int, labels))), hidden), _examples(drawings, labels), n_steps)


@mutant("p.13.11", replaces="fit_sketches", fails="test_sketch_net_is_trained_as_asked")
def as_many_steps_as_ever(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    """`n_steps` has no effect: it is the number of updates that your training makes."""
    torch.manual_seed(seed)
    return _train(_LastState(n_classes, hidden), _examples(drawings, labels), 5)


@mutant("p.13.11", replaces="fit_sketches", fails="test_sketch_net_is_trained_as_asked")
def one_size_of_sketch_net(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    """`hidden` has no effect: hand it to your `SketchNet`, else it is as large as it is by itself."""
    torch.manual_seed(seed)
    return _train(_LastState(n_classes, 32), _examples(drawings, labels), n_steps)


@mutant("p.13.11", replaces="fit_sketches", fails="test_seed_decides_the_sketch_net")
def one_sketch_net_for_all_seeds(drawings, labels, n_classes, hidden=64, n_steps=1000, seed=42):
    """You don't use the seed you are given: call `torch.manual_seed(seed)` before you make the net."""
    torch.manual_seed(42)
    return _train(_LastState(n_classes, hidden), _examples(drawings, labels), n_steps)
