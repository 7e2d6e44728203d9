# %% right
# Intent: once nn.Linear and nn.ReLU, once the formula max(0, X Wᵀ + b) on two parameters; gradcheck on copies of inputs and all parameters.
import math

import torch
from torch import nn


class Dense(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)
        self.relu = nn.ReLU()

    def forward(self, X):
        return self.relu(self.linear(X))


class DenseParam(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.n_in, self.n_out = n_in, n_out
        bound = 1 / math.sqrt(n_in)
        self.weight = nn.Parameter((2 * torch.rand(n_out, n_in) - 1) * bound)
        self.bias = nn.Parameter((2 * torch.rand(n_out) - 1) * bound)

    def forward(self, X):
        total = X @ self.weight.T + self.bias
        return total * (total > 0)

    def extra_repr(self):
        return f"n_in={self.n_in}, n_out={self.n_out}"


def gradients_agree(layer, X):
    names, values = [], []
    for name, parameter in layer.named_parameters():
        names.append(name)
        values.append(parameter.detach().clone().requires_grad_())
    inputs = X.detach().clone().requires_grad_()

    def call(x, *parameters):
        return torch.func.functional_call(layer, dict(zip(names, parameters)), (x,))

    return bool(torch.autograd.gradcheck(call, (inputs, *values), raise_exception=False))

# %% wrong: gradients_agree
# Misconception: gradcheck finds the layer's parameters by itself, as they require gradients, so that only X is handed over.
def gradients_agree(layer, X):
    return bool(torch.autograd.gradcheck(layer, (X.detach().clone().requires_grad_(),), raise_exception=False))

# %% wrong: DenseParam
# Misconception: only weights need to be random, a bias always begins at zero.
class DenseParam(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.n_in, self.n_out = n_in, n_out
        bound = 1 / math.sqrt(n_in)
        self.weight = nn.Parameter((2 * torch.rand(n_out, n_in) - 1) * bound)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, X):
        return torch.relu(X @ self.weight.T + self.bias)

    def extra_repr(self):
        return f"n_in={self.n_in}, n_out={self.n_out}"
