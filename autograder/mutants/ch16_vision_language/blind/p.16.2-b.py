# %% right
# Intent: tokens squared for each head; the class token is one of the tokens.
def attention_scores(height: int, width: int, patch: int, heads: int) -> int:
    return heads * ((height // patch) * (width // patch) + 1) ** 2


P_16_2_CHOICE: list[str] = [
    "it can look at the whole picture from the first layer on",
    "it needs more pictures to learn from than a CNN",
    "its tokens stand for patches of one size in all layers",
]

# %% wrong: attention_scores
# Misconception: the heads divide the work among themselves, so that the number of heads does not change how many scores there are.
def attention_scores(height: int, width: int, patch: int, heads: int) -> int:
    return ((height // patch) * (width // patch) + 1) ** 2

# %% wrong: P_16_2_CHOICE
# Misconception: cutting into a grid of patches tells the architecture who is whose neighbour, and attention costs in proportion to the patches.
P_16_2_CHOICE: list[str] = [
    "it can look at the whole picture from the first layer on",
    "it needs more pictures to learn from than a CNN",
    "its tokens stand for patches of one size in all layers",
    "it knows from its architecture that neighbouring patches belong together",
    "its attention costs twice as much when a picture has twice as many patches",
]
