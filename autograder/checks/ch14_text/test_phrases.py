"""Hidden checks of chapter 14: translation with attention, word by word (tf2.16.10)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.checks.ch14_text.inputs_words import Language
from autograder.testing import check
from autograder.testing.modules import (
    built,
    looks_at,
    mixes_values,
    shares_attention,
    tensor,
    weights_of,
)


def _asked(layer, queries, keys, lengths):
    context, weights = layer(tensor(queries), tensor(keys), tensor(lengths))
    return np.asarray(context), np.asarray(weights)


@check("tf2.16.10", core=True, weight=2, hint="Multiply one query and one key by hand. Which of them does W turn?")
def test_scores_of_the_layer(student, rng):
    """The weights are the softmax of q · (W k) over the real keys, padding gets none, and the context is their mean."""
    n_query, n_key = (int(n) for n in rng.choice(np.arange(3, 9), 2, replace=False))
    layer = built(student, student.Attention, rng, n_query, n_key)
    W = weights_of(layer)["W.weight"]
    assert W.shape == (n_query, n_key)
    lengths = np.array([6, 2, 4])
    queries, keys = rng.normal(size=(3, 5, n_query)), rng.normal(size=(3, 6, n_key))
    context, weights = _asked(layer, queries, keys, lengths)
    assert context.shape == (3, 5, n_key)
    assert weights.shape == (3, 5, 6)
    scores = np.einsum("btq,qk,bsk->bts", queries, W, keys)
    scores[np.broadcast_to(np.arange(6) >= lengths[:, None, None], scores.shape)] = -np.inf
    wanted = np.exp(scores - scores.max(axis=2, keepdims=True))
    assert_allclose(weights, wanted / wanted.sum(axis=2, keepdims=True), atol=1e-5)
    shares_attention(weights, lengths)
    mixes_values(context, weights, keys)


@check("tf2.16.10", hint="Is W a layer of PyTorch, and an attribute of yours? Has it a bias?")
def test_layer_has_one_matrix(student, rng):
    """All that the layer learns is its matrix W."""
    layer = built(student, student.Attention, rng, 4, 6)
    assert {name: value.shape for name, value in weights_of(layer).items()} == {"W.weight": (4, 6)}


def _trained(student, rng, n_steps: int = 300):
    language = Language(rng)
    pairs, _ = language.sentences(rng, 800)
    translator = student.PhraseTranslator(size=48, n_steps=n_steps, seed=int(rng.integers(1000)))
    translator.fit(pairs)
    return translator, language, {source for source, _ in pairs}


def _new(rng, language, known, n: int):
    """Return pairs with places that were not among the known ones."""
    found = zip(*language.sentences(rng, 4 * n), strict=True)
    return [(pair, order) for pair, order in found if pair[0] not in known][:n]


@check(
    "tf2.16.10",
    core=True,
    weight=4,
    at_least=True,
    hint="Does the loss come down? Are words given numbers in one way when you learn, and in another when you "
    "translate?",
)
def test_translates_new_sentences(student, rng):
    """Trained with 300 steps on 800 pairs of two languages that nobody speaks, your translator translates most
    sentences that it has not seen right to the last word; in one language, adjectives are behind their nouns."""
    translator, language, known = _trained(student, rng)
    new = _new(rng, language, known, 100)
    found = list(translator.translate([source for (source, _), _ in new]))
    assert len(found) == len(new)
    right = [one == target for one, ((_, target), _) in zip(found, new, strict=True)]
    return float(np.mean(right))


@check(
    "tf2.16.10",
    weight=3,
    at_least=True,
    hint="Draw the map for a sentence of two words. Does the row of a word belong to the step that said it?",
)
def test_looks_where_a_word_comes_from(student, rng):
    """When your translator says a word, it looks most at the word that it comes from, nearly always; of its
    translations, only those that are right count."""
    translator, language, known = _trained(student, rng)
    hits = []
    for (source, target), order in _new(rng, language, known, 40):
        words, weights = translator.alignment(source)
        shares = np.asarray(weights, dtype=float)
        assert shares.shape == (len(words), len(source.split()))
        assert_allclose(shares.sum(axis=1), 1, atol=1e-3)
        if list(words) == target.split() and len(set(order)) > 1:
            hits.append(looks_at(shares[None], [order]))
    assert len(hits) > 10
    return float(np.mean(hits))


@check(
    "tf2.16.10",
    hint="Which number does a word get that was in no pair? Does anything keep the decoder from going on for ever?",
)
def test_unknown_words_and_single_ones(student, rng):
    """Sentences with words that were in no pair, and such of one word, are translated, too, alone as among others; the
    words of an alignment are those of the translation."""
    translator, language, _ = _trained(student, rng, n_steps=60)
    pairs, _ = language.sentences(rng, 6)
    sentences = [*(source for source, _ in pairs), "xoxoxo", language.nouns[0], f"{language.nouns[1]} xoxoxo"]
    together = list(translator.translate(sentences))
    assert all(isinstance(text, str) for text in together)
    assert [translator.translate([sentence])[0] for sentence in sentences] == together
    known = set(language.dictionary.values())
    assert {word for text in together for word in text.split()} <= known
    for sentence, text in zip(sentences[:3], together, strict=False):
        assert list(translator.alignment(sentence)[0]) == text.split()


@check("tf2.16.10", hint="What does chance decide: the first weights, the order of pairs? Set the seed first.")
def test_seed_decides_the_phrases(student, rng):
    """The same seed trains the same translator, another seed another one."""
    language = Language(rng)
    pairs, _ = language.sentences(rng, 60)
    maps = []
    for seed in (1, 2, 1):
        translator = student.PhraseTranslator(size=16, n_steps=40, seed=seed)
        translator.fit(pairs)
        maps.append([(list(words), np.asarray(weights).round(5).tolist()) for words, weights in
                     (translator.alignment(source) for source, _ in pairs[:10])])  # fmt: skip
    assert maps[0] == maps[2]
    assert maps[0] != maps[1]
