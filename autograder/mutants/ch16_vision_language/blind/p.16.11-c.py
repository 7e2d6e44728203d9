# %% right
# Intent: all attentions have the latents on one side, so L can be factored out; growth is the quotient of two counts.
def perceiver_pairs(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> int:
    return n_latents * (n_inputs + n_blocks * n_latents + n_outputs)


def growth(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> float:
    rest = (n_latents, n_blocks)
    return perceiver_pairs(2 * n_inputs, 2 * n_outputs, *rest) / perceiver_pairs(n_inputs, n_outputs, *rest)


P_16_11_CHOICE = "it grows, and is not quite doubled"


# %% wrong: perceiver_pairs
# Misconception: the latents look at the inputs again in each block, as in the first Perceiver.
def perceiver_pairs(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> int:
    return n_blocks * (n_latents * n_inputs + n_latents**2) + n_latents * n_outputs


# %% wrong: growth, P_16_11_CHOICE
# Misconception: attention is quadratic in what goes in, so that twice as much costs four times as much.
def growth(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> float:
    def cost(inputs, outputs):
        return inputs**2 + n_blocks * n_latents**2 + outputs**2

    return cost(2 * n_inputs, 2 * n_outputs) / cost(n_inputs, n_outputs)


P_16_11_CHOICE = "it is four times as large"
