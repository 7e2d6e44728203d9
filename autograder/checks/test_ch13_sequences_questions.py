"""Hidden checks of chapter 13: the questions (p.13.1 to p.13.8)."""

import math

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder import check
from autograder.closed import agrees, chosen
from autograder.modules import gradients_flow, has_parameters, is_causal, outputs

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
    n_features, n_hidden, n_outputs = (int(n) for n in rng.choice(np.arange(2, 9), 3, replace=False))
    model = student.deep_network(n_features, n_hidden, 2, n_outputs)
    for steps in (1, 6, 11):
        outputs(model, _batch(rng, n_features, steps), shape=(4, steps, n_outputs))


@check("p.13.3", core=True, hint="`batch_first`: does your layer take steps for sequences? And does it read backwards?")
def test_what_comes_later_changes_nothing(student, rng):
    """What is given at a step depends on the steps up to it and on no later one; and no sequence on another."""
    model = student.deep_network(3, 8, 2, 2)
    X, other = _batch(rng, 3), _batch(rng, 3)
    is_causal(model, X, other, 4, reach=3)
    alone = outputs(model, X[:1], shape=(1, 9, 2))
    assert_allclose(alone[0], outputs(model, X, shape=(4, 9, 2))[0], atol=1e-5)


@check("p.13.3", hint="Count the parameters for one layer and for three.")
def test_layers_are_stacked(student, rng):
    """Each further layer adds parameters, as many as the one before, and all of them are trained."""
    counts = []
    for layers in (1, 2, 3):
        model = student.deep_network(3, 8, layers, 2)
        counts.append(has_parameters(student, model))
    assert counts[0] < counts[1]
    assert counts[2] - counts[1] == counts[1] - counts[0]
    gradients_flow(student, student.deep_network(3, 8, 3, 2), _batch(rng, 3), rng=rng)


@check("p.13.4", core=True, weight=2, hint="Take the series 0, 1, 2, …: what has to stand in Y[0, 0]?")
def test_each_day_has_the_days_that_follow_it(student, rng):
    """All windows are there, and each of their days has the days that come right after it."""
    for _ in range(3):
        window, horizon, spare = (int(n) for n in rng.choice(np.arange(2, 9), 3, replace=False))
        series = rng.normal(0, 1, window + horizon + spare)
        X, Y = (np.asarray(part, dtype=float) for part in student.next_values(series, window, horizon))
        m = spare + 1
        assert (X.shape, Y.shape) == ((m, window, 1), (m, window, horizon))
        for i in range(m):
            for t in range(window):
                assert X[i, t, 0] == series[i + t]
                assert Y[i, t].tolist() == series[i + t + 1 : i + t + 1 + horizon].tolist()


@check("p.13.4", hint="How many values does each give for the seven days to come?")
def test_networks_that_give_seven_values(student, rng):
    """You choose all networks that give seven values for the days to come, and no other."""
    right = ["sequence to vector, 7 outputs at the last step", "sequence to sequence, 7 outputs at every step"]
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
    agrees(student.steps_remembered, _felt, [*cases, (1.0, 0.1), (-1.05, 0.01), (0.0, 0.1), (0.05, 0.1)])


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


def _cell(rng):
    """Return weights, inputs and states of a cell, and what PyTorch makes of them."""
    n_features, n_hidden, n_batch = (int(n) for n in rng.choice(np.arange(2, 8), 3, replace=False))
    shapes = [(4 * n_hidden, n_features), (4 * n_hidden, n_hidden), (4 * n_hidden,)]
    W_x, W_h, b = (rng.normal(0, 0.7, shape) for shape in shapes)
    x, h, c = (rng.normal(0, 1, (n_batch, n)) for n in (n_features, n_hidden, n_hidden))
    cell = nn.LSTMCell(n_features, n_hidden).double()
    with torch.no_grad():
        for parameter, values in zip(cell.parameters(), (W_x, W_h, b, 0 * b), strict=True):
            parameter.copy_(torch.tensor(values))
        new_h, new_c = cell(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))
    return (x, h, c, W_x, W_h, b), new_h.numpy(), new_c.numpy()


def _states(student, inputs, shape):
    h, c = (np.asarray(part, dtype=float) for part in student.lstm_step(*inputs))
    assert h.shape == c.shape == shape
    return h, c


@check("p.13.6", core=True, weight=2, hint="f · c + i · g: which of the four layers is which, and which has tanh?")
def test_long_term_state(student, rng):
    """The new long-term state is PyTorch's, for weights and states of all kinds."""
    for _ in range(4):
        inputs, _, wanted = _cell(rng)
        assert_allclose(_states(student, inputs, wanted.shape)[1], wanted, atol=1e-5)


@check("p.13.6", core=True, hint="The output gate lets through what the new long-term state holds, squashed by tanh.")
def test_short_term_state(student, rng):
    """The new short-term state is PyTorch's."""
    for _ in range(4):
        inputs, wanted, _ = _cell(rng)
        assert_allclose(_states(student, inputs, wanted.shape)[0], wanted, atol=1e-5)


@check("p.13.6", hint="Look at exp(-x) for a very negative x.")
def test_saturated_gates_are_no_trouble(student, rng):
    """Gates that are wide open or shut give states that are numbers."""
    inputs, wanted, _ = _cell(rng)
    inputs = (*inputs[:5], inputs[5] + rng.choice([-2_000.0, 2_000.0], inputs[5].shape))
    h, c = _states(student, inputs, wanted.shape)
    assert np.all(np.isfinite(h))
    assert np.all(np.isfinite(c))


@check("p.13.7", core=True, hint="Where can the kernel begin? Write these places down for a short sequence.")
def test_length_after_a_convolution(student, rng):
    """The length is right for kernels and strides of all sizes."""
    cases = []
    for _ in range(12):
        kernel, stride = (int(n) for n in rng.integers(1, 9, 2))
        cases.append((kernel + int(rng.integers(0, 60)), kernel, stride))

    def real(length, kernel, stride):
        return nn.functional.conv1d(torch.zeros(1, 1, length), torch.zeros(1, 1, kernel), stride=stride).shape[-1]

    agrees(student.conv_length, real, cases)


def _reach(layers):
    """By a gradient: which inputs does the first output depend on?"""
    x = torch.zeros(1, 1, 2_000, dtype=torch.float64, requires_grad=True)
    values = x
    for kernel, stride in layers:
        values = nn.functional.conv1d(values, torch.ones(1, 1, kernel, dtype=torch.float64), stride=stride)
    values[0, 0, 0].backward()
    return int(torch.count_nonzero(x.grad))


@check("p.13.7", hint="In the second layer, how many time steps lie between two neighbours?")
def test_how_much_a_stack_sees(student, rng):
    """One output of a stack of layers depends on as many time steps as you say."""
    cases = []
    for n in range(10):
        strides = rng.integers(1, 4, n % 4)
        cases.append(([(int(s + rng.integers(0, 4)), int(s)) for s in strides],))  # no kernel leaves out a step
    agrees(student.steps_seen, _reach, cases)


def _video(n_videos, seconds, per_second, size, n_features, n_classes):
    """By arrays."""
    videos = np.zeros((n_videos, seconds * per_second, 3, *size), dtype=np.uint8)
    frames = videos.reshape(-1, *videos.shape[2:])
    features = np.zeros((len(frames), n_features)).reshape(n_videos, -1, n_features)
    logits = features[:, -1] @ np.zeros((n_features, n_classes))
    arrays = {"videos": videos, "frames": frames, "features": features, "logits": logits}
    return {name: array.shape for name, array in arrays.items()}


@check("p.13.8", core=True, hint="Whom does the convolutional network take for its batch? Who needs the time back?")
def test_shapes_from_frames_to_classes(student, rng):
    """At each of the four places the data have the shape you say."""
    cases = []
    for _ in range(8):
        n_videos, seconds, per_second, height, width = (int(n) for n in rng.choice(np.arange(2, 9), 5, replace=False))
        n_features, n_classes = int(rng.integers(4, 30)), int(rng.integers(2, 12))
        cases.append((n_videos, seconds, per_second, (height, width), n_features, n_classes))
    agrees(student.video_shapes, _video, cases)
