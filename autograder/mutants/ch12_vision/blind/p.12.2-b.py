# %% right
# Intent: follow the shapes through the stack once; memory and receptive field are short formulas on top of it.
import math


def network_costs(size, channels, layers):
    (height, width), maps_in = size, channels
    costs = {"parameters": 0, "multiply_adds": 0, "shapes": [], "values": []}
    for maps, kernel, stride in layers:
        height, width = math.ceil(height / stride), math.ceil(width / stride)
        weights = maps * maps_in * kernel**2
        costs["parameters"] += weights + maps
        costs["multiply_adds"] += weights * height * width
        costs["shapes"].append((maps, height, width))
        costs["values"].append(maps * height * width)
        maps_in = maps
    return costs


def memory_bytes(size, channels, layers, bytes_per_value=4, batch=None):
    costs = network_costs(size, channels, layers)
    values = [channels * math.prod(size), *costs["values"]]
    if batch is None:
        kept = max(map(sum, zip(values, values[1:])), default=values[0])
    else:
        kept = batch * sum(values)
    return bytes_per_value * (costs["parameters"] + kept)


def receptive_field(layers):
    side = 1
    for kernel, stride, dilation in reversed(layers):
        side = (side - 1) * stride + (kernel - 1) * dilation + 1
    return side

# %% wrong: memory_bytes
# Misconception: predicting needs the outputs of all layers too; training only does so for each picture of the batch.
def memory_bytes(size, channels, layers, bytes_per_value=4, batch=None):
    costs = network_costs(size, channels, layers)
    values = channels * math.prod(size) + sum(costs["values"])
    return bytes_per_value * (costs["parameters"] + (batch or 1) * values)

# %% wrong: receptive_field
# Misconception: a layer's own stride spreads its own window, so the stride is multiplied in before the window is added.
def receptive_field(layers):
    side, jump = 1, 1
    for kernel, stride, dilation in layers:
        jump *= stride
        side += (kernel - 1) * dilation * jump
    return side
