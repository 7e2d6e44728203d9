# %% right
# Intent: sort the remembered examples by how far their feature is from the new one, and average the first k.
P_01_11_CHOICE = "instance-based learning"


def predict_by_neighbours(x: Array, y: Array, new: float, k: int) -> float:
    pairs: list[tuple[float, int]] = []
    for i in range(len(x)):
        pairs.append((abs(float(x[i]) - float(new)), i))
    pairs.sort()
    total = 0.0
    for _, i in pairs[:k]:
        total += float(y[i])
    return total / min(k, len(pairs))


# %% wrong: predict_by_neighbours
# Misconception: Thinks that an example with exactly the feature asked for must not be used, because looking it up would
# be cheating and not learning.
def predict_by_neighbours(x: Array, y: Array, new: float, k: int) -> float:
    pairs = sorted((abs(float(x[i]) - float(new)), i) for i in range(len(x)))
    others = [pair for pair in pairs if pair[0] > 0] or pairs
    chosen = others[:k]
    return sum(float(y[i]) for _, i in chosen) / len(chosen)
