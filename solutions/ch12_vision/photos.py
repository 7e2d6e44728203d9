"""Chapter 12, what is on a photo (tf1.13.8): the answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps
from torch import Tensor, nn

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def open_photo(path: str | Path) -> NDArray[np.uint8]:
    """Read a photo, as a camera or a phone has saved it.

    Parameters
    ----------
    path : of a JPEG or PNG file: in colour, grey, or with a layer that says how
        transparent it is, which is left out. A camera that was held on its side may say
        so in the file (EXIF's *orientation*): then the photo is turned upright.

    Returns
    -------
    (height, width, 3) bytes: red, green and blue.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "grey.png"
    >>> Image.new("L", (3, 2), 90).save(path)
    >>> open_photo(path).shape
    (2, 3, 3)
    """
    with Image.open(path) as photo:
        return np.array(ImageOps.exif_transpose(photo).convert("RGB"))


def preprocess(photo: ArrayLike, size: int = 299) -> Tensor:
    """Make of a photo what a network wants that has learned from ImageNet.

    The photo is scaled, height and width by the same factor, so that its shorter side
    has `size` pixels. Of the longer side the middle is kept.

    Parameters
    ----------
    photo : (height, width, 3) bytes: red, green and blue.
    size : pixels; 299 is what Inception v3 wants.

    Returns
    -------
    (1, 3, size, size) float32: red, green and blue from 0 to 1, of which the mean
    `MEAN` is taken away, and what is left is divided by `STD`.

    Examples
    --------
    >>> X = preprocess(np.zeros((40, 60, 3), dtype=np.uint8), size=20)
    >>> X[0, :, 0, 0].round(decimals=2)
    tensor([-2.1200, -2.0400, -1.8000])
    """
    picture = Image.fromarray(np.asarray(photo, dtype=np.uint8))
    fitted = ImageOps.fit(picture, (size, size), Image.Resampling.BILINEAR)  # scales, and keeps the middle
    values = torch.tensor(np.asarray(fitted)).movedim(-1, 0) / 255
    return ((values - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None])[None]


def most_likely(model: nn.Module, X: Any, names: Sequence[str], k: int = 5) -> list[list[tuple[str, float]]]:
    """Return what a network takes pictures for.

    Parameters
    ----------
    model : takes X and gives (B, K) logits, one for each class, some of them in the
        hundreds. Some give a tuple, of which the logits are the first: Inception v3
        while it is trained, others in evaluation mode, too. It is asked in evaluation
        mode, and may be left there.
    X : (B, 3, height, width) float32, as `preprocess` makes them.
    names : of the classes, in their order. Some networks have one class more than there
        are names, *background*, which is class 0: then the names begin with class 1,
        and background, whose name is ``"background"``, is a class like the others.
    k : how many classes to name, at most K.

    Returns
    -------
    For each picture k pairs of a name and its probability, the most probable first.

    Examples
    --------
    >>> class Sure(nn.Module):
    ...     def forward(self, X):
    ...         return torch.tensor([[0.0, 2.0]]).repeat(len(X), 1)
    >>> (pairs,) = most_likely(Sure(), torch.zeros(1, 3, 2, 2), ["ant", "bee"], k=2)
    >>> [(name, round(p, 2)) for name, p in pairs]
    [('bee', 0.88), ('ant', 0.12)]
    """
    model.eval()
    with torch.no_grad():
        logits = model(X)
    logits = logits[0] if isinstance(logits, tuple) else logits
    if logits.shape[1] == len(names) + 1:
        names = ["background", *names]
    best = logits.softmax(dim=1).topk(k)
    return [
        [(names[n], p) for n, p in zip(numbers, values, strict=True)]
        for numbers, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]
