"""Graphs and compiled functions, what a compiler can see (tf2.12.9 to tf2.12.11): wrong answers, and right ones."""

import torch

from autograder.testing import alternative, mutant
from solutions.graphs_compiled.compiled import settle

# ---------------------------------------------------------------- tf2.12.9


@mutant("tf2.12.9", replaces="is_one_graph", fails="test_functions_that_are_one_graph")
def it_runs(f, x):
    """Everything runs, at once or in pieces: let the compiler try with `fullgraph=True`, and call what it gives, or
    export it."""
    try:
        f(x)
    except Exception:
        return False
    return True


@mutant("tf2.12.9", replaces="is_one_graph", fails="test_functions_that_are_one_graph")
def by_symbols(f, x):
    """`torch.fx` knows no shapes, and refuses an `if` on them that a compiler accepts."""
    try:
        torch.fx.symbolic_trace(f)
    except Exception:
        return False
    return True


@mutant("tf2.12.9", replaces="TF2_12_9_CHOICE", fails="test_what_becomes_of_an_if", constant=True)
def refused_everywhere():
    """Without `fullgraph=True` the compiler breaks the graph in two, and Python decides in between."""
    return {"eager": "runs", "torch.compile": "is refused", "fullgraph": "is refused", "torch.export": "is refused"}


@mutant("tf2.12.9", replaces="TF2_12_9_CHOICE", fails="test_what_becomes_of_an_if", constant=True)
def export_makes_pieces():
    """An exported program is one graph, and has no Python to decide between pieces."""
    pieces = "runs in pieces"
    return {"eager": "runs", "torch.compile": pieces, "fullgraph": "is refused", "torch.export": pieces}


@alternative("tf2.12.9", replaces="is_one_graph")
def by_the_compiler(f, x):
    """With `torch.compile`."""
    torch.compiler.reset()
    try:
        torch.compile(f, fullgraph=True, backend="eager")(x)
    except Exception:
        return False
    return True


# ---------------------------------------------------------------- tf2.12.10


@mutant("tf2.12.10", replaces="squeezed", fails="test_squeezed_can_be_exported")
def an_if_on_the_sum(x):
    """`if` on a tensor's value breaks the graph: `torch.where` chooses within it."""
    x = torch.where(x < 0, x / 10, x)
    if x.sum() > 10:
        x = x / x.sum()
    return x


@mutant("tf2.12.10", replaces="squeezed", fails="test_squeezed_can_be_exported")
def a_list_of_numbers(x):
    """In a list the values are Python's, and the graph knows nothing of them: compute with the tensor."""
    values = [value / 10 if value < 0 else value for value in x.tolist()]
    total = sum(values)
    return torch.tensor([value / total if total > 10 else value for value in values])


@mutant("tf2.12.10", replaces="squeezed", fails="test_squeezed_values")
def sum_of_what_came_in(x):
    """The sum of the numbers *after* the negative ones have shrunk is compared with 10."""
    total = x.sum()
    return torch.where(x < 0, x / 10, x) / torch.where(total > 10, total, 1.0)


@mutant("tf2.12.10", replaces="squeezed", fails="test_squeezed_values")
def always_divided(x):
    """Where the sum is 10 or less nothing is divided."""
    x = torch.where(x < 0, x / 10, x)
    return x / x.sum()


@mutant("tf2.12.10", replaces="squeezed", fails="test_squeezed_values")
def divided_by_ten(x):
    """Numbers whose sum is large are divided by that sum, and not by how far it is above the limit."""
    x = torch.where(x < 0, x / 10, x)
    return x / torch.clamp(x.sum() / 10, min=1.0)


@mutant("tf2.12.10", replaces="squeezed", fails="test_vector_is_left_alone")
def within_the_vector(x):
    """You write into the caller's vector: the colleague's function makes a new one, and so does `torch.where`."""
    x *= torch.where(x < 0, 0.1, 1.0)
    return x / torch.where(x.sum() > 10, x.sum(), 1.0)


def _snippets(**other):
    right = dict.fromkeys(("shape", "layers", "where", "torch.rand"), "right")
    return right | dict.fromkeys(("clock", "random"), "frozen") | dict.fromkeys(("if", "range"), "refused") | other


@mutant("tf2.12.10", replaces="TF2_12_10_CHOICE", fails="test_snippets_in_an_exported_program", constant=True)
def clocks_go_on():
    """What Python computes without a tensor is computed once, while the model is exported."""
    return _snippets(clock="right", random="right")


@mutant("tf2.12.10", replaces="TF2_12_10_CHOICE", fails="test_snippets_in_an_exported_program", constant=True)
def no_if_at_all():
    """A shape is known while the model is exported: an `if` on it is decided then, and rightly so."""
    return _snippets(shape="refused", layers="refused")


@alternative("tf2.12.10", replaces="squeezed")
def by_leaky_relu(x):
    """With an activation, and a factor."""
    y = torch.nn.functional.leaky_relu(x, 0.1)
    large = (y.sum() > 10).to(y.dtype)
    return y * (1 - large) + large * y / (y.sum() + (1 - large) * (1 - y.sum()))


@alternative("tf2.12.10", replaces="squeezed")
def by_cond(x):
    """With `torch.cond`."""
    y = torch.maximum(x, 0.1 * x)
    return torch.cond(y.sum() > 10, lambda y: y / y.sum(), lambda y: y.clone(), (y,))


# ---------------------------------------------------------------- tf2.12.11


@mutant("tf2.12.11", replaces="settle", fails="test_steps_until_it_settles")
def always_to_the_end(layer, x, tolerance, most):
    """You always take `most` steps: look after each step whether it has settled."""
    return settle(layer, x, -1.0, most)


@mutant("tf2.12.11", replaces="settle", fails="test_steps_until_it_settles")
def one_step_more(layer, x, tolerance, most):
    """The step that changes little enough is the last: you take another one."""
    y, steps = settle(layer, x, tolerance, most)
    return (layer(y), steps + 1) if steps < most else (y, steps)


def _settled(layer, x, most, is_settled):
    for step in range(1, most + 1):
        before, x = x, layer(x)
        if is_settled(x - before):
            return x, step
    return x, most


@mutant("tf2.12.11", replaces="settle", fails="test_steps_until_it_settles")
def mean_change(layer, x, tolerance, most):
    """You look at the mean change: no number at all may change by more."""
    return _settled(layer, x, most, lambda change: change.abs().mean() <= tolerance)


@mutant("tf2.12.11", replaces="settle", fails="test_steps_until_it_settles")
def falling_is_no_change(layer, x, tolerance, most):
    """A number that falls has changed as well: take the differences' absolute values."""
    return _settled(layer, x, most, lambda change: change.max() <= tolerance)


@mutant("tf2.12.11", replaces="settle", fails="test_steps_until_it_settles")
def less_than_the_tolerance(layer, x, tolerance, most):
    """A change of just `tolerance` is not *more* than it: it has settled."""
    return _settled(layer, x, most, lambda change: change.abs().max() < tolerance)


@mutant("tf2.12.11", replaces="settle", fails="test_gradients_flow_through_all_steps")
def history_cut_off(layer, x, tolerance, most):
    """You cut each step off from the one before (`detach`): the gradient knows of the last step only."""
    for step in range(1, most + 1):
        before, x = x, layer(x.detach())
        if (x - before).abs().max() <= tolerance:
            return x, step
    return x, most


@alternative("tf2.12.11", replaces="settle")
def in_a_while(layer, x, tolerance, most):
    """With `while`, and the changes kept as numbers."""
    changes = [float("inf")]
    while changes[-1] > tolerance and len(changes) <= most:
        y = layer(x)
        changes.append(torch.linalg.vector_norm((y - x).detach(), ord=float("inf")).item())
        x = y
    return x, len(changes) - 1
