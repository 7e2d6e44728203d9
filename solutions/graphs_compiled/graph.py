"""Graphs and compiled functions, graphs that are run (tf1.09.1 to tf1.09.4): the answers."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, fx, nn

TF1_09_1 = """
For: the framework sees the whole computation before any of it is run. It can throw away what nobody asked for, fuse
operations, run independent ones at the same time, put parts on other devices, derive the gradients, draw a picture of
it, save it, and run it where there is no Python.

Against: one writes a program that writes a program. Nothing has a value while one is writing; errors show up later, in
another place, with traces that lead into the framework; a debugger or a `print` sees no numbers; Python's `if` and
`for` decide about the graph and not about the data.

PyTorch runs at once (eagerly), so that a step can be looked at as it happens, and `torch.compile` or `torch.export`
capture the graph afterwards where speed or shipping asks for it.
"""
TF1_09_1_RUBRIC = """
- 1 point: two advantages (optimising, parallel and on several devices, derivatives, introspection, portable)
- 1 point: two drawbacks (harder to learn, to debug; an extra step; control flow is not Python's)
- 1 point: PyTorch is eager, and a graph is optional (`torch.compile`, `torch.export`, `torch.fx`)
"""


def operations(f: Callable[[Tensor], Tensor]) -> list[str]:
    """Return the operations of a function in the order in which they run,
    without running it.

    Parameters
    ----------
    f : takes a tensor and returns one; made of PyTorch's functions, Python's operators
        and a tensor's methods. `torch.fx.symbolic_trace` can trace it.

    Returns
    -------
    For each operation the ``__name__`` of the function (of ``torch.sin`` it is "sin",
    of ``*`` it is "mul"), or the name of the method.

    Examples
    --------
    >>> operations(lambda x: torch.sin(x) + 2)
    ['sin', 'add']
    """
    nodes = fx.symbolic_trace(f).graph.nodes
    kinds = ("call_function", "call_method")  # the others are the input and the output
    return [node.target if node.op == kinds[1] else node.target.__name__ for node in nodes if node.op in kinds]


def hook_gap(model: nn.Module, x: Tensor) -> float:
    """Return the largest difference between ``model(x)`` and ``model.forward(x)``.

    Parameters
    ----------
    model : gives a tensor; it is in evaluation mode.
    x : its input.

    Returns
    -------
    A number of Python's, 0.0 if the two are the same.

    Examples
    --------
    >>> model = nn.Linear(3, 2)
    >>> hook_gap(model, torch.ones(1, 3))
    0.0
    >>> _ = model.register_forward_hook(lambda module, args, output: output + 0.5)
    >>> round(hook_gap(model, torch.ones(1, 3)), 4)
    0.5
    """
    with torch.no_grad():
        return float((model(x) - model.forward(x)).abs().max())


# For each pair "the same" or "not the same".
TF1_09_2_CHOICE: dict[str, str] = {
    "product": "the same",
    "number": "the same",
    "call": "not the same",
    "in place": "not the same",
}


def all_heads(body: Callable[[Tensor], Tensor], heads: Sequence[Callable[[Tensor], Tensor]], x: Tensor) -> list[Tensor]:
    """Return ``head(body(x))`` for each head, with the work of `body` done once.

    Parameters
    ----------
    body, heads : functions or modules; one head or more, none of which changes what it
        is given.
    x : what goes into the body.

    Returns
    -------
    What each head gives, in their order, with its history back to `x`.

    Examples
    --------
    >>> found = all_heads(torch.exp, [torch.sum, torch.max], torch.zeros(3))
    >>> [float(value) for value in found]
    [3.0, 1.0]
    """
    features = body(x)
    return [head(features) for head in heads]


# For each of four things "the same" or "not the same".
TF1_09_3_CHOICE: dict[str, str] = {
    "outputs": "the same",
    "dropout": "not the same",
    "time": "not the same",
    "running statistics": "not the same",
}


def joined(first: fx.GraphModule, second: fx.GraphModule) -> fx.GraphModule:
    """Return one graph that computes ``second(first(x))``.

    Parameters
    ----------
    first, second : graphs too (``fx.GraphModule``), each with one input and one output;
        they are left as they are.

    Returns
    -------
    A ``fx.GraphModule`` with one input and one output, which holds all operations of
    both: none of its steps calls a whole graph. Its parameters *are* those of the
    two, not copies.

    Examples
    --------
    >>> first = fx.symbolic_trace(lambda x: torch.sin(x))
    >>> second = fx.symbolic_trace(lambda x: torch.relu(x) * 2)
    >>> both = joined(first, second)
    >>> [node.name for node in both.graph.nodes if node.op == "call_function"]
    ['sin', 'relu', 'mul']
    """
    graph, root = fx.Graph(), nn.Module()
    value = graph.placeholder("x")
    for prefix, part in (("first", first), ("second", second)):
        root.add_module(prefix, part)
        made: dict[fx.Node, fx.Node] = {}  # the copy of each node
        for node in part.graph.nodes:
            if node.op == "placeholder":
                made[node] = value
            elif node.op != "output":
                made[node] = graph.node_copy(node, made.__getitem__)
                if node.op in ("call_module", "get_attr"):  # named from the root, which is one level up now
                    made[node].target = f"{prefix}.{node.target}"
        (output,) = (node for node in part.graph.nodes if node.op == "output")
        value = made[output.args[0]]
    graph.output(value)
    return fx.GraphModule(root, graph)


# One of the three.
TF1_09_4_CHOICE = "merge them first"
