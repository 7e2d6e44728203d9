"""Hidden checks of chapter 14: a classifier of reviews with an embedding (tf2.13.10)."""

from collections import Counter

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch14_text.inputs_words import Opinions, some_words
from autograder.testing import check
from autograder.testing.modules import (
    built,
    gradients_flow,
    is_complete,
    outputs,
    repeats,
    weights_of,
)
from course.datasets import load


@check(
    "tf2.13.10", core=True, hint="Print the words of “It's GREAT!<br /><br />8/10”. Which of them should not be there?"
)
def test_words_without_signs_and_breaks(student, rng):
    """`words_of` gives the words in order and in small letters; signs part words, and HTML's line breaks are none."""
    for _ in range(3):
        words = [*some_words(rng, 7), "br", "naïve", "7", "été"]
        words = [words[i] for i in rng.permutation(len(words))]
        marks = rng.permutation([" ", ", ", "... ", "<br />", "<br>", "!<br /><br />", "-", "/", " (", '" ', "_"])
        text = "".join(f"{rng.choice([word, word.upper(), word.capitalize()])!s}{mark}" for word, mark in
                       zip(words, marks, strict=True))  # fmt: skip
        assert list(student.words_of(text)) == words
    assert list(student.words_of(" ?! ")) == []


def _texts(rng, words, n=12):
    shares = rng.dirichlet(np.full(len(words), 0.5))
    return [" ".join(str(word) for word in rng.choice(words, int(rng.integers(3, 15)), p=shares)) for _ in range(n)]


@check("tf2.13.10", core=True, hint="Sort by frequency; and where two are equally frequent? Which numbers stay free?")
def test_numbers_by_frequency(student, rng):
    """The most frequent words have the numbers from 2 on, the most frequent first, equals by the alphabet."""
    for n in (5, 1000):
        texts = _texts(rng, some_words(rng, 14))
        counts = Counter(word for text in texts for word in text.split())
        ranked = sorted(sorted(counts), key=counts.__getitem__, reverse=True)[:n]
        found = student.build_vocabulary([text.upper() for text in texts], n)
        assert dict(found) == {word: number for number, word in enumerate(ranked, start=2)}


@check("tf2.13.10", core=True, hint="What becomes of a word that is not in the vocabulary? And where is the padding?")
def test_texts_as_numbers(student, rng):
    """Each word becomes its number, unknown ones 1, and behind the end of shorter texts there are zeros."""
    words = some_words(rng, 10)
    vocabulary = {word: number for number, word in enumerate(words[:6], start=2)}
    for texts in (_texts(rng, words), ["", words[0]], ["?"], [words[8]]):
        codes = student.encode_reviews(texts, vocabulary)
        longest = max([1, *(len(text.replace("?", "").split()) for text in texts)])
        wanted = np.zeros((len(texts), longest), dtype=int)
        for row, text in zip(wanted, texts, strict=True):
            told = [vocabulary.get(word, 1) for word in text.replace("?", "").split()]
            row[: len(told)] = told
        assert codes.dtype == torch.int64
        assert_array_equal(np.asarray(codes), wanted)


@check("tf2.13.10", hint="Are the labels still beside their own texts? Is a part sorted by label, as the whole was?")
def test_test_set_is_parted(student, rng):
    """Each review is in one of the two parts, beside its own label; which is drawn at random, by the seed."""
    texts = some_words(rng, 60, 5, 8)
    labels = np.arange(60) // 30
    known = dict(zip(texts, labels.tolist(), strict=True))
    parts = []
    for seed in (1, 2, 1):
        valid, y_valid, test, y_test = student.split_test(texts, labels, 36, seed)
        assert len(valid) == 36
        assert sorted([*valid, *test]) == sorted(texts)
        for some, y in ((valid, y_valid), (test, y_test)):
            assert [known[text] for text in some] == np.asarray(y).tolist()
            assert 0.2 < np.mean(np.asarray(y)) < 0.8
        parts.append(list(valid))
    assert parts[0] == parts[2]
    assert set(parts[0]) != set(parts[1])


def _codes(rng, n_words: int, lengths) -> np.ndarray:
    codes = np.zeros((len(lengths), max(lengths)), dtype=int)
    for row, length in zip(codes, lengths, strict=True):
        row[:length] = rng.integers(1, n_words, length)
    return codes


@check(
    "tf2.13.10",
    core=True,
    weight=2,
    hint="Count the words without padding: what is the sum divided by, then, and by which power of their number?",
)
def test_mean_times_root_of_the_number(student, rng):
    """The layer gives the mean of the embeddings of a text's words, times the root of their number, padding left
    out."""
    layer = built(student, student.MeanEmbedding, rng, 20, 6)
    table = weights_of(layer)["embedding.weight"]
    assert table.shape == (20, 6)
    codes = _codes(rng, 20, [9, 1, 4])
    found = outputs(layer, codes, shape=(3, 6))
    wanted = [table[row[row != 0]].mean(axis=0) * np.sqrt((row != 0).sum()) for row in codes]
    assert_allclose(found, wanted, atol=1e-5)


@check("tf2.13.10", hint="What is the mean of no words at all?")
def test_texts_without_words_and_more_padding(student, rng):
    """A text without words gives zeros, and more padding, before, behind or between the words, changes nothing."""
    layer = built(student, student.MeanEmbedding, rng, 20, 6)
    codes = _codes(rng, 20, [5, 3])
    assert_allclose(outputs(layer, np.zeros((2, 4), dtype=int), shape=(2, 6)), 0)
    wider = np.concatenate(
        [np.zeros((2, 2), dtype=int), codes[:, :2], np.zeros((2, 3), dtype=int), codes[:, 2:]], axis=1
    )
    assert_allclose(outputs(layer, wider, shape=(2, 6)), outputs(layer, codes, shape=(2, 6)), atol=1e-5)


@check("tf2.13.10", hint="Print the shape after each layer. Are all of them attributes of the net?")
def test_review_net_gives_a_logit(student, rng):
    """`ReviewNet` gives one logit for each text, padding makes no difference to it, and all of its weights learn."""
    net = built(student, student.ReviewNet, rng, 30, 8)
    net.eval()
    codes = _codes(rng, 30, [7, 2, 12, 5, 9, 3])
    found = outputs(net, codes, shape=(6,))
    more = np.concatenate([codes, np.zeros((6, 4), dtype=int)], axis=1)
    assert_allclose(outputs(net, more, shape=(6,)), found, atol=1e-5)
    assert len({round(float(value), 6) for value in found}) > 2  # not all six: a narrow layer may see nothing in some
    codes = _codes(rng, 30, [60] * 8)  # every word is there
    gradients_flow(student, net, codes, rng=rng)
    is_complete(lambda: built(student, student.ReviewNet, rng, 30, 8), codes, rng=rng)


def _right(student, rng, n: int = 2000, epochs: int = 5) -> float:
    """Return the share of 400 made-up reviews that a net knows after `n` others."""
    world = Opinions(rng)
    texts, labels = world.reviews(rng, n)
    vocabulary = student.build_vocabulary(texts, 100)
    seed = int(rng.integers(1000))
    model = student.fit_reviews(texts, labels.tolist(), vocabulary, size=16, n_epochs=epochs, seed=seed)
    texts, labels = world.reviews(rng, 400)
    said = np.asarray(student.friendly_probability(model, texts, vocabulary), dtype=float)
    assert said.shape == (400,)
    assert ((said >= 0) & (said <= 1)).all()
    return float(np.mean((said > 0.5) == labels))


@check(
    "tf2.13.10",
    core=True,
    weight=4,
    at_least=True,
    hint="Does the loss fall? Do texts and labels stay together when you shuffle?",
)
def test_knows_praise_from_blame(student, rng):
    """Trained for five epochs on 2,000 reviews in a language that nobody speaks, your net knows of 400 others whether
    they praise or blame."""
    return _right(student, rng)


@check("tf2.13.10", hint="What does a review's probability depend on, besides its own words?")
def test_a_review_alone_is_judged_as_among_others(student, rng):
    """What is said of a review does not depend on those beside it, however long they are."""
    world = Opinions(rng)
    texts, labels = world.reviews(rng, 80)
    vocabulary = student.build_vocabulary(texts, 100)
    model = student.fit_reviews(texts, labels, vocabulary, size=8, n_epochs=2)
    together = np.asarray(student.friendly_probability(model, [*texts[:12], " ".join(texts)], vocabulary), dtype=float)
    alone = [float(np.asarray(student.friendly_probability(model, [text], vocabulary))[0]) for text in texts[:12]]
    assert_allclose(together[:-1], alone, atol=1e-4)
    assert np.std(alone) > 1e-4


@check("tf2.13.10", hint="What does chance decide: the first weights, the order of reviews? Set the seed first.")
def test_seed_decides_the_review_net(student, rng):
    """The same seed trains the same net, another seed another one."""
    texts, labels = Opinions(rng).reviews(rng, 40)
    vocabulary = student.build_vocabulary(texts, 50)

    def said(seed: int):
        model = student.fit_reviews(texts, labels, vocabulary, size=8, n_epochs=1, seed=seed)
        return np.asarray(student.friendly_probability(model, texts, vocabulary), dtype=float)

    repeats(said, tuple(int(seed) for seed in rng.permutation(1000)[:2]))


@check(
    "tf2.13.10",
    full=True,
    data="imdb",
    hint="Is your vocabulary made of the training reviews? Does validation get worse from some epoch on?",
)
def test_real_reviews(student, rng):
    """Trained for three epochs on the 25,000 reviews for training, with the 5,000 most frequent words, your net judges
    more than 85 in 100 of 10,000 test reviews rightly: those that are left when 15,000 are kept for validation. The
    words are written in another alphabet, so that no review can be looked up."""
    data, letters = load("imdb"), "abcdefghijklmnopqrstuvwxyz"
    cipher = str.maketrans(letters, "".join(rng.permutation(list(letters)).tolist()))
    train, test = (
        [text.lower().replace("<br />", " ").translate(cipher) for text in part] for part in (data.X_train, data.X_test)
    )
    vocabulary = student.build_vocabulary(train, 5000)
    model = student.fit_reviews(train, data.y_train, vocabulary, n_epochs=3)
    _, _, texts, _ = student.split_test(test, data.y_test, 15_000)
    # The parts are a submission's own: what is told of a text is looked up in ours.
    known = dict(zip(test, data.y_test.tolist(), strict=True))
    assert len(texts) == 10_000
    said = np.asarray(student.friendly_probability(model, list(texts), vocabulary), dtype=float)
    assert np.mean((said > 0.5) == np.array([known[text] for text in texts])) > 0.85
