"""Chapter 14, a classifier of reviews with an embedding (tf2.13.10): the answers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from course import device


def words_of(text: str) -> list[str]:
    """Return the words of a review.

    Parameters
    ----------
    text : any text. Line breaks may be written as in HTML: ``<br />`` or ``<br>``.

    Returns
    -------
    Its words, in small letters and in order. All that is neither a letter nor a digit
    parts words, and so does a line break: it leaves no word ``br``.

    Examples
    --------
    >>> words_of("Don't miss it!<br /><br />10/10")
    ['don', 't', 'miss', 'it', '10', '10']
    """
    return re.findall(r"[^\W_]+", re.sub(r"<br\s*/?>", " ", text.lower()))


def build_vocabulary(texts: Sequence[str], n: int) -> dict[str, int]:
    """Return the numbers of the `n` most frequent words of some texts.

    Parameters
    ----------
    texts : see `words_of`.
    n : number of words; there may be fewer in the texts.

    Returns
    -------
    A number for each word: 2 for the most frequent, then 3, and so on. Among words that
    are equally frequent, the one that comes first in the alphabet (as `sorted` orders
    them) has the smaller number. 0 and 1 stay free, for padding and for other words.

    Examples
    --------
    >>> build_vocabulary(["Good, good plot", "bad plot; awful"], n=3)
    {'good': 2, 'plot': 3, 'awful': 4}
    """
    counts = Counter(word for text in texts for word in words_of(text))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: number for number, word in enumerate(ranked[:n], start=2)}


def encode_reviews(texts: Sequence[str], vocabulary: Mapping[str, int]) -> Tensor:
    """Return the numbers of the words of each text.

    Parameters
    ----------
    texts : see `words_of`; one may have no word at all.
    vocabulary : see `build_vocabulary`.

    Returns
    -------
    (B, T) int64: a number for each word in order, 1 for words that have none, and 0
    behind the end of shorter texts. T is the number of words of the longest, and at
    least 1.

    Examples
    --------
    >>> encode_reviews(["A good plot", "bad"], {"good": 2, "plot": 3}).tolist()
    [[1, 2, 3], [1, 0, 0]]
    """
    rows = [[vocabulary.get(word, 1) for word in words_of(text)] for text in texts]
    longest = max([1, *map(len, rows)])
    return torch.tensor([row + [0] * (longest - len(row)) for row in rows])


def split_test(
    texts: Sequence[str], labels: ArrayLike, n_valid: int, seed: int = 42
) -> tuple[list[str], NDArray[np.int64], list[str], NDArray[np.int64]]:
    """Part a test set into reviews to validate with, and those that remain for the
    test.

    Parameters
    ----------
    texts, labels : n reviews and their labels, 0 or 1. Often they are sorted by label.
    n_valid : how many are for validation.
    seed : decides which: they are drawn at random.

    Returns
    -------
    texts and labels (int64) for validation, texts and labels for the test: each review
    is in one of the two parts, beside its own label.

    Examples
    --------
    >>> valid, y_valid, test, y_test = split_test(["a", "b", "c"], [0, 0, 1], n_valid=2)
    >>> len(valid), len(test), sorted([*valid, *test])
    (2, 1, ['a', 'b', 'c'])
    """
    y = np.asarray(labels, dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(texts))
    valid, test = order[:n_valid], order[n_valid:]
    return [texts[i] for i in valid], y[valid], [texts[i] for i in test], y[test]


class MeanEmbedding(nn.Module):
    """The mean of the embeddings of a text's words, times the root of their number.

    Parameters
    ----------
    n_words : numbers that words may have, 0 (padding) included.
    size : of an embedding.

    Attributes
    ----------
    embedding : ``nn.Embedding(n_words, size)``

    Examples
    --------
    >>> layer = MeanEmbedding(n_words=9, size=4)
    >>> layer(torch.tensor([[3, 5, 0], [2, 4, 6]])).shape
    torch.Size([2, 4])
    """

    def __init__(self, n_words: int, size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(n_words, size, padding_idx=0)

    def forward(self, codes: Tensor) -> Tensor:
        """Return the mean of the embeddings of each text's words, times the square root
        of their number. Padding is no word. A text without words gets zeros.

        Parameters
        ----------
        codes : (B, T) int64, 0 for padding.

        Returns
        -------
        (B, size)
        """
        real = (codes != 0)[..., None]  # (B, T, 1)
        total = (self.embedding(codes) * real).sum(dim=1)
        return total / real.sum(dim=1).clamp(min=1).sqrt()


class ReviewNet(nn.Module):
    """A `MeanEmbedding`, and layers that say whether a review is friendly.

    Parameters
    ----------
    n_words : numbers that words may have, 0 (padding) included.
    size : of an embedding.

    Examples
    --------
    >>> net = ReviewNet(n_words=9, size=4)
    >>> net(torch.tensor([[3, 5, 0], [2, 4, 6]])).shape
    torch.Size([2])
    """

    def __init__(self, n_words: int, size: int = 32) -> None:
        super().__init__()
        self.mean = MeanEmbedding(n_words, size)
        self.hidden = nn.Linear(size, size)
        self.out = nn.Linear(size, 1)

    def forward(self, codes: Tensor) -> Tensor:
        """Return (B,), a logit for each text: above 0 for friendly ones. `codes` is
        (B, T) int64, 0 for padding, which makes no difference.
        """
        return self.out(torch.relu(self.hidden(self.mean(codes))))[:, 0]


def fit_reviews(
    texts: Sequence[str],
    labels: ArrayLike,
    vocabulary: Mapping[str, int],
    size: int = 32,
    n_epochs: int = 5,
    seed: int = 42,
) -> ReviewNet:
    """Train a `ReviewNet`.

    Parameters
    ----------
    texts, labels : n reviews and their labels, 0 or 1.
    vocabulary : see `build_vocabulary`. The network needs an embedding for each of its
        numbers, and for 0 and 1.
    size : of an embedding.
    n_epochs : how often it sees each review.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Examples
    --------
    >>> vocabulary = {"good": 2, "bad": 3}
    >>> net = fit_reviews(["good", "bad"], [1, 0], vocabulary, size=4, n_epochs=1)
    >>> net(encode_reviews(["good good"], vocabulary)).shape
    torch.Size([1])
    """
    torch.manual_seed(seed)
    where = device()
    codes = [encode_reviews([text], vocabulary)[0] for text in texts]  # all padded alike, they would take much memory
    y = torch.as_tensor(np.asarray(labels), dtype=torch.float32)
    model = ReviewNet(len(vocabulary) + 2, size).to(where)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(codes)).split(32):
            X = nn.utils.rnn.pad_sequence([codes[i] for i in rows], batch_first=True)
            loss = binary_cross_entropy_with_logits(model(X.to(where)), y[rows].to(where))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.cpu()


def friendly_probability(model: nn.Module, texts: Sequence[str], vocabulary: Mapping[str, int]) -> NDArray[np.float32]:
    """Return for each text how likely it is to be friendly, as a trained `ReviewNet`
    says.

    Parameters
    ----------
    model, vocabulary : see `fit_reviews`.
    texts : (n,) one or more.

    Returns
    -------
    (n,) from 0 to 1. What is said of a text does not depend on the others.

    Examples
    --------
    >>> vocabulary = {"good": 2, "bad": 3}
    >>> net = fit_reviews(["good", "bad"], [1, 0], vocabulary, size=4, n_epochs=1)
    >>> friendly_probability(net, ["good", "bad", "bad good"], vocabulary).shape
    (3,)
    """
    model.eval()
    with torch.no_grad():
        parts = [model(encode_reviews(texts[i : i + 500], vocabulary)) for i in range(0, len(texts), 500)]
    probability: NDArray[np.float32] = torch.sigmoid(torch.cat(parts)).numpy()
    return probability
