"""Hidden checks of graphs and compiled functions: what a compiler can see (tf2.12.9 to tf2.12.11)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.graphs_compiled.inputs import all_chosen
from autograder.testing import check
from autograder.testing.closed import agrees
from autograder.testing.modules import tensor

FATES = ("runs", "runs in pieces", "is refused")
EXPORTED = ("right", "frozen", "refused")


def _snippet(kind, number):
    """Probe: functions in the styles that people write them in."""
    import torch

    def on_values(x):
        return x * number if x.sum() > 0 else x

    def on_shapes(x):
        return x * number if x.shape[0] > 2 else x

    def until(x):
        while x.abs().max() > 0.1:
            x = x / 2
        return x

    def several_times(x):
        for _ in range(3):
            x = torch.tanh(x) * number
        return x

    def on_a_setting(x):
        return torch.relu(x) if number > 5 else torch.sin(x)

    def chosen_by_where(x):
        return torch.where(x > 0, x, number * x)

    def on_the_largest(x):
        return x if x.max() > number else -x

    return locals()[kind]


WHOLE = {
    "on_values": False,
    "on_shapes": True,
    "until": False,
    "several_times": True,
    "on_a_setting": True,
    "chosen_by_where": True,
    "on_the_largest": False,
}


@check("tf2.12.9", core=True, hint="Let the compiler or `torch.export` try, and see whether it raises an error.")
def test_functions_that_are_one_graph(student, rng):
    """For functions in many styles you say whether they are one graph."""
    make, cases = student.probe_(_snippet), []
    for kind in rng.permutation([*WHOLE, "on_values"]):
        cases.append((str(kind), float(rng.uniform(2, 9)), int(rng.integers(3, 6))))
    agrees(
        lambda kind, number, size: student.is_one_graph(make(kind, number), torch.linspace(-1, 2, size)),
        lambda kind, number, size: WHOLE[kind],
        cases,
    )


@check("tf2.12.9", hint='Try the three that can be tried: `backend="eager"` will do.')
def test_what_becomes_of_an_if(student, rng):
    """For all four ways to run it, what you say happens."""
    student.is_one_graph(student.probe_(_snippet)("several_times", 2.0), torch.ones(3))
    right = {"eager": FATES[0], "torch.compile": FATES[1], "fullgraph": FATES[2], "torch.export": FATES[2]}
    all_chosen(student.TF2_12_9_CHOICE, right, FATES)


def _squeezed(x):
    """By NumPy."""
    leaky = np.where(x < 0, x / 10, x)
    return leaky / leaky.sum() if leaky.sum() > 10 else leaky


def _vectors(rng):
    low, high, mixed = rng.uniform(-1, 2, 5), rng.uniform(3, 9, 5), rng.uniform(-20, 20, 5)
    just_above, just_ten = rng.uniform(2.02, 2.12, 5), rng.permutation(np.arange(5.0))
    return [low, high, mixed, -high, np.append(high[:4], -50.0), just_above, just_ten, np.full(5, 1.9)]


@check("tf2.12.10", core=True, hint="Which sum is compared with 10: that of x, or that of what has become of it?")
def test_squeezed_values(student, rng):
    """The values are those of the colleague's function, above the limit, below it and at it."""
    for x in _vectors(rng):
        assert_allclose(student.squeezed(tensor(x)), _squeezed(x), rtol=1e-4, atol=1e-5)


def _exported(f, example, others):
    """Probe: export a function, and ask the exported program."""
    import torch

    class Wrapped(torch.nn.Module):
        def forward(self, x):
            return f(x)

    program = torch.export.export(Wrapped(), (example,), strict=False).module()
    return [program(x) for x in others]


@check(
    "tf2.12.10", core=True, hint="No `if` on a value, no `item`, no list of numbers: `torch.where` or `torch.clamp`."
)
def test_squeezed_can_be_exported(student, rng):
    """It can be exported, and the exported program is right for inputs on the other side of the limit, too."""
    vectors = _vectors(rng)
    for example in vectors[:2]:
        found = student.probe_(_exported)(student.squeezed, tensor(example), [tensor(x) for x in vectors])
        for x, value in zip(vectors, found, strict=True):
            assert_allclose(value, _squeezed(x), rtol=1e-4, atol=1e-5)


@check("tf2.12.10", hint="`x *= …` and `x[x < 0] = …` change what was passed in: `torch.where` makes a new tensor.")
def test_vector_is_left_alone(student, rng):
    """The vector that is passed in is not changed, as it is not by the colleague's function."""
    for x in _vectors(rng)[1:3]:
        _, (after,) = student.watch_("squeezed", tensor(x))
        assert_array_equal(after, tensor(x))


@check("tf2.12.10", hint="Export them: what does the program do with other numbers, a second later?")
def test_snippets_in_an_exported_program(student, rng):
    """All eight snippets become what you say."""
    student.squeezed(torch.ones(2))
    right = dict.fromkeys(("shape", "layers", "where", "torch.rand"), EXPORTED[0])
    right |= dict.fromkeys(("clock", "random"), EXPORTED[1]) | dict.fromkeys(("if", "range"), EXPORTED[2])
    all_chosen(student.TF2_12_10_CHOICE, right, EXPORTED)


def _affine(weight, bias):
    """Probe: a layer x W + b that counts its calls; and the counter."""
    from torch import nn

    class Affine(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight, self.bias = nn.Parameter(weight.clone()), nn.Parameter(bias.clone())
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            return x @ self.weight + self.bias

    layer = Affine()
    return layer, lambda: layer.calls


def _walk(weight, bias, x, tolerance, most):
    for step in range(1, most + 1):
        before, x = x, x @ weight + bias
        if np.abs(x - before).max() <= tolerance:
            return x, step
    return x, most


def _settling(rng):
    shrunk = rng.normal(size=(3, 3))
    shrunk *= rng.uniform(0.5, 0.8) / np.linalg.norm(shrunk, 2)
    return shrunk, rng.normal(size=3), rng.normal(0, 3, (4, 3))


@check(
    "tf2.12.11",
    core=True,
    hint="Compare each step's output with its input, in every row; count the step that settles it. At most is `<=`.",
)
def test_steps_until_it_settles(student, rng):
    """What comes out, and after how many steps, is right; and the layer is called once for each step."""
    limits = ((0.5, 50), (0.03, 50), (1e-3, 60), (1e-3, 4), (100.0, 9), (1e-9, 1))
    halved = np.eye(2) / 2, np.zeros(2), np.array([[1.0, 0.5], [0.25, 0.125]])  # changes by 1/2, 1/4, and just 1/8
    cases = [*((*one, _settling(rng)) for one in limits), (0.125, 50, halved)]
    told = []  # before anything is compared: a misconception is known by all that it says
    for tolerance, most, (weight, bias, x) in cases:
        layer, calls = student.probe_(_affine)(torch.tensor(weight), torch.tensor(bias))
        y, steps = student.settle(layer, torch.tensor(x), tolerance, most)  # float64, which has no near misses
        told.append((y.detach(), steps, calls()))
    for (tolerance, most, start), (y, steps, called) in zip(cases, told, strict=True):
        wanted, count = _walk(*start, tolerance, most)
        assert (steps, called) == (count, count)
        assert_allclose(y, wanted, atol=1e-4)


def _slope(settle, layer, x, tolerance, most):
    """Probe: the gradient of the sum of what comes out."""
    y, _ = settle(layer, x, tolerance, most)
    y.sum().backward()
    return layer.bias.grad


@check("tf2.12.11", hint="Which step's output do you cut off from its history?")
def test_gradients_flow_through_all_steps(student, rng):
    """The bias gets its gradient by way of each of the steps."""
    weight, bias, x = _settling(rng)
    layer, _ = student.probe_(_affine)(torch.tensor(weight), torch.tensor(bias))
    found = student.probe_(_slope)(student.settle, layer, torch.tensor(x), 0.05, 30)
    _, steps = _walk(weight, bias, x, 0.05, 30)
    powers = sum(np.linalg.matrix_power(weight, k) for k in range(steps))
    assert_allclose(found, len(x) * powers.sum(axis=1), rtol=1e-3, atol=1e-3)
