# %% right
# Intent: drop numbers on the CPU as long as something else is left, then there must be one device.
def device_of_sum(one, other):
    devices = {device for device, n_dims in (one, other) if (device, n_dims) != ("cpu", 0)} or {"cpu"}
    return devices.pop() if len(devices) == 1 else "error"


TF1_12_4_CHOICE = {
    "graph, one machine": "works",
    "graph, cluster": "works",
    "torch, sum": "error",
    "torch, layer": "error",
    "torch, number": "works",
    "torch, .to": "works",
    "torch, copy_": "works",
}


# %% wrong: device_of_sum
# Misconception: any single number is moved to where the other tensor is, also one on a GPU.
def device_of_sum(one, other):
    if one[0] == other[0]:
        return one[0]
    if one[1] == 0:
        return other[0]
    if other[1] == 0:
        return one[0]
    return "error"


# %% wrong: TF1_12_4_CHOICE
# Misconception: PyTorch never touches two devices in one call except by .to; and a graph's variable can't be used on another machine.
TF1_12_4_CHOICE = {
    "graph, one machine": "works",
    "graph, cluster": "error",
    "torch, sum": "error",
    "torch, layer": "error",
    "torch, number": "works",
    "torch, .to": "works",
    "torch, copy_": "error",
}
