# %% right
# Intent: count: a row of n_in weights and one bias for each of n_out neurons; only the last axis changes.
def linear_facts(n_in, n_out, shape):
    output = []
    for size in list(shape)[:-1]:
        output.append(int(size))
    output.append(n_out)
    return {
        "neurons": n_out,
        "weight": (n_out, n_in),
        "bias": (n_out,),
        "parameters": n_out * (n_in + 1),
        "output": tuple(output),
    }

# %% wrong: linear_facts
# Misconception: a linear layer flattens whatever lies between the batch and what comes out.
def linear_facts(n_in, n_out, shape):
    return {
        "neurons": n_out,
        "weight": (n_out, n_in),
        "bias": (n_out,),
        "parameters": n_out * n_in + n_out,
        "output": (shape[0], n_out),
    }

# %% wrong: linear_facts
# Misconception: the layer computes X @ W, so its weight is stored as (n_in, n_out).
def linear_facts(n_in, n_out, shape):
    return {
        "neurons": n_out,
        "weight": (n_in, n_out),
        "bias": (n_out,),
        "parameters": n_in * n_out + n_out,
        "output": tuple(shape[:-1]) + (n_out,),
    }
