# %% right
# Intent: stage s has patches of side patch * 2**s and tokens of length dim * 2**s.
def stage_shapes(height: int, width: int, patch: int, dim: int, n_stages: int) -> list[tuple[int, int, int]]:
    factors = (2**stage for stage in range(n_stages))
    return [(height // (patch * f), width // (patch * f), dim * f) for f in factors]


P_16_4_CHOICE = {
    "ViT": "plain",
    "DeiT": "plain",
    "PVT": "hierarchical",
    "Swin": "hierarchical",
    "DINOv2's backbone": "plain",
    "MViT": "hierarchical",
}


# %% wrong: stage_shapes
# Misconception: merging 2 x 2 neighbours keeps all four vectors, so that a token is four times as long.
def stage_shapes(height: int, width: int, patch: int, dim: int, n_stages: int) -> list[tuple[int, int, int]]:
    return [(height // (patch * 2**s), width // (patch * 2**s), dim * 4**s) for s in range(n_stages)]


# %% wrong: P_16_4_CHOICE
# Misconception: PVT only makes attention cheaper, and what serves as a backbone for dense tasks must be a pyramid.
P_16_4_CHOICE = {
    "ViT": "plain",
    "DeiT": "plain",
    "PVT": "plain",
    "Swin": "hierarchical",
    "DINOv2's backbone": "hierarchical",
    "MViT": "hierarchical",
}
