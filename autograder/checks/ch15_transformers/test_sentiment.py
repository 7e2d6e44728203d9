"""Hidden checks of chapter 15: a BERT that tells praise from blame (p.15.12)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from safetensors.torch import load_file

from autograder.checks.ch15_transformers.inputs_sentiment import (
    SPECIAL,
    Reviews,
    Seen,
    encoded,
    logits_of,
    set_training,
    some_words,
    state_of,
    states_of,
    word_bert,
)
from autograder.testing import check
from autograder.testing.modules import repeats, steps_taken, stir
from course.datasets import load


def _loaded(student, seed: int) -> tuple[object, dict[str, np.ndarray]]:
    model, _ = student.load_classifier(str(load("small_bert").folder), seed=seed)
    return model, student.probe_(state_of)(model)


@check("p.15.12", hint="Print `model.dtype`. Which class gives a model with a head that classifies?")
def test_pretrained_weights_are_loaded(student, rng):
    """The encoder has the weights of the folder, as float32; the model gives two logits, and is in evaluation mode."""
    kept = load_file(load("small_bert").folder / "model.safetensors")
    model, state = _loaded(student, int(rng.integers(1000)))
    compared = 0
    for name, value in state.items():
        assert value.dtype == torch.float32
        if name in kept and name.startswith("bert."):
            assert torch.equal(value, kept[name].float())
            compared += 1
    assert compared > 30
    assert model.training is False
    ids = torch.tensor(rng.integers(5, 1000, (3, 7)))
    assert student.probe_(logits_of)(model, ids, torch.ones_like(ids)).shape == (3, 2)


@check("p.15.12", hint="When are the weights drawn that the folder lacks, and is the seed set before?")
def test_seed_decides_the_new_head(student, rng):
    """The same seed gives the same model, with all that the folder lacks; another seed gives another head."""
    one, other = (int(seed) for seed in rng.permutation(1000)[:2])
    states = []
    for seed in (one, other, one):
        stir(student, rng)
        states.append(_loaded(student, seed)[1])
    assert _apart(states[0], states[2]) == 0
    assert not torch.equal(states[0]["classifier.weight"], states[1]["classifier.weight"])


def _bert(student, rng, words, size: int = 16, dropout: float = 0.0, loud: float = 20.0):
    return student.probe_(word_bert)(words, int(rng.integers(2**31)), size, dropout, loud)


def _texts(rng, words, n: int, longest: int = 14) -> list[str]:
    return [" ".join(rng.choice(words, int(rng.integers(1, longest)))) for _ in range(n)]


@check("p.15.12", core=True, hint="What does the tokenizer give for one text, and for two of different lengths?")
def test_texts_become_batches(student, rng):
    """Each text becomes [CLS], its words and [SEP], padded to the longest of them; the mask says which are real."""
    words = some_words(rng, 12)
    _, tokenizer = _bert(student, rng, words)
    for texts in (_texts(rng, words, 5), [words[3]], [words[0], " ".join(words[:6]) + " unknown"]):
        batch = student.prepare(texts, tokenizer)
        ids, mask = encoded(words, texts)
        for name, wanted in (("input_ids", ids), ("attention_mask", mask)):
            assert batch[name].dtype == torch.int64
            assert_array_equal(np.asarray(batch[name]), wanted)


@check("p.15.12", hint="Which two tokens does a text still have once its end is cut off?")
def test_long_texts_are_cut(student, rng):
    """No text has more than `max_length` tokens; one that was cut begins with [CLS] and ends with [SEP]."""
    words = some_words(rng, 12)
    _, tokenizer = _bert(student, rng, words)
    texts = [" ".join(rng.choice(words, n)) for n in (4, 5, 6, 30)]
    for longest in (6, 7, 20):
        batch = student.prepare(texts, tokenizer, longest)
        ids, mask = encoded(words, texts, longest)
        assert_array_equal(np.asarray(batch["input_ids"]), ids)
        assert_array_equal(np.asarray(batch["attention_mask"]), mask)


@check(
    "p.15.12",
    core=True,
    weight=2,
    hint="Multiply the vectors by the mask before you add them up. How many are there of each text?",
)
def test_means_of_the_last_layer(student, rng):
    """The frozen features are the mean of the last layer's vectors over a text's own tokens, whatever texts are beside
    it."""
    words = some_words(rng, 12)
    model, tokenizer = _bert(student, rng, words)
    texts = _texts(rng, words, 70)
    found = np.asarray(student.frozen_features(model, tokenizer, texts, 12))
    assert found.shape == (70, 16)
    for i in [*range(12), 63, 64, 69]:
        alone = student.probe_(states_of)(model, *encoded(words, [texts[i]], 12))[0]
        assert_allclose(found[i], np.asarray(alone).mean(axis=0), atol=1e-4)


def _praise(student, model, words, texts, longest: int = 32) -> np.ndarray:
    """Return what a model says of each text alone."""
    alone = [student.probe_(logits_of)(model, *encoded(words, [text], longest))[0] for text in texts]
    return torch.stack(alone).softmax(dim=1)[:, 1].numpy()


@check("p.15.12", core=True, hint="Does the model get the mask? Which of the two logits belongs to label 1?")
def test_a_text_alone_is_judged_as_among_others(student, rng):
    """The probability of praise is that of label 1, in the order of the texts, and padding has no part in it."""
    words = some_words(rng, 12)
    texts = _texts(rng, words, 70, longest=30)
    picked = [*range(15), 63, 64, 69]
    for _ in range(20):
        model, tokenizer = _bert(student, rng, words)
        wanted = _praise(student, model, words, [texts[i] for i in picked], 20)
        if np.ptp(wanted) > 0.05:  # a model that tells texts apart
            break
    found = np.asarray(student.praise_probability(model, tokenizer, texts, 20), dtype=float)
    assert found.shape == (70,)
    assert_allclose(found[picked], wanted, atol=1e-4)


@check("p.15.12", core=True, hint="From which probability on is a text praise?")
def test_the_likelier_label_is_predicted(student, rng):
    """`predict` gives 1 where praise is likelier, else 0."""
    words = some_words(rng, 12)
    texts = _texts(rng, words, 40)
    seen = set()
    for _ in range(4):
        model, tokenizer = _bert(student, rng, words)
        found = np.asarray(student.predict(model, tokenizer, texts))
        said = _praise(student, model, words, texts)
        sure = np.abs(said - 0.5) > 1e-3
        assert found.shape == (40,)
        assert np.issubdtype(found.dtype, np.integer)
        assert_array_equal(found[sure], (said > 0.5)[sure])
        seen |= set(found.tolist())
    assert seen <= {0, 1}


@check("p.15.12", hint="In which mode is the model when it is asked?")
def test_dropout_is_off_when_it_is_asked(student, rng):
    """What is said of texts is the same in whatever mode the model is handed over."""
    words = some_words(rng, 12)
    model, tokenizer = _bert(student, rng, words, dropout=0.5)
    texts = _texts(rng, words, 8)
    for ask in (student.frozen_features, student.praise_probability):
        found = []
        for training in (False, True, True):
            student.probe_(set_training)(model, training)
            found.append(np.asarray(ask(model, tokenizer, texts), dtype=float))
        assert_allclose(found[1], found[0], atol=1e-5)
        assert_allclose(found[2], found[0], atol=1e-5)


@check("p.15.12", hint="Which of your functions does not hand `max_length` on?")
def test_max_length_is_handed_on(student, rng):
    """Whoever is asked about texts, or learns from them, sees no more than `max_length` tokens of each."""
    words, start = some_words(rng, 12), int(rng.integers(2**31))
    model, tokenizer = _bert(student, rng, words)
    short = [" ".join(rng.choice(words, 6)) for _ in range(20)]
    tails = [rng.choice(words, 70) for _ in short]  # more than the model can read
    texts, others = (
        [f"{text} {' '.join(tail[::way])}" for text, tail in zip(short, tails, strict=True)] for way in (1, -1)
    )
    for ask in (student.frozen_features, student.praise_probability):
        told = [np.asarray(ask(model, tokenizer, some, 8), dtype=float) for some in (texts, short)]
        assert_allclose(*told, atol=1e-4)
    assert_array_equal(*(np.asarray(student.predict(model, tokenizer, some, 8)) for some in (texts, short)))
    y = (np.arange(20) % 2).tolist()
    runs = [_tuned(student, words, start, (some, y), (some, y), 1, 1e-2, 8, seed=3) for some in (texts, others)]
    assert _apart(runs[0][1], runs[1][1]) < 1e-5
    assert_allclose(runs[0][2], runs[1][2], atol=1e-6)


def _right(student, rng, later: bool) -> float:
    """Return the share of 300 others that a small BERT knows, fine-tuned on 600 reviews of a language."""
    world = Reviews(rng, later=later)
    model, tokenizer = _bert(student, rng, world.words, size=32, loud=1.0)
    (texts, y), (valid, y_valid), (test, y_test) = (world.draw(rng, n) for n in (600, 60, 300))
    seed = int(rng.integers(1000))
    student.finetune_classifier(
        model, tokenizer, (texts, y.tolist()), (valid, y_valid.tolist()), 5, 4e-3, 32, seed=seed
    )
    said = student.probe_(logits_of)(model, *encoded(world.words, test))
    return float(np.mean(np.asarray(said).argmax(axis=1) == y_test))


@check(
    "p.15.12",
    core=True,
    weight=5,
    at_least=True,
    hint="Does the loss fall? Do all weights learn, with the learning rate that is given? Is the batch small?",
)
def test_learns_that_order_counts(student, rng):
    """Fine-tuned on reviews in which the later of two opinions counts, and on some in which the earlier one does, your
    models know others."""
    return (_right(student, rng, True) + _right(student, rng, False)) / 2


def _tuned(student, words, start: int, train, valid, *more, dropout=0.0, before=lambda: None, **options):
    """Return a model's weights after it was fine-tuned, and what was returned; `before` is called just before that."""
    model, tokenizer = student.probe_(word_bert)(words, start, 8, dropout)
    before()
    history = student.finetune_classifier(model, tokenizer, train, valid, *more, **options)
    return model, student.probe_(state_of)(model), history


def _apart(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    return max(float((one[name] - other[name]).abs().max()) for name in one)


@check("p.15.12", hint="From which texts do the gradients come?")
def test_validation_rows_teach_nothing(student, rng):
    """Other texts and labels to validate with leave the weights as they are; other ones to learn from don't."""
    world, start = Reviews(rng), int(rng.integers(2**31))
    train, other, third = (world.draw(rng, n) for n in (48, 20, 20))
    (texts, y), valid = train, (other[0], (1 - other[1]).tolist())
    runs = [((texts, y.tolist()), valid), ((texts, y.tolist()), (third[0], third[1].tolist())),
            ((texts, (1 - y).tolist()), valid)]  # fmt: skip
    first, same, changed = (_tuned(student, world.words, start, *run, 2, 1e-3, seed=3)[1] for run in runs)
    assert _apart(first, same) < 1e-6
    assert _apart(first, changed) > 1e-4


@check(
    "p.15.12",
    hint="Print `model.training` at each step, also in the second epoch. How many texts are in the last batch?",
)
def test_learns_from_each_text_in_each_epoch(student, rng):
    """In each epoch the model learns once from each text, from those of a smaller last batch too, with dropout on."""
    words = some_words(rng, 41)
    model, tokenizer = student.probe_(word_bert)(words, int(rng.integers(2**31)), 8, 0.1)
    seen = student.probe_(Seen)(model.base_model.embeddings)
    texts, y = [f"{word} {words[40]}" for word in words[:37]], (np.arange(37) % 2).tolist()
    student.finetune_classifier(model, tokenizer, (texts, y), ([words[40], words[39]], [0, 1]), 3, 1e-4)
    numbers = sorted(int(row[1]) - SPECIAL for row in seen.rows)
    assert numbers == sorted(3 * list(range(37)))


@check("p.15.12", hint="Which rows is the model asked about, and when: before an epoch, or after it?")
def test_history_is_of_the_validation_rows(student, rng):
    """A share of the validation texts is returned for each epoch; the last one is that of the model as it is left, in
    evaluation mode."""
    words, start = some_words(rng, 8), int(rng.integers(2**31))
    y = rng.permutation(np.arange(64) % 2)
    texts = [f"{words[label]} {words[int(rng.integers(2, 8))]}" for label in y]
    valid, y_valid = texts[:41], 1 - y[:41]  # with wrong labels, so that the last epoch is the worst
    model, _, history = _tuned(student, words, start, (texts, y.tolist()), (valid, y_valid.tolist()), 6, 1e-2)
    history = np.asarray(history, dtype=float)
    assert history.shape == (6,)
    assert_allclose(history * 41, np.round(history * 41), atol=1e-3)
    assert model.training is False
    said = student.probe_(logits_of)(model, *encoded(words, valid))
    assert abs(history[-1] - np.mean(np.asarray(said).argmax(axis=1) == y_valid)) < 0.5 / 41
    model, _, history = _tuned(student, words, start, (4 * texts, y.tolist() * 4), (valid, y_valid.tolist()), 1, 1e-2)
    said = student.probe_(logits_of)(model, *encoded(words, valid))
    assert abs(float(history[0]) - np.mean(np.asarray(said).argmax(axis=1) == y_valid)) < 0.5 / 41


@check("p.15.12", hint="Which weights does the optimizer have, with which learning rate? Is a new model made?")
def test_goes_on_from_the_weights_it_has(student, rng):
    """With a small learning rate the encoder and its head move, none at a larger rate, and no weight moves far."""
    world, start = Reviews(rng), int(rng.integers(2**31))
    model, _ = student.probe_(word_bert)(world.words, start, 8)
    before = student.probe_(state_of)(model)
    (texts, y), (valid, y_valid) = world.draw(rng, 96), world.draw(rng, 10)
    run = (texts, y.tolist()), (valid, y_valid.tolist())
    fit = lambda: _tuned(student, world.words, start, *run, n_epochs=1, learning_rate=1e-5)  # noqa: E731
    (_, after, _), steps = steps_taken(student, fit)
    assert max(group.rate for groups in steps for group in groups) <= 1.001e-5
    assert before.keys() == after.keys()
    assert _apart(before, after) < 0.005
    for part in ("word_embeddings.weight", "layer.0.attention.self.value.weight", "layer.1.output.dense.weight",
                 "classifier.weight"):  # fmt: skip
        (name,) = (name for name in before if name.endswith(part))
        assert float((before[name] - after[name]).abs().max()) > 1e-6


@check("p.15.12", hint="What does chance decide: the order of the texts, dropout? Set the seed first.")
def test_seed_decides_the_classifier(student, rng):
    """The same seed trains the same model to the same end, another seed to another one."""
    world, start = Reviews(rng), int(rng.integers(2**31))
    (texts, y), (valid, y_valid) = world.draw(rng, 48), world.draw(rng, 10)
    run = (texts, y.tolist()), (valid, y_valid.tolist())
    options = {"n_epochs": 1, "learning_rate": 1e-3, "dropout": 0.2, "before": lambda: stir(student, rng)}
    repeats(
        lambda seed: _tuned(student, world.words, start, *run, seed=seed, **options)[1],
        tuple(int(seed) for seed in rng.permutation(1000)[:2]),
    )
