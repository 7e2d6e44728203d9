# %% right
# Intent: equal devices are fine; else one of the two has to be a single number on the CPU.
def device_of_sum(one, other):
    device_a, dims_a = one
    device_b, dims_b = other
    if device_a == device_b:
        return device_a
    if device_a == "cpu" and dims_a == 0:
        return device_b
    if device_b == "cpu" and dims_b == 0:
        return device_a
    return "error"


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
# Misconception: every single number is moved to the other tensor, also one that is on a GPU.
def device_of_sum(one, other):
    if one[0] == other[0]:
        return one[0]
    if one[1] == 0:
        return other[0]
    if other[1] == 0:
        return one[0]
    return "error"

# %% wrong: device_of_sum, TF1_12_4_CHOICE
# Misconception: two devices in one operation are an error always, unless one has called .to.
def device_of_sum(one, other):
    return one[0] if one[0] == other[0] else "error"


TF1_12_4_CHOICE = {
    "graph, one machine": "error",
    "graph, cluster": "error",
    "torch, sum": "error",
    "torch, layer": "error",
    "torch, number": "error",
    "torch, .to": "works",
    "torch, copy_": "error",
}
