# %% right
# Intent: scipy's log_softmax of the biases, averaged with the class counts as weights.
from scipy.special import log_softmax

def first_loss(counts: Sequence[int], biases: ArrayLike | None = None) -> float:
    logits = np.zeros(len(counts)) if biases is None else np.asarray(biases, dtype=float)
    return float(-np.average(log_softmax(logits), weights=counts))

P_11_3_CHOICE: list[str] = ["b", "c", "f"]

# %% wrong: first_loss
# Misconception: each class counts the same in the mean; how many rows it has does not matter.
def first_loss(counts: Sequence[int], biases: ArrayLike | None = None) -> float:
    logits = np.zeros(len(counts)) if biases is None else np.asarray(biases, dtype=float)
    return float(-np.mean(log_softmax(logits)))

# %% wrong: P_11_3_CHOICE
# Misconception: zero biases keep the units alike, just as equal weights do, so they have to be random.
P_11_3_CHOICE: list[str] = ["a", "c", "f"]
