"""Chapter 16, classes by their names (p.16.12): the answers."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax


def class_embeddings(
    names: Sequence[str], encode_texts: Callable[[list[str]], Any], templates: Sequence[str]
) -> NDArray[np.float32]:
    """Return a vector for each class, made of its name.

    Each name is put into each template, at the ``{}``, and the texts are encoded, each
    of them once. What comes out is brought to length 1; a class has the mean of its
    texts, which is brought to length 1 again.

    Parameters
    ----------
    names : of K classes, in words.
    encode_texts : takes a list of texts, and gives (number of texts, d): vectors of any
        length, as an array or a tensor without gradients.
    templates : one or more, e.g. ``["a photo of a {}"]``.

    Returns
    -------
    (K, d) floats, rows of length 1.

    Examples
    --------
    >>> def count(texts):
    ...     return [[text.count("a"), text.count("o")] for text in texts]
    >>> class_embeddings(["cat", "dog"], count, ["{}", "the {}"]).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    texts = [template.format(name) for name in names for template in templates]
    found = np.asarray(encode_texts(texts), dtype=np.float32)
    found = found / np.linalg.norm(found, axis=1, keepdims=True)
    means = found.reshape(len(names), len(templates), -1).mean(axis=1)
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def zero_shot(images: ArrayLike, classes: ArrayLike, scale: float = 100.0) -> NDArray[np.float64]:
    """Return how probable each class is for each picture, without any training.

    The logits are cosine similarities, times `scale`.

    Parameters
    ----------
    images : (n, d) embeddings of pictures, of any length.
    classes : (K, d), as `class_embeddings` makes them.
    scale : CLIP has learned one; it is about 100.

    Returns
    -------
    (n, K), rows that sum to 1.

    Examples
    --------
    >>> zero_shot([[0.0, 9.0]], [[1.0, 0.0], [0.0, 1.0]], scale=1.0).round(3).tolist()
    [[0.269, 0.731]]
    """
    images = np.asarray(images, dtype=float)
    images = images / np.linalg.norm(images, axis=1, keepdims=True)
    return np.asarray(softmax(scale * images @ np.asarray(classes, dtype=float).T, axis=1))
