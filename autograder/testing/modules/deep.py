"""Promises on a deep dense network before it is trained: how its weights are drawn, and what becomes of a signal."""

# No `from __future__ import annotations`: the source of the probe must stand alone, so it quotes its types.
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograder.engine.wire.proxy import Student
from autograder.testing.modules.state import mode, weights_kept
from autograder.testing.modules.tensors import NOISE, Array, apart, leaf, tensor


@dataclass(frozen=True)
class Dense:
    """What one `nn.Linear` was given and gave, and by which weights: `outputs` is ``inputs @ weight.T + bias``.

    Attributes
    ----------
    name : of the weight in the model's state.
    weight, bias : (n_out, n_in) and (n_out,), zeros where the layer has no bias.
    inputs, outputs : (B, n_in) and (B, n_out).
    """

    name: str
    weight: Array
    bias: Array
    inputs: Array
    outputs: Array


def dense_layers(student: Student, model: Any, X: ArrayLike, *, training: bool = False) -> list[Dense]:
    """Call `model` on `X`; return what went through each of its `nn.Linear`, in the order of the calls.

    What the student's process reports is a claim: the first layer has to be given X, the last has to give what the
    model gives, and each has to do what its weights, read from the model's state, say. So nothing is left to report
    wrongly but what stands between the layers, which is what a check then asks about.

    Parameters
    ----------
    X : (B, d) floats.
    training : whether it is called in training mode; its weights and buffers are put back.

    Raises
    ------
    AssertionError : there is no such layer, or one of these does not hold.
    """
    sent = tensor(X)
    with weights_kept(model) as state, mode(model, training):
        said = student.probe_(_linear_calls)(model, sent)
        alone = None if training else leaf(model(sent))
    assert isinstance(said, dict) and said.get("calls"), "the model has no nn.Linear that is called"
    layers = []
    for call in said["calls"]:
        name = str(call["name"])
        assert name in state, f"{name} is not in the model's state"
        weight = state[name].astype(float)
        bias = state.get(name.removesuffix("weight") + "bias", np.zeros(len(weight))).astype(float)
        given, gave = leaf(call["inputs"]).astype(float), leaf(call["outputs"]).astype(float)
        assert given.ndim == 2 and given.shape[1] == weight.shape[1], f"{name} is not given (B, {weight.shape[1]})"
        assert apart([given @ weight.T + bias], [gave]) <= 10 * NOISE, f"{name} gives something else than it says"
        layers.append(Dense(name, weight, bias, given, gave))
    assert apart([layers[0].inputs], [np.asarray(sent)]) <= NOISE, "the first layer is given something else than X"
    result = leaf(said["result"])
    assert apart([layers[-1].outputs], [result]) <= NOISE, "the model gives something else than its last layer"
    assert alone is None or apart([result], [alone]) <= NOISE, "the model gives something else when it is asked alone"
    return layers


def starts_with(layers: Sequence[Dense], std: Callable[[int, int], float], *, rtol: float = 0.1) -> None:
    """Assert that weights are drawn around 0 with the wanted spread, no two units alike, and that biases are 0.

    Parameters
    ----------
    std : from fan in and fan out, the standard deviation that is wanted.
    rtol : by how much it may be off, beside what chance makes of so many weights.

    Raises
    ------
    AssertionError : one of these does not hold.
    """
    for layer in layers:
        weight, wanted = layer.weight, std(layer.weight.shape[1], layer.weight.shape[0])
        chance = 4 / np.sqrt(2 * weight.size)
        assert abs(weight.mean()) <= 5 * wanted / np.sqrt(weight.size), f"{layer.name} is not drawn around 0"
        found = float(np.sqrt(np.square(weight).mean()))
        assert abs(found / wanted - 1) <= rtol + chance, f"{layer.name} has a spread of {found:.4f}, not {wanted:.4f}"
        assert len(np.unique(weight, axis=0)) == len(weight), f"{layer.name} has units that are alike"
        assert not layer.bias.any(), f"the bias of {layer.name} is not 0"


def self_normalises(
    layers: Sequence[Dense], *, mean: float = 0.2, std: tuple[float, float] = (0.75, 1.3)
) -> list[tuple[float, float]]:
    """Assert that signals keep mean 0 and standard deviation 1 from layer to layer; return both for each layer's input.

    Parameters
    ----------
    layers : of a model that was called on many standardised rows.
    mean : how far from 0 the mean of a layer's input may be.
    std : between which bounds its standard deviation may be.

    Raises
    ------
    AssertionError : one of these does not hold.
    ValueError : the rows are not standardised themselves, or there is no layer behind another.
    """
    found = [(float(layer.inputs.mean()), float(layer.inputs.std())) for layer in layers]
    if len(found) < 2 or abs(found[0][0]) > 0.1 or abs(found[0][1] - 1) > 0.1:
        raise ValueError("self-normalisation is seen where standardised rows go through several layers")
    for layer, (middle, spread) in zip(layers[1:], found[1:], strict=True):
        assert abs(middle) <= mean, f"what {layer.name} is given has mean {middle:.3f}"
        assert std[0] <= spread <= std[1], f"what {layer.name} is given has standard deviation {spread:.3f}"
    return found


# ---------------------------------------------------------------- probe: runs in the student's process, holds no secret


def _linear_calls(model: "Any", X: "Any") -> "Any":
    import torch

    names = {module: name for name, module in model.named_modules()}
    calls = []

    def note(module: "Any", inputs: "Any", output: "Any") -> None:
        weight = f"{names[module]}.weight" if names[module] else "weight"
        calls.append({"name": weight, "inputs": inputs[0].detach().clone(), "outputs": output.detach().clone()})

    linear = [module for module in names if isinstance(module, torch.nn.Linear)]
    hooks = [module.register_forward_hook(note) for module in linear]
    try:
        with torch.no_grad():
            result = model(X)
    finally:
        for hook in hooks:
            hook.remove()
    return {"calls": calls, "result": result}
