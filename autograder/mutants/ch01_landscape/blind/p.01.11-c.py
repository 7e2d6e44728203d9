# %% right
# Intent: torch.topk on the negative distances; the prediction is a product with uniform weights.
import torch

P_01_11_CHOICE: str = "instance-based learning"


def predict_by_neighbours(x: Array, y: Array, new: float, k: int) -> float:
    features, targets = (torch.as_tensor(np.asarray(a, dtype=float)) for a in (x, y))
    nearest = torch.topk((features - float(new)).abs(), int(k), largest=False).indices
    return float(targets[nearest].mean())


# %% wrong: predict_by_neighbours
# Misconception: Thinks that neighbours are neighbours in the table: takes the nearest example and the rows next to it,
# as if the examples were sorted by the feature and evenly spaced.
def predict_by_neighbours(x: Array, y: Array, new: float, k: int) -> float:
    middle = int(np.argmin(np.abs(x - new)))
    first = min(max(middle - (k - 1) // 2, 0), len(x) - k)
    return float(np.mean(y[first : first + k]))


# %% wrong: P_01_11_CHOICE
# Misconception: Thinks that a measure of similarity is a model, so the system is model-based.
P_01_11_CHOICE: str = "model-based learning"
