# %% right
# Intent: latents times all that they meet; growth is a quotient of two such numbers.
def perceiver_pairs(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> int:
    return n_latents * (n_inputs + n_blocks * n_latents + n_outputs)


def growth(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> float:
    before = perceiver_pairs(n_inputs, n_outputs, n_latents, n_blocks)
    return perceiver_pairs(2 * n_inputs, 2 * n_outputs, n_latents, n_blocks) / before


P_16_11_CHOICE: str = "it grows, and is not quite doubled"

# %% wrong: perceiver_pairs
# Misconception: as in a decoder, the latents look at the inputs again in each block.
def perceiver_pairs(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> int:
    return n_latents * (n_blocks * (n_inputs + n_latents) + n_outputs)

# %% wrong: growth, P_16_11_CHOICE
# Misconception: attention is quadratic, so twice the inputs and outputs cost four times as much.
def growth(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> float:
    return ((2 * n_inputs + 2 * n_outputs) / (n_inputs + n_outputs)) ** 2


P_16_11_CHOICE: str = "it is four times as large"
