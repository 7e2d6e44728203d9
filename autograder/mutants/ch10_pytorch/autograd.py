"""Chapter 10, gradients (p.10.4, p.10.5 and p.10.13): wrong answers that must fail, and right ones that must pass."""

import math

import torch

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.10.4


@mutant("p.10.4", replaces="quiet", fails="test_nothing_is_recorded")
def records_and_cuts(function, x):
    """You cut the result off afterwards; everything has been recorded by then. Use a block around the call."""
    return function(x).detach()


@mutant("p.10.4", replaces="quiet", fails="test_nothing_is_recorded")
def cuts_the_input_only(function, x):
    """A network has parameters that require gradients, so its outputs do as well, though its input doesn't."""
    return function(x.detach())


@mutant("p.10.4", replaces="quiet", fails="test_nothing_is_recorded")
def only_called(function, x):
    """You only call the function: everything is recorded."""
    return function(x)


@mutant("p.10.4", replaces="quiet", fails="test_recording_is_as_before")
def switched_on_afterwards(function, x):
    """You switch recording on at the end, though it may have been off before: a `with` block puts it back."""
    torch.set_grad_enabled(False)
    try:
        return function(x)
    finally:
        torch.set_grad_enabled(True)


@mutant("p.10.4", replaces="quiet", fails="test_recording_is_as_before")
def left_off_after_errors(function, x):
    """After an error nobody switches recording on again: use a `with` block."""
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    found = function(x)
    torch.set_grad_enabled(before)
    return found


@mutant("p.10.4", replaces="quiet", fails="test_recording_is_as_before")
def changes_the_input(function, x):
    """You switch x's own gradients off, and it is the caller's."""
    with torch.no_grad():
        return function(x.requires_grad_(False))


@mutant("p.10.4", replaces="cut", fails="test_cut_off_without_a_copy")
def a_copy(x):
    """`clone` copies the memory: `detach` alone shares it."""
    return x.detach().clone()


@mutant("p.10.4", replaces="cut", fails="test_cut_off_without_a_copy")
def cut_in_place(x):
    """`detach_` cuts off the tensor itself: its history is lost to the caller."""
    return x.detach_()


@mutant("p.10.4", replaces="cut", fails="test_cut_off_without_a_copy")
def a_clone(x):
    """A clone is part of the recorded computation, and gradients flow through it."""
    return x.clone()


@mutant("p.10.4", replaces="freeze", fails="test_some_parameters_are_frozen")
def all_frozen(model, prefix):
    """You freeze all parameters: only those whose names begin with the prefix are meant."""
    model.requires_grad_(False)


@mutant("p.10.4", replaces="freeze", fails="test_some_parameters_are_frozen")
def others_thawed(model, prefix):
    """You switch gradients on for all the others, which may have been frozen before: leave them as they are."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(prefix))


@mutant("p.10.4", replaces="freeze", fails="test_some_parameters_are_frozen")
def anywhere_in_the_name(model, prefix):
    """`in` finds the text anywhere in a name: it has to begin so, which `startswith` tells."""
    for name, parameter in model.named_parameters():
        if prefix in name:
            parameter.requires_grad = False


@mutant("p.10.4", replaces="freeze", fails="test_some_parameters_are_frozen")
def evaluation_mode(model, prefix):
    """`eval()` changes what dropout and batch norm do; gradients are recorded all the same."""
    model.eval()


@mutant("p.10.4", replaces="P_10_4_CHOICE", fails="test_ways_without_gradients", constant=True)
def eval_as_well():
    """`model.eval()` is about dropout and batch norm, not about gradients."""
    return ["a", "b", "c", "f"]


@mutant("p.10.4", replaces="P_10_4_CHOICE", fails="test_ways_without_gradients", constant=True)
def one_only():
    """There are more ways than one."""
    return ["a"]


@alternative("p.10.4", replaces="quiet")
def by_inference_mode(function, x):
    """By inference mode, which is stricter."""
    with torch.inference_mode():
        return function(x)


@alternative("p.10.4", replaces="quiet")
def by_decorator(function, x):
    """As a decorated function."""
    return torch.no_grad()(lambda: function(x))()


@alternative("p.10.4", replaces="cut")
def by_data(x):
    """By the attribute that old code uses."""
    return x.data


@alternative("p.10.4", replaces="freeze")
def by_attribute(model, prefix):
    """By setting the attribute, from all parameters' names."""
    named = dict(model.named_parameters())
    for name in filter(lambda name: name[: len(prefix)] == prefix, named):
        named[name].requires_grad = False
    return model


# ---------------------------------------------------------------- p.10.5


@mutant("p.10.5", replaces="fate", fails="test_fate_of_a_function")
def without_gradients(function, value):
    """Your tensor does not require gradients, so nothing can go wrong that has to do with them, and then nothing goes
    right."""
    x = torch.tensor(value)
    try:
        y = function(x)
    except RuntimeError:
        return "at once"
    return "in backward" if not y.requires_grad else "never"


@mutant("p.10.5", replaces="fate", fails="test_fate_of_a_function")
def not_a_leaf(function, value):
    """You hand over the result of an operation: that one may be changed in place, a leaf may not."""
    x = 1 * torch.tensor(value, requires_grad=True)
    try:
        function(x).backward()
    except RuntimeError:
        return "in backward"
    return "never"


@mutant("p.10.5", replaces="fate", fails="test_fate_of_a_function")
def only_forward(function, value):
    """You never ask for the gradient, and some functions fail only then."""
    try:
        function(torch.tensor(value, requires_grad=True))
    except RuntimeError:
        return "at once"
    return "never"


@mutant("p.10.5", replaces="fate", fails="test_fate_of_a_function")
def nothing_is_at_once(function, value):
    """An error while the function is computed is one at once, not one in the backward pass."""
    x = torch.tensor(value, requires_grad=True)
    try:
        function(x).backward()
    except RuntimeError:
        return "in backward"
    return "never"


_RIGHT = {"a": "never", "b": "at once", "c": "at once", "d": "in backward", "e": "never", "f": "in backward"}


@mutant("p.10.5", replaces="P_10_5_CHOICE", fails="test_six_lines", constant=True)
def all_in_place_fails():
    """In-place operations are allowed on what is no leaf, as long as nobody needs what is overwritten."""
    return {**_RIGHT, "a": "at once", "e": "at once"}


@mutant("p.10.5", replaces="P_10_5_CHOICE", fails="test_six_lines", constant=True)
def nothing_in_backward():
    """The sine's derivative needs its input, and the exponential's its result: what if they have been overwritten?"""
    return {**_RIGHT, "d": "never", "f": "never"}


@mutant("p.10.5", replaces="P_10_5_SAME", fails="test_same_number", constant=True)
def the_same():
    """In e both factors are one tensor, after both operations: a square."""
    return "yes"


@alternative("p.10.5", replaces="fate")
def by_torch_grad(function, value):
    """By torch.autograd.grad, in one block."""
    x, y = torch.tensor(value).requires_grad_(), None
    try:
        y = function(x)
        torch.autograd.grad(y, x)
    except RuntimeError:
        return "at once" if y is None else "in backward"
    return "never"


@alternative("p.10.5", replaces="fate")
def step_by_step(function, value):
    """With a list of what has been reached."""
    reached = []
    try:
        result = function(torch.tensor([value]).squeeze().requires_grad_(True))
        reached.append("computed")
        result.sum().backward()
    except RuntimeError:
        return ["at once", "in backward"][len(reached)]
    return "never"


# ---------------------------------------------------------------- p.10.13


@mutant("p.10.13", replaces="by_hand", fails="test_derivatives_by_hand")
def inner_forgotten(x, y):
    """The outer derivative alone is not enough: multiply it by that of x² y."""
    return math.cos(x**2 * y), math.cos(x**2 * y)


@mutant("p.10.13", replaces="by_hand", fails="test_derivatives_by_hand")
def swapped(x, y):
    """You have them the other way round: first with respect to x."""
    slope = math.cos(x**2 * y)
    return x**2 * slope, 2 * x * y * slope


@mutant("p.10.13", replaces="by_hand", fails="test_derivatives_by_hand")
def sine_of_sine(x, y):
    """The derivative of the sine is the cosine."""
    return 2 * x * y * math.sin(x**2 * y), x**2 * math.sin(x**2 * y)


@mutant("p.10.13", replaces="by_autograd", fails="test_derivatives_by_autograd")
def always_the_same_function(function, x, y):
    """You differentiate sin(x² y), whatever function you are given."""
    slope = math.cos(x**2 * y)
    return 2 * x * y * slope, x**2 * slope


@mutant("p.10.13", replaces="by_autograd", fails="test_derivatives_by_autograd")
def value_instead(function, x, y):
    """You return the function's value: ask the result for `backward()`, and the inputs for `.grad`."""
    value = function(torch.tensor(x), torch.tensor(y)).item()
    return value, value


@mutant("p.10.13", replaces="by_autograd", fails="test_derivatives_by_autograd")
def small_steps(function, x, y, step=1e-6):
    """You take differences over small steps, which come near at best: let PyTorch follow what was computed."""

    def f(x, y):
        return float(function(torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)))

    return (f(x + step, y) - f(x - step, y)) / (2 * step), (f(x, y + step) - f(x, y - step)) / (2 * step)


@mutant("p.10.13", replaces="by_autograd", fails="test_derivative_of_what_has_no_part")
def no_part_fails(function, x, y):
    """Where the result does not depend on an input, its `.grad` is None: the derivative is 0."""
    a, b = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (x, y))
    function(a, b).backward()
    return a.grad.item(), b.grad.item()


@mutant("p.10.13", replaces="by_autograd", fails="test_tensors_of_double_precision")
def single_precision(function, x, y):
    """`torch.tensor` makes float32 of Python's floats: say `dtype=torch.float64`."""
    inputs = torch.tensor(x, requires_grad=True), torch.tensor(y, requires_grad=True)
    return [
        float(one) for one in torch.autograd.grad(function(*inputs), inputs, allow_unused=True, materialize_grads=True)
    ]


@mutant("p.10.13", replaces="P_10_13", fails="test_derivatives_at_the_place", constant=True)
def without_the_square():
    """You have left out the square of x in one of the two."""
    return [1.4899, 0.2191]


@mutant("p.10.13", replaces="P_10_13", fails="test_derivatives_at_the_place", constant=True)
def in_degrees():
    """The cosine takes radians."""
    return [8.1302, 1.4347]


@alternative("p.10.13", replaces="by_hand")
def by_small_steps(x, y, step=1e-5):
    """By differences, which come near enough."""

    def f(x, y):
        return math.sin(x * x * y)

    return (f(x + step, y) - f(x - step, y)) / (2 * step), (f(x, y + step) - f(x, y - step)) / (2 * step)


@alternative("p.10.13", replaces="by_hand")
def in_single_precision(x, y):
    """With tensors of float32, which round more."""
    x, y = torch.tensor(x), torch.tensor(y)
    slope = torch.cos(x**2 * y)
    return torch.stack([2 * x * y * slope, x**2 * slope])


@alternative("p.10.13", replaces="by_autograd")
def by_grad(function, x, y):
    """By torch.autograd.grad, with zeros for what has no part."""
    inputs = (
        torch.tensor(x, dtype=torch.float64).requires_grad_(),
        torch.tensor(y, dtype=torch.float64).requires_grad_(),
    )
    return [
        float(one) for one in torch.autograd.grad(function(*inputs), inputs, allow_unused=True, materialize_grads=True)
    ]


@alternative("p.10.13", replaces="by_autograd")
def by_a_transform(function, x, y):
    """By the transform that makes a gradient of a function."""
    return torch.func.grad(function, argnums=(0, 1))(torch.tensor(x).double(), torch.tensor(y).double())
