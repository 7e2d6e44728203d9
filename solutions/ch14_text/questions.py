"""Chapter 14, questions on reading and writing texts (p.14.1 to p.14.3): the answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

P_14_1 = """
A stateless network begins each window with a state of zeros, so nothing that happened before the window can help it: it
learns patterns as long as a window, at most. For that, windows may overlap, and may be shuffled.

A stateful one takes the state with which it left one batch as its first state in the next. So it can use what it read
long ago, and hand on more than a window. The price: the i-th row of each batch has to go on exactly where the i-th row
of the batch before ended, so windows must not overlap and not be shuffled, and the state has to be set back where a new
text begins. Gradients still flow through one window only, and successive batches are alike, which gradient descent does
not like. I'd take it where long patterns matter, such as a machine's load over weeks, and else stay stateless.
"""
P_14_1_RUBRIC = """
- 1 point: stateless: a state of zeros for each window, so patterns are no longer than a window
- 1 point: stateful: the state is kept from batch to batch, so longer patterns can be learned
- 1 point: what it asks for: batches that follow on from each other, without overlap or shuffling (or that training gets
  harder: gradients are cut, batches are not independent)
"""


def stateful_batches(values: ArrayLike, batch_size: int, window: int) -> NDArray[np.float64]:
    """Return the batches that a stateful network is trained on.

    Parameters
    ----------
    values : (n,) one long series.
    batch_size : rows of a batch.
    window : steps of a row.

    Returns
    -------
    (n_batches, batch_size, window), with as many batches as possible. The series is cut
    into `batch_size` pieces, one right after the other, each of `n_batches` windows,
    and row i is always from piece i: in the first batch it begins with the piece, and
    in each later batch it goes on right after its end in the batch before. What is left
    over, all of it at the end of the series, is left out.

    Examples
    --------
    >>> stateful_batches(range(9), batch_size=2, window=2).tolist()
    [[[0.0, 1.0], [4.0, 5.0]], [[2.0, 3.0], [6.0, 7.0]]]
    """
    series = np.asarray(values, dtype=float)
    n_batches = len(series) // (batch_size * window)
    pieces = series[: n_batches * batch_size * window].reshape(batch_size, n_batches, window)
    return pieces.transpose(1, 0, 2)


P_14_2 = """
Languages don't put their words in the same places: a verb may stand at the end, "not" may become two words around a
third, and "I am hungry" has three words where Spanish has two. A network that writes a word for each word it reads has
to say the first one before it has seen the second, and can neither wait nor say two.

An encoder reads the whole sentence first and makes states of it that stand for what is meant. The decoder says the
translation one word after the other, each time given what it has said, until it says that it is done. So the lengths
are free, and every word is chosen with the whole sentence in mind.
"""
P_14_2_RUBRIC = """
- 1 point: word for word is bad: the sentence has to be read to its end first (order, meaning)
- 1 point: the two sentences may have different lengths
- 1 point: the encoder makes a representation of the whole, from which the decoder says one word at a time
"""


def word_for_word(pairs: Sequence[tuple[str, str]]) -> bool:
    """Return whether some sentences can be translated word for word: whether there is a
    dictionary with one word for each word, which makes each translation when every word
    of its sentence is replaced in its place.

    Parameters
    ----------
    pairs : (sentence, translation), words with blanks between them.

    Examples
    --------
    >>> word_for_word([("la casa", "the house"), ("la mesa", "the table")])
    True
    >>> word_for_word([("la casa", "the house"), ("la casa azul", "the blue house")])
    False
    """
    dictionary: dict[str, str] = {}
    for sentence, translation in pairs:
        words, others = sentence.split(), translation.split()
        if len(words) != len(others):
            return False
        if any(dictionary.setdefault(word, other) != other for word, other in zip(words, others, strict=True)):
            return False
    return True


P_14_3 = """
In: sequences of one batch are padded to the longest of them, by the loader's collate function, and the network is told
the lengths, or gets a mask, so that padding changes nothing: recurrent layers can pack sequences, attention gives
padding a weight of 0, means are taken over what is real. Batches of sequences of similar length need less padding.

Out: where the length is known, as with one label per word, padding is just left out of the loss. Otherwise the decoder
has to say when it is done: an end token is put behind each target, padding behind it does not count in the loss, and at
inference we stop at the end token, or at a largest length, since it may never come.
"""
P_14_3_RUBRIC = """
- 1 point: inputs are padded within a batch, with a mask, or packed (or sorted into batches by length)
- 1 point: an end token says where an output ends
- 1 point: padding does not count in the loss
"""


def pad_batch(sequences: Sequence[ArrayLike], fill: float = 0.0) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Put sequences of different lengths into one array.

    Parameters
    ----------
    sequences : B of them, each (T, F) with a T of its own, 1 or more.
    fill : what stands behind a sequence's end.

    Returns
    -------
    X : (B, longest, F)
    mask : (B, longest), True where there is a step of the sequence.

    Examples
    --------
    >>> X, mask = pad_batch([[[1.0], [2.0]], [[3.0]]], fill=-1.0)
    >>> X.tolist(), mask.tolist()
    ([[[1.0], [2.0]], [[3.0], [-1.0]]], [[True, True], [True, False]])
    """
    parts = [np.asarray(sequence, dtype=float) for sequence in sequences]
    lengths = np.array([len(part) for part in parts])
    mask = np.arange(lengths.max()) < lengths[:, None]
    X = np.full((*mask.shape, parts[0].shape[1]), float(fill))
    X[mask] = np.concatenate(parts)
    return X, mask


def masked_mean(losses: ArrayLike, mask: ArrayLike) -> float:
    """Return the mean loss of all steps that are real.

    Parameters
    ----------
    losses : (B, T), the loss at each step; it may be anything, even NaN, in the
        padding.
    mask : (B, T), True where a step is real, somewhere at least.

    Examples
    --------
    >>> masked_mean([[1.0, 2.0], [6.0, 9.0]], [[True, True], [True, False]])
    3.0
    """
    return float(np.asarray(losses, dtype=float)[np.asarray(mask, dtype=bool)].mean())
