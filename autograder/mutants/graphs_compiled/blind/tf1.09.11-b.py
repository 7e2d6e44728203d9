# %% right
# Intent: count as the statement says; torch.func.jvp along each unit vector in float64.
import numpy as np
import torch


def traversals(mode, n_inputs, n_outputs):
    return 1 + n_outputs if mode == "reverse" else n_inputs


def forward_gradient(f, x):
    t = torch.tensor(np.asarray(x, dtype=np.float64))
    return np.array([torch.func.jvp(f, (t,), (e,))[1].item() for e in torch.eye(len(t), dtype=t.dtype)])


TF1_09_11_CHOICE = {"loss": "reverse", "throw": "forward", "picture": "reverse", "dial": "forward"}

# %% wrong: traversals
# Misconception: each walk back needs a walk forward of its own.
def traversals(mode, n_inputs, n_outputs):
    return 2 * n_outputs if mode == "reverse" else n_inputs

# %% wrong: traversals
# Misconception: reverse mode goes back once for each input whose derivative is wanted; forward mode goes once for each output.
def traversals(mode, n_inputs, n_outputs):
    return 1 + n_inputs if mode == "reverse" else n_outputs

# %% wrong: forward_gradient
# Misconception: "a small change of one input" is meant literally: forward mode is a difference quotient.
def forward_gradient(f, x):
    t = torch.tensor(np.asarray(x, dtype=np.float64))
    h = 1e-6
    return np.array([((f(t + h * e) - f(t)) / h).item() for e in torch.eye(len(t), dtype=t.dtype)])

# %% wrong: TF1_09_11_CHOICE
# Misconception: backpropagation is always the cheaper one.
TF1_09_11_CHOICE = {"loss": "reverse", "throw": "reverse", "picture": "reverse", "dial": "reverse"}
