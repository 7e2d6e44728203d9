"""Chapter 10, a dense layer of one's own (p.10.14): wrong answers that must fail, and right ones that must pass."""

import math

import torch
from torch import nn
from torch.nn.functional import linear, relu

from autograder.testing import alternative, mutant


class _Dense(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)

    def forward(self, X):
        return relu(self.linear(X))


class _DenseParam(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.n_in, self.n_out = n_in, n_out
        self.weight = nn.Parameter((2 * torch.rand(n_out, n_in) - 1) / math.sqrt(n_in))
        self.bias = nn.Parameter((2 * torch.rand(n_out) - 1) / math.sqrt(n_in))

    def forward(self, X):
        return relu(linear(X, self.weight, self.bias))

    def extra_repr(self):
        return f"n_in={self.n_in}, n_out={self.n_out}"


@mutant("p.10.14", replaces="Dense", fails="test_both_layers_compute")
class NoActivation(_Dense):
    """ReLU is missing: your layer is linear."""

    def forward(self, X):
        return self.linear(X)


@mutant("p.10.14", replaces="Dense", fails="test_both_layers_compute")
class ActivationFirst(_Dense):
    """You apply ReLU to the inputs: it belongs to what the linear layer says."""

    def forward(self, X):
        return self.linear(relu(X))


@mutant("p.10.14", replaces="DenseParam", fails="test_both_layers_compute")
class BiasLeftOut(_DenseParam):
    """The bias is a parameter of yours, but has no part in the output."""

    def forward(self, X):
        return relu(X @ self.weight.T) + 0 * self.bias


@mutant("p.10.14", replaces="DenseParam", fails="test_both_layers_compute")
class BiasAfterReLU(_DenseParam):
    """The bias is added before ReLU, so that it can shift where the unit begins to speak."""

    def forward(self, X):
        return relu(X @ self.weight.T) + self.bias


@mutant("p.10.14", replaces="DenseParam", fails="test_both_layers_compute")
class WeightTurned(_DenseParam):
    """Your weight has a row for each input: PyTorch's have a row for each neuron, (n_out, n_in)."""

    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.weight = nn.Parameter(self.weight.detach().T.contiguous())

    def forward(self, X):
        return relu(X @ self.weight + self.bias)


@mutant("p.10.14", replaces="DenseParam", fails="test_both_layers_compute")
class BatchesOnly(_DenseParam):
    """Your layer works for inputs of two axes only: `X @ weight.T` takes any number."""

    def forward(self, X):
        return relu(torch.einsum("bi,oi->bo", X, self.weight) + self.bias)


@mutant("p.10.14", replaces="DenseParam", fails="test_dense_parameters_are_registered")
class PlainTensors(_DenseParam):
    """Your weight is a plain tensor, which no optimiser finds: make it an `nn.Parameter`."""

    def __init__(self, n_in, n_out):
        nn.Module.__init__(self)
        self.n_in, self.n_out = n_in, n_out
        self.weight = torch.rand(n_out, n_in, requires_grad=True)
        self.bias = nn.Parameter(torch.rand(n_out))


@mutant("p.10.14", replaces="DenseParam", fails="test_the_two_ways_are_two")
class LinearInDisguise(_DenseParam):
    """There is an `nn.Linear` inside: the second way does without any module."""

    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.inner = nn.Linear(n_in, n_out)
        self.weight, self.bias = self.inner.weight, self.inner.bias


@mutant("p.10.14", replaces="DenseParam", fails="test_weights_begin_evenly_drawn")
class AllZeros(_DenseParam):
    """All weights begin with 0, so all neurons learn the same: draw them."""

    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        nn.init.zeros_(self.weight)


@mutant("p.10.14", replaces="DenseParam", fails="test_weights_begin_evenly_drawn")
class StandardNormal(_DenseParam):
    """Drawn from a normal distribution, the weights are far too large: evenly, between -1/√n_in and 1/√n_in."""

    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.weight = nn.Parameter(torch.randn(n_out, n_in))


@mutant("p.10.14", replaces="DenseParam", fails="test_weights_begin_evenly_drawn")
class FromZeroToOne(_DenseParam):
    """`torch.rand` draws from 0 to 1: there have to be negative weights as well."""

    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.weight = nn.Parameter(torch.rand(n_out, n_in) / math.sqrt(n_in))


@mutant("p.10.14", replaces="DenseParam", fails="test_weights_begin_evenly_drawn")
class BiasOfZeros(_DenseParam):
    """The bias, too, begins evenly drawn: yours is 0."""

    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        nn.init.zeros_(self.bias)


@mutant("p.10.14", replaces="DenseParam", fails="test_gradients_reach_the_weights")
class CutOff(_DenseParam):
    """`.data` and `detach()` cut the weights off from the record: they get no gradient."""

    def forward(self, X):
        return relu(X @ self.weight.data.T + self.bias)


@mutant("p.10.14", replaces="Dense", fails="test_gradients_reach_the_weights")
class InputOverwritten(_Dense):
    """You work in the memory of the input, which is the caller's."""

    def forward(self, X):
        found = relu(self.linear(X))
        if not X.requires_grad:
            X.relu_()
        return found


@mutant("p.10.14", replaces="DenseParam", fails="test_layers_move")
class ComparedWithNewZeros(_DenseParam):
    """The zeros that you make in `forward` are on the CPU and of float32, wherever the layer is."""

    def forward(self, X):
        found = X @ self.weight.T + self.bias
        return torch.maximum(found.float(), torch.zeros(found.shape))


@mutant("p.10.14", replaces="DenseParam", fails="test_printed_layer_tells_its_sizes")
class SaysNothing(_DenseParam):
    """A printed layer of yours says nothing about its sizes: write `extra_repr`."""

    def extra_repr(self):
        return ""


@mutant("p.10.14", replaces="DenseParam", fails="test_printed_layer_tells_its_sizes")
class SizesSwapped(_DenseParam):
    """The weight's first axis is n_out: you have taken it for n_in."""

    def extra_repr(self):
        return f"n_in={self.weight.shape[0]}, n_out={self.weight.shape[1]}"


@mutant("p.10.14", replaces="gradients_agree", fails="test_wrong_gradients_are_found")
def inputs_only(layer, X):
    """You try the gradients of the inputs only: a parameter's may be wrong."""
    layer.requires_grad_(False)
    found = torch.autograd.gradcheck(layer, (X.clone().requires_grad_(),), raise_exception=False)
    layer.requires_grad_(True)
    return found


@mutant("p.10.14", replaces="gradients_agree", fails="test_wrong_gradients_are_found")
def always_right(layer, X):
    """You find every gradient right: what does `gradcheck` return?"""
    return True


@mutant("p.10.14", replaces="gradients_agree", fails="test_wrong_gradients_are_found")
def first_parameter_only(layer, X):
    """You try the first parameter only: a layer has more, its bias for one."""
    name, value = next(layer.named_parameters())
    tried = X.detach().clone().requires_grad_(), value.detach().clone().requires_grad_()
    return torch.autograd.gradcheck(
        lambda X, value: torch.func.functional_call(layer, {name: value}, (X,)), tried, raise_exception=False
    )


@mutant("p.10.14", replaces="gradients_agree", fails="test_tried_layer_is_left_alone")
def fills_its_gradients(layer, X):
    """`backward()` fills the layer's own `.grad`, which is to stay as it was."""
    layer(X).sum().backward()
    inputs = X.detach().clone().requires_grad_(), *layer.parameters()
    return torch.autograd.gradcheck(lambda X, *_: layer(X), inputs, raise_exception=False)


@mutant("p.10.14", replaces="gradients_agree", fails="test_wrong_gradients_are_found")
def raises_an_error(layer, X):
    """A wrong gradient makes `gradcheck` raise an error: with `raise_exception=False` it returns False."""
    return torch.autograd.gradcheck(lambda X, *_: layer(X), (X.clone().requires_grad_(), *layer.parameters()))


@alternative("p.10.14", replaces="Dense")
class AsASequence(nn.Sequential):
    """A sequence with names."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.add_module("linear", nn.Linear(n_in, n_out))
        self.add_module("activation", nn.ReLU())


@alternative("p.10.14", replaces="DenseParam")
class ByEinsum(nn.Module):
    """Registered by name, multiplied by einsum, clamped."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.sizes = (n_in, n_out)
        self.register_parameter("weight", nn.Parameter(torch.empty(n_out, n_in)))
        self.register_parameter("bias", nn.Parameter(torch.empty(n_out)))
        for value in self.parameters():
            nn.init.uniform_(value, -(n_in**-0.5), n_in**-0.5)

    def forward(self, X):
        return (torch.einsum("...i,oi->...o", X, self.weight) + self.bias).clamp(min=0)

    def extra_repr(self):
        return "n_in={}, n_out={}".format(*self.sizes)


@alternative("p.10.14", replaces="DenseParam")
class WithF(nn.Module):
    """With the functions of PyTorch's own layers, and its own way to begin."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.n_in, self.n_out = n_in, n_out
        self.weight = nn.Parameter(torch.empty(n_out, n_in))
        self.bias = nn.Parameter((2 * torch.rand(n_out) - 1) / math.sqrt(n_in))
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))

    def forward(self, X):
        return relu(linear(X, self.weight, self.bias))

    def extra_repr(self):
        return f"n_in={self.n_in}, n_out={self.n_out}"


@alternative("p.10.14", replaces="gradients_agree")
def with_its_own_parameters(layer, X):
    """With the layer's own parameters, which `gradcheck` moves and puts back."""
    inputs = X.detach().clone().requires_grad_(), *layer.parameters()
    return torch.autograd.gradcheck(lambda X, *_: layer(X), inputs, raise_exception=False)


@alternative("p.10.14", replaces="gradients_agree")
def by_random_ways(layer, X, step=1e-6):
    """By steps in both directions along a few random ways, without `gradcheck`."""
    values = [X.detach().clone(), *(value.detach() for value in layer.parameters())]
    names = [name for name, _ in layer.named_parameters()]
    weighting = torch.randn(layer(X).shape, dtype=X.dtype)

    def total(values):
        X, *rest = values
        return (torch.func.functional_call(layer, dict(zip(names, rest, strict=True)), (X,)) * weighting).sum()

    leaves = [value.clone().requires_grad_() for value in values]
    grads = torch.autograd.grad(total(leaves), leaves)
    for i, grad in enumerate(grads):
        way = torch.randn_like(values[i])
        sides = [total([v + sign * step * way if i == j else v for j, v in enumerate(values)]) for sign in (1, -1)]
        if not torch.isclose((sides[0] - sides[1]) / (2 * step), (grad * way).sum(), rtol=1e-4, atol=1e-6):
            return False
    return True
