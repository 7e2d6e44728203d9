"""Hidden checks of chapter 14: dates from words to digits (p.14.8)."""

import re
from datetime import date, timedelta
from functools import partial

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch14_text.inputs_words import some_dates, some_words
from autograder.testing import check
from autograder.testing.modules import (
    built,
    decodes_greedily,
    gradients_flow,
    has_parameters,
    is_causal,
    is_complete,
    outputs,
    repeats,
    shares_attention,
    tensor,
    weights_of,
)

MONTHS = [date(2000, month, 1).strftime("%B") for month in range(1, 13)]
END = 2


# ---------------------------------------------------------------- dates and numbers


@check(
    "p.14.8", core=True, hint="Which days has February in 2023, and in 2024? Is there a zero in front of small days?"
)
def test_dates_in_words_and_digits(student, rng):
    """All dates exist, and are the same in words and in digits, in just these two forms."""
    words, digits = student.make_dates(400, int(rng.integers(1000)), "1896-01-01", "2004-12-31")
    assert len(words) == len(digits) == 400
    for word, digit in zip(words, digits, strict=True):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", digit)
        day = date.fromisoformat(digit)  # ValueError if there is no such day
        assert word == f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


@check("p.14.8", hint="Are the first and the last day among them? Is the last of a month as likely as the first?")
def test_each_day_is_equally_likely(student, rng):
    """All days from the first to the last, both included, are about equally frequent; the seed decides which come."""
    first = date(int(rng.integers(1900, 2090)), int(rng.integers(1, 13)), 20)
    n_days = 24
    last = first + timedelta(days=n_days - 1)
    seed = int(rng.integers(1000))
    _, digits = student.make_dates(2400, seed, first.isoformat(), last.isoformat())
    found = np.array([(date.fromisoformat(digit) - first).days for digit in digits])
    counts = np.bincount(found, minlength=n_days)  # ValueError below 0
    assert len(counts) == n_days
    assert counts.min() > 50
    assert counts.max() < 165
    assert list(student.make_dates(30, seed)[1]) == list(student.make_dates(30, seed)[1])
    assert list(student.make_dates(30, seed)[1]) != list(student.make_dates(30, seed + 1)[1])


@check(
    "p.14.8",
    core=True,
    hint="From which number on are letters counted? And what comes first behind a text, END or PAD?",
)
def test_texts_as_numbers_of_letters(student, rng):
    """Letters have numbers from 3 on, in the order of the alphabet; END follows each text if it is asked for, and then
    padding."""
    letters = "".join(rng.permutation(list("abcdefgh 0123,-")).tolist())
    texts = ["".join(rng.choice(list(letters), int(n))) for n in rng.permutation([1, 5, 9])]
    for end in (False, True):
        codes = student.encode_texts(texts, letters, end)
        assert codes.dtype == torch.int64
        rows = [[letters.index(letter) + 3 for letter in text] + [END] * end for text in texts]
        longest = max(map(len, rows))
        assert codes.tolist() == [row + [0] * (longest - len(row)) for row in rows]
    assert student.encode_texts([""], letters).tolist() == [[0]]


@check(
    "p.14.8", core=True, hint="What does the decoder know when it says its first token? And when it says its second?"
)
def test_teacher_forcing_is_one_step_behind(student, rng):
    """The decoder's input is START first, and then the right token of the step before: never the one it is to say."""
    targets = rng.integers(3, 20, (4, 7))
    targets[0, 4:] = [END, 0, 0]
    found, (after,) = student.watch_("decoder_inputs", tensor(targets))
    assert found.dtype == torch.int64
    assert_array_equal(np.asarray(found), np.concatenate([np.ones((4, 1), dtype=int), targets[:, :-1]], axis=1))
    assert_array_equal(np.asarray(after), targets)
    assert student.decoder_inputs(torch.tensor([[END]])).tolist() == [[1]]


# ---------------------------------------------------------------- the network


def _source(rng, lengths, n_tokens: int = 20) -> np.ndarray:
    source = np.zeros((len(lengths), max(lengths)), dtype=int)
    for row, length in zip(source, lengths, strict=True):
        row[:length] = rng.integers(3, n_tokens, length)
    return source


def fixed(model, source):
    """A model as a function of the decoder's inputs (runs in the student's process)."""
    from torch import nn

    class Fixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, inputs):
            return self.model(source, inputs)

    return Fixed()


@check("p.14.8", core=True, weight=2, hint="Which inputs of the decoder may matter to what it says at a step?")
def test_no_peeking_at_the_target(student, rng):
    """With attention and without, what is said after an input depends on the inputs up to it, and on no later one."""
    source = tensor(_source(rng, [6, 4, 5]))
    for attention in (True, False):
        model = built(student, student.Seq2Seq, rng, 20, 12, n_hidden=16, attention=attention)
        inputs = np.concatenate([np.ones((3, 1), dtype=int), rng.integers(3, 12, (3, 6))], axis=1)
        outputs(model, source, inputs, shape=(3, 7, 12))
        other = inputs % 11 + 1
        is_causal(student.probe_(fixed)(model, source), inputs, other, t=3, reach=1)


@check(
    "p.14.8",
    weight=2,
    hint="Which state of the encoder is its last? What do the scores of padding have to be before softmax?",
)
def test_source_matters_and_padding_does_not(student, rng):
    """Padding behind a source makes no difference, however much of it there is, and every token of it does."""
    lengths = [3, 7, 5]
    source = _source(rng, lengths)
    inputs = np.concatenate([np.ones((3, 1), dtype=int), rng.integers(3, 12, (3, 4))], axis=1)
    for attention in (True, False):
        model = built(student, student.Seq2Seq, rng, 20, 12, n_hidden=16, attention=attention)
        model.eval()
        found = outputs(model, source, inputs, shape=(3, 5, 12))
        more = np.concatenate([source, np.zeros((3, 4), dtype=int)], axis=1)
        assert_allclose(outputs(model, more, inputs, shape=(3, 5, 12)), found, atol=1e-4)
        for row, length in enumerate(lengths):
            alone = outputs(model, source[row : row + 1, :length], inputs[row : row + 1], shape=(1, 5, 12))
            assert_allclose(alone[0], found[row], atol=1e-4)
            for place in (0, length - 1):
                changed = source[row : row + 1].copy()
                changed[0, place] = (changed[0, place] - 2) % 17 + 3
                moved = outputs(model, changed, inputs[row : row + 1], shape=(1, 5, 12))
                assert np.abs(moved[0] - found[row]).max() > 1e-6


@check(
    "p.14.8",
    weight=2,
    hint="Over which dimension does softmax go? What do the weights of a short source's padding sum to?",
)
def test_attention_is_shared_among_real_tokens(student, rng):
    """The weights of each step of the decoder sum to 1 over the tokens of the source, padding gets none of it, and they
    change from step to step."""
    lengths = [8, 1, 5]
    model = built(student, student.Seq2Seq, rng, 20, 12, n_hidden=16)
    model.eval()
    inputs = np.concatenate([np.ones((3, 1), dtype=int), rng.integers(3, 12, (3, 4))], axis=1)
    weights = outputs(model.attention_weights, _source(rng, lengths), inputs, shape=(3, 5, 8))
    shares_attention(weights, lengths)
    assert np.ptp(weights[0], axis=0).max() > 1e-6


def unused(model, source, inputs):
    """Names of the weights that what a model says does not come from (runs in the student's process)."""
    model.zero_grad()
    model(source, inputs).sum().backward()
    return [name for name, weight in model.named_parameters() if weight.grad is None]


@check("p.14.8", hint="Count the parameters with attention and without. Are all layers attributes of the model?")
def test_both_networks_can_learn(student, rng):
    """With attention and without, every weight is registered as a parameter, and gets a gradient, in one of the two at
    least."""
    source = _source(rng, [12, 9, 10, 12])
    inputs = np.concatenate([np.ones((4, 1), dtype=int), rng.permutation(np.arange(40) % 12).reshape(4, 10)], axis=1)
    idle, there = {}, {}
    for attention in (True, False):
        make = partial(built, student, student.Seq2Seq, rng, 20, 12, n_hidden=8, attention=attention)
        model = make()
        there[attention] = set(weights_of(model))
        idle[attention] = {str(name) for name in student.probe_(unused)(model, tensor(source), tensor(inputs))}
        has_parameters(student, make(), at_least=200)
        spared = partial(_may_do_without, unused=idle[attention])
        gradients_flow(student, make(), source, inputs, rng=rng, spared=spared)
        is_complete(make, source, inputs, rng=rng)
    for attention in (True, False):  # what only the other one needs may be in both
        assert idle[attention] <= there[not attention] - idle[not attention]


def _may_do_without(name: str, unused: set[str]) -> bool:
    """The bias of an attention's keys makes no difference, and is in one parameter with others or by itself."""
    return "in_proj_bias" in name or "key" in name or name in unused


# ---------------------------------------------------------------- decoding


def talker(table):
    """A model by a table of the source's first token and the inputs' last two (runs in the student's process)."""
    import torch
    from torch import nn

    class Talker(nn.Module):
        def forward(self, source, inputs):
            before = torch.cat([torch.zeros_like(inputs[:, :1]), inputs[:, :-1]], dim=1)
            return table[source[:, :1].expand_as(inputs), before, inputs]

    return Talker()


@check(
    "p.14.8",
    core=True,
    weight=2,
    hint="What is the decoder given at its second step: its own first token? When does it stop?",
)
def test_says_the_likeliest_token_of_its_own(student, rng):
    """At each step the likeliest token is taken, given those before, up to END or the longest length."""
    table = rng.normal(0, 1, (9, 9, 9, 9))
    table[..., :2] -= 9  # PAD and START are not said
    table[..., END] += 0.4
    model = student.probe_(talker)(tensor(table))
    source = _source(rng, [2] * 12, 9)
    for longest in (7, 3):
        rows = student.greedy_decode(model, tensor(source), longest)
        assert len(rows) == 12
        for row, tokens in zip(rows, source, strict=True):
            said = [int(token) for token in row]
            assert END not in said

            def following(prefix, first=int(tokens[0])):
                inputs = [0, 1, *prefix]
                return table[first, inputs[-2], inputs[-1]]

            decodes_greedily(said, following, end=END, longest=longest)
        assert len({tuple(row) for row in rows}) > 1


@check("p.14.8", hint="How does your model get at its second input, when it is asked? Is it in evaluation mode?")
def test_decoding_asks_the_network(student, rng):
    """With a network of yours, what is decoded is what its own logits say is likeliest."""
    for attention in (True, False):
        model = built(student, student.Seq2Seq, rng, 20, 8, n_hidden=16, attention=attention)
        source = _source(rng, [5, 3, 4])
        rows = student.greedy_decode(model, tensor(source), 6)
        model.eval()
        for row, tokens in zip(rows, source, strict=True):

            def following(prefix, model=model, tokens=tokens):
                inputs = np.array([[1, *prefix]])
                return outputs(model, tokens[None], inputs, shape=(1, inputs.shape[1], 8))[0, -1]

            decodes_greedily(row, following, end=END, longest=6)


# ---------------------------------------------------------------- training


def _exact(student, rng, pairs, new, attention: bool, n_steps: int) -> float:
    """Return the share of new dates that come out right to the last digit, after training on `pairs`."""
    options = {"attention": attention, "n_hidden": 64, "n_steps": n_steps, "seed": int(rng.integers(1000))}
    sources, targets = (list(side) for side in zip(*pairs, strict=True))
    translator = student.fit_dates(sources, targets, **options)
    found = list(student.translate(translator, [source for source, _ in new]))
    assert len(found) == len(new)
    return float(np.mean([one == other for one, (_, other) in zip(found, new, strict=True)]))


@check(
    "p.14.8",
    core=True,
    weight=3,
    hint="Does the loss come down to nearly 0? If so: is what you feed when decoding what you fed in training?",
)
def test_translates_with_attention(student, rng):
    """With attention, trained with 350 steps on 2,000 dates of a calendar that is made up for you, your network
    translates three of four others of its dates, or more, right to the last digit."""
    pairs = list(dict(zip(*some_dates(rng, some_words(rng, 12, 3, 5), 2400), strict=True)).items())
    # Seen: 0.91 to 1 with 300 steps and with 350, 0.07 without attention, 0 for the most similar known date.
    assert _exact(student, rng, pairs[:2000], pairs[2000:2250], True, 350) >= 0.75  # as the exercise asks


@check(
    "p.14.8",
    core=True,
    weight=3,
    at_least=True,
    hint="What does your decoder begin with, if it can't look back? Is it the state after the last letter, or "
    "after the padding?",
)
def test_translates_without_attention(student, rng):
    """Without attention, trained with 300 steps on 250 days of a calendar without years, it translates most of its
    other days right to the last digit."""
    months = some_words(rng, 12, 3, 5)
    days = [(f"{month} {day}", f"{i:02d}-{day:02d}") for i, month in enumerate(months, 1) for day in range(1, 30)]
    pairs = [days[i] for i in rng.permutation(len(days))]
    return _exact(student, rng, pairs[:250], pairs[250:], False, 300)


@check("p.14.8", hint="What does a translation depend on, besides its own text?")
def test_a_text_alone_is_translated_as_among_others(student, rng):
    """What becomes of a text does not depend on those beside it; and it changes with the text."""
    months = some_words(rng, 12, 3, 5)
    sources, targets = some_dates(rng, months, 300)
    translator = student.fit_dates(sources, targets, n_hidden=32, n_steps=150)
    texts = sorted(sources[:8], key=len)
    together = list(student.translate(translator, [*texts, ", ".join(sources[:4])]))[:-1]
    assert together == [student.translate(translator, [text])[0] for text in texts]
    assert all(isinstance(text, str) for text in together)
    assert len(set(together)) > 1


@check("p.14.8", hint="What does chance decide: the first weights, the order of pairs? Set the seed first.")
def test_seed_decides_the_translator(student, rng):
    """The same seed trains the same translator, another seed another one."""
    months = some_words(rng, 12, 3, 5)
    sources, targets = some_dates(rng, months, 100)

    def said(seed: int):
        translator = student.fit_dates(sources, targets, n_hidden=16, n_steps=25, seed=seed)
        texts = student.translate(translator, sources[:30])
        return np.array([sum(map(ord, text)) * (i + 1) + len(text) for i, text in enumerate(texts)], dtype=float)

    repeats(said, tuple(int(seed) for seed in rng.permutation(1000)[:2]))


@check("p.14.8", full=True, hint="Trained for longer: which dates are still wrong? Are they longer than the others?")
def test_real_dates(student, rng):
    """With attention and without, trained with 2,500 steps on 10,000 of your own dates between 1900 and 2099, your
    network translates more than 99 in 100 of 1,000 others, right to the last digit."""
    days = [date(1900, 1, 1) + timedelta(days=int(n)) for n in rng.permutation(73_049)[:1000]]
    for attention in (True, False):
        sources, targets = student.make_dates(10_000, int(rng.integers(1000)))
        options = {"attention": attention, "n_hidden": 64, "n_steps": 2500}
        translator = student.fit_dates(list(sources), list(targets), **options)
        words = [f"{MONTHS[day.month - 1]} {day.day}, {day.year}" for day in days]
        found = list(student.translate(translator, words))
        assert np.mean([one == day.isoformat() for one, day in zip(found, days, strict=True)]) > 0.99
