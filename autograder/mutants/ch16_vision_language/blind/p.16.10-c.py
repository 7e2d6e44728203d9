# %% right
# Intent: unit rows, one einsum for the B x B logits, and minus the mean of the diagonal of both log-softmaxes.
def clip_loss(images: ArrayLike, texts: ArrayLike, scale: float) -> float:
    import numpy as np
    import torch
    from torch.nn import functional as F

    images, texts = (F.normalize(torch.tensor(np.asarray(x), dtype=torch.float64), dim=1) for x in (images, texts))
    logits = scale * torch.einsum("id,td->it", images, texts)
    both = logits.log_softmax(dim=1) + logits.log_softmax(dim=0)
    return (-both.diagonal().mean() / 2).item()


P_16_10_CHOICE = {
    "VideoBERT": "E",
    "ViLBERT": "B",
    "CLIP": "G",
    "DALL-E": "A",
    "Perceiver IO": "F",
    "Flamingo": "C",
    "BLIP-2": "D",
}


# %% wrong: clip_loss
# Misconception: the captions are the classes of the pictures, and that is all: one direction is the whole loss.
def clip_loss(images: ArrayLike, texts: ArrayLike, scale: float) -> float:
    import numpy as np
    import torch
    from torch.nn import functional as F

    images, texts = (F.normalize(torch.tensor(np.asarray(x), dtype=torch.float64), dim=1) for x in (images, texts))
    logits = scale * torch.einsum("id,td->it", images, texts)
    return F.cross_entropy(logits, torch.arange(len(logits))).item()


# %% wrong: P_16_10_CHOICE
# Misconception: Flamingo is the one with a small transformer in between (its resampler), BLIP-2 the one with cross-attention.
P_16_10_CHOICE = {
    "VideoBERT": "E",
    "ViLBERT": "B",
    "CLIP": "G",
    "DALL-E": "A",
    "Perceiver IO": "F",
    "Flamingo": "D",
    "BLIP-2": "C",
}
