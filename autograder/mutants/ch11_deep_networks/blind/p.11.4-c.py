# %% right
# Intent: torch's own functions in double precision, from a table of functions.
import torch.nn.functional as F


def activation(name: str, z: ArrayLike) -> NDArray[np.float64]:
    table = {
        "relu": torch.relu,
        "leaky relu": lambda t: torch.maximum(t, 0.01 * t),
        "gelu": lambda t: t * torch.special.ndtr(t),
        "silu": lambda t: t * torch.sigmoid(t),
        "mish": lambda t: t * torch.tanh(torch.logaddexp(t, torch.zeros_like(t))),
        "softmax": lambda t: F.softmax(t, dim=-1),
    }
    return table[name](torch.as_tensor(np.asarray(z, dtype=np.float64))).numpy()


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
# Misconception: a softmax makes all numbers that it is given sum to 1 (the whole array, not each row).
import torch.nn.functional as F


def activation(name: str, z: ArrayLike) -> NDArray[np.float64]:
    t = torch.as_tensor(np.asarray(z, dtype=np.float64))
    if name == "softmax":
        return F.softmax(t.flatten(), dim=0).reshape(t.shape).numpy()
    table = {"relu": F.relu, "leaky relu": F.leaky_relu, "gelu": F.gelu, "silu": F.silu, "mish": F.mish}
    return table[name](t).numpy()


# %% wrong: P_11_4_CHOICE
# Misconception: ten probabilities always come from a softmax.
P_11_4_CHOICE: dict[str, str] = {
    "first try": "relu",
    "half of them dead": "leaky relu",
    "normalises itself": "selu",
    "best, not fastest": "silu",
    "from -1 to 1": "tanh",
    "spam or not": "sigmoid",
    "any tags of ten": "softmax",
    "one class of ten": "softmax",
    "any number": "none",
}
