"""Chapter 16, learning from pictures without labels (p.16.6, p.16.7): the answers."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax, softmax

P_16_6 = """
Two networks of one kind see different crops of the same picture, and the student is to say what the teacher says; no
label is needed. The teacher is not trained: its weights are a moving average of the student's. The teacher sees large
crops only, the student small ones as well, so that it has to tell the whole from a part. If both said the same of all
pictures they would agree perfectly, and know nothing: so the teacher's outputs are centred (no output may win always)
and sharpened by a low temperature (they may not all be equal).

DINOv2 does the same with far more pictures, chosen with care, and hides patches from the student besides, of which it
has to say what the teacher says of them. Its features are good as they come: frozen, with a linear layer or nearest
neighbours on top and few labels, for classification, retrieval, segmentation and depth.
"""
P_16_6_RUBRIC = """
- 1 point: a student learns to say what a teacher says of another crop, and the teacher is a moving average of it
- 1 point: centring and sharpening against collapse
- 1 point: DINOv2: more and curated data, or a loss on patches; frozen features for many tasks
"""


def dino_loss(
    student: ArrayLike,
    teacher: ArrayLike,
    centre: ArrayLike,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
) -> float:
    """Return how far the student is from saying what the teacher says.

    Probabilities are a softmax of logits that were divided by the temperature. From the
    teacher's logits the centre is taken away first. The loss is the cross-entropy of
    the student's probabilities, with the teacher's as targets, a mean over the
    pictures.

    Parameters
    ----------
    student, teacher : (B, K) logits, which may be large, some hundreds.
    centre : (K,)

    Examples
    --------
    >>> round(dino_loss([[0.0, 0.0]], [[1.0, 3.0]], [0.0, 0.0]), 4)
    0.6931
    """
    wanted = softmax((np.asarray(teacher, dtype=float) - np.asarray(centre)) / teacher_temperature, axis=1)
    said = log_softmax(np.asarray(student, dtype=float) / student_temperature, axis=1)
    return float(-(wanted * said).sum(axis=1).mean())


def follow(teacher: ArrayLike, student: ArrayLike, momentum: float) -> NDArray[np.float64]:
    """Return the teacher's weights after one step in which they follow the student's.

    Parameters
    ----------
    teacher, student : weights, of the same shape (or a single number each), which are
        not changed.
    momentum : the share of the teacher's weights that stays, e.g. 0.996.

    Examples
    --------
    >>> follow([1.0, 0.0], [0.0, 1.0], momentum=0.75).tolist()
    [0.75, 0.25]
    """
    return momentum * np.asarray(teacher, dtype=float) + (1 - momentum) * np.asarray(student, dtype=float)


P_16_7 = """
A JEPA hides parts of a picture and predicts, from what can be seen, what an encoder makes of the hidden parts: vectors,
not pixels. One encoder reads the visible patches; a predictor is told which places are asked for; and what is wanted
comes from a second encoder, which sees the whole picture and whose weights are a moving average of the first one's.
The loss is a distance of vectors. So nothing is spent on details that nobody can foresee (each leaf of a tree), which a
network that paints pixels has to guess at, and what is learned is what the parts mean.
"""
P_16_7_RUBRIC = """
- 1 point: predicts representations of hidden parts from visible ones, not pixels
- 1 point: context encoder, predictor, and a target encoder that is a moving average
"""


def jepa_loss(predicted: ArrayLike, wanted: ArrayLike, hidden: ArrayLike) -> float:
    """Return the loss of a JEPA: the mean squared error of what is predicted of the
    hidden patches. What it says of the others does not count.

    Parameters
    ----------
    predicted, wanted : (B, N, d), a vector for each patch of each picture.
    hidden : (B, N) truth values, which patches were hidden: one or more in all.

    Returns
    -------
    A mean over all numbers of all hidden patches of the batch.

    Examples
    --------
    >>> predicted, wanted = [[[1.0, 2.0], [9.0, 9.0]]], [[[1.0, 4.0], [0.0, 0.0]]]
    >>> jepa_loss(predicted, wanted, hidden=[[True, False]])
    2.0
    """
    apart = np.asarray(predicted, dtype=float) - np.asarray(wanted, dtype=float)
    return float((apart[np.asarray(hidden, dtype=bool)] ** 2).mean())


# What a JEPA predicts, and where it gets what is wanted from: two of the options.
P_16_7_CHOICE: list[str] = ["the vectors of hidden patches", "an average of earlier encoders"]
