# %% right
# Intent: write the shapes down; forward is sum, bias, cut at 0, twice.
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
    H = np.asarray(X, dtype=float) @ np.asarray(W_h, dtype=float) + np.asarray(b_h, dtype=float)
    H[H < 0] = 0.0
    Y = H @ np.asarray(W_o, dtype=float) + np.asarray(b_o, dtype=float)
    Y[Y < 0] = 0.0
    return Y

# %% wrong: layer_shapes
# Misconception: a weight matrix has a row per unit (each unit's weights lie in a row), as some libraries store it.
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
# Misconception: an output layer never has an activation function.
def forward(X, W_h, b_h, W_o, b_o):
    H = np.maximum(np.asarray(X, dtype=float) @ np.asarray(W_h) + np.asarray(b_h), 0)
    return H @ np.asarray(W_o) + np.asarray(b_o)
