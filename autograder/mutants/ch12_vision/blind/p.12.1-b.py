# %% right
# Intent: plain arithmetic with math.prod; every map in and out has height * width values, the window's size does not matter to the dense layer.
import math


def layer_parameters(size, n_in, n_out, kernel):
    places = math.prod(size)
    dense = (n_in * places + 1) * (n_out * places)
    return dense, (n_in * kernel**2 + 1) * n_out

# %% wrong: layer_parameters
# Misconception: a convolutional filter is one flat window that slides over all input maps, so the number of input maps does not count.
def layer_parameters(size, n_in, n_out, kernel):
    places = math.prod(size)
    return (n_in * places + 1) * (n_out * places), (kernel**2 + 1) * n_out

# %% wrong: layer_parameters
# Misconception: a bias belongs to a map, in a dense layer as well: its n_out maps have n_out biases.
def layer_parameters(size, n_in, n_out, kernel):
    places = math.prod(size)
    return n_in * places * n_out * places + n_out, (n_in * kernel**2 + 1) * n_out
