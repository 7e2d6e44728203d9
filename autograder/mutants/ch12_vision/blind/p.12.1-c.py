# %% right
# Intent: write down the shapes of the weight and bias tensors of both layers, and add up their sizes.
import math


def layer_parameters(size, n_in, n_out, kernel):
    goes_in, comes_out = math.prod((n_in, *size)), math.prod((n_out, *size))
    dense = [(comes_out, goes_in), (comes_out,)]
    convolutional = [(n_out, n_in, kernel, kernel), (n_out,)]
    return tuple(sum(map(math.prod, shapes)) for shapes in (dense, convolutional))


# %% wrong: layer_parameters
# Misconception: a filter is one k x k window whatever the number of input maps; the same window is slid over all of them.
def layer_parameters(size, n_in, n_out, kernel):
    goes_in, comes_out = math.prod((n_in, *size)), math.prod((n_out, *size))
    return comes_out * goes_in + comes_out, n_out * kernel * kernel + n_out


# %% wrong: layer_parameters
# Misconception: a bias belongs to a map, in dense layers as well, so the dense layer has n_out biases.
def layer_parameters(size, n_in, n_out, kernel):
    goes_in, comes_out = math.prod((n_in, *size)), math.prod((n_out, *size))
    return comes_out * goes_in + n_out, n_out * n_in * kernel * kernel + n_out
