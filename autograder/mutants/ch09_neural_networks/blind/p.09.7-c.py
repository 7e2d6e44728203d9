# %% right
# Intent: a small table of functional torch activations in double precision; one probability for spam, a distribution
# over ten digits, a bare sum for the price.
import numpy as np
import torch


def output_activation(name, Z):
    Z = torch.from_numpy(np.array(Z, dtype=np.float64, order="C"))
    rules = {
        "sigmoid": torch.sigmoid,
        "softmax": lambda z: torch.softmax(z, dim=1),
        "none": lambda z: z,
    }
    return rules[name](Z).numpy()


P_09_7_CHOICE = {"spam": "1 sigmoid", "digits": "10 softmax", "price": "1 none"}

# %% wrong: output_activation
# Misconception: overflow is cured by cutting the sums off where exp is huge anyway; beyond that, differences do not
# matter any more.
def output_activation(name, Z):
    Z = np.asarray(Z, dtype=float)
    if name == "none":
        return Z
    Z = np.clip(Z, -500, 500)
    if name == "sigmoid":
        return 1 / (1 + np.exp(-Z))
    e = np.exp(Z)
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: P_09_7_CHOICE
# Misconception: ten digits are ten separate yes/no questions, so each of the ten units gets a sigmoid of its own.
P_09_7_CHOICE = {"spam": "1 sigmoid", "digits": "10 sigmoid", "price": "1 none"}
