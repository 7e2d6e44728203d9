# %% right
# Intent: Shapes are written with batch first and pulled through one closure that swaps the two leading axes where the
# layer wants time first; the state never goes through it.
def recurrent_shapes(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    directions = 1 + bool(bidirectional)

    def laid_out(width):
        lead = (n_batch, n_steps)
        return (*(lead if batch_first else lead[::-1]), width)

    return laid_out(n_features), laid_out(directions * n_hidden), (directions * n_layers, n_batch, n_hidden)


# %% wrong: recurrent_shapes
# Misconception: Thinks that batch_first=True moves the batch to the front of everything, the last state included.
def recurrent_shapes(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    directions = 1 + bool(bidirectional)

    def laid_out(first, second, width):
        return (first, second, width) if batch_first else (second, first, width)

    return (
        laid_out(n_batch, n_steps, n_features),
        laid_out(n_batch, n_steps, directions * n_hidden),
        laid_out(n_batch, directions * n_layers, n_hidden),
    )


# %% wrong: recurrent_shapes
# Misconception: Thinks that the two directions of a bidirectional layer are added up, so that only the state, not the
# output, shows that there are two.
def recurrent_shapes(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    lead = (n_batch, n_steps) if batch_first else (n_steps, n_batch)
    return (*lead, n_features), (*lead, n_hidden), (n_layers * (1 + bool(bidirectional)), n_batch, n_hidden)
