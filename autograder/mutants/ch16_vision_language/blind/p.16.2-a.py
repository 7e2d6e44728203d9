# %% right
# Intent: tokens are the patches and the class token; each looks at each, in every head.
def attention_scores(height, width, patch, heads):
    n = 1
    for _row in range(height // patch):
        n += width // patch
    return heads * n * n


P_16_2_CHOICE = [
    "it can look at the whole picture from the first layer on",
    "it needs more pictures to learn from than a CNN",
    "its tokens stand for patches of one size in all layers",
]

# %% wrong: attention_scores
# Misconception: two tokens have one score between them (attention is symmetric, like a similarity), so a pair counts once.
def attention_scores(height, width, patch, heads):
    n = (height // patch) * (width // patch) + 1
    return heads * n * (n + 1) // 2

# %% wrong: P_16_2_CHOICE
# Misconception: patches are laid in a grid, so the model is born knowing neighbours (like a CNN), and cost is linear in patches.
P_16_2_CHOICE = [
    "it can look at the whole picture from the first layer on",
    "its tokens stand for patches of one size in all layers",
    "it knows from its architecture that neighbouring patches belong together",
    "its attention costs twice as much when a picture has twice as many patches",
]
