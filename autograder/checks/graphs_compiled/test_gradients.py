"""Hidden checks of graphs and compiled functions: passes for a gradient (tf1.09.11)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.checks.graphs_compiled.inputs import all_chosen
from autograder.testing import check
from autograder.testing.closed import agrees

MODES = ("forward", "reverse")


@check(
    "tf1.09.11",
    core=True,
    hint="Reverse: one walk for the values; then what does each output cost? Forward: what does each input?",
)
def test_walks_through_the_graph(student, rng):
    """The number of walks is right in both modes, for any numbers of inputs and outputs."""
    sizes = [tuple(int(n) for n in rng.integers(1, 60, 2)) for _ in range(8)]
    cases = [("reverse", 10, 1), ("forward", 10, 1), *[(MODES[n % 2], *size) for n, size in enumerate(sizes)]]
    agrees(student.traversals, lambda mode, m, n: {"forward": m, "reverse": 1 + n}[mode], cases)


def _spied(a, b):
    """Probe: a function that notes its calls, and whether a gradient was wanted of what it got; and the notes."""
    import torch

    calls = []

    def f(x):
        calls.append(bool(x.requires_grad))
        return (a * torch.sin(x)).sum() + b * x.prod()

    return f, lambda: calls


def _slope(a, b, x):
    return a * np.cos(x) + b * np.prod(x) / x


@check("tf1.09.11", core=True, hint="`torch.func.jvp` with one direction after the other, in float64.")
def test_gradient_by_forward_mode(student, rng):
    """The gradient is right to nine digits."""
    for n in (1, 3, 6):
        a, b = rng.uniform(0.5, 2, 2)
        x = rng.uniform(0.5, 2, n)
        f, _ = student.probe_(_spied)(float(a), float(b))
        assert_allclose(np.asarray(student.forward_gradient(f, x), dtype=float), _slope(a, b, x), rtol=1e-8)


@check(
    "tf1.09.11",
    hint="Of a list of Python's numbers `torch.tensor` makes float32, of whole ones int64: say which type you want.",
)
def test_numbers_in_a_list(student, rng):
    """The gradient is as exact where the numbers come in a list, whole ones among them."""
    for x in (rng.uniform(300, 900, 4), rng.integers(300, 900, 4)):
        f, _ = student.probe_(_spied)(1.5, 0.0)
        found = np.asarray(student.forward_gradient(f, x.tolist()), dtype=float)
        assert_allclose(found, _slope(1.5, 0.0, x), rtol=1e-8, atol=1e-9)


@check("tf1.09.11", hint="One call for each number that goes in. What do you call it for besides?")
def test_one_call_for_each_input(student, rng):
    """The function is called just as often as there are inputs, and nothing in it asks for a gradient."""
    for n in (2, 5):
        f, calls = student.probe_(_spied)(1.0, 0.5)
        student.forward_gradient(f, rng.uniform(0.5, 2, n))
        assert calls() == [False] * n


@check("tf1.09.11", hint="Ask `traversals`.")
def test_mode_that_takes_fewer_walks(student, rng):
    """The mode is right in all four cases."""
    student.traversals("forward", 1, 1)
    right = {"loss": MODES[1], "throw": MODES[0], "picture": MODES[1], "dial": MODES[0]}
    all_chosen(student.TF1_09_11_CHOICE, right, MODES)
