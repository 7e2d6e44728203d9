# %% right
# Intent: the score tensor of a layer has the shape (heads, N + 1, N + 1); count its entries.
def attention_scores(height: int, width: int, patch: int, heads: int) -> int:
    n_tokens = 1 + (height // patch) * (width // patch)
    return heads * n_tokens * n_tokens


P_16_2_CHOICE = [
    "it can look at the whole picture from the first layer on",
    "it needs more pictures to learn from than a CNN",
    "its tokens stand for patches of one size in all layers",
]


# %% wrong: attention_scores
# Misconception: attention is symmetric, a pair of tokens has one score whoever looks at whom.
def attention_scores(height: int, width: int, patch: int, heads: int) -> int:
    n_tokens = 1 + (height // patch) * (width // patch)
    return heads * n_tokens * (n_tokens + 1) // 2


# %% wrong: P_16_2_CHOICE
# Misconception: cutting into patches is already a bias for neighbourhoods, and attention is linear in the patches.
P_16_2_CHOICE = [
    "it can look at the whole picture from the first layer on",
    "its tokens stand for patches of one size in all layers",
    "it knows from its architecture that neighbouring patches belong together",
    "its attention costs twice as much when a picture has twice as many patches",
]
