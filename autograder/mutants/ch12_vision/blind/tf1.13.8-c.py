# %% right
# Intent: PIL for reading and turning; torch's antialiased interpolation and a middle cut; softmax and topk for the names.
import numpy as np
import torch
from PIL import Image, ImageOps
from torch.nn.functional import interpolate


def open_photo(path):
    with Image.open(path) as photo:
        return np.array(ImageOps.exif_transpose(photo).convert("RGB"))


def preprocess(photo, size=299):
    X = torch.as_tensor(np.array(photo, dtype=np.float32)).movedim(-1, 0)[None] / 255
    height, width = X.shape[2:]
    short = min(height, width)
    sides = [round(side * size / short) for side in (height, width)]
    X = interpolate(X, size=sides, mode="bilinear", antialias=True, align_corners=False)
    top, left = ((side - size) // 2 for side in sides)
    X = X[..., top : top + size, left : left + size]
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (MEAN, STD))
    return (X - mean) / std


def most_likely(model, X, names, k=5):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    with torch.inference_mode():
        logits = model(torch.as_tensor(X))
    for module, mode in modes:
        module.training = mode
    if isinstance(logits, (tuple, list)):
        logits = logits[0]
    names = ["background"] * (logits.shape[1] - len(names)) + list(names)
    shares, numbers = logits.double().softmax(dim=1).topk(k, dim=1)
    return [[(names[n], p) for n, p in zip(*row)] for row in zip(numbers.tolist(), shares.tolist())]


# %% wrong: preprocess
# Misconception: the network wants a square, so the photo is squeezed into one.
def preprocess(photo, size=299):
    X = torch.as_tensor(np.array(photo, dtype=np.float32)).movedim(-1, 0)[None] / 255
    X = interpolate(X, size=(size, size), mode="bilinear", antialias=True, align_corners=False)
    return (X - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)


# %% wrong: most_likely
# Misconception: "background" is no answer; its logit is cut off before the softmax, and the other classes share all.
def most_likely(model, X, names, k=5):
    model.eval()
    with torch.no_grad():
        logits = model(torch.as_tensor(X))
    if isinstance(logits, tuple):
        logits = logits[0]
    logits = logits[:, logits.shape[1] - len(names) :]
    shares, numbers = logits.softmax(dim=1).topk(min(k, len(names)), dim=1)
    return [[(names[n], p) for n, p in zip(*row)] for row in zip(numbers.tolist(), shares.tolist())]
