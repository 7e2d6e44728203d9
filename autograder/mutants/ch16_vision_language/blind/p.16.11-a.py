# %% right
# Intent: add up the three kinds of attention; growth is the ratio of two such sums.
def _three_parts(n_inputs, n_outputs, n_latents, n_blocks):
    reading = n_latents * n_inputs
    thinking = 0
    for _block in range(n_blocks):
        thinking += n_latents * n_latents
    answering = n_outputs * n_latents
    return reading + thinking + answering


def perceiver_pairs(n_inputs, n_outputs, n_latents, n_blocks):
    return _three_parts(n_inputs, n_outputs, n_latents, n_blocks)


def growth(n_inputs, n_outputs, n_latents, n_blocks):
    before = _three_parts(n_inputs, n_outputs, n_latents, n_blocks)
    after = _three_parts(2 * n_inputs, 2 * n_outputs, n_latents, n_blocks)
    return after / before


P_16_11_CHOICE = "it grows, and is not quite doubled"

# %% wrong: perceiver_pairs
# Misconception: the latents look at the inputs anew in each block (as in the first Perceiver), not only once.
def perceiver_pairs(n_inputs, n_outputs, n_latents, n_blocks):
    return n_blocks * (n_latents * n_inputs + n_latents * n_latents) + n_outputs * n_latents

# %% wrong: growth, P_16_11_CHOICE
# Misconception: outputs look at inputs, so twice of both makes four times as many pairs, as in any transformer.
def growth(n_inputs, n_outputs, n_latents, n_blocks):
    return (2 * n_inputs) * (2 * n_outputs) / (n_inputs * n_outputs)


P_16_11_CHOICE = "it is four times as large"
