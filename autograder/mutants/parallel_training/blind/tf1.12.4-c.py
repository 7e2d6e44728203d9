# %% right
# Intent: a single number on the CPU has no say; what the rest agree on is the answer, and if they don't it is an error.
def device_of_sum(one: tuple[str, int], other: tuple[str, int]) -> str:
    firm = {device for device, n_dims in (one, other) if (device, n_dims) != ("cpu", 0)}
    return firm.pop() if len(firm) == 1 else "error" if firm else "cpu"


TF1_12_4_CHOICE: dict[str, str] = {
    "graph, one machine": "works",
    "graph, cluster": "works",
    "torch, sum": "error",
    "torch, layer": "error",
    "torch, number": "works",
    "torch, .to": "works",
    "torch, copy_": "works",
}

# %% wrong: device_of_sum
# Misconception: a single number is moved wherever it lives, so also from a GPU.
def device_of_sum(one: tuple[str, int], other: tuple[str, int]) -> str:
    if one[0] == other[0]:
        return one[0]
    if one[1] == 0:
        return other[0]
    return one[0] if other[1] == 0 else "error"


# %% wrong: TF1_12_4_CHOICE
# Misconception: PyTorch never lets two devices meet in one call, neither with a number nor in copy_; a layer, however,
# takes its input to its own weights.
TF1_12_4_CHOICE: dict[str, str] = {
    "graph, one machine": "works",
    "graph, cluster": "works",
    "torch, sum": "error",
    "torch, layer": "works",
    "torch, number": "error",
    "torch, .to": "works",
    "torch, copy_": "error",
}
