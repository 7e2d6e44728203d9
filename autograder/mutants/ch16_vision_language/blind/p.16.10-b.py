# %% right
# Intent: scikit-learn's cosine_similarity makes the logits, torch's cross_entropy goes over rows and over columns.
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from sklearn.metrics.pairwise import cosine_similarity


def clip_loss(images: ArrayLike, texts: ArrayLike, scale: float) -> float:
    logits = scale * torch.from_numpy(cosine_similarity(np.asarray(images, dtype=float), np.asarray(texts, dtype=float)))
    own = torch.arange(len(logits))
    return ((F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2).item()


P_16_10_CHOICE: dict[str, str] = {
    "VideoBERT": "E",
    "ViLBERT": "B",
    "CLIP": "G",
    "DALL-E": "A",
    "Perceiver IO": "F",
    "Flamingo": "C",
    "BLIP-2": "D",
}

# %% wrong: clip_loss
# Misconception: the matrix holds each pair once, so one cross-entropy (which caption belongs to a picture) says all.
def clip_loss(images: ArrayLike, texts: ArrayLike, scale: float) -> float:
    logits = scale * torch.from_numpy(cosine_similarity(np.asarray(images, dtype=float), np.asarray(texts, dtype=float)))
    return F.cross_entropy(logits, torch.arange(len(logits))).item()

# %% wrong: P_16_10_CHOICE
# Misconception: BLIP-2 builds cross-attention into the frozen language model, and Flamingo trains a small transformer between two frozen ones.
P_16_10_CHOICE: dict[str, str] = {
    "VideoBERT": "E",
    "ViLBERT": "B",
    "CLIP": "G",
    "DALL-E": "A",
    "Perceiver IO": "F",
    "Flamingo": "D",
    "BLIP-2": "C",
}
