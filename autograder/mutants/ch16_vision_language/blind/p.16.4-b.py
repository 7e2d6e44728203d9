# %% right
# Intent: a comprehension; stage s has the grid of the first, divided by 2**s, and 2**s times its length.
def stage_shapes(height: int, width: int, patch: int, dim: int, n_stages: int) -> list[tuple[int, int, int]]:
    return [(height // patch >> s, width // patch >> s, dim << s) for s in range(n_stages)]


P_16_4_CHOICE: dict[str, str] = {
    "ViT": "plain",
    "DeiT": "plain",
    "PVT": "hierarchical",
    "Swin": "hierarchical",
    "DINOv2's backbone": "plain",
    "MViT": "hierarchical",
}

# %% wrong: stage_shapes
# Misconception: four tokens are put side by side, so the new one is four times as long (the linear layer that halves it is forgotten).
def stage_shapes(height: int, width: int, patch: int, dim: int, n_stages: int) -> list[tuple[int, int, int]]:
    return [(height // patch >> s, width // patch >> s, dim * 4**s) for s in range(n_stages)]

# %% wrong: P_16_4_CHOICE
# Misconception: "plain" is only the first ViT; what came later and is good at segmentation and detection, as DINOv2, has to be hierarchical.
P_16_4_CHOICE: dict[str, str] = {
    "ViT": "plain",
    "DeiT": "plain",
    "PVT": "hierarchical",
    "Swin": "hierarchical",
    "DINOv2's backbone": "hierarchical",
    "MViT": "hierarchical",
}
