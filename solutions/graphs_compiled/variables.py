"""Graphs and compiled functions, what a model remembers and is given (tf1.09.5 to tf1.09.10): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, fx, nn


def shared_names(one: nn.Module, other: nn.Module) -> list[tuple[str, str]]:
    """Return which parameters two modules have in common.

    Parameters
    ----------
    one, other : modules; no two parameters within one of them share memory, none is
        empty, and two that share memory share all of it.

    Returns
    -------
    All pairs (name in `one`, name in `other`) of parameters, not buffers, that are the
    same memory, so that a change of either is a change of both; in any order. That two
    hold the same numbers does not matter. Afterwards both hold the numbers that they
    held before.

    Examples
    --------
    >>> layer = nn.Linear(2, 2)
    >>> shared_names(nn.Sequential(nn.ReLU(), layer), layer)
    [('1.weight', 'weight'), ('1.bias', 'bias')]
    >>> shared_names(nn.Linear(2, 2), layer)
    []
    """
    where = {value.data_ptr(): name for name, value in other.named_parameters()}
    return [(name, where[value.data_ptr()]) for name, value in one.named_parameters() if value.data_ptr() in where]


# For each case "shared" or "own copy".
TF1_09_5_CHOICE: dict[str, str] = {
    "threads": "shared",
    "two programs": "own copy",
    "forked": "own copy",
    "share_memory_": "shared",
    "deepcopy": "own copy",
    "load_state_dict": "own copy",
    "state_dict": "shared",
}

TF1_09_6 = """
A parameter comes to life when its layer is made: `nn.Linear(…)` takes memory and draws the first values, right there in
its constructor, so that the seed has to be set before. (Two exceptions: on the *meta* device it has a shape and no
values, until it is given memory and initialised; a lazy layer waits for its first input.) From then on it keeps its
values from call to call, and changes when an optimiser, `copy_` or `load_state_dict` changes it.

It dies when nobody refers to it any more: not the module, no optimiser, no list or graph that still holds it. At the
latest that is when the process ends. What is to live longer has to be written to a file (`torch.save` of a
`state_dict`).
"""
TF1_09_6_RUBRIC = """
- 1 point: is made and initialised when the layer is made (not at the first call; meta or lazy ones later)
- 1 point: lives as long as something refers to it, and no longer than its process
- 1 point: survives in a file only, by its `state_dict`
"""


def materialise(model: nn.Module, seed: int) -> nn.Module:
    """Give memory and first values to a model that has neither.

    Parameters
    ----------
    model : on the device "meta"; each of its layers with parameters, and nothing else,
        has a method `reset_parameters()` which draws them and fills its buffers. No
        parameter is a container's own, or that of two layers.
    seed : for ``torch.manual_seed``, once, before anything is drawn.

    Returns
    -------
    The same model, now on the CPU, its layers initialised in the order of
    `model.modules()`.

    Examples
    --------
    >>> model = materialise(nn.Linear(2, 1, device="meta"), seed=3)
    >>> _ = torch.manual_seed(3)
    >>> torch.equal(model.weight, nn.Linear(2, 1).weight)
    True
    """
    model.to_empty(device="cpu")  # memory, with whatever happens to stand there
    torch.manual_seed(seed)
    for module in model.modules():
        reset = getattr(module, "reset_parameters", None)
        if reset is not None:
            reset()
    return model


TF1_09_7 = """
What goes in at every call is an argument of `forward`: it has no value before the call and none after it, and whoever
forgets it gets an error. A *parameter* belongs to the model: it has a first value, keeps it from call to call, is
changed by training, moved by `.to(…)` and saved by `state_dict()`. A *buffer* is the model's as well and is moved and
saved with it, but no gradient and no optimiser changes it: a column's mean, or the running mean of a batch
normalisation.

A placeholder was such an argument, written down ahead of time with its type and shape; a variable was a parameter or a
buffer.
"""
TF1_09_7_RUBRIC = """
- 1 point: argument (placeholder): no value of its own, has to be given at each call
- 1 point: parameter (variable): has a first value, is kept between calls, trained and saved
- 1 point: buffer: kept and saved, but not trained
"""


class Standardised(nn.Module):
    """A linear layer on standardised columns: ``linear((x - mean) / std)``.

    Parameters
    ----------
    mean, std : (d,) the columns' means and standard deviations, arrays or lists. They
        belong to the model's state, as "mean" and "std", move with it, and are not
        trained.
    n_outputs : of the linear layer `linear`, which is trained.

    Examples
    --------
    >>> model = Standardised([5.0, 100.0], [1.0, 50.0], n_outputs=3)
    >>> model(torch.zeros(4, 2)).shape
    torch.Size([4, 3])
    >>> sorted(model.state_dict())
    ['linear.bias', 'linear.weight', 'mean', 'std']
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: ArrayLike, std: ArrayLike, n_outputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(np.asarray(mean), dtype=torch.float32))
        self.register_buffer("std", torch.tensor(np.asarray(std), dtype=torch.float32))
        self.linear = nn.Linear(len(self.mean), n_outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, n_outputs) for `x`, (batch, d)."""
        result: Tensor = self.linear((x - self.mean) / self.std)
        return result


# For each of seven things "argument", "parameter", "buffer" or "none of them".
TF1_09_7_CHOICE: dict[str, str] = {
    "pictures": "argument",
    "weights": "parameter",
    "running mean": "buffer",
    "mask": "argument",
    "vocabulary mean": "buffer",
    "embedding": "parameter",
    "learning rate": "none of them",
}


def needed_inputs(program: fx.GraphModule) -> list[list[str]]:
    """Return which inputs each output of a program depends on.

    Parameters
    ----------
    program : a graph whose output is a tuple of nodes, the outputs.

    Returns
    -------
    For each output the sorted names (`node.name`) of the placeholders that it is
    computed from, directly or by way of other nodes.

    Examples
    --------
    >>> program = fx.symbolic_trace(lambda a, b: (a + 1, torch.sin(b) * a))
    >>> needed_inputs(program)
    [['a'], ['a', 'b']]
    """
    needs: dict[fx.Node, set[str]] = {}
    for node in program.graph.nodes:  # each after all that it needs
        own = {node.name} if node.op == "placeholder" else set()
        needs[node] = own.union(*(needs[one] for one in node.all_input_nodes))
    (output,) = (node for node in program.graph.nodes if node.op == "output")
    return [sorted(needs[one]) for one in output.args[0]]


# For each case "error" or "no error".
TF1_09_8_CHOICE: dict[str, str] = {
    "session, needed": "error",
    "session, not needed": "no error",
    "module, needed": "error",
    "module, not needed": "error",
    "exported, not needed": "error",
}


def with_output(model: nn.Module, name: str, value: Tensor, x: Tensor) -> Tensor:
    """Return what a model would give if one of its parts had given `value`.

    Parameters
    ----------
    model : any module in evaluation mode, whose code you can't change; its parts may be
        called in any order.
    name : of one of its parts, as in ``model.named_modules()``.
    value : what is to take the place of the part's output. Whether the part itself is
        still computed does not matter.
    x : the model's input.

    Returns
    -------
    The model's output. Afterwards the model is as it was, even if it has raised an
    error.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Flatten())
    >>> with_output(model, "0", torch.tensor([[-1.0, 2.0]]), torch.ones(1, 3)).tolist()
    [[0.0, 2.0]]
    """
    hook = model.get_submodule(name).register_forward_hook(lambda module, args, output: value)
    try:
        result: Tensor = model(x)
        return result
    finally:
        hook.remove()


# For each of four things the easiest way that can replace it.
TF1_09_9_CHOICE: dict[str, str] = {
    "input": "another argument",
    "layer": "a forward hook",
    "relu": "an edited graph",
    "weights": "load_state_dict or copy_",
}

TF1_09_10 = """
Copy the values into the parameter that is there, while no gradients are recorded:
`with torch.no_grad(): model.weight.copy_(values)`. For many of them, by name, there is `model.load_state_dict(…)`.

`model.weight = nn.Parameter(values)` makes *another* parameter: the optimiser still holds the old one, trains that, and
nobody sees it. `model.weight.copy_(values)` without `no_grad` is refused, since a leaf that needs a gradient must not
be changed in place while autograd is watching. `.data` goes behind autograd's back: it works, and a graph that still
needs the old values computes wrong gradients without a word.
"""
TF1_09_10_RUBRIC = """
- 1 point: in place (`copy_`, `fill_`, …) under `torch.no_grad()`, or `load_state_dict`
- 1 point: why a new Parameter is no substitute (optimiser, shared layers keep the old one) or what `.data` risks
"""


def set_value(model: nn.Module, name: str, value: ArrayLike) -> None:
    """Set one parameter of a model by force.

    The parameter stays the same object, is trained on afterwards, and has no history.

    Parameters
    ----------
    model : any module, in float32 or float64.
    name : of a parameter, as in ``model.named_parameters()``.
    value : numbers, in the parameter's shape.

    Raises
    ------
    ValueError : `value` has another shape; then nothing is changed.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(2, 1))
    >>> nothing = set_value(model, "0.weight", [[3.0, 4.0]])
    >>> nothing, model[0].weight.tolist(), model[0].weight.requires_grad
    (None, [[3.0, 4.0]], True)
    """
    parameter = model.get_parameter(name)
    values = torch.as_tensor(np.asarray(value), dtype=parameter.dtype)
    if values.shape != parameter.shape:  # copy_ would spread one row over all
        raise ValueError(f"{name} has shape {tuple(parameter.shape)}, not {tuple(values.shape)}")
    with torch.no_grad():
        parameter.copy_(values)
