"""Hidden checks of chapter 10: losses, modes and compiled models (p.10.10 to p.10.12)."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.checks.ch10_pytorch.inputs import number, truth
from autograder.testing import check
from autograder.testing.closed import choice, chosen
from autograder.testing.modules import evaluates, outputs


def _classes(rng: np.random.Generator, scale: float) -> tuple[torch.Tensor, torch.Tensor]:
    n, n_classes = int(rng.integers(2, 9)), int(rng.integers(2, 6))
    logits = torch.from_numpy(rng.normal(0, scale, (n, n_classes)).astype(np.float32))
    return logits, torch.from_numpy(rng.integers(0, n_classes, n))


def _one_wrong(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return labels the first of which is what the logits say least: else a loss of nothing may be right by chance."""
    labels = labels.clone()
    labels.view(-1)[0] = logits[0].argmin() if labels.dtype == torch.int64 else logits.view(-1)[0] < 0
    return labels


def _yes_or_no(rng: np.random.Generator, scale: float) -> tuple[torch.Tensor, torch.Tensor]:
    shape = tuple(rng.integers(2, 6, int(rng.integers(1, 4))).tolist())
    logits = torch.from_numpy(rng.normal(0, scale, shape).astype(np.float32))
    return logits, torch.from_numpy(rng.integers(0, 2, shape).astype(np.float32))


@check("p.10.10", core=True, hint="-ln of the label's probability: by softmax over which axis? And then the mean.")
def test_loss_of_classes(student, rng):
    """`softmax_loss` is the mean cross-entropy, for any number of rows and of classes."""
    for _ in range(6):
        logits, labels = _classes(rng, 2.0)
        right = nn.CrossEntropyLoss()(logits, labels)
        assert_allclose(number(student.softmax_loss(logits, labels)), right, rtol=1e-4, atol=1e-5)


@check("p.10.10", core=True, hint="Each place by itself, with a sigmoid; the mean is taken over all of them.")
def test_loss_of_yes_or_no(student, rng):
    """`sigmoid_loss` is the mean binary cross-entropy, for logits of any shape."""
    for _ in range(6):
        logits, targets = _yes_or_no(rng, 2.0)
        right = nn.BCEWithLogitsLoss()(logits, targets)
        assert_allclose(number(student.sigmoid_loss(logits, targets)), right, rtol=1e-4, atol=1e-5)


@check("p.10.10", hint="What are exp(1000) and ln(0)? Take the logarithm by a formula that needs neither.")
def test_losses_of_huge_logits(student, rng):
    """Both losses are right, and numbers, for logits in the thousands."""
    for scale in (200.0, 3000.0):
        logits, labels = _classes(rng, scale)
        labels = _one_wrong(logits, labels)
        right = nn.CrossEntropyLoss()(logits, labels)
        assert_allclose(number(student.softmax_loss(logits, labels)), right, rtol=1e-4, atol=1e-4)
        logits, targets = _yes_or_no(rng, scale)
        targets = _one_wrong(logits, targets)
        right = nn.BCEWithLogitsLoss()(logits, targets)
        assert_allclose(number(student.sigmoid_loss(logits, targets)), right, rtol=1e-4, atol=1e-4)


def _slopes(loss: "Any", logits: "Any", targets: "Any") -> "Any":
    """Return the gradient of a loss with respect to the logits."""
    logits = logits.clone().requires_grad_()
    loss(logits, targets).backward()
    return logits.grad


@check("p.10.10", hint="Stay with PyTorch's operations from the logits to the loss; none of them may become infinite.")
def test_losses_can_be_learned_by(student, rng):
    """Both losses have PyTorch's gradients with respect to the logits, in the thousands too."""
    for ask, theirs, (logits, targets) in (
        (student.softmax_loss, nn.CrossEntropyLoss(), _classes(rng, 2.0)),
        (student.sigmoid_loss, nn.BCEWithLogitsLoss(), _yes_or_no(rng, 2.0)),
        (student.softmax_loss, nn.CrossEntropyLoss(), _classes(rng, 3000.0)),
        (student.sigmoid_loss, nn.BCEWithLogitsLoss(), _yes_or_no(rng, 3000.0)),
    ):
        found = student.probe_(_slopes)(ask, logits, targets)
        assert_allclose(np.asarray(found), _slopes(theirs, logits, targets), rtol=1e-3, atol=1e-6)


LOSSES = ["nn.CrossEntropyLoss", "nn.NLLLoss", "nn.BCEWithLogitsLoss", "nn.BCELoss", "nn.MSELoss"]
WANTED = {
    "digits": "nn.CrossEntropyLoss",
    "digits, log-softmax": "nn.NLLLoss",
    "spam": "nn.BCEWithLogitsLoss",
    "tags": "nn.BCEWithLogitsLoss",
    "ill, sigmoid": "nn.BCELoss",
}


@check(
    "p.10.10", hint="Two questions decide: can several answers be right at once, and what has been done to the logits?"
)
def test_loss_for_each_network(student, rng):
    """Each of the five networks gets the loss that suits it."""
    found = choice(student, "P_10_10_CHOICE", "softmax_loss", torch.zeros(2, 2), torch.tensor([0, 1]))
    assert isinstance(found, dict) and set(found) == set(WANTED)
    for name, loss in WANTED.items():
        chosen(found[name], LOSSES, right=[loss])


def _two_moded(seed: "Any") -> "Any":
    """Return a network with dropout and, in a part of a part, batch norm, which has seen some rows."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    normed = nn.Sequential(nn.BatchNorm1d(8), nn.ReLU())
    model = nn.Sequential(nn.Linear(3, 8), normed, nn.Dropout(0.5), nn.Linear(8, 2))
    for _ in range(5):
        model(2 + torch.randn(16, 3))
    return model


def _modes_after(predict: "Any", model: "Any", X: "Any") -> "Any":
    """Put the parts of a model into different modes, use it, and return the modes before and after."""
    model.train()
    model[1][0].eval()
    before = [part.training for part in model.modules()]
    found = predict(model, X)
    return {"before": before, "after": [part.training for part in model.modules()], "grad": found.requires_grad}


@check("p.10.11", core=True, hint="In which mode does dropout let everything through? And in which mode was the model?")
def test_used_in_evaluation_mode(student, rng):
    """Your `predict` returns what the model says in evaluation mode, whatever mode it is in."""
    X = torch.from_numpy(rng.normal(2, 1, (6, 3)).astype(np.float32))
    model = student.probe_(_two_moded)(int(rng.integers(2**31)))
    model.eval()
    right = outputs(model, X, shape=(6, 2))
    told = []
    for training in (True, False):
        model.train(training)
        told.append(np.asarray(student.predict(model, X)))
    assert_allclose(told, [right, right], rtol=1e-4, atol=1e-6)


@check("p.10.11", hint="`model.train()` at the end puts all parts into training mode: was that how you found them?")
def test_modes_are_put_back(student, rng):
    """The model and each of its parts are left in the modes in which they were, and no gradients are recorded."""
    X = torch.from_numpy(rng.normal(2, 1, (6, 3)).astype(np.float32))
    model = student.probe_(_two_moded)(int(rng.integers(2**31)))
    evaluates(student, model, lambda: student.predict(model, X))
    found = student.probe_(_modes_after)(student.predict, model, X)
    assert found["after"] == found["before"]
    assert found["grad"] is False


def _branching(kind: "Any", limit: "Any") -> "Any":
    """Return a function that does different things with different inputs, or the same with all of them."""
    import torch

    def branch(x: "Any") -> "Any":
        return x * 2 + 1 if x.sum() > limit else x - 3

    def rounds(x: "Any") -> "Any":
        for _ in range(int(x.abs().max())):
            x = x * 0.5 + 1
        return x

    def both_sides(x: "Any") -> "Any":
        return torch.where(x > limit, x * 2 + 1, x - 3)

    def detour(x: "Any") -> "Any":
        return x.abs() + limit if x.min() < 0 else x + limit

    def rounding(x: "Any") -> "Any":
        if x.min() >= 0:
            return x * 0.7**7
        for _ in range(7):
            x = x * 0.7
        return x

    def nearby(x: "Any") -> "Any":
        return x if x.min() < 0 else x + 0.002

    ways = [branch, rounds, both_sides, detour, rounding, nearby]
    return {way.__name__: way for way in ways}[kind]


@check("p.10.12", core=True, hint="`torch.jit.trace(function, example)` returns the traced function. Ask both of them.")
def test_where_a_trace_goes_wrong(student, rng):
    """Of each input you tell whether a trace, made with the example, says the same as the function."""
    told, wanted = [], []
    for kind in ("branch", "rounds", "both_sides", "branch", "rounds"):
        limit = float(rng.uniform(-1, 1))
        inputs = [torch.from_numpy(rng.uniform(-4, 4, 3).astype(np.float32)) for _ in range(9)]
        inputs[3:6] = [limit / 3 + 0.3 + x.abs() for x in inputs[3:6]]
        example, *inputs = inputs
        told.append(student.trace_holds(student.probe_(_branching)(kind, limit), example, inputs))

        def path(x: torch.Tensor, kind: str = kind, limit: float = limit) -> int:
            return {"branch": int(x.sum() > limit), "rounds": int(x.abs().max()), "both_sides": 0}[kind]

        wanted.append([path(x) == path(example) for x in inputs])
    assert [[truth(one) for one in found] for found in told] == wanted


@check(
    "p.10.12",
    hint="Two ways may come to the same numbers. What is asked: which way is taken, or what comes out? How nearly?",
)
def test_another_way_to_the_same_numbers(student, rng):
    """Where the trace has frozen another way than the function would take, it holds if both come to the same but for
    rounding, and not if they are more than 0.001 apart."""
    positive, mixed = ([torch.from_numpy(rng.uniform(0.5, 4, 3).astype(np.float32)) for _ in range(4)] for _ in "12")
    for x in mixed:
        x[int(rng.integers(3))] *= -1
    inputs, limit = [*positive[1:], *mixed[1:]], float(rng.uniform(-1, 1))
    same, positive_only, mixed_only = [True] * 6, [True] * 3 + [False] * 3, [False] * 3 + [True] * 3
    for kind, *wanted in (
        ("detour", same, positive_only),
        ("rounding", same, same),
        ("nearby", mixed_only, positive_only),
    ):
        function = student.probe_(_branching)(kind, limit)
        told = [student.trace_holds(function, example, inputs) for example in (mixed[0], positive[0])]
        assert [[truth(one) for one in found] for found in told] == wanted
