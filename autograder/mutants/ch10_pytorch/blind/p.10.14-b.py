# %% right
# Intent: nn.Linear, torch.nn.functional.linear and gradcheck do the work; functional_call puts copies in for parameters.
import torch
from torch import nn
from torch.autograd import gradcheck
from torch.func import functional_call
from torch.nn.functional import linear


class Dense(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)

    def forward(self, X):
        return self.linear(X).relu()


class DenseParam(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_out, n_in).uniform_(-(n_in**-0.5), n_in**-0.5))
        self.bias = nn.Parameter(torch.empty(n_out).uniform_(-(n_in**-0.5), n_in**-0.5))

    def forward(self, X):
        return linear(X, self.weight, self.bias).relu()

    def extra_repr(self):
        n_out, n_in = self.weight.shape
        return f"n_in={n_in}, n_out={n_out}"


def gradients_agree(layer, X):
    names = [name for name, _ in layer.named_parameters()]
    tensors = [t.detach().clone().requires_grad_() for t in (X, *layer.parameters())]
    return gradcheck(
        lambda X, *values: functional_call(layer, dict(zip(names, values)), (X,)),
        tensors,
        raise_exception=False,
    )

# %% wrong: gradients_agree
# Misconception: gradcheck of the module on its inputs tries its parameters along with them.
def gradients_agree(layer, X):
    return gradcheck(layer, (X.detach().clone().requires_grad_(),), raise_exception=False)

# %% wrong: DenseParam
# Misconception: torch.rand draws between -1 and 1, so that it only has to be divided by the root of n_in.
class DenseParam(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(n_out, n_in) / n_in**0.5)
        self.bias = nn.Parameter(torch.rand(n_out) / n_in**0.5)

    def forward(self, X):
        return linear(X, self.weight, self.bias).relu()

    def extra_repr(self):
        n_out, n_in = self.weight.shape
        return f"n_in={n_in}, n_out={n_out}"
