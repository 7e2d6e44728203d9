"""Chapter 14, reading and writing texts (p.14.1 to p.14.3): wrong answers, and right ones."""

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.14.1


def _windows(values, window):
    series = np.asarray(values, dtype=float)
    return series[: len(series) // window * window].reshape(-1, window)


@mutant("p.14.1", replaces="stateful_batches", fails="test_each_row_goes_on_in_the_next_batch")
def windows_in_order(values, batch_size, window):
    """You put windows that follow on from each other into the same batch: they belong into the same row of one batch
    after the other."""
    rows = _windows(values, window)
    n = len(rows) // batch_size
    return rows[: n * batch_size].reshape(n, batch_size, window)


@mutant("p.14.1", replaces="stateful_batches", fails="test_each_row_goes_on_in_the_next_batch")
def overlapping(values, batch_size, window):
    """Your windows overlap, so the state is handed a step that it has read: begin each where the last one ended."""
    series = np.asarray(values, dtype=float)
    n = len(series) // (batch_size * window)
    pieces = series[: n * batch_size * window].reshape(batch_size, -1)
    return np.array([pieces[:, t : t + window] for t in range(n)])


@mutant("p.14.1", replaces="stateful_batches", fails="test_pieces_follow_on_from_each_other")
def first_piece_for_all(values, batch_size, window):
    """All your rows read the same piece: each has one of its own."""
    series = np.asarray(values, dtype=float)
    n = len(series) // (batch_size * window)
    return np.repeat(series[: n * window].reshape(n, 1, window), batch_size, axis=1)


@mutant("p.14.1", replaces="stateful_batches", fails="test_pieces_follow_on_from_each_other")
def from_the_end(values, batch_size, window):
    """You leave out the beginning of the series: what is left over stands at its end."""
    series = np.asarray(values, dtype=float)
    n = len(series) // (batch_size * window)
    return series[len(series) - n * batch_size * window :].reshape(batch_size, n, window).transpose(1, 0, 2)


@mutant("p.14.1", replaces="stateful_batches", fails="test_pieces_follow_on_from_each_other")
def left_over_in_each_piece(values, batch_size, window):
    """You leave something out at the end of each piece: all that is left over stands at the end of the series."""
    series = np.asarray(values, dtype=float)
    pieces = series[: len(series) // batch_size * batch_size].reshape(batch_size, -1)
    n = pieces.shape[1] // window
    return pieces[:, : n * window].reshape(batch_size, n, window).transpose(1, 0, 2)


@mutant("p.14.1", replaces="stateful_batches", fails="test_each_row_goes_on_in_the_next_batch")
def room_for_a_target(values, batch_size, window):
    """You keep one step back for a target, and lose a batch where the series just fits: none is to be lost."""
    series = np.asarray(values, dtype=float)
    n = (len(series) - 1) // (batch_size * window)
    return series[: n * batch_size * window].reshape(batch_size, n, window).transpose(1, 0, 2)


@alternative("p.14.1", replaces="stateful_batches")
def one_window_at_a_time(values, batch_size, window):
    """By where each window begins."""
    values = list(values)
    n = len(values) // (batch_size * window)
    begins = [[(row * n + batch) * window for row in range(batch_size)] for batch in range(n)]
    return [[values[begin : begin + window] for begin in row] for row in begins]


@alternative("p.14.1", replaces="stateful_batches")
def with_torch(values, batch_size, window):
    """By PyTorch's views."""
    series = torch.as_tensor(np.asarray(values, dtype=float))
    n = len(series) // (batch_size * window)
    pieces = torch.stack(series[: n * batch_size * window].chunk(batch_size))
    return torch.stack(pieces.split(window, dim=1))


@alternative("p.14.1", replaces="stateful_batches")
def batches_in_float32(values, batch_size, window):
    """As float32."""
    return one_window_at_a_time(np.asarray(values, dtype=np.float32), batch_size, window)


# ---------------------------------------------------------------- p.14.2


@mutant("p.14.2", replaces="word_for_word", fails="test_what_a_dictionary_can_translate")
def lengths_only(pairs):
    """You compare the numbers of words only: words may change places, and a word may be translated in two ways."""
    return all(len(one.split()) == len(other.split()) for one, other in pairs)


@mutant("p.14.2", replaces="word_for_word", fails="test_what_a_dictionary_can_translate")
def both_ways(pairs):
    """You ask that no two words mean the same: a dictionary may well have one translation for two words."""
    there, back = {}, {}
    for one, other in pairs:
        if len(one.split()) != len(other.split()):
            return False
        for word, found in zip(one.split(), other.split(), strict=True):
            if there.setdefault(word, found) != found or back.setdefault(found, word) != word:
                return False
    return True


@mutant("p.14.2", replaces="word_for_word", fails="test_what_a_dictionary_can_translate")
def each_pair_by_itself(pairs):
    """You make a new dictionary for each sentence: one has to do for all."""
    return all(
        len(one.split()) == len(other.split())
        and len(set(zip(one.split(), other.split(), strict=True))) == len(set(one.split()))
        for one, other in pairs
    )


@mutant("p.14.2", replaces="word_for_word", fails="test_what_a_dictionary_can_translate")
def shorter_is_fine(pairs):
    """You stop at the end of the shorter sentence, and do not see that words are left over."""
    there = {}
    return all(
        there.setdefault(word, found) == found
        for one, other in pairs
        for word, found in zip(one.split(), other.split(), strict=False)
    )


@alternative("p.14.2", replaces="word_for_word")
def by_trying_it(pairs):
    """Writes the dictionary, the last meaning of each word, and translates."""
    there = {word: found for a, b in pairs for word, found in zip(a.split(), b.split(), strict=False)}
    return all([there.get(word) for word in one.split()] == other.split() for one, other in pairs)


# ---------------------------------------------------------------- p.14.3


def _padded(sequences, fill, place=lambda n, longest: slice(n)):
    longest = max(map(len, sequences))
    X = np.full((len(sequences), longest, len(sequences[0][0])), float(fill))
    mask = np.zeros(X.shape[:2], dtype=bool)
    for row, told, sequence in zip(X, mask, sequences, strict=True):
        where = place(len(sequence), longest)
        row[where], told[where] = sequence, True
    return X, mask


@mutant("p.14.3", replaces="pad_batch", fails="test_batch_and_mask")
def in_front(sequences, fill=0.0):
    """You pad in front of the sequences: the fill comes behind them."""
    return _padded(sequences, fill, lambda n, longest: slice(longest - n, None))


@mutant("p.14.3", replaces="pad_batch", fails="test_batch_and_mask")
def mask_of_padding(sequences, fill=0.0):
    """Your mask is True in the padding: it is True where there is a step."""
    X, mask = _padded(sequences, fill)
    return X, ~mask


@mutant("p.14.3", replaces="pad_batch", fails="test_batch_and_mask")
def always_zeros(sequences, fill=0.0):
    """You pad with zeros, whatever `fill` is."""
    return _padded(sequences, 0.0)


@mutant("p.14.3", replaces="pad_batch", fails="test_batch_and_mask")
def mask_by_the_values(sequences, fill=0.0):
    """You read the mask off the values: a step of a sequence may look like the fill, and is real."""
    X, _ = _padded(sequences, fill)
    return X, ~np.isclose(X, fill).all(axis=2)


@mutant("p.14.3", replaces="masked_mean", fails="test_mean_over_what_is_real")
def mean_of_row_means(losses, mask):
    """You take the mean of each sequence first, so that a step of a short one counts more."""
    pairs = zip(np.asarray(losses, dtype=float), np.asarray(mask), strict=True)
    return float(np.mean([row[told].mean() for row, told in pairs]))


@mutant("p.14.3", replaces="masked_mean", fails="test_mean_over_what_is_real")
def divided_by_all(losses, mask):
    """You divide by the number of all steps, padding included."""
    return float(np.where(mask, losses, 0.0).mean())


@mutant("p.14.3", replaces="masked_mean", fails="test_mean_over_what_is_real")
def multiplied(losses, mask):
    """You multiply by the mask: NaN times 0 is NaN. Choose the real steps instead."""
    return float((np.asarray(losses) * mask).sum() / np.sum(mask))


@alternative("p.14.3", replaces="pad_batch")
def by_torch(sequences, fill=0.0):
    """By PyTorch's padding, in float32."""
    parts = [torch.as_tensor(np.asarray(sequence, dtype=np.float32)) for sequence in sequences]
    lengths = torch.tensor([len(part) for part in parts])
    X = nn.utils.rnn.pad_sequence(parts, batch_first=True, padding_value=fill)
    return X, torch.arange(X.shape[1]) < lengths[:, None]


@alternative("p.14.3", replaces="masked_mean")
def step_by_step(losses, mask):
    """Adds up what is real."""
    real = [
        float(loss) for row, told in zip(losses, mask, strict=True) for loss, yes in zip(row, told, strict=True) if yes
    ]
    return sum(real) / len(real)
