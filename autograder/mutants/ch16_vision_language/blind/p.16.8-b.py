# %% right
# Intent: torch.topk of each row, and look whether the row's own number is among the indices.
import torch
from numpy.typing import ArrayLike


def recall_at(similarities: ArrayLike, k: int) -> float:
    best = torch.as_tensor(similarities, dtype=torch.float64).topk(k, dim=1).indices
    return (best == torch.arange(len(best))[:, None]).any(dim=1).double().mean().item()


P_16_8_CHOICE: list[str] = [
    "describe a photo",
    "find photos by words",
    "answer a question on a diagram",
    "write down what is said",
]

# %% wrong: recall_at
# Misconception: rows and columns say the same: for each picture it is looked up whether its text is among the first k.
def recall_at(similarities: ArrayLike, k: int) -> float:
    best = torch.as_tensor(similarities, dtype=torch.float64).topk(k, dim=0).indices
    return (best == torch.arange(best.shape[1])).any(dim=0).double().mean().item()

# %% wrong: P_16_8_CHOICE
# Misconception: multimodal means pictures and text; speech that is written down is only language, and so is one modality.
P_16_8_CHOICE: list[str] = ["describe a photo", "find photos by words", "answer a question on a diagram"]
