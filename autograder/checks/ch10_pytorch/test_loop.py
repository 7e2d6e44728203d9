"""Hidden checks of chapter 10: layers, loops and loaders (p.10.6 to p.10.9)."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.checks.ch10_pytorch.inputs import network, number, state
from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen, chosen_words


def _asked_of_a_layer(n_in: int, n_out: int, shape: tuple[int, ...]) -> dict[str, Any]:
    layer = nn.Linear(n_in, n_out, device="meta")
    return {
        "neurons": len(layer.bias),
        "weight": tuple(layer.weight.shape),
        "bias": tuple(layer.bias.shape),
        "parameters": sum(parameter.numel() for parameter in layer.parameters()),
        "output": tuple(layer(torch.empty(shape, device="meta")).shape),
    }


@check(
    "p.10.6", core=True, hint="Make such a layer, and print the shapes of `weight`, of `bias` and of what it returns."
)
def test_linear_layer(student, rng):
    """All five facts are right for layers of any size, and for inputs with any number of axes."""
    cases = []
    for n_axes in (0, 0, 1, 1, 1, 2, 2, 3, 3):
        n_in, n_out = (int(n) for n in rng.choice(np.arange(2, 60), 2, replace=False))
        cases.append((n_in, n_out, (*rng.integers(1, 9, n_axes).tolist(), n_in)))
    ask_all(student.linear_facts, _asked_of_a_layer, cases)


def _sgd(model: "Any") -> "Any":
    """Return an optimiser with momentum, and fill the gradients with what an old batch has left."""
    import torch

    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 5.0)
    model.eval()
    return torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.8)


def _mse() -> "Any":
    from torch import nn

    return nn.MSELoss()


class _Training:
    """What an epoch of the submission does to a network, beside what it should: weights, and the loss of each batch."""

    def __init__(self, student: Any, rng: np.random.Generator) -> None:
        seed, sizes = int(rng.integers(2**31)), [4, 6, 2]
        self.sizes = [8, 8, 8, 3]
        self.batches = [
            tuple(torch.from_numpy(rng.normal(size=(n, width)).astype(np.float32)) for width in (4, 2))
            for n in self.sizes
        ]
        self.model = student.probe_(network)(sizes, seed)
        optimizer = student.probe_(_sgd)(self.model)
        self.found = student.train_epoch(self.model, student.probe_(_mse)(), optimizer, self.batches)
        self.weights = {name: np.asarray(value) for name, value in student.probe_(state)(self.model).items()}
        model = network(sizes, seed)
        self.before = {name: value.numpy() for name, value in state(model).items()}
        speed = {name: torch.zeros_like(value) for name, value in model.named_parameters()}
        self.losses = []
        for X, y in self.batches:  # SGD with momentum, by its formula
            loss = ((model(X) - y) ** 2).mean()
            named = dict(model.named_parameters())
            for (name, value), grad in zip(named.items(), torch.autograd.grad(loss, list(named.values())), strict=True):
                speed[name] = 0.8 * speed[name] + grad
                value.data -= 0.05 * speed[name]
            self.losses.append(float(loss.detach()))
        self.right = {name: value.numpy() for name, value in state(model).items()}


@check("p.10.7", core=True, weight=2, hint="Which gradients does an update use: those of this batch only? Look at what "
       "`backward()` does to a gradient that is there already.")  # fmt: skip
def test_weights_after_an_epoch(student, rng):
    """After the epoch the weights are what an update for each batch makes of them, each by its batch's gradient alone,
    whatever gradients were left from before."""
    training = _Training(student, rng)
    for name, right in training.right.items():
        assert np.abs(right - training.before[name]).max() > 1e-3
        assert_allclose(training.weights[name], right, rtol=1e-3, atol=1e-5)


@check("p.10.7", hint="The last batch is smaller: does it count as much as the others?")
def test_mean_loss_over_all_rows(student, rng):
    """You return the mean loss over all rows, a number, to which a smaller batch contributes less."""
    training = _Training(student, rng)
    assert not isinstance(training.found, list | tuple)
    assert_allclose(number(training.found), np.average(training.losses, weights=training.sizes), rtol=1e-4)


def _watching() -> "Any":
    """Return a network that notes in which mode it was asked."""
    from torch import nn

    class Watching(nn.Linear):
        def __init__(self) -> None:
            super().__init__(4, 2)
            self.modes: list[bool] = []

        def forward(self, X: "Any") -> "Any":
            self.modes.append(self.training)
            return super().forward(X)

    return Watching()


@check("p.10.7", hint="A model that has just been evaluated is in another mode.")
def test_epoch_is_in_training_mode(student, rng):
    """The model is in training mode while it learns, in whatever mode you were given it, and sees each batch once."""
    batches = [tuple(torch.from_numpy(rng.random((5, n)).astype(np.float32)) for n in (4, 2)) for _ in range(3)]
    model = student.probe_(_watching)()
    student.train_epoch(model, student.probe_(_mse)(), student.probe_(_sgd)(model), batches)
    assert list(model.modes) == [True, True, True]


@check("p.10.7", hint="Which line needs the result of which? And between which two would the gradients be lost?")
def test_order_of_the_lines(student, rng):
    """In your order every line has what it needs, and no update uses gradients of an older batch, or none at all."""
    found = choice(student, "P_10_7_ORDER", "linear_facts", 3, 2, (3,))
    letters = [letter.strip().lower() for letter in chosen_words(found)]
    assert sorted(letters) == list("abcdef")
    place = {letter: letters.index(letter) for letter in letters}
    assert all(place[before] < place[after] for before, after in pairwise("cebda"))
    assert not place["d"] < place["f"] < place["a"]  # they would be set to 0 before they were used


def _replaced(seed: "Any", parts: "Any", n_groups: "Any") -> "Any":
    """Return a network some of whose parts have been replaced since its optimiser was made, and the optimiser."""
    import copy

    import torch
    from torch import nn

    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Sequential(nn.ReLU(), nn.Linear(4, 4)), nn.Linear(4, 2)
    )
    values = list(model.parameters())
    groups = [{"params": values[i::n_groups], "lr": 0.1 + i} for i in range(n_groups)]
    optimizer = torch.optim.SGD(groups)
    for turn, part in enumerate(parts):
        model[part] = copy.deepcopy(model[part])
        for value in model[part].parameters():
            value.data += turn % 2  # every other part has the values of old
    return [model, optimizer]


@check("p.10.8", core=True, hint="Groups have a list \"params\". Which comparison asks whether two names mean the same "
       "object?")  # fmt: skip
def test_parameters_an_optimiser_has_not(student, rng):
    """You name the parameters that the optimiser does not hold, in the model's order, even where it holds others with
    the same values or in several groups."""
    names = {0: ["0.weight", "0.bias"], 1: ["1.weight", "1.bias"], 2: ["2.1.weight", "2.1.bias"]}
    names[3] = ["3.weight", "3.bias"]
    told, wanted = [], []
    for n_groups, count in ((1, 0), (1, 1), (2, 2), (3, 4), (2, 1)):
        parts = sorted(rng.choice(4, count, replace=False).tolist())
        model, optimizer = student.probe_(_replaced)(int(rng.integers(2**31)), parts, n_groups)
        told.append(student.missed_parameters(model, optimizer))
        wanted.append([name for part in parts for name in names[part]])
    assert [list(found) for found in told] == wanted


def _longest_path(n_batches: int, load: float, compute: float, workers: int) -> float:
    """From the moment some batch has been loaded, all the batches after it have still to be computed."""
    if workers == 0:
        return sum([load + compute] * n_batches)
    return max(load * -(-(n + 1) // workers) + compute * (n_batches - n) for n in range(n_batches))


@check(
    "p.10.9", core=True, hint="When has a batch been loaded, and when is the GPU free for it? It begins at the later."
)
def test_seconds_of_an_epoch(student, rng):
    """The seconds are right for any number of workers, whether loading or computing is what takes long."""
    cases = []
    for workers in (0, 0, 1, 1, 2, 2, 3, 4, 5, 8):
        load, compute = np.round(rng.uniform(0.5, 5, 2), 2).tolist()
        cases.append((int(rng.integers(1, 30)), load, compute, workers))
    cases += [(int(n), 3.0, 1.0, 3) for n in rng.integers(7, 30, 2)]
    for workers in (2, 3, 4):  # batches come by rounds, and the last round has more than one, or not all
        load, compute = np.round([rng.uniform(6, 9), rng.uniform(0.1, 1)], 2).tolist()
        rest = int(rng.integers(2, workers + 1))
        cases.append((workers * int(rng.integers(1, 6)) + rest, load, compute, workers))
    ask_all(student.epoch_seconds, _longest_path, cases)


LOADER = ["shuffle", "num_workers", "drop_last", "pin_memory", "prefetch_factor", "persistent_workers", "generator"]


@check("p.10.9", hint="Which of them have to do with *when* and *where* a batch is made ready?")
def test_arguments_for_a_busy_gpu(student, rng):
    """You chose the arguments that help to keep a GPU busy, and none that has to do with which rows are in a batch."""
    found = choice(student, "P_10_9_CHOICE", "epoch_seconds", 3, 1.0, 1.0, 1)
    chosen(found, LOADER, right=["num_workers", "pin_memory", "prefetch_factor"], allowed=["persistent_workers"])
