# %% right
# Intent: PIL's ImageOps does the turning (exif_transpose) and the scaling with a middle cut (fit); softmax and topk do the rest.
import numpy as np
import torch
from PIL import Image, ImageOps


def open_photo(path):
    with Image.open(path) as photo:
        return np.array(ImageOps.exif_transpose(photo).convert("RGB"))


def preprocess(photo, size=299):
    picture = ImageOps.fit(Image.fromarray(np.asarray(photo, dtype=np.uint8)), (size, size), Image.Resampling.BILINEAR)
    X = torch.tensor(np.array(picture)).movedim(-1, 0)[None].float() / 255
    return (X - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)


def most_likely(model, X, names, k=5):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(torch.as_tensor(X))
    model.train(was_training)
    if isinstance(logits, (tuple, list)):
        logits = logits[0]
    if logits.shape[1] == len(names) + 1:
        names = ["background", *names]
    top = logits.softmax(dim=1).topk(k)
    return [[(names[i], p) for p, i in zip(*pair)] for pair in zip(top.values.tolist(), top.indices.tolist())]

# %% wrong: open_photo
# Misconception: the pixels of a file are stored upright, and PIL's open takes care of whatever a camera notes.
def open_photo(path):
    with Image.open(path) as photo:
        return np.array(photo.convert("RGB"))

# %% wrong: most_likely
# Misconception: the probabilities of the k classes that are named are those of a softmax over just these k.
def most_likely(model, X, names, k=5):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(torch.as_tensor(X))
    model.train(was_training)
    if isinstance(logits, (tuple, list)):
        logits = logits[0]
    if logits.shape[1] == len(names) + 1:
        names = ["background", *names]
    top = logits.topk(k)
    shares = top.values.softmax(dim=1)
    return [[(names[i], p) for p, i in zip(*pair)] for pair in zip(shares.tolist(), top.indices.tolist())]
