# %% right
# Intent: Write the shapes down by the rules of PyTorch: batch_first swaps two axes of input and output only, the
# state always has (layers * directions, batch, hidden).
def recurrent_shapes(
    n_batch: int,
    n_steps: int,
    n_features: int,
    n_hidden: int,
    n_layers: int = 1,
    batch_first: bool = True,
    bidirectional: bool = False,
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    n_directions: int = 2 if bidirectional else 1
    leading: tuple[int, int] = (n_batch, n_steps) if batch_first else (n_steps, n_batch)
    inputs = leading + (n_features,)
    outputs = leading + (n_directions * n_hidden,)
    state = (n_directions * n_layers, n_batch, n_hidden)
    return inputs, outputs, state

# %% wrong: recurrent_shapes
# Misconception: Thinks that batch_first=True puts the batch first in every tensor of the layer, the state included.
def recurrent_shapes(
    n_batch: int,
    n_steps: int,
    n_features: int,
    n_hidden: int,
    n_layers: int = 1,
    batch_first: bool = True,
    bidirectional: bool = False,
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    n_directions: int = 2 if bidirectional else 1
    n_states = n_directions * n_layers
    if batch_first:
        return (
            (n_batch, n_steps, n_features),
            (n_batch, n_steps, n_directions * n_hidden),
            (n_batch, n_states, n_hidden),
        )
    return (n_steps, n_batch, n_features), (n_steps, n_batch, n_directions * n_hidden), (n_states, n_batch, n_hidden)

# %% wrong: recurrent_shapes
# Misconception: Thinks that the two directions are put side by side in the last state as they are in the output, so
# that the state has one row per layer, twice as wide.
def recurrent_shapes(
    n_batch: int,
    n_steps: int,
    n_features: int,
    n_hidden: int,
    n_layers: int = 1,
    batch_first: bool = True,
    bidirectional: bool = False,
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    width: int = 2 * n_hidden if bidirectional else n_hidden
    leading: tuple[int, int] = (n_batch, n_steps) if batch_first else (n_steps, n_batch)
    return leading + (n_features,), leading + (width,), (n_layers, n_batch, width)
