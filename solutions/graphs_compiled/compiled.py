"""Graphs and compiled functions, what a compiler can see (tf2.12.9 to tf2.12.11): the answers."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def is_one_graph(f: Callable[[Tensor], Tensor], x: Tensor) -> bool:
    """Say whether a function can be captured as one graph, for inputs like `x`.

    Parameters
    ----------
    f : takes a tensor and returns one; it runs without an error on `x` in eager mode.
        The two ways below agree about it.
    x : an example of its input.

    Returns
    -------
    True if ``torch.compile`` with ``fullgraph=True``, or ``torch.export``, accepts it,
    False if they refuse. No compiler of C++ is needed for either answer.

    Examples
    --------
    >>> is_one_graph(lambda x: torch.relu(x) + 1, torch.ones(3))
    True
    >>> is_one_graph(lambda x: x if x.sum() > 0 else -x, torch.ones(3))
    False
    """

    class Wrapped(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return f(x)

    try:
        torch.export.export(Wrapped(), (x,), strict=False)
    except Exception:  # errors of its own, of many kinds
        return False
    return True


# For each way to run it "runs", "runs in pieces" or "is refused".
TF2_12_9_CHOICE: dict[str, str] = {
    "eager": "runs",
    "torch.compile": "runs in pieces",
    "fullgraph": "is refused",
    "torch.export": "is refused",
}

TF2_12_10 = """
- Compute with PyTorch's operations. What Python, NumPy or another library works out from a tensor's *values* is unknown
  to the graph: at best it is computed once, while tracing, and then frozen in.
- No `if` or `while` on values: `torch.where`, `torch.clamp`, `torch.cond`. `if` and `for` on shapes, settings and lists
  are fine: they are carried out while tracing.
- No effects besides the result: what is printed, appended to a list or counted happens while tracing, or breaks the
  graph, and not at every call.
- Randomness is torch's; Python's or NumPy's would be drawn once for all calls.
- Make parameters and buffers in the constructor, not in the call.
- Give similar shapes and types from call to call: for others it is traced anew.
"""
TF2_12_10_RUBRIC = """
- 1 point: PyTorch's operations in place of Python's or other libraries' on values
- 1 point: control flow that depends on values has to be expressed by operations; on shapes and settings it may stay
- 1 point: no side effects, or state and randomness outside of PyTorch; parameters are made once, outside
"""


def squeezed(x: Tensor) -> Tensor:
    """Squeeze a vector whose sum is large; written so that it is one graph.

    Parameters
    ----------
    x : (n,) float32; it is left as it is.

    Returns
    -------
    (n,) : where `x` is negative, a tenth of it, else `x` itself; and, if the sum of
        *these* numbers is above 10, all of them divided by that sum.

    Examples
    --------
    >>> squeezed(torch.tensor([-2.0, 4.0])).tolist()
    [-0.20000000298023224, 4.0]
    >>> squeezed(torch.tensor([15.0, 5.0])).tolist()
    [0.75, 0.25]
    """
    leaky = torch.where(x < 0, 0.1 * x, x)
    total = leaky.sum()
    return leaky / torch.where(total > 10, total, 1.0)


# For each snippet "right", "frozen" or "refused".
TF2_12_10_CHOICE: dict[str, str] = {
    "shape": "right",
    "layers": "right",
    "where": "right",
    "torch.rand": "right",
    "clock": "frozen",
    "random": "frozen",
    "if": "refused",
    "range": "refused",
}

TF2_12_11 = """
Every model of PyTorch is dynamic until somebody compiles or exports it: `forward` is Python, run line by line at each
call. That is right while one is looking for mistakes, and for models whose steps depend on the data: one that goes on
until it has settled, a tree of words, a search.

It costs speed (Python is in the loop at each operation, and nobody fuses two of them) and portability: the model needs
Python and its source, where an exported one is a file. A compiled one falls back to Python where it has to (graph
breaks), which keeps the answer right and loses part of the speed.
"""
TF2_12_11_RUBRIC = """
- 1 point: debugging, or Python or control flow that depends on the data
- 1 point: costs speed (no optimisation, Python at each step)
- 1 point: costs portability (no export, or only parts); eager is PyTorch's default
"""


def settle(layer: nn.Module, x: Tensor, tolerance: float, most: int) -> tuple[Tensor, int]:
    """Apply a layer again and again, until its output has settled.

    Parameters
    ----------
    layer : gives (n, d) for (n, d).
    x : (n, d) where it begins.
    tolerance : it has settled once no number changes by more than this in a step.
    most : the largest number of steps, 1 or more.

    Returns
    -------
    (y, steps) : what the last step gave, with its history, so that gradients flow
        through all steps; and how many there were, each of them one call of `layer`.

    Examples
    --------
    >>> half = nn.Linear(1, 1)
    >>> state = {"weight": torch.tensor([[0.5]]), "bias": torch.zeros(1)}
    >>> _ = half.load_state_dict(state)
    >>> y, steps = settle(half, torch.ones(1, 1), tolerance=0.1, most=100)
    >>> y.item(), steps
    (0.0625, 4)
    """
    for step in range(1, most + 1):
        before, x = x, layer(x)
        if float((x - before).detach().abs().max()) <= tolerance:
            return x, step
    return x, most
