# %% right
# Intent: whole batches plus one for the remainder, times the epochs; the noise by trying all batches and averaging
# their squared distances to the full gradient.
from itertools import combinations


def updates(m: int, batch_size: int, epochs: int) -> int:
    whole, remainder = divmod(m, batch_size)
    per_epoch: int = whole + (1 if remainder > 0 else 0)
    return per_epoch * epochs


def squared_distance(a: Array, b: Array) -> float:
    total: float = 0.0
    for j in range(len(a)):
        total += float(a[j] - b[j]) ** 2
    return total


def gradient_noise(G: Array, batch_size: int) -> float:
    rows: Array = np.asarray(G, dtype=np.float64)
    full: Array = rows.mean(axis=0)
    total: float = 0.0
    count: int = 0
    for batch in combinations(range(rows.shape[0]), batch_size):
        total += squared_distance(rows[list(batch)].mean(axis=0), full)
        count += 1
    return total / count


P_04_7_FIRST: str = "stochastic"
P_04_7_SETTLES: str = "batch"
P_04_7_REMEDY: str = "shrinking rate"

# %% wrong: gradient_noise
# Misconception: Thinks that a squared distance is a mean squared error, that is, the mean over the n entries of the
# gradient instead of their sum.
def squared_distance(a: Array, b: Array) -> float:
    return float(np.mean((a - b) ** 2))


# %% wrong: updates
# Misconception: Thinks that the rows left over at the end of an epoch are filled up to a whole batch with rows
# of the next epoch, so that only the very last batch of all can be smaller.
def updates(m: int, batch_size: int, epochs: int) -> int:
    whole, remainder = divmod(m * epochs, batch_size)
    return whole + (1 if remainder > 0 else 0)
