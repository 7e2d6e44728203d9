# %% right
# Intent: a dict of tuples; torch's relu twice.
import numpy as np
import torch


def layer_shapes(m, n_inputs, n_hidden, n_outputs):
    return dict(
        X=(m, n_inputs), W_h=(n_inputs, n_hidden), b_h=(n_hidden,),
        W_o=(n_hidden, n_outputs), b_o=(n_outputs,), Y=(m, n_outputs),
    )


def forward(X, W_h, b_h, W_o, b_o):
    X, W_h, b_h, W_o, b_o = (torch.tensor(np.array(a, dtype=np.float64)) for a in (X, W_h, b_h, W_o, b_o))
    return torch.addmm(b_o, torch.addmm(b_h, X, W_h).relu(), W_o).relu().numpy()

# %% wrong: layer_shapes
# Misconception: weight matrices lie as in torch.nn.Linear, one row per unit.
def layer_shapes(m, n_inputs, n_hidden, n_outputs):
    return dict(
        X=(m, n_inputs), W_h=(n_hidden, n_inputs), b_h=(n_hidden,),
        W_o=(n_outputs, n_hidden), b_o=(n_outputs,), Y=(m, n_outputs),
    )

# %% wrong: forward
# Misconception: activation functions belong to hidden layers; an output layer leaves its sums as they are.
def forward(X, W_h, b_h, W_o, b_o):
    X, W_h, b_h, W_o, b_o = (np.asarray(a, dtype=float) for a in (X, W_h, b_h, W_o, b_o))
    return np.maximum(X @ W_h + b_h, 0) @ W_o + b_o
