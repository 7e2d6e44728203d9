"""Chapter 14, word vectors by skip-grams with negative sampling (tf1.14.9): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from course import device

TF1_14_9 = """
I trained vectors of 24 numbers on the English side of 20,000 short sentences, with the 600 most frequent words. With a
window of one, "he" is next to "she", "somebody" and "nobody", and "dog" next to "book", "house" and "box": words that
fit into the same gap. Not all is well: nearest to "today" are "black" and "sweet", words that stand at the end of a
sentence, as it does. With a window of four, "he" is next to "lives", "turned" and "seems", and "dog" next to "white"
and "red": what stands in the same sentence comes in.

The translator was an encoder and a decoder with attention, trained with 600 steps on 10,854 pairs with Spanish, of four
to six words and signs. On 300 pairs that were kept back it is right to the last word in 10% of the cases, and in 26% of
those that it was trained on. Who takes for each word the one that it comes together with most gets 6%. It is at its
worst where a small word turns the meaning round: "that is not my fault" becomes "ese es mi culpa".
"""
TF1_14_9_RUBRIC = """
- 1 point: says what the vectors were trained on and shows neighbours of some words, good ones and bad ones
- 1 point: says what the window, or the number of negatives, changes in them, by an experiment
- 1 point: has trained a translator and gives its figure on sentences that it was not trained on
- 1 point: compares with something simple (word by word, or without the trained vectors), and names a failure
"""


def skipgram_pairs(tokens: ArrayLike, window: int) -> NDArray[np.int64]:
    """Return every pair of a word and a word near it.

    Parameters
    ----------
    tokens : (n,) the numbers of a text's words.
    window : how many places apart two words may be, on either side.

    Returns
    -------
    (m, 2) int64, a row (centre, neighbour) for each two places that are at most
    `window` apart and not the same, in any order of rows.

    Examples
    --------
    >>> sorted(skipgram_pairs([7, 8, 9], window=1).tolist())
    [[7, 8], [8, 7], [8, 9], [9, 8]]
    """
    tokens = np.asarray(tokens, dtype=np.int64)
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for apart in range(1, min(window, len(tokens) - 1) + 1):
        left, right = tokens[:-apart], tokens[apart:]
        pairs += [np.column_stack([left, right]), np.column_stack([right, left])]
    return np.concatenate(pairs)


def noise_shares(counts: ArrayLike, power: float = 0.75) -> NDArray[np.float64]:
    """Return how likely each word is to be drawn as a negative.

    Parameters
    ----------
    counts : (V,) how often each word stands in the text.
    power : of the counts, which the probabilities are in proportion to.

    Returns
    -------
    (V,) sums to 1.

    Examples
    --------
    >>> noise_shares([16, 1], power=0.5).tolist()
    [0.8, 0.2]
    """
    weights = np.asarray(counts, dtype=float) ** power
    return weights / weights.sum()


def negative_sampling_loss(centre: Tensor, neighbour: Tensor, negatives: Tensor) -> Tensor:
    """Return the loss of skip-grams with negative sampling, on the mean of the pairs.

    For one pair it is -log σ(u · v) - Σ log σ(-u · w), where u is the centre's vector,
    v the neighbour's, and the sum is over all negatives' vectors w. σ is the sigmoid.
    It is finite for large vectors, too.

    Parameters
    ----------
    centre, neighbour : (B, d)
    negatives : (B, K, d), those of each pair.

    Returns
    -------
    A tensor without dimensions, through which gradients flow.

    Examples
    --------
    >>> loss = negative_sampling_loss(
    ...     torch.zeros(3, 4), torch.ones(3, 4), torch.ones(3, 2, 4)
    ... )
    >>> round(loss.item(), 4)  # three times log 2
    2.0794
    """
    near = logsigmoid((centre * neighbour).sum(dim=1))  # (B,)
    far = logsigmoid(-(negatives @ centre[..., None])[..., 0]).sum(dim=1)
    return -(near + far).mean()


def fit_vectors(
    tokens: ArrayLike,
    n_words: int,
    size: int = 16,
    window: int = 2,
    n_epochs: int = 5,
    seed: int = 42,
) -> NDArray[np.float32]:
    """Train word vectors on a text, by skip-grams with negative sampling.

    Parameters
    ----------
    tokens : (n,) the numbers of its words, 0 to n_words - 1.
    n_words : size of the vocabulary.
    size : of a vector.
    window : see `skipgram_pairs`.
    n_epochs : how often each pair is seen.
    seed : decides everything that is left to chance: the same seed gives the same
        vectors.

    Returns
    -------
    (n_words, size) float32, the vector that each word has as a centre.

    Examples
    --------
    >>> fit_vectors([0, 1, 2, 1, 0], n_words=3, size=4, n_epochs=1).shape
    (3, 4)
    """
    torch.manual_seed(seed)
    where = device()
    pairs = torch.from_numpy(skipgram_pairs(tokens, window))
    noise = torch.from_numpy(noise_shares(np.bincount(np.asarray(tokens), minlength=n_words)))
    centres, neighbours = (nn.Embedding(n_words, size).to(where) for _ in range(2))
    for layer in (centres, neighbours):
        nn.init.normal_(layer.weight, std=0.1)
    optimizer = torch.optim.Adam([*centres.parameters(), *neighbours.parameters()], lr=0.01)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(pairs)).split(512):
            u, v = pairs[rows].to(where).unbind(dim=1)
            negatives = torch.multinomial(noise, 5 * len(rows), replacement=True).view(len(rows), 5).to(where)
            loss = negative_sampling_loss(centres(u), neighbours(v), neighbours(negatives))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return centres.weight.detach().cpu().numpy()


def nearest_words(vectors: ArrayLike, word: int, k: int) -> list[int]:
    """Return the words most like a word: the cosine of the angle between their vectors
    and its own is largest.

    Parameters
    ----------
    vectors : (V, d), none of them 0.
    word : a row of it.
    k : number of words, V - 1 at most.

    Returns
    -------
    The numbers of `k` words, the most similar first, without the word itself.

    Examples
    --------
    >>> nearest_words([[1.0, 0.0], [0.0, 9.0], [3.0, 1.0], [1.0, 3.0]], word=0, k=2)
    [2, 3]
    """
    unit = np.asarray(vectors, dtype=float)
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    order = np.argsort(-(unit @ unit[word]), kind="stable")
    return [int(other) for other in order if other != word][:k]


def analogy(vectors: ArrayLike, a: int, b: int, c: int) -> int:
    """Return the word that is to c what b is to a: the one whose vector has the largest
    cosine with b - a + c.

    Parameters
    ----------
    vectors : (V, d), none of them 0; they are taken as they are, of any length.
    a, b, c : rows of it; none of them is the answer.

    Examples
    --------
    >>> vectors = [[1.0, 0.0], [1.0, 1.0], [3.0, 0.0], [3.0, 1.0], [-1.0, 0.0]]
    >>> analogy(vectors, a=0, b=1, c=2)
    3
    """
    found = np.asarray(vectors, dtype=float)
    wanted = found[b] - found[a] + found[c]
    cosine = found @ wanted / np.linalg.norm(found, axis=1)
    cosine[[a, b, c]] = -np.inf
    return int(cosine.argmax())
