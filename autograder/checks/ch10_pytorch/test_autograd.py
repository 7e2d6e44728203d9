"""Hidden checks of chapter 10: gradients (p.10.4, p.10.5 and p.10.13)."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose

from autograder.checks.ch10_pytorch.inputs import network, number, program
from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen


def _asked(quiet: "Any", function: "Any", values: "Any", recording: "Any", fails: "Any") -> "Any":
    """Ask for a quiet call; tell what was seen within, and how things were afterwards."""
    import torch

    seen: dict[str, Any] = {}
    x = torch.tensor(values, requires_grad=True)

    def watched(x: "Any") -> "Any":
        seen["within"] = (3 * torch.ones(1, requires_grad=True)).requires_grad
        if fails:
            raise KeyError("on purpose")
        return function(x)

    before = torch.is_grad_enabled()
    torch.set_grad_enabled(recording)
    try:
        found = quiet(watched, x)
        seen["values"], seen["result"] = found.detach().clone(), found.requires_grad
        if found.requires_grad:
            found.sum().backward()
        seen["reached"] = x.grad is not None
    except KeyError:
        pass
    finally:
        seen["after"], seen["x"] = torch.is_grad_enabled(), x.requires_grad
        torch.set_grad_enabled(before)
    return seen


@check("p.10.4", core=True, hint="Which block keeps operations from being recorded, those of the layers as well?")
def test_nothing_is_recorded(student, rng):
    """`quiet` returns what the function returns, a network's outputs too, and nothing is recorded meanwhile."""
    values, seed = rng.normal(size=(4, 3)), int(rng.integers(2**31))
    model = student.probe_(network)([3, 5, 2], seed)
    found = student.probe_(_asked)(student.quiet, model, values.tolist(), True, False)
    with torch.no_grad():
        right = network([3, 5, 2], seed)(torch.tensor(values, dtype=torch.float32))
    assert_allclose(np.asarray(found["values"]), right.numpy(), rtol=1e-4, atol=1e-6)
    assert found["within"] is False and found["result"] is False


@check("p.10.4", hint="Is recording switched on again, whatever happens? And was it on before?")
def test_recording_is_as_before(student, rng):
    """After `quiet`, whether operations are recorded is as it was before, also after an error; and so is x."""
    model, values = student.probe_(network)([3, 2], int(rng.integers(2**31))), rng.random((2, 3)).tolist()
    cases = ((True, False), (False, False), (True, True))
    told = [student.probe_(_asked)(student.quiet, model, values, *case) for case in cases]
    for found, (recording, _) in zip(told, cases, strict=True):
        assert found["within"] is False
        assert found["after"] is recording and found["x"] is True


def _cut_apart(cut: "Any", values: "Any") -> "Any":
    """Cut a recorded tensor off; tell what has become of both, and what a change of the new one does."""
    import torch

    w = torch.tensor(values, requires_grad=True)
    x = 3 * w
    found = cut(x)
    told = {"new": found.requires_grad, "old": x.requires_grad, "values": found.clone(), "leaf": w.requires_grad}
    x.sum().backward()
    told["grad"] = w.grad
    with torch.no_grad():
        found[0] = 77.0
    told["shared"] = float(x[0])
    return told


@check("p.10.4", hint="One method returns the same values without their history.")
def test_cut_off_without_a_copy(student, rng):
    """`cut` returns the same values in the same memory without gradients; what it was given keeps its own."""
    values = rng.normal(size=5)
    found = student.probe_(_cut_apart)(student.cut, values.tolist())
    assert_allclose(np.asarray(found["values"]), 3 * values, rtol=1e-5)
    assert found["new"] is False and found["old"] is True and found["leaf"] is True
    assert_allclose(np.asarray(found["grad"]), 3.0)
    assert number(found["shared"]) == 77.0


def _needing(model: "Any") -> "Any":
    """Return the names of the parameters that get a gradient."""
    import torch

    model.zero_grad()
    (model(torch.ones(2, 3)) ** 2).sum().backward()
    return [name for name, parameter in model.named_parameters() if parameter.grad is not None]


@check("p.10.4", hint="Go through `named_parameters`. What makes a parameter one that gets a gradient?")
def test_some_parameters_are_frozen(student, rng):
    """After `freeze`, the parameters whose names begin so get no gradient, and all the others are as before."""
    names = [f"{i}.{part}" for i in (0, 2, 4) for part in ("weight", "bias")]
    for prefix in (f"{int(rng.choice([0, 2, 4]))}.", "2.w", "4.bias", "1", "weight"):
        model = student.probe_(network)([3, 4, 4, 2], 1)
        student.freeze(model, "0.b")
        student.freeze(model, prefix)
        assert list(student.probe_(_needing)(model)) == [name for name in names if not name.startswith((prefix, "0.b"))]


@check("p.10.4", hint="Try each of them, and print `y.requires_grad`.")
def test_ways_without_gradients(student, rng):
    """You chose all that keep y from requiring gradients, and nothing else."""
    chosen(choice(student, "P_10_4_CHOICE", "cut", torch.ones(2)), "abcdefg", right="acf")


_SAVES_RESULT, _SAVES_INPUT, _SAVES_NOTHING = ("exp", "tanh", "sigmoid"), ("sin", "cos"), ("neg",)


def _expected(first: str, second: str, kind: str, copied: bool) -> str:
    """By what the derivative of each operation needs: its result, its input, or nothing."""
    one = first.removesuffix("_")
    on_leaf = first.endswith("_") or (kind == "product" and second.endswith("_"))
    if on_leaf and not copied:
        return "at once"
    if not second.endswith("_"):
        return "never"
    if kind == "chain" or first.endswith("_"):  # the second overwrites what the first has left
        return "in backward" if one in _SAVES_RESULT else "never"
    return "in backward" if one in _SAVES_INPUT else "never"


def _cases(rng: np.random.Generator) -> list[tuple[str, str, str, bool]]:
    """Draw programs of all three fates."""
    names = [*_SAVES_RESULT, *_SAVES_INPUT, *_SAVES_NOTHING]
    drawn: dict[str, list[tuple[str, str, str, bool]]] = {"at once": [], "in backward": [], "never": []}
    while min(map(len, drawn.values())) < 4:
        one, two = (str(rng.choice(names)) + str(rng.choice(["", "_", "_"])) for _ in range(2))
        case = (one, two, str(rng.choice(["chain", "product"])), bool(rng.integers(2)))
        fitting = drawn[_expected(*case)]
        if len(fitting) < 4 and case not in fitting:
            fitting.append(case)
    return [case for cases in drawn.values() for case in cases]


@check("p.10.5", core=True, hint="Compute the function, then ask for its gradient: which of the two raises the error?")
def test_fate_of_a_function(student, rng):
    """You tell of each function whether PyTorch refuses at once, in the backward pass, or never."""
    make, value = student.probe_(program), float(rng.uniform(0.5, 2))
    ask_all(lambda *case: student.fate(make(*case), value), _expected, _cases(rng))


@check(
    "p.10.5", hint="`fate` tells you. Afterwards ask of each line what its derivative needs, and what is left of it."
)
def test_six_lines(student, rng):
    """Of each of the six lines you tell what becomes of it."""
    fate = student.probe_(program)("sin", "cos", "chain", True)
    found = choice(student, "P_10_5_CHOICE", "fate", fate, 1.0)
    right = dict(zip("abcdef", ["never", "at once", "at once", "in backward", "never", "in backward"], strict=True))
    assert isinstance(found, dict) and set(found) == set(right)
    for line, said in right.items():
        chosen(found[line], ["at once", "in backward", "never"], right=[said])


@check("p.10.5", hint="Which tensor are both factors of the last product?")
def test_same_number(student, rng):
    """You tell rightly whether both forms of the product come to the same number."""
    fate = student.probe_(program)("sin", "cos", "chain", True)
    chosen(choice(student, "P_10_5_SAME", "fate", fate, 1.0), ["yes", "no"], right=["no"])


def _pair(found: Any) -> tuple[float, float]:
    found = found.tolist() if hasattr(found, "tolist") else found
    assert isinstance(found, list | tuple) and len(found) == 2, "two numbers are asked for"
    return number(found[0]), number(found[1])


def _complex_step(x: float, y: float) -> tuple[float, float]:
    """By a step that is too small to matter, and imaginary, so that nothing is subtracted."""
    step = 1e-30
    return float(np.sin((x + 1j * step) ** 2 * y).imag / step), float(np.sin(x**2 * (y + 1j * step)).imag / step)


@check("p.10.13", core=True, hint="The outer derivative is a cosine; what is the inner one, for x and for y?")
def test_derivatives_by_hand(student, rng):
    """Both derivatives of sin(x² y) are right, wherever you are asked."""
    places = rng.uniform(-2, 2, (10, 2)).tolist()
    found = [_pair(student.by_hand(x, y)) for x, y in places]
    assert_allclose(found, [_complex_step(x, y) for x, y in places], rtol=1e-4, atol=1e-4)


def _polynomial(coefficients: "Any") -> "Any":
    """Return a function of two tensors: a sum of powers, and a wave."""
    import torch

    a, b, c = coefficients
    return lambda x, y: a * x**3 * y + b * y**2 + torch.sin(c * x)


def _in_steps(factor: "Any") -> "Any":
    """Return a function that rounds, and says that its slope is that of a line: only a record tells."""
    return lambda x, y: factor * (x + (x.round() - x).detach()) * y


def _of_one(factor: "Any", first: "Any") -> "Any":
    return lambda x, y: factor * (x if first else y) ** 2


@check("p.10.13", core=True, hint="Make two tensors that require gradients, and ask the result for `backward()`.")
def test_derivatives_by_autograd(student, rng):
    """Both derivatives of functions of all kinds are right: those that PyTorch has recorded, not differences over small
    steps."""
    for _ in range(8):
        (a, b, c), (x, y) = rng.normal(size=3).tolist(), rng.uniform(-2, 2, 2).tolist()
        found = _pair(student.by_autograd(student.probe_(_polynomial)([a, b, c]), x, y))
        right = 3 * a * x**2 * y + c * np.cos(c * x), a * x**3 + 2 * b * y
        assert_allclose(found, right, rtol=1e-4, atol=1e-5)
    factor, x, y = rng.uniform(1, 2, 3).tolist()
    found = _pair(student.by_autograd(student.probe_(_in_steps)(factor), x, y))
    assert_allclose(found, (factor * y, factor * round(x)), rtol=1e-4)


def _noting() -> "Any":
    """Return a function that notes of which type its two tensors are."""
    import torch

    class Noting:
        def __init__(self) -> None:
            self.types: list[str] = []

        def __call__(self, x: "Any", y: "Any") -> "Any":
            self.types += [str(x.dtype), str(y.dtype)]
            return torch.exp(x * y)

    return Noting()


@check("p.10.13", hint="Of which type is `torch.tensor(0.1)`, and of which type are the tensors to be?")
def test_tensors_of_double_precision(student, rng):
    """The function is handed tensors of float64."""
    function, (x, y) = student.probe_(_noting)(), rng.uniform(0.1, 1, 2).tolist()
    found = _pair(student.by_autograd(function, x, y))
    assert_allclose(found, (y * np.exp(x * y), x * np.exp(x * y)), rtol=1e-4)
    types = set(function.types)
    assert types == {"torch.float64"}


@check("p.10.13", hint="What stands in `.grad` of a tensor that had no part in the result?")
def test_derivative_of_what_has_no_part(student, rng):
    """With respect to a number that the function does not depend on, the derivative is 0."""
    factor, x, y = rng.uniform(1, 2, 3).tolist()
    assert_allclose(_pair(student.by_autograd(student.probe_(_of_one)(factor, True), x, y)), (2 * factor * x, 0), 1e-4)
    assert_allclose(_pair(student.by_autograd(student.probe_(_of_one)(factor, False), x, y)), (0, 2 * factor * y), 1e-4)


@check("p.10.13", hint="Ask one of your functions, and check with the other.")
def test_derivatives_at_the_place(student, rng):
    """The two numbers that you have worked out are right to four digits after the point."""
    found = _pair(choice(student, "P_10_13", "by_hand", 1.0, 2.0))
    assert_allclose(found, _complex_step(1.2, 3.4), rtol=0, atol=1.01e-4)
