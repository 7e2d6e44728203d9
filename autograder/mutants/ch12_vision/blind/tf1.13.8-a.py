# %% right
# Intent: let PIL turn the photo, scale by the factor that brings the shorter side to size, cut out the middle; then a
# softmax, and names sorted by it, with "background" put in front where there is one class more than names.
import numpy as np
import torch
from PIL import Image, ImageOps

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def open_photo(path):
    with Image.open(path) as photo:
        upright = ImageOps.exif_transpose(photo)
        return np.array(upright.convert("RGB"), dtype=np.uint8)


def preprocess(photo, size=299):
    photo = np.asarray(photo, dtype=np.uint8)
    height, width = photo.shape[:2]
    factor = size / min(height, width)
    new_height, new_width = max(size, round(height * factor)), max(size, round(width * factor))
    scaled = np.array(Image.fromarray(photo).resize((new_width, new_height), Image.Resampling.BILINEAR))
    top, left = (new_height - size) // 2, (new_width - size) // 2
    middle = scaled[top : top + size, left : left + size].astype(np.float32) / 255
    out = np.empty((1, 3, size, size), dtype=np.float32)
    for c in range(3):
        out[0, c] = (middle[:, :, c] - MEAN[c]) / STD[c]
    return torch.tensor(out)


def most_likely(model, X, names, k=5):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    with torch.no_grad():
        logits = model(torch.as_tensor(X))
    for module, training in modes:
        module.training = training
    if isinstance(logits, (tuple, list)):
        logits = logits[0]
    logits = logits.cpu().numpy().astype(float)
    names = list(names)
    if logits.shape[1] == len(names) + 1:
        names = ["background"] + names
    result = []
    for row in logits:
        e = np.exp(row - row.max())
        p = e / e.sum()
        best = sorted(range(len(p)), key=lambda c: -p[c])[:k]
        result.append([(names[c], float(p[c])) for c in best])
    return result

# %% wrong: preprocess
# Misconception: a network only minds the number of pixels; a photo can simply be squeezed to a square.
def preprocess(photo, size=299):
    photo = np.asarray(photo, dtype=np.uint8)
    scaled = np.array(Image.fromarray(photo).resize((size, size), Image.Resampling.BILINEAR)).astype(np.float32) / 255
    scaled = (scaled - np.array(MEAN, dtype=np.float32)) / np.array(STD, dtype=np.float32)
    return torch.tensor(scaled.transpose(2, 0, 1)[None].copy())

# %% wrong: most_likely
# Misconception: background is no kind of thing, so that its logit is dropped before the softmax.
def most_likely(model, X, names, k=5):
    model.eval()
    with torch.no_grad():
        logits = model(X)
    if isinstance(logits, (tuple, list)):
        logits = logits[0]
    if logits.shape[1] == len(names) + 1:
        logits = logits[:, 1:]
    probabilities = torch.softmax(logits, dim=1)
    result = []
    for p in probabilities:
        best = sorted(range(len(p)), key=lambda c: -p[c].item())[:k]
        result.append([(names[c], p[c].item()) for c in best])
    return result
