"""Hidden checks of chapter 13: questions on recurrent networks (p.13.1 to p.13.5)."""

import math

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.testing import check
from autograder.testing.closed import agrees, chosen
from autograder.testing.modules import gradients_flow, has_parameters, is_causal, outputs

APPLICATIONS = (  # in the order of KINDS
    ("translation", "word classes", "tomorrow, every day"),
    ("review", "composer", "tomorrow"),
    ("caption", "tune", "product text"),
)
KINDS = ("sequence to sequence", "sequence to vector", "vector to sequence")


@check("p.13.1", core=True, hint="How many time steps does a vector have?")
def test_kinds_are_told_apart(student, rng):
    """From the numbers of time steps that go in and come out, the kind of network is named."""
    many = [tuple(int(n) for n in rng.integers(2, 90, 2)) for _ in range(3)]
    cases = [*many, (many[0][0], 1), (many[1][0], 1), (1, many[0][1]), (1, many[2][1]), (1, 1), (2, 2)]
    table = {
        (True, True): KINDS[0],
        (True, False): KINDS[1],
        (False, True): KINDS[2],
        (False, False): "vector to vector",
    }
    agrees(student.sequence_kind, lambda a, b: table[a != 1, b != 1], cases)


@check("p.13.1", hint="What is read step by step? What is written step by step?")
def test_applications_are_sorted(student, rng):
    """All nine applications are of the kind you say."""
    student.sequence_kind(2, 2)
    answer = student.P_13_1_CHOICE
    assert isinstance(answer, dict)
    assert answer.keys() == {name for names in APPLICATIONS for name in names}
    for kind, names in zip(KINDS, APPLICATIONS, strict=True):
        for name in names:
            chosen(answer[name], KINDS, right=[kind])


def _real_shapes(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    layer = nn.GRU(n_features, n_hidden, n_layers, batch_first=batch_first, bidirectional=bidirectional)
    inputs = torch.zeros(*((n_batch, n_steps) if batch_first else (n_steps, n_batch)), n_features)
    with torch.no_grad():
        result, state = layer(inputs)
    return tuple(inputs.shape), tuple(result.shape), tuple(state.shape)


@check("p.13.2", core=True, weight=2, hint="Which dimension is the batch, which is time? What does a state not have?")
def test_shapes_of_one_layer(student, rng):
    """For a layer that reads the batch first, in one direction, the three shapes are right."""
    cases = [tuple(int(n) for n in rng.choice(np.arange(2, 12), 4, replace=False)) for _ in range(8)]
    agrees(student.recurrent_shapes, _real_shapes, cases)


@check("p.13.2", hint="What does PyTorch do by default? And what does the state look like then?")
def test_shapes_with_time_first(student, rng):
    """Where time comes first, input and output are turned round, and the state is not."""
    cases = [(*(int(n) for n in rng.choice(np.arange(2, 12), 4, replace=False)), 1, False) for _ in range(8)]
    agrees(student.recurrent_shapes, _real_shapes, cases)


@check("p.13.2", hint="Two directions: what becomes of the output's last dimension, and of the state's first?")
def test_shapes_of_deep_and_bidirectional_layers(student, rng):
    """Layers and directions count where they should."""
    sizes = [tuple(int(n) for n in rng.choice(np.arange(2, 9), 5, replace=False)) for _ in range(9)]
    cases = [(*size, n % 2 == 0, n % 3 != 0) for n, size in enumerate(sizes)]
    agrees(student.recurrent_shapes, _real_shapes, cases)


def _batch(rng, n_features, steps=9, batch=4):
    return rng.normal(0, 1, (batch, steps, n_features)).astype(np.float32)


@check("p.13.3", core=True, hint="Which part of the recurrent layer's output does your linear layer get?")
def test_an_output_at_every_step(student, rng):
    """For sequences of any length there is an output of the right size at each time step."""
    n_features, n_hidden, n_outputs = (int(n) for n in rng.choice(np.arange(4, 10), 3, replace=False))
    model = student.deep_network(n_features, n_hidden, 2, n_outputs)
    for steps in (1, 6, 11):
        outputs(model, _batch(rng, n_features, steps), shape=(4, steps, n_outputs))


@check("p.13.3", core=True, hint="`batch_first`: does your layer take steps for sequences? And does it read backwards?")
def test_what_comes_later_changes_nothing(student, rng):
    """What is given at a step depends on the steps up to it and on no later one; and no sequence on another."""
    model = student.deep_network(3, 8, 2, 2)
    X, other = _batch(rng, 3), _batch(rng, 3)
    is_causal(model, X, other, 4, reach=3)
    model.eval()
    alone = outputs(model, X[:1], shape=(1, 9, 2))
    assert_allclose(alone[0], outputs(model, X, shape=(4, 9, 2))[0], atol=1e-5)


@check("p.13.3", hint="Count the parameters for one layer and for three, and for 8 units and for 12.")
def test_layers_are_stacked(student, rng):
    """Each further layer adds parameters, as many as the one before, larger layers have more of them, and all of them
    are trained."""
    counts = []
    for layers in (1, 2, 3):
        model = student.deep_network(3, 8, layers, 2)
        counts.append(has_parameters(student, model))
    assert counts[0] < counts[1]
    assert counts[2] - counts[1] == counts[1] - counts[0]
    assert has_parameters(student, student.deep_network(3, 12, 3, 2)) > counts[2]
    gradients_flow(student, student.deep_network(3, 8, 3, 2), _batch(rng, 3), rng=rng)


@check("p.13.4", core=True, weight=2, hint="Take the series 0, 1, 2, …: what has to stand in Y[0, 0]?")
def test_each_day_has_the_days_that_follow_it(student, rng):
    """All windows are there, and each of their days has the days that come right after it."""
    sizes = [tuple(int(n) for n in rng.choice(np.arange(2, 9), 3, replace=False)) for _ in range(3)]
    for window, horizon, spare in (*sizes, (3, 1, 2), (1, 2, 3), (4, 2, 0)):
        series = rng.normal(0, 1, window + horizon + spare)
        X, Y = (np.asarray(part, dtype=float) for part in student.next_values(series, window, horizon))
        m = spare + 1
        assert (X.shape, Y.shape) == ((m, window, 1), (m, window, horizon))
        for i in range(m):
            for t in range(window):
                assert_allclose(X[i, t, 0], series[i + t], rtol=1e-5)  # as a network takes them, in single precision
                assert_allclose(Y[i, t], series[i + t + 1 : i + t + 1 + horizon], rtol=1e-5)


@check("p.13.4", hint="How many values does each give for the five days to come, when it is asked once?")
def test_networks_that_give_five_values(student, rng):
    """You choose all networks that give five values for the days to come when they are asked once, and no other."""
    right = ["sequence to vector, 5 outputs at the last step", "sequence to sequence, 5 outputs at every step"]
    wrong = ["sequence to sequence, 1 output at every step", "vector to sequence, from the first day only"]
    student.next_values(np.arange(5.0), 2, 2)
    chosen(student.P_13_4_CHOICE, [*right, *wrong], right=right)


def _felt(w, least):
    """By the network itself."""
    if abs(w) >= 1:
        return math.inf
    h, steps = 1.0, 0
    while abs(w * h) >= least:
        h, steps = w * h, steps + 1
    return steps


@check("p.13.5", core=True, hint="After n steps, w has been multiplied n times. What about a negative w, or w = 1?")
def test_memory_fades(student, rng):
    """It is right for how many steps a change is felt, whatever the sign of w, and also where it is always felt."""
    cases = [(round(float(w), 3), round(float(least), 4)) for w, least in zip(
        rng.choice([-1, 1], 12) * rng.uniform(0.3, 0.99, 12), rng.uniform(0.001, 0.2, 12), strict=True)]  # fmt: skip
    cases = [(w, least) for w, least in cases if abs(math.log(least) / math.log(abs(w)) % 1 - 0.5) < 0.49]
    agrees(student.steps_remembered, _felt, [*cases, (1.0, 0.1), (-1.05, 0.01), (0.0, 0.1), (0.05, 0.1), (0.5, 0.25)])


def _torch_clipped(parts, max_norm):
    held = [nn.Parameter(torch.zeros(part.shape, dtype=torch.float64)) for part in parts]
    for parameter, part in zip(held, parts, strict=True):
        parameter.grad = torch.tensor(part)
    nn.utils.clip_grad_norm_(held, max_norm)
    return [parameter.grad.numpy() for parameter in held]


@check("p.13.5", core=True, hint="One norm of all gradients together, and one factor for all of them.")
def test_gradients_are_clipped_together(student, rng):
    """Gradients that are too large are scaled by one factor, and others are left as they are."""
    for max_norm in (0.5, 3.0, 1_000.0):
        parts = [rng.normal(0, scale, shape) for scale, shape in ((1, (3, 4)), (5, (4,)), (0.1, (2, 2, 2)))]
        found = student.clipped(parts, max_norm)
        assert len(found) == 3
        for part, wanted in zip(found, _torch_clipped(parts, max_norm), strict=True):
            assert np.shape(part) == wanted.shape
            assert_allclose(np.asarray(part, dtype=float), wanted, rtol=1e-4)


@check("p.13.5", hint="Gradients of 0 have a norm, too.")
def test_no_gradient_is_no_trouble(student, rng):
    """Where all gradients are 0, they stay 0."""
    for part in student.clipped([np.zeros((2, 3)), np.zeros(4)], 1.0):
        assert np.all(np.asarray(part, dtype=float) == 0)


@check("p.13.5", hint="What makes the steps smaller, or keeps the states from growing?")
def test_what_helps_against_unstable_gradients(student, rng):
    """You choose all that help against unstable gradients, and nothing else."""
    right = [
        "gradient clipping",
        "a saturating activation such as tanh",
        "layer normalisation",
        "a smaller learning rate",
    ]
    wrong = ["ReLU in the recurrent layer", "a larger learning rate", "shuffling the time steps"]
    student.steps_remembered(0.5, 0.2)
    chosen(student.P_13_5_CHOICE, [*right, *wrong], right=right)
