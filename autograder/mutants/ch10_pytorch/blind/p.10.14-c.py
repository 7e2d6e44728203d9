# %% right
# Intent: nn.Linear and nn.ReLU as submodules; parameters with an einsum; gradcheck of a function of inputs and all
# parameters, called by functional_call with copies.
import torch
from torch import Tensor, nn
from torch.func import functional_call


class Dense(nn.Module):
    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)
        self.relu = nn.ReLU()

    def forward(self, X: Tensor) -> Tensor:
        return self.relu(self.linear(X))


class DenseParam(nn.Module):
    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.n_in, self.n_out = n_in, n_out
        bound = n_in**-0.5
        self.weight = nn.Parameter(torch.empty(n_out, n_in).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(n_out).uniform_(-bound, bound))

    def forward(self, X: Tensor) -> Tensor:
        return (torch.einsum("...i,oi->...o", X, self.weight) + self.bias).clamp_min(0)

    def extra_repr(self) -> str:
        return f"n_in={self.n_in}, n_out={self.n_out}"


def gradients_agree(layer: nn.Module, X: Tensor) -> bool:
    def fresh(tensor: Tensor) -> Tensor:
        return tensor.detach().clone().requires_grad_()

    names, parameters = [], []
    for name, parameter in layer.named_parameters():
        names.append(name)
        parameters.append(fresh(parameter))
    buffers = dict(layer.named_buffers())

    def call(inputs: Tensor, *values: Tensor) -> Tensor:
        state = dict(zip(names, values)) | {name: buffer.clone() for name, buffer in buffers.items()}
        return functional_call(layer, state, (inputs,))

    with torch.enable_grad():
        return bool(torch.autograd.gradcheck(call, (fresh(X), *parameters), raise_exception=False))

# %% wrong: DenseParam
# Misconception: layers begin with normal weights of standard deviation 1/√n_in, and with a bias of zeros.
class DenseParam(nn.Module):
    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.n_in, self.n_out = n_in, n_out
        self.weight = nn.Parameter(torch.randn(n_out, n_in) / n_in**0.5)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, X: Tensor) -> Tensor:
        return torch.relu(X @ self.weight.T + self.bias)

    def extra_repr(self) -> str:
        return f"n_in={self.n_in}, n_out={self.n_out}"

# %% wrong: gradients_agree
# Misconception: if a layer is handed to gradcheck, its parameters are checked along with the inputs.
def gradients_agree(layer: nn.Module, X: Tensor) -> bool:
    return torch.autograd.gradcheck(layer, X.detach().clone().requires_grad_(), raise_exception=False)
