# %% right
# Intent: pure arithmetic of shapes: a weight row and a bias for each neuron, and only the last axis changes.
import math


def linear_facts(n_in, n_out, shape):
    weight, bias = (n_out, n_in), (n_out,)
    return {
        "neurons": n_out,
        "weight": weight,
        "bias": bias,
        "parameters": math.prod(weight) + math.prod(bias),
        "output": (*shape[:-1], n_out),
    }

# %% wrong: linear_facts
# Misconception: the weight is the matrix W of X @ W, so it has a row for each input.
def linear_facts(n_in, n_out, shape):
    return {
        "neurons": n_out,
        "weight": (n_in, n_out),
        "bias": (n_out,),
        "parameters": n_in * n_out + n_out,
        "output": (*shape[:-1], n_out),
    }

# %% wrong: linear_facts
# Misconception: a linear layer flattens all axes but the last into one batch, and returns a table.
def linear_facts(n_in, n_out, shape):
    return {
        "neurons": n_out,
        "weight": (n_out, n_in),
        "bias": (n_out,),
        "parameters": n_in * n_out + n_out,
        "output": (math.prod(shape[:-1]), n_out),
    }
