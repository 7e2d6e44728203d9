"""Hidden checks of chapter 10: a dense layer, two ways (p.10.14)."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose

from autograder.checks.ch10_pytorch.inputs import truth, used
from autograder.testing import check
from autograder.testing.modules import built, gradients_flow, has_parameters, is_complete, outputs, tensor, weights_of

BOTH = ("Dense", "DenseParam")


def _sizes(rng: np.random.Generator) -> tuple[int, int]:
    n_in, n_out = rng.choice(np.arange(2, 9), 2, replace=False).tolist()
    return n_in, n_out


def _loaded(student: Any, name: str, rng: np.random.Generator, n_in: int, n_out: int) -> tuple[Any, Any, Any]:
    """Return a layer with new weights, and these."""
    layer = built(student, getattr(student, name), rng, n_in, n_out)
    W, b = (rng.normal(size=shape).astype(np.float32) for shape in ((n_out, n_in), (n_out,)))
    prefix = "linear." if name == "Dense" else ""
    layer.load_state_dict({f"{prefix}weight": torch.from_numpy(W), f"{prefix}bias": torch.from_numpy(b)})
    return layer, W, b


@check(
    "p.10.14", core=True, weight=2, hint="X Wᵀ + b, and what ReLU leaves of it. Which of the weight's axes is which?"
)
def test_both_layers_compute(student, rng):
    """With the weights that are loaded into them, both layers give relu(X Wᵀ + b), for inputs with any number of
    axes."""
    for name in BOTH:
        n_in, n_out = _sizes(rng)
        layer, W, b = _loaded(student, name, rng, n_in, n_out)
        for shape in ((5,), (2, 3), ()):
            X = rng.normal(size=(*shape, n_in)).astype(np.float32)
            assert_allclose(outputs(layer, X, shape=(*shape, n_out)), np.maximum(X @ W.T + b, 0), rtol=1e-4, atol=1e-5)


@check("p.10.14", core=True, hint="A tensor is found by an optimiser if it is an `nn.Parameter`, or inside a module.")
def test_dense_parameters_are_registered(student, rng):
    """Both layers have n_in · n_out weights and n_out biases, and all they have learned is in their state."""
    for name in BOTH:
        n_in, n_out = _sizes(rng)
        make = getattr(student, name)
        has_parameters(student, built(student, make, rng, n_in, n_out), total=n_in * n_out + n_out)
        is_complete(
            lambda make=make, n=(n_in, n_out): built(student, make, rng, *n), rng.normal(size=(20, n_in)), rng=rng
        )


def _parts(layer: "Any") -> "Any":
    """Return the kinds of modules that a layer has inside."""
    return [type(part).__name__ for part in list(layer.modules())[1:]]


@check("p.10.14", hint="Which class is built of PyTorch's modules, and which of parameters alone?")
def test_the_two_ways_are_two(student, rng):
    """`Dense` has an `nn.Linear` inside; `DenseParam` has no module inside at all."""
    n_in, n_out = _sizes(rng)
    layers = [built(student, getattr(student, name), rng, n_in, n_out) for name in BOTH]
    parts = [student.probe_(_parts)(layer) for layer in layers]
    assert "Linear" in parts[0]
    assert list(parts[1]) == []
    assert set(weights_of(layers[0])) == {"linear.weight", "linear.bias"}
    assert set(weights_of(layers[1])) == {"weight", "bias"}


@check("p.10.14", hint="`uniform_` takes two bounds. Are they right for weight *and* bias, and new for each layer?")
def test_weights_begin_evenly_drawn(student, rng):
    """Weights and biases of a new layer are drawn evenly between -1/√n_in and 1/√n_in, anew for each layer."""
    n_in = int(rng.integers(30, 60))
    bound = n_in**-0.5
    for name in BOTH:
        one, other = (
            list(weights_of(built(student, getattr(student, name), rng, n_in, 400)).values()) for _ in range(2)
        )
        assert len(one) == len(other) == 2
        for value, again in zip(one, other, strict=True):
            assert np.abs(value).max() <= bound * 1.0001
            assert np.abs(value).max() > 0.95 * bound
            assert_allclose(value.std(), bound / np.sqrt(3), rtol=0.15)
            assert abs(value.mean()) < 0.2 * bound
            assert np.abs(value - again).max() > 0.5 * bound


@check(
    "p.10.14", hint="Does anything between the parameters and the output leave PyTorch, or overwrite what is needed?"
)
def test_gradients_reach_the_weights(student, rng):
    """Weights and biases of both layers get their gradients, and the input is left alone."""
    for name in BOTH:
        n_in, n_out = _sizes(rng)
        layer, _, _ = _loaded(student, name, rng, n_in, n_out)
        gradients_flow(student, layer, rng.normal(size=(40, n_in)), rng=rng)
        X = torch.from_numpy(rng.normal(size=(5, n_in)).astype(np.float32))
        _, after = student.probe_(used)(layer, X)
        assert_allclose(np.asarray(after), X.numpy())


def _moved(layer: "Any", X: "Any") -> "Any":
    """Move a layer to other types and devices; return what type and device its outputs have."""
    import torch

    double = layer.to(torch.float64)(X.double())
    meta = layer.to("meta")(X.double().to("meta"))
    return {"double": str(double.dtype), "values": double.detach().float(), "meta": meta.device.type}


@check(
    "p.10.14",
    hint="A tensor that is made in `forward` stays on the CPU and of float32, whatever the layer is moved to.",
)
def test_layers_move(student, rng):
    """Moved to float64 and to another device, both layers work there."""
    for name in BOTH:
        n_in, n_out = _sizes(rng)
        layer, W, b = _loaded(student, name, rng, n_in, n_out)
        X = rng.normal(size=(4, n_in)).astype(np.float32)
        found = student.probe_(_moved)(layer, tensor(X))
        assert (found["double"], found["meta"]) == ("torch.float64", "meta")
        assert_allclose(np.asarray(found["values"]), np.maximum(X @ W.T + b, 0), rtol=1e-4, atol=1e-5)


@check("p.10.14", hint="`extra_repr` returns a text that PyTorch puts between the brackets.")
def test_printed_layer_tells_its_sizes(student, rng):
    """A printed `DenseParam` tells n_in and n_out."""
    n_in, n_out = _sizes(rng)
    layer = built(student, student.DenseParam, rng, n_in, n_out)
    assert student.probe_(_printed)(layer).endswith(f"(n_in={n_in}, n_out={n_out})")


def _printed(layer: "Any") -> "Any":
    return repr(layer)


def _wrong_slope(kind: "Any", n_in: "Any", seed: "Any") -> "Any":
    """Return a layer of float64: a right one, or one whose gradients are wrong for its input, weight or bias."""
    import torch
    from torch import nn

    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx: "Any", X: "Any", W: "Any", b: "Any") -> "Any":
            ctx.save_for_backward(X, W)
            return X @ W.T + b

        @staticmethod
        def backward(ctx: "Any", out: "Any") -> "Any":
            X, W = ctx.saved_tensors
            dX, dW, db = out @ W, out.T @ X, out.sum(dim=0)
            return (1.5 if kind == "input" else 1) * dX, (0.5 if kind == "weight" else 1) * dW, (kind != "bias") * db

    class Layer(nn.Linear):
        def forward(self, X: "Any") -> "Any":
            return torch.tanh(Product.apply(X, self.weight, self.bias))

    torch.manual_seed(seed)
    return Layer(n_in, 3).double()


@check(
    "p.10.14", hint="`gradcheck` tries the tensors that it is handed and that require gradients: which ones are they?"
)
def test_wrong_gradients_are_found(student, rng):
    """`gradients_agree` tells layers with right gradients from those whose gradients are wrong, for the inputs or for a
    parameter."""
    kinds = rng.permutation(["right", "input", "weight", "bias"]).tolist()
    told = []
    for kind in kinds:
        n_in = int(rng.integers(2, 6))
        layer = student.probe_(_wrong_slope)(kind, n_in, int(rng.integers(2**31)))
        told.append(student.gradients_agree(layer, torch.from_numpy(rng.normal(size=(4, n_in)))))
    assert [truth(found) for found in told] == [kind == "right" for kind in kinds]


def _gradients(layer: "Any", value: "Any" = None) -> "Any":
    """Return the gradients of a layer's parameters, by name, after they were set to a value if there is one."""
    import torch

    for parameter in layer.parameters():
        parameter.grad = parameter.grad if value is None else torch.full_like(parameter, value)
    return {name: "none" if one.grad is None else one.grad.clone() for name, one in layer.named_parameters()}


@check("p.10.14", hint="Whose `.grad` does `backward()` fill? Try copies of the parameters.")
def test_tried_layer_is_left_alone(student, rng):
    """`gradients_agree` leaves the layer's parameters and the gradients that they have as they were."""
    n_in = int(rng.integers(2, 6))
    layer = student.probe_(_wrong_slope)("right", n_in, int(rng.integers(2**31)))
    before = {**weights_of(layer), **_named(student.probe_(_gradients)(layer, 5.0))}
    student.gradients_agree(layer, torch.from_numpy(rng.normal(size=(4, n_in))))
    after = {**weights_of(layer), **_named(student.probe_(_gradients)(layer))}
    assert all(np.array_equal(after[name], value) for name, value in before.items())


def _named(grads: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}.grad": np.asarray(grad) for name, grad in grads.items()}
