# %% right
# Intent: the dot product of the seconds per dimension with the numbers of dimensions that go into each step.
P_07_8_CHOICE = {
    "PCA to 50, t-SNE to 2": "sensible",
    "t-SNE to 2, PCA to 2": "pointless",
    "random projection to 300, PCA to 20": "sensible",
    "PCA to 50, PCA to 20": "pointless",
}


def chain_seconds(d: int, steps: Sequence[tuple[float, int]]) -> float:
    table = pd.DataFrame(list(steps), columns=["seconds", "leaves"], dtype=float)
    return (table["seconds"] * table["leaves"].shift(fill_value=d)).sum()


# %% wrong: P_07_8_CHOICE
# Misconception: Thinks that two gentle steps of PCA lose less than a single big one, so that going by way of 50
# components makes the 20 better.
P_07_8_CHOICE = {
    "PCA to 50, t-SNE to 2": "sensible",
    "t-SNE to 2, PCA to 2": "pointless",
    "random projection to 300, PCA to 20": "sensible",
    "PCA to 50, PCA to 20": "sensible",
}

# %% wrong: chain_seconds
# Misconception: Thinks that only the first step is the preparation that makes the data smaller, and that all the
# others work on what that one has left.
def chain_seconds(d: int, steps: Sequence[tuple[float, int]]) -> float:
    seconds = [s for s, _ in steps]
    given = [d] + [steps[0][1]] * (len(steps) - 1)
    return float(np.dot(seconds, given))
