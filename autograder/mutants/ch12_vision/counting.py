"""Wrong and right answers of chapter 12: what convolutional networks cost (p.12.1 to p.12.4)."""

import math
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.12.1


@mutant("p.12.1", replaces="layer_parameters", fails="test_dense_and_convolutional_layer")
def dense_without_places(size, n_in, n_out, kernel):
    """The dense layer has a unit for every pixel of every map that comes out, not one for each map."""
    return size[0] * size[1] * n_in * n_out + n_out, kernel**2 * n_in * n_out + n_out


@mutant("p.12.1", replaces="layer_parameters", fails="test_dense_and_convolutional_layer")
def weights_for_each_place(size, n_in, n_out, kernel):
    """All places of a map share one set of weights: their number has nothing to do with the size of the picture."""
    pixels = size[0] * size[1]
    return (pixels * n_in + 1) * pixels * n_out, pixels * n_out * (kernel**2 * n_in + 1)


@mutant("p.12.1", replaces="layer_parameters", fails="test_dense_and_convolutional_layer")
def one_map_below(size, n_in, n_out, kernel):
    """A unit has a window on *each* of the maps that go in."""
    pixels = size[0] * size[1]
    return (pixels * n_in + 1) * pixels * n_out, (kernel**2 + 1) * n_out


@mutant("p.12.1", replaces="layer_parameters", fails="test_dense_and_convolutional_layer")
def no_biases(size, n_in, n_out, kernel):
    """Biases are parameters, too: one for each unit of the dense layer, one for each map of the other."""
    return (size[0] * size[1]) ** 2 * n_in * n_out, kernel**2 * n_in * n_out


@alternative("p.12.1", replaces="layer_parameters")
def by_the_layers(size, n_in, n_out, kernel):
    """Asks PyTorch."""
    n = size[0] * size[1]
    layers = nn.Linear(n * n_in, n * n_out, device="meta"), nn.Conv2d(n_in, n_out, kernel, device="meta")
    return [sum(p.numel() for p in layer.parameters()) for layer in layers]


# ---------------------------------------------------------------- p.12.2


def _counted(size, channels, layers, *, ceil=True, bias=True, every=True, at=lambda before, after: after):
    """Count; the options are the mistakes."""
    shape, shapes, parameters, products = tuple(size), [], 0, 0
    for maps, kernel, stride in layers:
        after = tuple(math.ceil(n / stride) if ceil else n // stride for n in shape)
        weights = kernel**2 * (channels if every else 1) * maps
        parameters += weights + maps * bias
        products += weights * math.prod(at(shape, after))
        shapes.append((maps, *after))
        channels, shape = maps, after
    values = [math.prod(one) for one in shapes]
    return {"parameters": parameters, "multiply_adds": products, "shapes": shapes, "values": values}


@mutant("p.12.2", replaces="network_costs", fails="test_shapes_of_a_stack")
def half_rows_dropped(size, channels, layers):
    """Half a row more is a row more: heights and widths are rounded up."""
    return _counted(size, channels, layers, ceil=False)


@mutant("p.12.2", replaces="network_costs", fails="test_shapes_of_a_stack")
def widths_first(size, channels, layers):
    """PyTorch's shapes are maps, height, width: you have exchanged the last two."""
    found = _counted(size, channels, layers)
    return {**found, "shapes": [(maps, width, height) for maps, height, width in found["shapes"]]}


@mutant("p.12.2", replaces="network_costs", fails="test_parameters_of_a_stack")
def biases_forgotten(size, channels, layers):
    """Each map has a bias."""
    return _counted(size, channels, layers, bias=False)


@mutant("p.12.2", replaces="network_costs", fails="test_parameters_of_a_stack")
def one_window_for_all_maps(size, channels, layers):
    """A map has a window of its own on *every* map of the layer below."""
    return _counted(size, channels, layers, every=False)


@mutant("p.12.2", replaces="network_costs", fails="test_multiplications_of_a_stack")
def products_at_the_input(size, channels, layers):
    """There is one window for each place of the layer's *output*: with a stride, these are fewer than its input has."""
    return _counted(size, channels, layers, at=lambda before, after: before)


@mutant("p.12.2", replaces="network_costs", fails="test_multiplications_of_a_stack")
def products_of_one_window(size, channels, layers):
    """The weights are used again at every place of the map."""
    return _counted(size, channels, layers, at=lambda before, after: (1,))


def _values(size, channels, layers):
    found = _counted(size, channels, layers)
    return [channels * size[0] * size[1], *found["values"]], found["parameters"]


@mutant("p.12.2", replaces="memory_bytes", fails="test_memory_for_one_picture")
def picture_takes_no_room(size, channels, layers, bytes_per_value=4, batch=None):
    """The picture is the first layer's input, and has to be kept while that layer works."""
    values, parameters = _values(size, channels, layers)
    if batch is not None:
        return bytes_per_value * (parameters + batch * sum(values))
    pairs = list(map(sum, pairwise(values[1:]))) or [values[1]]
    return bytes_per_value * (parameters + max(pairs))


@mutant("p.12.2", replaces="memory_bytes", fails="test_memory_for_one_picture")
def all_maps_at_once(size, channels, layers, bytes_per_value=4, batch=None):
    """To predict, only one layer's input and output are kept at a time."""
    values, parameters = _values(size, channels, layers)
    return bytes_per_value * (parameters + (batch or 1) * sum(values))


@mutant("p.12.2", replaces="memory_bytes", fails="test_memory_for_a_batch")
def parameters_for_each_picture(size, channels, layers, bytes_per_value=4, batch=None):
    """All pictures of a batch share the parameters."""
    values, parameters = _values(size, channels, layers)
    if batch is not None:
        return bytes_per_value * batch * (parameters + sum(values))
    return bytes_per_value * (parameters + max(map(sum, pairwise(values))))


@mutant("p.12.2", replaces="memory_bytes", fails="test_memory_for_a_batch")
def batch_of_one_predicts(size, channels, layers, bytes_per_value=4, batch=None):
    """To train on a batch of one picture is not to predict: the outputs of all layers are kept for the way back."""
    values, parameters = _values(size, channels, layers)
    kept = max(map(sum, pairwise(values))) if batch in (None, 1) else batch * sum(values)
    return bytes_per_value * (parameters + kept)


@mutant("p.12.2", replaces="memory_bytes", fails="test_memory_for_a_batch")
def pictures_not_kept(size, channels, layers, bytes_per_value=4, batch=None):
    """The first layer's gradient needs the pictures themselves: they are kept as well."""
    values, parameters = _values(size, channels, layers)
    if batch is not None:
        return bytes_per_value * (parameters + batch * sum(values[1:]))
    return bytes_per_value * (parameters + max(map(sum, pairwise(values))))


@mutant("p.12.2", replaces="receptive_field", fails="test_receptive_field_of_a_stack")
def strides_forgotten(layers):
    """Above a layer with a stride, neighbours are further apart: a window there covers more pixels."""
    return 1 + sum((kernel - 1) * dilation for kernel, _, dilation in layers)


@mutant("p.12.2", replaces="receptive_field", fails="test_receptive_field_of_a_stack")
def dilations_forgotten(layers):
    """With dilation, the places of a window are further apart."""
    seen, apart = 1, 1
    for kernel, stride, _ in layers:
        seen += (kernel - 1) * apart
        apart *= stride
    return seen


@mutant("p.12.2", replaces="receptive_field", fails="test_receptive_field_of_a_stack")
def own_stride_first(layers):
    """A layer's stride moves its windows apart, and not the places within a window: it counts for the layers above."""
    seen, apart = 1, 1
    for kernel, stride, dilation in layers:
        apart *= stride
        seen += (kernel - 1) * dilation * apart
    return seen


@alternative("p.12.2", replaces="network_costs")
def by_running_it(size, channels, layers):
    """Runs a network on the meta device."""
    X, parameters, products, shapes = torch.zeros(1, channels, *size, device="meta"), 0, 0, []
    for maps, kernel, stride in layers:
        layer = nn.Conv2d(X.shape[1], maps, kernel, stride, kernel // 2, device="meta")
        X = layer(X)
        parameters += sum(p.numel() for p in layer.parameters())
        products += layer.weight.numel() * X.shape[2] * X.shape[3]
        shapes.append(list(X.shape[1:]))
    return {
        "parameters": parameters,
        "multiply_adds": products,
        "shapes": shapes,
        "values": [np.prod(shape) for shape in shapes],
    }


@alternative("p.12.2", replaces="receptive_field")
def from_the_top(layers):
    """From the last layer down."""
    seen = 1
    for kernel, stride, dilation in list(layers)[::-1]:
        seen = (seen - 1) * stride + (kernel - 1) * dilation + 1
    return seen


# ---------------------------------------------------------------- p.12.3


@mutant("p.12.3", replaces="accumulate", fails="test_gradients_are_those_of_the_whole_batch")
def mean_of_means(model, X, y, size):
    """Your parts have the same say, whether they are large or small: give each row the same."""
    model.zero_grad()
    parts, total = list(zip(X.split(size), y.split(size), strict=True)), 0.0
    for rows, labels in parts:
        loss = cross_entropy(model(rows), labels) / len(parts)
        loss.backward()
        total += loss.item()
    return total


@mutant("p.12.3", replaces="accumulate", fails="test_gradients_are_those_of_the_whole_batch")
def sum_of_means(model, X, y, size):
    """You add up the parts' means: the mean over all rows is smaller."""
    model.zero_grad()
    total = 0.0
    for rows, labels in zip(X.split(size), y.split(size), strict=True):
        loss = cross_entropy(model(rows), labels)
        loss.backward()
        total += loss.item()
    return total


@mutant("p.12.3", replaces="accumulate", fails="test_gradients_are_those_of_the_whole_batch")
def last_part_only(model, X, y, size):
    """You empty the gradients before each part, so that only the last one counts."""
    total = 0.0
    for rows, labels in zip(X.split(size), y.split(size), strict=True):
        model.zero_grad()
        loss = cross_entropy(model(rows), labels, reduction="sum") / len(X)
        loss.backward()
        total += loss.item()
    return total


@mutant("p.12.3", replaces="accumulate", fails="test_no_call_is_too_large")
def whole_batch(model, X, y, size):
    """You give the model all rows at once, for which there is no room."""
    model.zero_grad()
    loss = cross_entropy(model(X), y)
    loss.backward()
    return loss.item()


@mutant("p.12.3", replaces="accumulate", fails="test_no_call_is_too_large")
def backward_at_the_end(model, X, y, size):
    """You add up the losses and go back once, at the end: until then the outputs of all parts are held. Go back after
    each part."""
    model.zero_grad()
    parts = [cross_entropy(model(a), b, reduction="sum") for a, b in zip(X.split(size), y.split(size), strict=True)]
    loss = sum(parts) / len(X)
    loss.backward()
    return loss.item()


@mutant("p.12.3", replaces="accumulate", fails="test_old_gradients_are_forgotten")
def old_gradients_added(model, X, y, size):
    """You add to gradients that are there from before: call `model.zero_grad()` first."""
    total = 0.0
    for rows, labels in zip(X.split(size), y.split(size), strict=True):
        loss = cross_entropy(model(rows), labels, reduction="sum") / len(X)
        loss.backward()
        total += loss.item()
    return total


@mutant("p.12.3", replaces="P_12_3_CHOICE", fails="test_what_saves_memory", constant=True)
def all_of_them():
    """The learning rate, the activation and the number of epochs make no map smaller."""
    return ["a smaller batch", "mixed precision", "larger strides in the first layers", "fewer maps",
            "gradients accumulated over small batches", "a smaller learning rate"]  # fmt: skip


@alternative("p.12.3", replaces="accumulate")
def by_autograd(model, X, y, size):
    """Adds up gradients by hand, weighted by the size of the part."""
    parameters = list(model.parameters())
    sums, total = [torch.zeros_like(p) for p in parameters], 0.0
    for start in range(0, len(X), size):
        rows, labels = X[start : start + size], y[start : start + size]
        loss = cross_entropy(model(rows), labels)
        share = len(rows) / len(X)
        for kept, found in zip(sums, torch.autograd.grad(loss, parameters), strict=True):
            kept += share * found
        total += share * float(loss.detach())
        del loss
    for parameter, found in zip(parameters, sums, strict=True):
        parameter.grad = found
    return torch.tensor(total)


# ---------------------------------------------------------------- p.12.4


@mutant("p.12.4", replaces="max_pool", fails="test_largest_of_each_window")
def mean_pool(X, kernel, stride):
    """You take the mean of each window: the largest is asked for."""
    return nn.functional.avg_pool2d(torch.as_tensor(np.asarray(X, dtype=float)), kernel, stride).numpy()


@mutant("p.12.4", replaces="max_pool", fails="test_largest_of_each_window")
def windows_over_the_edge(X, kernel, stride):
    """Your last windows hang over the edge: all of a window has to lie within the map."""
    values = torch.as_tensor(np.asarray(X, dtype=float))
    return nn.functional.max_pool2d(values, kernel, stride, ceil_mode=True).numpy()


@mutant("p.12.4", replaces="max_pool", fails="test_largest_of_each_window")
def steps_of_a_window(X, kernel, stride):
    """Windows begin every `stride` pixels, which may be more or fewer than they are wide."""
    return nn.functional.max_pool2d(torch.as_tensor(np.asarray(X, dtype=float)), kernel).numpy()


@mutant("p.12.4", replaces="pooling_saves", fails="test_parameters_saved")
def window_of_one_map(maps, kernel):
    """Each of the convolutional layer's maps looks at *all* maps below it."""
    return kernel**2 * maps + maps


@mutant("p.12.4", replaces="pooling_saves", fails="test_parameters_saved")
def pooling_learns_a_bias(maps, kernel):
    """Pooling has no biases, but the convolutional layer has."""
    return kernel**2 * maps * maps


@mutant("p.12.4", replaces="P_12_4_CHOICE", fails="test_what_speaks_for_pooling", constant=True)
def remembers_places():
    """The largest value of a window looks the same wherever in the window it was."""
    return ["it has nothing to learn", "it takes less computing", "it remembers where in its window something was"]


@alternative("p.12.4", replaces="max_pool")
def window_by_window(X, kernel, stride):
    """In loops, as nested lists."""
    X = np.asarray(X, dtype=float)
    rows = range(0, X.shape[1] - kernel + 1, stride)
    columns = range(0, X.shape[2] - kernel + 1, stride)
    return [[[one[r : r + kernel, c : c + kernel].max() for c in columns] for r in rows] for one in X]


@alternative("p.12.4", replaces="pooling_saves")
def by_the_layer(maps, kernel):
    """Asks PyTorch."""
    return sum(p.numel() for p in nn.Conv2d(maps, maps, kernel, device="meta").parameters())
