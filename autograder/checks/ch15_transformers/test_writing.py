"""Hidden checks of chapter 15: what a GPT writes (p.15.13)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import chi2, chisquare

from autograder.checks.ch15_transformers.inputs_sentiment import some_words
from autograder.checks.ch15_transformers.inputs_shakespeare import (
    from_table,
    probabilities,
    small_writer,
    switched,
    word_tokenizer,
)
from autograder.testing import check

BY_CHANCE = 1e-6  # a right sampler's counts are less likely than this once in a million


def _logits(rng, n: int = 12) -> np.ndarray:
    steps = np.cumsum(rng.uniform(0.1, 0.8, n))  # far enough apart, and not evenly
    return rng.permutation(steps - steps.mean())


def _same_probabilities(student, rng, cases) -> None:
    for options in cases:
        logits = _logits(rng) + float(rng.normal(0, 5))
        found = np.asarray(student.next_probabilities(logits.tolist(), **options), dtype=float)
        assert_allclose(found, probabilities(logits, **options), atol=1e-4)


@check(
    "p.15.13", core=True, hint="Is softmax taken of the logits divided by the temperature? Which axis has a sum of 1?"
)
def test_temperature_divides_the_logits(student, rng):
    """The probabilities are the softmax of the logits divided by the temperature."""
    _same_probabilities(student, rng, [{}, {"temperature": 0.5}, {"temperature": 3.0}])


@check("p.15.13", core=True, hint="Which tokens are among the k likeliest? What is the sum of their probabilities?")
def test_top_k_keeps_the_k_likeliest(student, rng):
    """With `top_k`, the k likeliest tokens keep their proportions, and no other can be drawn."""
    _same_probabilities(student, rng, [{"top_k": 1}, {"top_k": 3}, {"top_k": 50}, {"top_k": 5, "temperature": 2.0}])


@check(
    "p.15.13",
    core=True,
    weight=2,
    hint="Sort the probabilities, and take their cumulative sum: is the token that passes `top_p` among the kept ones?",
)
def test_top_p_keeps_the_nucleus(student, rng):
    """With `top_p`, as few of the likeliest tokens are kept as are needed for that probability; they keep their
    proportions."""
    cases = [{"top_p": float(p)} for p in rng.uniform(0.1, 0.99, 6)] + [{"top_p": 0.01}]
    _same_probabilities(student, rng, [*cases, {"top_p": 0.6, "temperature": 2.5}])


@check("p.15.13", hint="What is the sum of the probabilities that `top_p` is compared with, after `top_k`?")
def test_top_p_is_asked_after_top_k(student, rng):
    """With both, `top_p` is compared with the probabilities that the tokens have once `top_k` has chosen."""
    cases = [{"top_k": int(k), "top_p": float(p)} for k, p in zip((2, 4, 6, 9), rng.uniform(0.3, 0.95, 4), strict=True)]
    _same_probabilities(student, rng, [*cases, {"top_k": 4, "top_p": 0.5, "temperature": 1.7}])


def _fits(tokens: np.ndarray, shares: np.ndarray) -> None:
    """Assert that tokens were drawn with these probabilities."""
    assert np.issubdtype(tokens.dtype, np.integer)
    assert tokens.min() >= 0
    assert tokens.max() < len(shares)
    counts = np.bincount(tokens, minlength=len(shares))
    assert counts[shares == 0].sum() == 0
    wanted = shares * len(tokens)
    rare = wanted < 5
    if rare.any():  # chi-square's own distribution is that of larger numbers
        counts, wanted = (np.append(values[~rare], values[rare].sum()) for values in (counts, wanted))
    kept = wanted > 0
    if kept.sum() > 1:
        assert chisquare(counts[kept], wanted[kept]).pvalue > BY_CHANCE


@check(
    "p.15.13", core=True, weight=2, hint="Are tokens drawn by their probabilities, or the likeliest taken? Put back?"
)
def test_tokens_are_drawn_by_their_probabilities(student, rng):
    """5,000 tokens that are drawn from hidden logits are of the frequencies that their probabilities ask for, by a
    chi-square test: with a temperature, `top_k` and `top_p`."""
    for options in ({}, {"temperature": 0.6}, {"temperature": 2.0}, {"top_k": 4}, {"top_p": 0.8},
                    {"top_k": 6, "top_p": 0.7, "temperature": 1.5}):  # fmt: skip
        logits = _logits(rng)
        drawn = np.asarray(student.draw_tokens(logits.tolist(), 5000, seed=int(rng.integers(1000)), **options))
        assert drawn.shape == (5000,)
        _fits(drawn, probabilities(logits, **options))


@check("p.15.13", hint="Is the order that of drawing? Where is the seed set: before the first token, or before each?")
def test_draws_do_not_depend_on_each_other(student, rng):
    """Each token is drawn independently of the one before; the seed decides all of them."""
    logits = _logits(rng, 5)
    drawn = np.asarray(student.draw_tokens(logits.tolist(), 4000, seed=1))
    table = np.zeros((5, 5))
    np.add.at(table, (drawn[:-1], drawn[1:]), 1)
    wanted = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    seen = wanted >= 5
    assert chi2.sf(((table - wanted)[seen] ** 2 / wanted[seen]).sum(), 16) > BY_CHANCE
    assert_array_equal(np.asarray(student.draw_tokens(logits.tolist(), 4000, seed=1)), drawn)
    assert not np.array_equal(np.asarray(student.draw_tokens(logits.tolist(), 4000, seed=2)), drawn)


def _writer(student, rng, *, n_positions: int, flat: bool = False, n: int = 8, oldest: bool = False):
    """Return a model that looks up what follows, its table, a tokenizer and its words."""
    words = some_words(rng, n)
    table = torch.tensor(rng.normal(0, 1.5, (n, n) if flat else (n, n, n)), dtype=torch.float32)
    table = table[:1].expand(n, n).clone() if flat else table
    return student.probe_(from_table)(table, n_positions, oldest), table, student.probe_(word_tokenizer)(words), words


@check(
    "p.15.13", core=True, hint="What does the model get to see for the second new token? What is decoded at the end?"
)
def test_the_likeliest_go_on_with_the_prompt(student, rng):
    """The prompt and n more tokens come back as text; with `top_k=1` each is the likeliest after all that is there."""
    for n in (1, 9):
        model, table, tokenizer, words = _writer(student, rng, n_positions=20)
        tokens = [int(token) for token in rng.integers(0, 8, 3)]
        prompt = " ".join(words[token] for token in tokens)
        for _ in range(n):
            tokens.append(int(table[tokens[-2], tokens[-1]].argmax()))
        assert student.generate(model, tokenizer, prompt, n, top_k=1) == " ".join(words[token] for token in tokens)


@check("p.15.13", hint="What if there are more tokens than the model can read? Which of them is it shown?")
def test_writes_more_than_the_model_can_read(student, rng):
    """Where there are more tokens than the model can read at once, it is shown the last ones, as many as it can
    read."""
    model, table, tokenizer, words = _writer(student, rng, n_positions=4)
    tokens = [int(token) for token in rng.integers(0, 8, 6)]
    prompt = " ".join(words[token] for token in tokens)
    for _ in range(8):
        tokens.append(int(table[tokens[-2], tokens[-1]].argmax()))
    assert student.generate(model, tokenizer, prompt, 8, top_k=1) == " ".join(words[token] for token in tokens)
    model, table, tokenizer, words = _writer(student, rng, n_positions=5, oldest=True)
    tokens = [int(token) for token in rng.integers(0, 8, 3)]
    prompt = " ".join(words[token] for token in tokens)
    for _ in range(12):
        tokens.append(int(table[tokens[-5:][0], tokens[-1]].argmax()))
    assert student.generate(model, tokenizer, prompt, 12, top_k=1) == " ".join(words[token] for token in tokens)
    single, alone, tokenizer, words = _writer(student, rng, n_positions=1, flat=True)
    wanted = " ".join([words[2], *[words[int(alone[0].argmax())]] * 3])
    assert student.generate(single, tokenizer, words[2], 3, top_k=1) == wanted


@check("p.15.13", hint="Does `generate` hand on its temperature, `top_k` and `top_p`? Are tokens drawn anew each time?")
def test_what_is_written_is_drawn_by_the_probabilities(student, rng):
    """The tokens that are written are of the frequencies that the probabilities ask for, by a chi-square test."""
    for options in ({}, {"temperature": 0.6}, {"top_k": 4, "temperature": 2.0}, {"top_p": 0.8}):
        model, table, tokenizer, words = _writer(student, rng, n_positions=6, flat=True)
        seed = int(rng.integers(1000))
        text = student.generate(model, tokenizer, words[0], 600, seed=seed, **options)
        tokens = np.array([words.index(word) for word in str(text).split()])
        assert len(tokens) == 601
        _fits(tokens[1:], probabilities(table[0].numpy(), **options))


@check("p.15.13", hint="In which mode is the model when it writes?")
def test_writes_without_dropout(student, rng):
    """What is written is the same in whatever mode the model is handed over."""
    words = some_words(rng, 12)
    tokenizer = student.probe_(word_tokenizer)(words)
    model = student.probe_(small_writer)(12, int(rng.integers(2**31)), 32, 0.5)
    texts = []
    for training in (False, True):
        student.probe_(switched)(model, training)
        texts.append(student.generate(model, tokenizer, " ".join(words[:3]), 15, top_k=1))
    assert texts[0] == texts[1]


@check("p.15.13", hint="Where does chance come from, and is it set before the first draw?")
def test_seed_decides_what_is_written(student, rng):
    """The same seed writes the same text, another seed another one."""
    model, _, tokenizer, words = _writer(student, rng, n_positions=20)
    texts = [student.generate(model, tokenizer, words[0], 40, seed=seed) for seed in (1, 1, 2)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]
