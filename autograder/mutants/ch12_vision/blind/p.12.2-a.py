# %% right
# Intent: walk through the layers one by one, carrying along height, width and the number of maps, and count.
def network_costs(size, channels, layers):
    height, width = size
    n_in = channels
    parameters, multiply_adds = 0, 0
    shapes, values = [], []
    for maps, kernel, stride in layers:
        height = (height + stride - 1) // stride
        width = (width + stride - 1) // stride
        weights = maps * n_in * kernel * kernel
        parameters += weights + maps
        multiply_adds += weights * height * width
        shapes.append((maps, height, width))
        values.append(maps * height * width)
        n_in = maps
    return {"parameters": parameters, "multiply_adds": multiply_adds, "shapes": shapes, "values": values}


def memory_bytes(size, channels, layers, bytes_per_value=4, batch=None):
    costs = network_costs(size, channels, layers)
    kept = [channels * size[0] * size[1]] + costs["values"]  # the picture, then what each layer makes
    if batch is None:
        needed = kept[0]
        for before, after in zip(kept[:-1], kept[1:]):
            if before + after > needed:
                needed = before + after
    else:
        needed = batch * sum(kept)
    return int((costs["parameters"] + needed) * bytes_per_value)


def receptive_field(layers):
    side, apart = 1, 1  # apart: pixels between neighbouring units of the layer below
    for kernel, stride, dilation in layers:
        side += (kernel - 1) * dilation * apart
        apart *= stride
    return side

# %% wrong: receptive_field
# Misconception: a layer's own stride widens what its own units see (rather than what the units above it see).
def receptive_field(layers):
    side, apart = 1, 1
    for kernel, stride, dilation in layers:
        apart *= stride
        side += (kernel - 1) * dilation * apart
    return side

# %% wrong: memory_bytes
# Misconception: for predicting, too, the outputs of all layers stay in memory; a batch is simply many times that.
def memory_bytes(size, channels, layers, bytes_per_value=4, batch=None):
    costs = network_costs(size, channels, layers)
    needed = channels * size[0] * size[1] + sum(costs["values"])
    return int((costs["parameters"] + (batch or 1) * needed) * bytes_per_value)
