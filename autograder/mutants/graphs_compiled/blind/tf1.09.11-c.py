# %% right
# Intent: count as the statement says; the gradient is one jvp per row of the identity matrix, in float64.
import numpy as np
import torch


def traversals(mode, n_inputs, n_outputs):
    return {"reverse": 1 + n_outputs, "forward": n_inputs}[mode]


def forward_gradient(f, x):
    t = torch.tensor(np.asarray(x, dtype=np.float64))
    slopes_ = [torch.func.jvp(f, (t,), (e,))[1].item() for e in torch.eye(len(t), dtype=t.dtype)]
    return np.array(slopes_, dtype=np.float64)


TF1_09_11_CHOICE = {"loss": "reverse", "throw": "forward", "picture": "reverse", "dial": "forward"}

# %% wrong: traversals
# Misconception: each backward walk needs a forward walk of its own.
def traversals(mode, n_inputs, n_outputs):
    return 2 * n_outputs if mode == "reverse" else n_inputs


# %% wrong: forward_gradient
# Misconception: torch.func.grad is the functional, and so the forward, way to a gradient: no backward() is called.
def forward_gradient(f, x):
    return torch.func.grad(f)(torch.tensor(np.asarray(x, dtype=np.float64))).numpy()
