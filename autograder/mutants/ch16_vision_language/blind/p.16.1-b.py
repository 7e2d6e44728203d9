# %% right
# Intent: let nn.Linear (on the meta device, so nothing is allocated) count its own numbers, and add the class token and positions.
import torch
from torch import nn


def vit_input(height: int, width: int, patch: int, channels: int, dim: int) -> tuple[int, int]:
    tokens = (height // patch) * (width // patch) + 1
    linear = nn.Linear(channels * patch**2, dim, device="meta")
    return tokens, sum(p.numel() for p in linear.parameters()) + dim + tokens * dim

# %% wrong: vit_input
# Misconception: the class token stands nowhere in the picture, so only the patches have a learned vector for their place.
def vit_input(height: int, width: int, patch: int, channels: int, dim: int) -> tuple[int, int]:
    patches = (height // patch) * (width // patch)
    linear = nn.Linear(channels * patch**2, dim, device="meta")
    return patches + 1, sum(p.numel() for p in linear.parameters()) + dim + patches * dim

# %% wrong: vit_input
# Misconception: each patch position has a linear layer of its own (as if the patches did not share the projection).
def vit_input(height: int, width: int, patch: int, channels: int, dim: int) -> tuple[int, int]:
    patches = (height // patch) * (width // patch)
    linear = nn.Linear(channels * patch**2, dim, device="meta")
    return patches + 1, patches * sum(p.numel() for p in linear.parameters()) + dim + (patches + 1) * dim
