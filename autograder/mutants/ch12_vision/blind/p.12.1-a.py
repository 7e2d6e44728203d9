# %% right
# Intent: count the numbers that go in and out of each layer, and multiply; one bias per output value (dense) or map.
def layer_parameters(size, n_in, n_out, kernel):
    height, width = size
    places = height * width
    dense = (n_in * places) * (n_out * places) + n_out * places
    convolutional = n_out * (n_in * kernel * kernel + 1)
    return int(dense), int(convolutional)

# %% wrong: layer_parameters
# Misconception: each map that comes out has a single window of kernel x kernel, which is slid over all maps that go in
# alike.
def layer_parameters(size, n_in, n_out, kernel):
    height, width = size
    places = height * width
    dense = (n_in * places) * (n_out * places) + n_out * places
    convolutional = n_out * (kernel * kernel + 1)
    return int(dense), int(convolutional)

# %% wrong: layer_parameters
# Misconception: a bias belongs to a map, in a dense layer as well as in a convolutional one.
def layer_parameters(size, n_in, n_out, kernel):
    height, width = size
    places = height * width
    dense = (n_in * places) * (n_out * places) + n_out
    convolutional = n_out * (n_in * kernel * kernel + 1)
    return int(dense), int(convolutional)
