"""Hidden checks of chapter 14: reading and writing texts (p.14.1 to p.14.3)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch14_text.inputs_words import some_words
from autograder.testing import check
from autograder.testing.closed import agrees


def _batches(student, rng):
    """Yield batches of the submission and the series they are made of: nothing is left over, some steps for each row,
    and as many as can be."""
    for which in range(3):
        batch, window, n_batches = (int(n) for n in rng.choice(np.arange(2, 8), 3, replace=False))
        left = (0, int(rng.integers(batch, batch * window)), batch * window - 1)[which]
        series = rng.permutation(batch * window * n_batches + left).astype(float)  # whole, also in single precision
        found = np.asarray(student.stateful_batches(series, batch, window), dtype=float)
        assert found.shape == (n_batches, batch, window)
        yield found, series


@check(
    "p.14.1",
    core=True,
    weight=2,
    hint="Take the series 0, 1, 2, … and two rows: which number follows the last of row 0, and where do you find it?",
)
def test_each_row_goes_on_in_the_next_batch(student, rng):
    """Row i of each batch begins right after the end of row i of the batch before, in the series."""
    for found, series in _batches(student, rng):
        first = {value: place for place, value in enumerate(series.tolist())}
        places = np.vectorize(first.__getitem__)(found)
        assert_array_equal(np.diff(places, axis=2), 1)
        assert_array_equal(places[1:, :, 0] - places[:-1, :, -1], 1)


@check("p.14.1", hint="How long is a piece? Where does the second one begin?")
def test_pieces_follow_on_from_each_other(student, rng):
    """The pieces of the rows are one after the other, from the beginning of the series, none twice, and none left out
    but what is too short for one more batch."""
    for found, series in _batches(student, rng):
        assert_allclose(found.transpose(1, 0, 2).ravel(), series[: found.size])


def _replaced_in_place(pairs):
    split = [(one.split(), other.split()) for one, other in pairs]
    if any(len(one) != len(other) for one, other in split):
        return False
    meant = {}
    for one, other in split:
        for word, found in zip(one, other, strict=True):
            meant.setdefault(word, set()).add(found)
    return all(len(found) == 1 for found in meant.values())


def _sentences(rng, spoil: str):
    """Return pairs that a dictionary translates, or that one thing keeps from it."""
    words, others = some_words(rng, 6), some_words(rng, 4)
    dictionary = {word: str(rng.choice(others)) for word in words}
    sentences = [[str(word) for word in rng.choice(words, int(rng.integers(3, 6)))] for _ in range(3)]
    sentences += [["ilo", *words]]  # every word once more, so that a change shows
    dictionary["ilo"] = "ano"
    pairs = [(" ".join(one), [dictionary[word] for word in one]) for one in sentences]
    row = int(rng.integers(3))
    if spoil == "longer":
        pairs[row][1].append(others[0])
    if spoil == "shorter":
        pairs[row][1].pop()
    if spoil == "turned":
        pairs[-1][1][:2] = pairs[-1][1][1::-1]
        pairs.append(("ilo", ["ano"]))
    if spoil == "two meanings":
        pairs[row][1][-1] = "umo"
    return ([(one, " ".join(other)) for one, other in pairs],)


@check("p.14.2", core=True, hint="Which word stands for which? Can the dictionary say something else the second time?")
def test_what_a_dictionary_can_translate(student, rng):
    """For sentences of any kind you say rightly whether some dictionary translates all of them word for word: not if
    lengths differ, if words change places, or if a word is translated in two ways; but two words may mean the same."""
    spoils = ["", "longer", "shorter", "turned", "two meanings"]
    cases = [_sentences(rng, spoil) for spoil in [*spoils, *spoils, "", ""]]
    one, other, *meanings = some_words(rng, 5)
    within = [(f"{one} {other} {one}", " ".join(meanings))]  # two meanings in one and the same sentence
    agrees(student.word_for_word, _replaced_in_place, [(within,), *cases])


@check(
    "p.14.3",
    core=True,
    hint="Which sequence is the longest of the batch? What stands behind the others, and what does the mask say there?",
)
def test_batch_and_mask(student, rng):
    """Each sequence stands at the beginning of its row, with the fill behind it, and the mask tells which is which,
    also where a step of the sequence equals the fill."""
    some = float(rng.normal())
    for fill, n_features, n in ((0.0, 1, 4), (some, int(rng.integers(2, 5)), 4), (some, 2, 1)):  # also one alone
        lengths = rng.permutation([1, *rng.choice(np.arange(2, 9), n - 1, replace=False)])
        sequences = [rng.normal(0, 1, (int(T), n_features)) for T in lengths]
        for sequence in sequences:
            sequence[int(rng.integers(len(sequence)))] = fill  # a step like padding, and real
        X, mask = student.pad_batch([sequence.tolist() for sequence in sequences], fill)
        X, mask = np.asarray(X, dtype=float), np.asarray(mask)
        longest = max(map(len, sequences))
        assert X.shape == (n, longest, n_features)
        assert mask.shape == (n, longest)
        assert mask.dtype.kind == "b"
        for row, told, sequence in zip(X, mask, sequences, strict=True):
            assert_allclose(row[: len(sequence)], sequence, rtol=1e-5, atol=1e-6)
            assert_allclose(row[len(sequence) :], fill, rtol=1e-5)
            assert_array_equal(told, np.arange(longest) < len(sequence))


@check("p.14.3", hint="A mean of the means of the rows is another one, if the rows are not equally long.")
def test_mean_over_what_is_real(student, rng):
    """The mean loss is that of all real steps, each of them counting once, whatever stands in the padding."""
    for rubbish in (0.0, 1e6, np.nan):
        lengths = rng.choice(np.arange(1, 9), 4, replace=False)
        parts = [rng.exponential(1, int(n)) for n in lengths]
        mask = np.arange(lengths.max() + 2) < lengths[:, None]
        losses = np.full(mask.shape, rubbish)
        losses[mask] = np.concatenate(parts)
        assert_allclose(float(student.masked_mean(losses, mask)), np.concatenate(parts).mean(), rtol=1e-5)
