# %% right
# Intent: count the patches along each side, and add up the three learned things one by one.
def vit_input(height, width, patch, channels, dim):
    n_patches = (height // patch) * (width // patch)
    n_tokens = n_patches + 1
    layer = channels * patch * patch * dim + dim
    class_token = dim
    places = n_tokens * dim
    return n_tokens, layer + class_token + places

# %% wrong: vit_input
# Misconception: the class token is no place of the picture, so it needs no vector for a place; only patches have one.
def vit_input(height, width, patch, channels, dim):
    n_patches = (height // patch) * (width // patch)
    layer = channels * patch * patch * dim + dim
    return n_patches + 1, layer + dim + n_patches * dim

# %% wrong: vit_input
# Misconception: each patch has a linear layer of its own, as each place shows something else.
def vit_input(height, width, patch, channels, dim):
    n_patches = (height // patch) * (width // patch)
    layers = n_patches * (channels * patch * patch * dim + dim)
    return n_patches + 1, layers + dim + (n_patches + 1) * dim
