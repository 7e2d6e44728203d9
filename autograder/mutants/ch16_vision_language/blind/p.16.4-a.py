# %% right
# Intent: start with the grid of patches, and for each further stage halve both sides and double the length.
def stage_shapes(height, width, patch, dim, n_stages):
    rows, columns, length = height // patch, width // patch, dim
    stages = []
    for _stage in range(n_stages):
        stages.append((rows, columns, length))
        rows, columns, length = rows // 2, columns // 2, length * 2
    return stages


P_16_4_CHOICE = {
    "ViT": "plain",
    "DeiT": "plain",
    "PVT": "hierarchical",
    "Swin": "hierarchical",
    "DINOv2's backbone": "plain",
    "MViT": "hierarchical",
}

# %% wrong: stage_shapes
# Misconception: four tokens are laid end to end, so the new token is four times as long.
def stage_shapes(height, width, patch, dim, n_stages):
    stages = []
    for stage in range(n_stages):
        stages.append((height // patch // 2**stage, width // patch // 2**stage, dim * 4**stage))
    return stages

# %% wrong: P_16_4_CHOICE
# Misconception: what is newer than ViT and learns better (DeiT, DINOv2) must be hierarchical; MViT is only a ViT for videos.
P_16_4_CHOICE = {
    "ViT": "plain",
    "DeiT": "hierarchical",
    "PVT": "hierarchical",
    "Swin": "hierarchical",
    "DINOv2's backbone": "hierarchical",
    "MViT": "plain",
}
