"""Chapter 14, questions on choosing words (p.14.4 to p.14.6): the answers."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax, softmax

P_14_4 = """
A translator that takes the likeliest word at each step can't take anything back: "How will" is a fine beginning, until
it turns out that the sentence is "How are you". Beam search keeps the k likeliest beginnings instead of one. At each
step, each of them is continued with every word, the log probabilities are added up, and of all these the k best stay.
In the end, the best of those that are finished is the answer. With k = 1 it is greedy; it costs k times as much, and
finds sentences that are likelier as a whole.

I would write the loop myself, around a function that gives log probabilities, or use the `generate` method of the
Transformers library with `num_beams`.
"""
P_14_4_RUBRIC = """
- 1 point: the k likeliest beginnings are kept at each step, by summed log probabilities (or multiplied probabilities)
- 1 point: what for: a choice that looks best at first can be given up for a likelier whole
- 1 point: a tool: the Transformers library's `generate(num_beams=…)`, or a loop of one's own
"""


def beam_search(
    next_log_probs: Callable[[list[int]], ArrayLike], width: int, end: int, longest: int
) -> tuple[list[int], float]:
    """Search for a likely sequence.

    In the beginning the beam holds the empty sequence. At each of `longest` steps,
    every sequence of the beam that does not end with `end` yet is continued with each
    token; those that do are kept as they are. Of all these, the `width` with the
    largest log probability make the new beam.

    Parameters
    ----------
    next_log_probs : gets the tokens so far, and returns for each token, 0 to V - 1, the
        log of the probability that it comes next. All of them are finite, and no two
        sequences are equally likely.
    width : of the beam.
    end : the token that ends a sequence.
    longest : the largest number of tokens, `end` included.

    Returns
    -------
    tokens : the likeliest sequence of the last beam; its `end` included, if it has one.
    log_prob : of it: the sum of the log probabilities of its tokens.

    Examples
    --------
    >>> def coin(tokens):  # token 0, the end, becomes likelier with each step
    ...     return np.log([0.4, 0.6]) if len(tokens) < 2 else np.log([0.9, 0.1])
    >>> tokens, log_prob = beam_search(coin, width=1, end=0, longest=3)
    >>> tokens, round(log_prob, 3)
    ([1, 1, 0], -1.127)
    >>> beam_search(coin, width=2, end=0, longest=3)[0]
    [0]
    """
    beam: list[tuple[float, list[int]]] = [(0.0, [])]
    for _ in range(longest):
        grown = []
        for score, tokens in beam:
            if tokens and tokens[-1] == end:
                grown.append((score, tokens))
            else:
                following = np.asarray(next_log_probs(tokens), dtype=float)
                grown += [(score + float(more), [*tokens, token]) for token, more in enumerate(following)]
        beam = sorted(grown, key=lambda one: one[0], reverse=True)[:width]
    score, tokens = beam[0]
    return tokens, score


P_14_5 = """
Attention lets the decoder look back at all states of the encoder at every step, instead of at one vector that was made
when the sentence had ended. Each state gets a score of how well it goes with what the decoder is about, mostly a dot
product; softmax makes weights of the scores, which sum to 1, and the weighted mean of the states is what the decoder
gets.

The main gain is with long sentences: a word and its translation are two steps apart now, however long the sentence is,
so nothing has to be carried along, and gradients arrive. What is more, one can see from the weights which words the
network was looking at when it said another.
"""
P_14_5_RUBRIC = """
- 1 point: at each step, the decoder gets a mean of all the encoder's states, with weights of its own for that step
- 1 point: how the weights come about: scores, such as dot products, and softmax
- 1 point: the main benefit: long sequences, by the short way between a word and its translation
- 1 point: the weights can be looked at
"""


def attend(
    queries: ArrayLike, keys: ArrayLike, values: ArrayLike, mask: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scaled dot-product attention.

    Parameters
    ----------
    queries : (T, d)
    keys : (S, d)
    values : (S, e), one for each key.
    mask : (S,), False for keys that no query may look at, True for one at least; None:
        all may be looked at. All numbers are finite, those behind the mask as well.

    Returns
    -------
    found : (T, e), for each query the mean of the values, by its weights.
    weights : (T, S), the softmax over the keys of query · key / √d; they are 0 where
        the mask is False.

    Examples
    --------
    >>> keys, values = [[1.0, 2.0], [3.0, 4.0]], [[10.0], [20.0]]
    >>> found, weights = attend([[0.0, 0.0]], keys, values)
    >>> found.tolist(), weights.tolist()
    ([[15.0]], [[0.5, 0.5]])
    """
    q, k, v = (np.asarray(part, dtype=float) for part in (queries, keys, values))
    scores = q @ k.T / math.sqrt(q.shape[1])
    if mask is not None:
        scores = np.where(np.asarray(mask, dtype=bool), scores, -np.inf)
    weights = softmax(scores, axis=1)
    return weights @ v, weights


P_14_6 = """
When the vocabulary is large, tens of thousands of words, most of the time of training goes into the last layer: a score
for each word, and a softmax over all of them, just to push up one. Sampled softmax reckons the loss with the right word
and a few others that are drawn at random, and so trains the layer much faster, on a loss that is about the same.

It is for training only. When the network is used, or its loss is to be compared, all words have to be scored: the right
one is what we are looking for. And with a hundred classes it saves nothing.
"""
P_14_6_RUBRIC = """
- 1 point: with very many classes or words, where the full softmax takes most of the time
- 1 point: the loss is made of the right class and a random sample of the others
- 1 point: for training only; the full softmax is used afterwards
"""

# Where sampled softmax is the right thing: True or False for each
P_14_6_CHOICE = {
    "training, 60,000 words": True,
    "training, 10 digits": False,
    "perplexity on the test set, 60,000 words": False,
    "beam search, 60,000 words": False,
    "training, 500,000 products": True,
}


def sampled_loss(scores: ArrayLike, target: int, sampled: Sequence[int]) -> float:
    """Return the cross entropy of the right class among a few sampled ones.

    Parameters
    ----------
    scores : (V,) logits of all classes.
    target : the right class.
    sampled : the classes that were drawn to be compared with it. Where the right one
        was drawn by accident, it does not count as one of the others; one that was
        drawn twice counts twice.

    Returns
    -------
    -log of the softmax, of the right class, over it and the others only.

    Examples
    --------
    >>> round(sampled_loss([5.0, 1.0, 1.0, 9.0], target=1, sampled=[2, 1]), 4)  # log 2
    0.6931
    """
    logits = np.asarray(scores, dtype=float)
    others = [other for other in sampled if other != target]
    return float(-log_softmax(logits[[target, *others]])[0])
