# %% right
# Intent: The number of batches is the length of a range; the noise is the variance of a mean drawn without
# replacement, from the trace of the centred Gram matrix of the gradients.
def updates(m: int, batch_size: int, epochs: int) -> int:
    return sum(len(range(0, m, batch_size)) for _ in range(epochs))


def gradient_noise(G: Array, batch_size: int) -> float:
    N = len(G)
    centre = np.eye(N) - 1 / N
    scatter = np.einsum("ij,jk,ik->", centre, np.asarray(G, dtype=float), centre @ G)
    return float(scatter / (N - 1) * (1 / batch_size - 1 / N))


P_04_7_FIRST: str = "stochastic"
P_04_7_SETTLES: str = "batch"
P_04_7_REMEDY: str = "shrinking rate"

# %% wrong: gradient_noise
# Misconception: Thinks of the squared distance as a mean squared error, and averages over the n entries too instead of
# adding them up.
def gradient_noise(G: Array, batch_size: int) -> float:
    from itertools import combinations

    whole = G.mean(axis=0)
    batches = combinations(range(len(G)), batch_size)
    return float(np.mean([np.mean((G[list(rows)].mean(axis=0) - whole) ** 2) for rows in batches]))

# %% wrong: P_04_7_FIRST
# Misconception: Thinks that whoever takes the exact gradient goes the straight way and so gets near the minimum first,
# forgetting that not one step of it is taken before all rows are read.
P_04_7_FIRST = "batch"
