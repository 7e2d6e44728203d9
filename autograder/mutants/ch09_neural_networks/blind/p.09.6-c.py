# %% right
# Intent: shapes from the rule of the matrix product; forward as the same ReLU layer applied twice, by einsum.
import numpy as np


def layer_shapes(m, n_inputs, n_hidden, n_outputs):
    return {
        "X": (m, n_inputs),
        "W_h": (n_inputs, n_hidden),
        "b_h": (n_hidden,),
        "W_o": (n_hidden, n_outputs),
        "b_o": (n_outputs,),
        "Y": (m, n_outputs),
    }


def forward(X, W_h, b_h, W_o, b_o):
    def layer(signal, W, b):
        z = np.einsum("mi,iu->mu", signal, np.asarray(W, dtype=float)) + np.asarray(b, dtype=float)[None, :]
        return z.clip(min=0.0)

    return layer(layer(np.asarray(X, dtype=float), W_h, b_h), W_o, b_o)


# %% wrong: layer_shapes
# Misconception: weight matrices are always stored as (units, inputs), as nn.Linear keeps them.
def layer_shapes(m, n_inputs, n_hidden, n_outputs):
    return {
        "X": (m, n_inputs),
        "W_h": (n_hidden, n_inputs),
        "b_h": (n_hidden,),
        "W_o": (n_outputs, n_hidden),
        "b_o": (n_outputs,),
        "Y": (m, n_outputs),
    }


# %% wrong: forward
# Misconception: an output layer never has an activation function; ReLU is for hidden layers only.
def forward(X, W_h, b_h, W_o, b_o):
    hidden = (np.asarray(X, dtype=float) @ np.asarray(W_h, dtype=float) + np.asarray(b_h)).clip(min=0.0)
    return hidden @ np.asarray(W_o, dtype=float) + np.asarray(b_o)
