"""Chapter 16, transformers that look (p.16.1 to p.16.5): the answers."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_softmax

P_16_1 = """
The picture is cut into square patches that don't overlap, 16 x 16 pixels each. The numbers of each patch are laid out
in a row, and one linear layer, the same for all, makes a token of them. A class token is put in front: a learned
vector, the same for each picture, which belongs to no patch. To each token a learned vector is added that says where
it stands, since attention does not know. Then comes an encoder of the usual kind, as in BERT. What has become of the
class token in the end goes into a linear layer, which names the class.

It matters since there is no convolution in it, and hardly anything else that is made for pictures: after training on
hundreds of millions of them it was as good as the best convolutional networks, or better. So pictures can be done with
the same architecture as text, and text and pictures together.
"""
P_16_1_RUBRIC = """
- 1 point: patches, each made a token by one linear layer, with learned positions
- 1 point: a plain encoder, and a class token (or a mean) that the head reads
- 1 point: why it matters: no convolutions, and as good as CNNs once it is pretrained on very many pictures
"""


def vit_input(height: int, width: int, patch: int, channels: int, dim: int) -> tuple[int, int]:
    """Count what comes before the first block of a ViT.

    Parameters
    ----------
    height, width : of the pictures, in pixels; multiples of `patch`.
    patch : side of a patch.
    channels : 3 for RGB.
    dim : length of a token.

    Returns
    -------
    How many tokens go into the first block, with the class token; and how many numbers
    are learned to make them: one linear layer with biases for all patches, the class
    token, and a vector for the place of each token.

    Examples
    --------
    >>> vit_input(8, 8, 8, 1, 1)
    (2, 68)
    """
    n_tokens = (height // patch) * (width // patch) + 1
    return n_tokens, (channels * patch**2 + 1) * dim + dim + n_tokens * dim


P_16_2 = """
A plain ViT is at its best where one answer is wanted for a whole picture: classes, or an embedding by which pictures
are compared, searched or handed on to a language model.

It is not made for little data. That neighbouring pixels belong together, and that a thing is the same wherever it
stands, a convolutional network knows from its architecture; a ViT has to learn it, and needs very many pictures, or
weights from somebody who had them. Its tokens are coarse, and all of one size from the first layer to the last, which
suits neither outlines nor small things (segmentation, detection). And each token looks at each other one: half the side
of a patch means four times the tokens and sixteen times the attention, so that large pictures are beyond it.
"""
P_16_2_RUBRIC = """
- 1 point: good at: classification of whole pictures, embeddings
- 1 point: needs very much data or pretraining, since it knows nothing of pictures from its architecture
- 1 point: one coarse scale (bad for dense tasks), or a cost that is quadratic in the number of patches
"""


def attention_scores(height: int, width: int, patch: int, heads: int) -> int:
    """Return how many scores one layer of a ViT computes for a picture.

    There is one for each head and each pair of a token that looks and a token that is
    looked at, itself and the class token included.

    Parameters
    ----------
    height, width : of the picture, in pixels; multiples of `patch`.
    patch : side of a patch.
    heads : attention heads of the layer.

    Examples
    --------
    >>> attention_scores(16, 16, 16, 1)
    4
    """
    n_tokens = (height // patch) * (width // patch) + 1
    return heads * n_tokens**2


# All that are true of a plain ViT.
P_16_2_CHOICE: list[str] = [
    "it can look at the whole picture from the first layer on",
    "it needs more pictures to learn from than a CNN",
    "its tokens stand for patches of one size in all layers",
]

P_16_3 = """
DeiT learns from a teacher, a convolutional network that is good already. Besides the class token there is a second one,
the distillation token. It goes through the same layers, and has a head of its own, which is to say what the *teacher*
says of the picture, while the head on the class token is to say the label. From the teacher the ViT takes over what a
CNN knows of pictures by its architecture. With that, and with strong augmentation, the million pictures of ImageNet
were enough, where ViT had needed hundreds of millions.

Yes: nothing in it is about that one architecture. A token, or only a second head, that is taught by a teacher can be
added to other transformers, and any network can be distilled into another.
"""
P_16_3_RUBRIC = """
- 1 point: distillation from a (convolutional) teacher, through a token with a head of its own
- 1 point: what it brings: far fewer pictures needed (with strong augmentation)
- 1 point: it works for other architectures, too
"""


def deit_loss(class_logits: ArrayLike, distil_logits: ArrayLike, teacher_logits: ArrayLike, y: ArrayLike) -> float:
    """Return the loss of DeiT with hard distillation.

    It is the mean of two cross-entropies, each of them a mean over the pictures: of the
    class token's head and the labels, and of the distillation token's head and the
    classes that the teacher finds most likely.

    Parameters
    ----------
    class_logits, distil_logits : (B, K), of the two heads.
    teacher_logits : (B, K), of the teacher.
    y : (B,) whole numbers, the labels.

    Examples
    --------
    >>> round(deit_loss([[0.0, 0.0]], [[0.0, 0.0]], [[5.0, 1.0]], [1]), 4)
    0.6931
    >>> round(deit_loss([[0.0, 9.0]], [[9.0, 0.0]], [[5.0, 1.0]], [1]), 4)
    0.0001
    """
    rows = np.arange(len(np.asarray(y)))
    by_label = -log_softmax(np.asarray(class_logits, dtype=float), axis=1)[rows, np.asarray(y)].mean()
    said = np.asarray(teacher_logits).argmax(axis=1)
    by_teacher = -log_softmax(np.asarray(distil_logits, dtype=float), axis=1)[rows, said].mean()
    return float((by_label + by_teacher) / 2)


P_16_4 = """
The Swin transformer and the pyramid vision transformer (PVT); MViT is a third. They begin with many small patches and
put neighbouring ones together from stage to stage, so that there are fewer and fewer tokens, which stand for more and
more of the picture: as in a CNN, fine maps below, coarse ones with much meaning above.

They are at their best where an answer is wanted for each place: detection, segmentation, depth. The heads of
these tasks were made for CNNs, and want maps of several sizes. Large pictures are no trouble, either.
"""
P_16_4_RUBRIC = """
- 1 point: two of Swin, PVT, MViT or another hierarchical one
- 1 point: good at detection, segmentation or other dense tasks (features at several scales), or at large pictures
"""


def stage_shapes(height: int, width: int, patch: int, dim: int, n_stages: int) -> list[tuple[int, int, int]]:
    """Return the tokens of each stage of a hierarchical transformer such as Swin.

    The first stage has a token of length `dim` for each patch. Before each further
    stage, 2 x 2 neighbours are put together into one token, which is twice as long.

    Parameters
    ----------
    height, width : of the picture, in pixels, such that nothing is left over.
    patch : side of a patch in the first stage.
    dim : length of its tokens.
    n_stages : 1 or more.

    Returns
    -------
    For each stage, the first one first: rows of tokens, columns of tokens, and their
    length.

    Examples
    --------
    >>> stage_shapes(16, 8, 2, 5, n_stages=2)
    [(8, 4, 5), (4, 2, 10)]
    """
    return [(height // patch // 2**n, width // patch // 2**n, dim * 2**n) for n in range(n_stages)]


# For each one "plain" or "hierarchical".
P_16_4_CHOICE: dict[str, str] = {
    "ViT": "plain",
    "DeiT": "plain",
    "PVT": "hierarchical",
    "Swin": "hierarchical",
    "DINOv2's backbone": "plain",
    "MViT": "hierarchical",
}

P_16_5 = """
PVT lets all tokens look, but at fewer: before attention, keys and values are made of blocks of tokens put together, R x
R into one, so that there are R*R times fewer scores. (And from stage to stage there are fewer tokens anyway.)

Swin lets a token look at its neighbours only, those in the same window of, say, 7 x 7 tokens. The cost then grows as
the number of tokens, and not as its square: twice the side of a picture costs four times as much, not sixteen times.
So that windows get to know of each other, they are moved by half a window in every second layer.
"""
P_16_5_RUBRIC = """
- 1 point: PVT: keys and values are reduced spatially
- 1 point: Swin: attention within windows, which are shifted from layer to layer
- 1 point: what it brings: R*R times fewer; linear in the number of tokens and not quadratic
"""


def pairs_attended(rows: int, columns: int, window: int, reduction: int) -> dict[str, int]:
    """Return how many pairs of a query and a key one layer looks at, in one head.

    Parameters
    ----------
    rows, columns : of tokens; multiples of `window` and of `reduction`. There is no
        class token.
    window : Swin's windows have `window` x `window` tokens.
    reduction : PVT makes one key of `reduction` x `reduction` tokens.

    Returns
    -------
    ``"full"``, ``"windowed"`` and ``"reduced"``, each a whole number: for attention as
    in ViT, as in Swin, as in PVT.

    Examples
    --------
    >>> pairs_attended(2, 2, 1, 2)
    {'full': 16, 'windowed': 4, 'reduced': 4}
    """
    n_tokens = rows * columns
    return {
        "full": n_tokens**2,
        "windowed": n_tokens * window**2,
        "reduced": n_tokens * (n_tokens // reduction**2),
    }
