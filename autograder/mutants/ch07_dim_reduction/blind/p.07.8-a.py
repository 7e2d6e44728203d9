# %% right
# Intent: walk through the steps and carry along the number of dimensions that the next one is given.
P_07_8_CHOICE: dict[str, str] = {
    "PCA to 50, t-SNE to 2": "sensible",
    "t-SNE to 2, PCA to 2": "pointless",
    "random projection to 300, PCA to 20": "sensible",
    "PCA to 50, PCA to 20": "pointless",
}


def chain_seconds(d: int, steps: Sequence[tuple[float, int]]) -> float:
    seconds: float = 0.0
    given: int = int(d)
    for per_dimension, left in steps:
        seconds += float(per_dimension) * given
        given = int(left)
    return seconds


# %% wrong: chain_seconds
# Misconception: Thinks that a step which leaves as many dimensions as it is given has nothing to do, and costs no time.
def chain_seconds(d: int, steps: Sequence[tuple[float, int]]) -> float:
    seconds = 0.0
    given = d
    for per_dimension, left in steps:
        if left < given:
            seconds += per_dimension * given
            given = left
    return float(seconds)


# %% wrong: P_07_8_CHOICE
# Misconception: Thinks that PCA in two careful steps loses less than in one go.
P_07_8_CHOICE: dict[str, str] = {
    "PCA to 50, t-SNE to 2": "sensible",
    "t-SNE to 2, PCA to 2": "pointless",
    "random projection to 300, PCA to 20": "sensible",
    "PCA to 50, PCA to 20": "sensible",
}
