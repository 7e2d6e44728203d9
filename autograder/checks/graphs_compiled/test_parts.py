"""Hidden checks of graphs and compiled functions: parts of one's own (tf2.12.5 to tf2.12.8)."""

import math

import numpy as np
import torch
from numpy.testing import assert_allclose
from scipy.special import huber
from sklearn.metrics import precision_score

from autograder.checks.graphs_compiled.inputs import all_chosen
from autograder.testing import check
from autograder.testing.closed import agrees
from autograder.testing.modules import tensor, weights_of


@check("tf2.12.5", core=True, hint="Draw both pieces: do they meet at `delta`, with the same slope? And then the mean.")
def test_values_of_the_loss(student, rng):
    """The loss is the mean Huber loss, for thresholds and shapes of all kinds."""
    for delta, shape in ((1.0, (6,)), (0.3, (4, 3)), (2.5, (2, 3, 2))):
        predicted, target = (rng.normal(0, 2, shape).astype(np.float32) for _ in range(2))
        found = student.HuberLoss(delta)(tensor(predicted), tensor(target))
        assert_allclose(float(found), huber(delta, predicted - target).mean(), rtol=1e-4)


def _slope_of(loss, predicted, target):
    """Probe: the gradient of a loss."""
    predicted = predicted.clone().requires_grad_()
    loss(predicted, target).backward()
    return predicted.grad


@check("tf2.12.5", hint="Compute with torch's operations from the first to the last: no `float`, no `item`, no NumPy.")
def test_loss_can_be_trained_with(student, rng):
    """The gradient grows with the error up to the threshold, and no further."""
    error, delta = rng.uniform(-3, 3, 8), float(rng.uniform(0.5, 1.5))
    found = student.probe_(_slope_of)(student.HuberLoss(delta), tensor(error), tensor(np.zeros(8)))
    assert_allclose(found, np.clip(error, -delta, delta) / 8, atol=1e-5)


@check("tf2.12.5", hint="`register_buffer`, and use the buffer in `forward`.")
def test_threshold_is_kept(student, rng):
    """The threshold is in the state, is not trained, and a loss that loads the state has it, whatever it began with."""
    delta = float(rng.uniform(0.3, 0.6))
    one, other = student.HuberLoss(delta), student.HuberLoss(5)  # a whole number makes no whole buffer
    state = weights_of(one)
    assert list(state) == ["delta"]
    assert_allclose(state["delta"], delta, rtol=1e-5)
    assert student.probe_(_trained)(one) == 0
    student.probe_(_hand_over)(one, other)
    predicted = tensor(rng.uniform(1, 3, 5))
    assert_allclose(float(other(predicted, 0 * predicted)), float(one(predicted, 0 * predicted)), rtol=1e-5)


def _hand_over(one, other):
    """Probe: load the state of one module into another."""
    other.load_state_dict(one.state_dict())


def _trained(module):
    """Probe: how many parameters there are."""
    return len(list(module.parameters()))


def _batches(rng, n):
    for k in range(n):
        size = int(rng.integers(2, 12))
        share = (0.1, 0.9)[k % 2]
        yield (rng.random(size) < 0.5).astype(int), (rng.random(size) < share).astype(int)
    yield np.array([1, 0, 1]), np.zeros(3, dtype=int)  # nothing is said to be positive


@check("tf2.12.6", core=True, hint="Which two counts does the precision of all rows need?")
def test_precision_of_all_batches(student, rng):
    """After each batch it is the precision of all rows so far, whatever the sizes of the batches."""
    for n in (2, 5):
        metric, truth, said = student.StreamingPrecision(), [1], [1]
        metric.update([1], [1])
        for y_true, y_pred in _batches(rng, n):
            metric.update(y_true, y_pred)
            truth, said = [*truth, *y_true], [*said, *y_pred]
            assert math.isclose(metric.compute(), precision_score(truth, said), rel_tol=1e-6)


@check("tf2.12.6", hint="What is 0 divided by 0 to be?")
def test_without_a_positive_prediction(student, rng):
    """As long as nothing was said to be positive the precision is nan."""
    metric = student.StreamingPrecision()
    assert math.isnan(metric.compute())
    metric.update([1, 0, 1], [0, 0, 0])
    assert math.isnan(metric.compute())
    metric.update([0, 1], [1, 0])
    assert metric.compute() == 0


@check("tf2.12.6", hint="Where do your counts live: in the object, or in its class?")
def test_reset_forgets_and_metrics_are_apart(student, rng):
    """After `reset` only later batches count, and two metrics know nothing of each other."""
    one, other = student.StreamingPrecision(), student.StreamingPrecision()
    one.update([0, 0, 0], [1, 1, 1])
    other.update([1, 0], [1, 1])
    assert (one.compute(), other.compute()) == (0, 0.5)
    one.reset()
    assert math.isnan(one.compute())
    one.update([1, 1, 0, 1], [1, 1, 1, 1])
    assert (one.compute(), other.compute()) == (0.75, 0.5)


def _nested(shape):
    """Probe: modules within modules; a list is a container, a text a layer. A container of one is of no known class."""
    from torch import nn

    kinds = {"linear": lambda: nn.Linear(2, 2), "relu": nn.ReLU, "norm": lambda: nn.BatchNorm1d(2)}
    if isinstance(shape, str):
        return kinds[shape]()
    container = nn.Module() if len(shape) == 1 else nn.Sequential()
    for n, one in enumerate(shape):
        container.add_module(str(n), _nested(one))
    return container


def _leaves(shape, name=""):
    if isinstance(shape, str):
        return [name]
    return [leaf for n, one in enumerate(shape) for leaf in _leaves(one, f"{name}.{n}" if name else str(n))]


def _shape(rng, depth):
    if depth == 0 or rng.random() < 0.25:
        return str(rng.choice(["linear", "relu", "norm"]))
    return [_shape(rng, depth - 1) for _ in range(int(rng.integers(1, 4)))]


@check("tf2.12.7", core=True, hint="A module that has no children. Layers without parameters count, too.")
def test_layers_that_hold_no_others(student, rng):
    """All layers are named, to any depth, in their order, and no container is."""
    cases = [("linear",), (["linear", ["relu", ["norm"]]],), *[([_shape(rng, 3), "relu"],) for _ in range(7)]]
    make = student.probe_(_nested)
    agrees(lambda shape: student.leaf_layers(make(shape)), _leaves, cases)


WORDS = ("a layer", "a model", "both")


@check("tf2.12.7", hint="What could you ask of an object to tell whether it is one or the other?")
def test_layers_and_models(student, rng):
    """All five sentences are true of what you say."""
    student.leaf_layers(student.probe_(_nested)("relu"))
    right = dict.fromkeys(("is an nn.Module", "has parameters()", "may hold other modules"), WORDS[2])
    right |= {"is one part of what is trained": WORDS[0], "is what one trains, evaluates and ships": WORDS[1]}
    all_chosen(student.TF2_12_7_CHOICE, right, WORDS)


def _parts(seed, frozen):
    """Probe: a network of three parts with parameters, with gradients left over; a part may be frozen."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    parts = {"body": nn.Sequential(nn.Linear(3, 4), nn.Tanh()), "neck": nn.Linear(4, 4), "head": nn.Linear(4, 2)}
    model = nn.Sequential()
    for name, part in parts.items():
        model.add_module(name, part)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    if frozen:
        model.neck.requires_grad_(False)
        for parameter in model.neck.parameters():
            parameter.grad = None
    return model


def _stepped(seed, frozen, X, y, rates):
    """By an optimiser with a group for each part."""
    model = _parts(seed, frozen)
    model.zero_grad()
    groups = [{"params": list(model.get_submodule(name).parameters()), "lr": rate} for name, rate in rates.items()]
    loss = ((model(X) - y) ** 2).mean()
    loss.backward()
    torch.optim.SGD(groups, lr=0.0).step()
    return loss.item(), {name: value.numpy() for name, value in model.state_dict().items()}


def _compared(student, rng, rates, frozen=False):
    seed = int(rng.integers(2**31))
    X, y = tensor(rng.normal(size=(6, 3))), tensor(rng.normal(size=(6, 2)))
    model = student.probe_(_parts)(seed, frozen)
    loss = student.step_by_parts(model, X, y, rates)
    wanted, state = _stepped(seed, frozen, X, y, rates)
    assert isinstance(loss, float)
    assert_allclose(loss, wanted, rtol=1e-5)
    for name, value in weights_of(model).items():
        assert_allclose(value, state[name], atol=1e-5, err_msg=name)


@check("tf2.12.8", core=True, hint="Are gradients left over from before? And is each part moved by its own rate?")
def test_each_part_has_its_rate(student, rng):
    """Every parameter moves by the rate of its part times its gradient, and the loss is the one before the step."""
    for _ in range(3):
        rates = dict(zip(("body", "neck", "head"), (float(rate) for rate in rng.uniform(0.05, 0.9, 3)), strict=True))
        _compared(student, rng, rates)


@check("tf2.12.8", hint="A part without a rate stays as it is; a frozen one has no gradient (`None`).")
def test_parts_that_stay_as_they_are(student, rng):
    """Parts that have no rate, or are frozen, are left alone."""
    _compared(student, rng, {"head": 0.4, "body": 0.1})
    _compared(student, rng, {"neck": 0.4, "head": 0.2}, frozen=True)
