# %% right
# Intent: torch.nn.functional has all six; hand it float64 and take numpy back.
import torch.nn.functional as F

def activation(name: str, z: ArrayLike) -> NDArray[np.float64]:
    functions = {
        "relu": F.relu,
        "leaky relu": F.leaky_relu,
        "gelu": F.gelu,
        "silu": F.silu,
        "mish": F.mish,
        "softmax": lambda t: F.softmax(t, dim=1),
    }
    return functions[name](torch.tensor(np.asarray(z, dtype=np.float64))).numpy()

P_11_4_CHOICE: dict[str, str] = {
    "first try": "relu",
    "half of them dead": "leaky relu",
    "normalises itself": "selu",
    "best, not fastest": "silu",
    "from -1 to 1": "tanh",
    "spam or not": "sigmoid",
    "any tags of ten": "sigmoid",
    "one class of ten": "softmax",
    "any number": "none",
}

# %% wrong: activation
# Misconception: the softmax makes the whole array sum to 1, not each row.
def activation(name: str, z: ArrayLike) -> NDArray[np.float64]:
    t = torch.tensor(np.asarray(z, dtype=np.float64))
    functions = {"relu": F.relu, "leaky relu": F.leaky_relu, "gelu": F.gelu, "silu": F.silu, "mish": F.mish}
    if name == "softmax":
        return t.flatten().softmax(dim=0).reshape(t.shape).numpy()
    return functions[name](t).numpy()

# %% wrong: P_11_4_CHOICE
# Misconception: several probabilities always come from a softmax; and a number that may be anything comes from a ReLU.
P_11_4_CHOICE: dict[str, str] = {
    "first try": "relu",
    "half of them dead": "leaky relu",
    "normalises itself": "selu",
    "best, not fastest": "silu",
    "from -1 to 1": "tanh",
    "spam or not": "sigmoid",
    "any tags of ten": "softmax",
    "one class of ten": "softmax",
    "any number": "relu",
}
