"""Chapter 16, words and pictures together (p.16.8 to p.16.11): the answers."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax, softmax

P_16_8 = """
A model is multimodal if it takes in, or gives out, more than one kind of data: text, pictures, sound, video, and more.
Five tasks: to describe a photo in words; to answer a question on a picture; to find photos by words; to paint a picture
that a text asks for; to write down what is said in a recording.
"""
P_16_8_RUBRIC = """
- 1 point: more than one kind of data goes in or comes out
- 1 point: three tasks (captions, visual questions, retrieval, text to image, grounding, speech recognition, ...)
- 1 point: two more
"""


def recall_at(similarities: ArrayLike, k: int) -> float:
    """Return how often a search by words finds the right picture among its first k.

    Parameters
    ----------
    similarities : (n, n), row i: how similar text i is to each picture; picture i is
        the right one for it. No two in a row are equal.
    k : 1 to n.

    Returns
    -------
    The share of the texts whose own picture is among the k most similar ones.

    Examples
    --------
    >>> recall_at([[0.9, 0.1], [0.8, 0.3]], k=1)
    0.5
    """
    values = np.asarray(similarities, dtype=float)
    better = (values > np.diag(values)[:, None]).sum(axis=1)  # pictures before the right one
    return float((better < k).mean())


# All the tasks that need more than one modality.
P_16_8_CHOICE: list[str] = [
    "describe a photo",
    "find photos by words",
    "answer a question on a diagram",
    "write down what is said",
]

P_16_9 = """
Fusion: to make of several modalities *one* representation, in which each completes the others: what is shown and what
is said in a film. Too early, and one modality drowns the other; too late, and what only both together tell is lost.
Alignment: to find out what belongs to what: which region of the picture the word "dog" means, which moment of the film
a sentence.

A transformer takes anything that can be cut into tokens. Put them into one row, and self-attention lets each look at
each, whatever kind it is; or let the tokens of one modality ask those of another by cross-attention. The weights of
attention are a soft alignment, learned on the way, and the weighted sum is the fusion.
"""
P_16_9_RUBRIC = """
- 1 point: fusion: modalities combined into one representation
- 1 point: alignment: elements of one matched with elements of the other
- 1 point: transformers: anything as tokens; (cross-)attention matches and mixes
"""


def cross_attention(
    words: ArrayLike, regions: ArrayLike, W_q: ArrayLike, W_k: ArrayLike, W_v: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Let words look at the regions of a picture, with one head and without biases.

    Queries are ``words @ W_q``; keys and values are ``regions @ W_k`` and
    ``regions @ W_v``. A score is the dot product of a query and a key, divided by the
    square root of their length.

    Parameters
    ----------
    words : (n, d_w)
    regions : (m, d_r)
    W_q : (d_w, d)
    W_k : (d_r, d)
    W_v : (d_r, d_v)

    Returns
    -------
    fused : (n, d_v), for each word the mean of the values, weighted by its attention.
    weights : (n, m), the attention: how much of each word's goes to each region.

    Examples
    --------
    >>> one = [[1.0]]
    >>> fused, weights = cross_attention(one, [[0.0], [0.0]], one, one, one)
    >>> weights.tolist()
    [[0.5, 0.5]]
    """
    words, regions = np.asarray(words, dtype=float), np.asarray(regions, dtype=float)
    queries, keys, values = words @ np.asarray(W_q), regions @ np.asarray(W_k), regions @ np.asarray(W_v)
    weights = softmax(queries @ keys.T / np.sqrt(keys.shape[1]), axis=1)
    return weights @ values, weights


P_16_10 = """
VideoBERT makes words of video clips, by clustering, and trains a BERT on sentences and clips in one row. ViLBERT has a
stream for text and one for regions of the picture, which look at each other in layers of co-attention. CLIP trains two
encoders by contrast: a picture and its own caption are to be near, all others of the batch far. DALL-E paints what a
text says: the first one by predicting the picture's tokens after the text's. Perceiver IO lets a small array of latent
vectors look at inputs of any kind and size, and reads the answer out by queries. Flamingo puts gated layers of
cross-attention into a frozen language model, so that it sees, and learns new tasks from a few examples in its prompt.
BLIP-2 leaves a vision encoder and a language model frozen, and trains the small Q-Former between them.
"""
P_16_10_RUBRIC = """
- 1 point: VideoBERT and ViLBERT
- 1 point: CLIP and DALL-E
- 1 point: Perceiver IO, Flamingo and BLIP-2
"""


def clip_loss(images: ArrayLike, texts: ArrayLike, scale: float) -> float:
    """Return the loss of CLIP for a batch of pictures with their captions.

    The logits are the cosine similarities of each picture with each caption, times
    `scale`. For each picture, its own caption is the right class among all captions of
    the batch; for each caption, its own picture. The loss is the mean of both
    cross-entropies, each a mean over the batch.

    Parameters
    ----------
    images, texts : (B, d) embeddings of any length; those of row i belong together.
    scale : a positive number; CLIP's own becomes about 100.

    Examples
    --------
    >>> images, texts = [[2.0, 0.0], [0.0, 1.0]], [[5.0, 0.0], [0.0, 3.0]]
    >>> round(clip_loss(images, texts, scale=1.0), 4)
    0.3133
    """
    images, texts = np.asarray(images, dtype=float), np.asarray(texts, dtype=float)
    one = images / np.linalg.norm(images, axis=1, keepdims=True)
    other = texts / np.linalg.norm(texts, axis=1, keepdims=True)
    logits = scale * one @ other.T  # (pictures, captions)
    own = [np.diag(log_softmax(logits, axis=axis)).mean() for axis in (0, 1)]
    return float(-np.mean(own))


# For each model the letter of its idea.
P_16_10_CHOICE: dict[str, str] = {
    "VideoBERT": "E",
    "ViLBERT": "B",
    "CLIP": "G",
    "DALL-E": "A",
    "Perceiver IO": "F",
    "Flamingo": "C",
    "BLIP-2": "D",
}


def perceiver_pairs(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> int:
    """Return how many pairs of a query and a key a Perceiver IO looks at, in one head.

    First the latents look at the inputs, once. Then come `n_blocks` blocks, in each of
    which the latents look at each other. In the end the outputs' queries look at the
    latents, once.

    Parameters
    ----------
    n_inputs, n_outputs, n_latents : how many vectors there are of each.
    n_blocks : 0 or more.

    Examples
    --------
    >>> perceiver_pairs(10, 1, 1, 1)
    12
    """
    return n_latents * n_inputs + n_blocks * n_latents**2 + n_outputs * n_latents


def growth(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> float:
    """Return by which factor the pairs of `perceiver_pairs` become more when inputs and
    outputs are twice as many, and all else stays.

    Examples
    --------
    >>> growth(3, 1, 2, 2)
    1.5
    """
    before = perceiver_pairs(n_inputs, n_outputs, n_latents, n_blocks)
    return perceiver_pairs(2 * n_inputs, 2 * n_outputs, n_latents, n_blocks) / before


# What becomes of the whole cost: one of the options.
P_16_11_CHOICE: str = "it grows, and is not quite doubled"
