# %% right
# Intent: build the shapes of all learned tensors (kernel, bias, class token, positions) and add up their sizes.
def vit_input(height: int, width: int, patch: int, channels: int, dim: int) -> tuple[int, int]:
    from math import prod

    n_tokens = (height // patch) * (width // patch) + 1
    shapes = {
        "kernel": (dim, channels, patch, patch),
        "bias": (dim,),
        "class_token": (1, dim),
        "positions": (n_tokens, dim),
    }
    return n_tokens, sum(prod(shape) for shape in shapes.values())


# %% wrong: vit_input
# Misconception: every patch has a linear layer of its own, as every place of the picture means something else.
def vit_input(height: int, width: int, patch: int, channels: int, dim: int) -> tuple[int, int]:
    n_patches = (height // patch) * (width // patch)
    layers = n_patches * (channels * patch**2 * dim + dim)
    return n_patches + 1, layers + dim + (n_patches + 1) * dim


# %% wrong: vit_input
# Misconception: the class token belongs to no place in the picture, so only the patches get a position.
def vit_input(height: int, width: int, patch: int, channels: int, dim: int) -> tuple[int, int]:
    n_patches = (height // patch) * (width // patch)
    return n_patches + 1, (channels * patch**2 + 1) * dim + dim + n_patches * dim
