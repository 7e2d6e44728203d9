# %% right
# Intent: walk through the stack once, carrying (channels, h, w); memory from the values' list; the receptive field by jumps.
import math
from itertools import pairwise


def network_costs(size, channels, layers):
    shapes, parameters, multiply_adds = [(channels, *size)], 0, 0
    for maps, kernel, stride in layers:
        depth, height, width = shapes[-1]
        shapes.append((maps, -(-height // stride), -(-width // stride)))
        weights = maps * depth * kernel * kernel
        parameters += weights + maps
        multiply_adds += weights * math.prod(shapes[-1][1:])
    shapes = shapes[1:]
    return {
        "parameters": parameters,
        "multiply_adds": multiply_adds,
        "shapes": shapes,
        "values": [math.prod(shape) for shape in shapes],
    }


def memory_bytes(size, channels, layers, bytes_per_value=4, batch=None):
    costs = network_costs(size, channels, layers)
    values = [channels * math.prod(size), *costs["values"]]
    if batch is None:
        kept = max(map(sum, pairwise(values)), default=values[0])
    else:
        kept = batch * sum(values)
    return bytes_per_value * (costs["parameters"] + kept)


def receptive_field(layers):
    side, jump = 1, 1
    for kernel, stride, dilation in layers:
        side += (kernel - 1) * dilation * jump
        jump *= stride
    return side


# %% wrong: receptive_field
# Misconception: a layer's own stride already widens what that same layer sees (the stride is applied before the window).
def receptive_field(layers):
    side, jump = 1, 1
    for kernel, stride, dilation in layers:
        jump *= stride
        side += (kernel - 1) * dilation * jump
    return side


# %% wrong: memory_bytes
# Misconception: in training, every picture of a batch needs its own copy of the weights too; all is multiplied by the batch.
def memory_bytes(size, channels, layers, bytes_per_value=4, batch=None):
    costs = network_costs(size, channels, layers)
    values = [channels * math.prod(size), *costs["values"]]
    if batch is None:
        return bytes_per_value * (costs["parameters"] + max(map(sum, pairwise(values))))
    return bytes_per_value * batch * (costs["parameters"] + sum(values))
