"""Chapter 15, questions on pretraining (p.15.4 to p.15.6): the answers."""

from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax
from torch import Tensor
from torch.nn.functional import cross_entropy

# What BERT is pretrained to do above all
P_15_4_CHOICE = "say which token stands behind a mask"


def mask_tokens(
    ids: ArrayLike, special: Collection[int], mask: int, n_tokens: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Make an exercise of a text, as BERT's pretraining does.

    Each token that is not special is chosen with a probability of 15%. Of those that
    are chosen, 80% become the mask, 10% become a token that is drawn from all, and 10%
    stay as they are.

    Parameters
    ----------
    ids : (B, T) whole numbers from 0 to n_tokens - 1. It is left as it is.
    special : the numbers of tokens that are never chosen, such as padding.
    mask : the number of the mask.
    n_tokens : size of the vocabulary. A token that is drawn is any number below it, all
        equally likely.
    seed : decides what is chosen and what becomes of it. It is drawn for each token by
        itself, or counted out: both are right.

    Returns
    -------
    inputs : (B, T) int64, the text with the changes.
    labels : (B, T) int64, the true token where one was chosen, -100 elsewhere, which
        PyTorch's cross entropy leaves out.

    Examples
    --------
    >>> ids = [[1, 5, 6, 7]] * 100  # 1 begins each text
    >>> inputs, labels = mask_tokens(ids, special=[1], mask=0, n_tokens=9, seed=3)
    >>> inputs.shape, labels.shape, np.unique(labels[:, 0]).tolist()
    ((100, 4), (100, 4), [-100])
    """
    rng = np.random.default_rng(seed)
    tokens = np.array(ids, dtype=np.int64)
    chosen = (rng.random(tokens.shape) < 0.15) & ~np.isin(tokens, list(special))
    labels = np.where(chosen, tokens, -100)
    fate = rng.random(tokens.shape)
    drawn = rng.integers(n_tokens, size=tokens.shape)
    inputs = np.where(chosen & (fate < 0.8), mask, tokens)
    return np.where(chosen & (fate >= 0.9), drawn, inputs), labels


P_15_5 = """
- RoBERTa: the same network, trained longer on ten times as much text, with masks that are drawn anew each time and
  without next-sentence prediction: better results for nothing but training.
- DistilBERT: 40% smaller and 60% faster, with about 97% of what BERT can do; it has learned from BERT's own outputs.
- ALBERT: all layers share their weights, and the embeddings are factored into two small matrices, so there are few
  parameters to store and to send around (it is not faster for that).
- ELECTRA: a small network replaces some tokens, and the large one says of every token whether it was replaced. It
  learns from all tokens, not only from the 15% that are masked, so it needs much less computing.
- DeBERTa: keeps what a token is and where it stands apart in its attention, with relative positions: more accurate.
- ModernBERT: today's tricks, such as rotary positions and local attention: texts of 8,192 tokens, and fast.
"""
P_15_5_RUBRIC = """
- 1 point: two variants, each with its main benefit
- 1 point: a third with its benefit
- 1 point: a fourth with its benefit
- 1 point: says for two of them how the benefit comes about
"""


def distillation_loss(student: ArrayLike, teacher: ArrayLike, temperature: float) -> float:
    """Return how far a small network is from saying what a large one says.

    Both networks' logits are divided by the temperature, and softmax makes
    probabilities of them. The loss is the Kullback-Leibler divergence of the student's
    from the teacher's, Σ t (log t - log s) over the classes, on the mean of the rows,
    times the temperature squared.

    Parameters
    ----------
    student, teacher : (n, V) logits, finite; they may be large.

    Examples
    --------
    >>> distillation_loss([[1.0, 3.0]], [[1.0, 3.0]], temperature=2.0)
    0.0
    >>> round(distillation_loss([[0.0, 0.0]], [[0.0, 100.0]], temperature=1.0), 4)
    0.6931
    """
    s, t = (log_softmax(np.asarray(logits, dtype=float) / temperature, axis=1) for logits in (student, teacher))
    return float((np.exp(t) * (t - s)).sum(axis=1).mean() * temperature**2)


def count_weights(
    n_tokens: int, size: int, n_layers: int, embedding_size: int | None = None, shared: bool = False
) -> int:
    """Return how many weights a BERT, or an ALBERT, has in its embeddings and layers.

    Biases, normalisation and positions are left out. A layer has four matrices of
    size × size for its attention, and two of size × 4 size.

    Parameters
    ----------
    n_tokens : size of the vocabulary.
    size : of the states.
    embedding_size : if given, tokens have embeddings of this size, and one matrix makes
        states of them; else embeddings are as large as states, without such a matrix.
    shared : whether all layers share the weights of one.

    Examples
    --------
    >>> count_weights(30_000, size=768, n_layers=12)
    107974656
    >>> count_weights(30_000, 768, 12, embedding_size=128, shared=True)
    11016192
    """
    embeddings = n_tokens * size if embedding_size is None else (n_tokens + size) * embedding_size
    return embeddings + (1 if shared else n_layers) * 12 * size**2


# What GPT is pretrained to do
P_15_6_CHOICE = "say which token comes next"


def next_token_loss(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    """Return the loss that a language model such as GPT is pretrained with.

    Parameters
    ----------
    logits : (B, T, V), what the model says at each place, of all tokens.
    ids : (B, T) int64, the tokens that it has read.
    mask : (B, T) int64, 1 for tokens of the text and 0 for padding, which stands at the
        end of a row.

    Returns
    -------
    The mean cross entropy of saying which token comes next, at each place that is
    followed by a token of its text: each of them counts once. A tensor without
    dimensions, through which gradients flow.

    Examples
    --------
    >>> ids = torch.tensor([[2, 0, 1]])
    >>> logits = torch.zeros(1, 3, 4)
    >>> round(next_token_loss(logits, ids, torch.ones_like(ids)).item(), 4)  # log 4
    1.3863
    """
    followed = mask[:, 1:].bool()
    return cross_entropy(logits[:, :-1][followed], ids[:, 1:][followed])
