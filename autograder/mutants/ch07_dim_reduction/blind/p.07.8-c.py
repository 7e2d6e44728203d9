# %% right
# Intent: recursion: the first step costs its price times d, and the rest is the same problem from what it has left.
P_07_8_CHOICE: dict[str, str] = {
    "PCA to 50, t-SNE to 2": "sensible",
    "t-SNE to 2, PCA to 2": "pointless",
    "random projection to 300, PCA to 20": "sensible",
    "PCA to 50, PCA to 20": "pointless",
}


def chain_seconds(d: int, steps: Sequence[tuple[float, int]]) -> float:
    if not len(steps):
        return 0.0
    (price, left), *rest = steps
    return float(price * d + chain_seconds(left, rest))

# %% wrong: chain_seconds
# Misconception: Thinks that a step that leaves as many dimensions as it is given reduces nothing and so takes no
# time.
def chain_seconds(d: int, steps: Sequence[tuple[float, int]]) -> float:
    if not len(steps):
        return 0.0
    (price, left), *rest = steps
    return float((price * d if left < d else 0.0) + chain_seconds(left, rest))

# %% wrong: P_07_8_CHOICE
# Misconception: Thinks that PCA finds the best 20 dimensions anyway, so that a random projection before it can only
# do harm; and doesn't think of the time.
P_07_8_CHOICE: dict[str, str] = {**P_07_8_CHOICE, "random projection to 300, PCA to 20": "pointless"}
