"""Hidden checks of chapter 15: a GPT that is trained on (p.15.13)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch15_transformers.inputs_sentiment import Seen, some_words
from autograder.checks.ch15_transformers.inputs_shakespeare import (
    Speeches,
    from_table,
    logits_of_blocks,
    n_gram_perplexity,
    small_writer,
    switched,
    weights_now,
    word_tokenizer,
)
from autograder.testing import check
from autograder.testing.modules import repeats, stir


@check("p.15.13", core=True, hint="How many whole blocks are there? Where does the second one begin?")
def test_blocks_cover_the_text_once(student, rng):
    """The blocks follow on from each other, from the beginning of the text, none of it is in two; as many as there is
    room for."""
    words = some_words(rng, 20)
    tokenizer = student.probe_(word_tokenizer)(words)
    for n, length in ((30, 7), (28, 7), (27, 7), (5, 1), (4, 6)):
        tokens = rng.integers(0, 20, n)
        blocks = student.make_blocks(" ".join(words[token] for token in tokens), tokenizer, length)
        rows = n // length
        assert blocks.dtype == torch.int64
        assert tuple(blocks.shape) == (rows, length)
        assert_array_equal(np.asarray(blocks).ravel(), tokens[: rows * length])


def _perplexity(logits, blocks) -> float:
    shares = torch.as_tensor(logits).double().log_softmax(dim=-1)[:, :-1]
    return float(torch.exp(-shares.gather(2, torch.as_tensor(blocks)[:, 1:, None]).mean()))


@check(
    "p.15.13",
    core=True,
    weight=5,
    at_most=True,
    hint="Who compares the logits with the token that follows: you, or the model? Not both.",
)
def test_less_unsure_than_any_n_gram(student, rng):
    """Trained on speeches of six made-up speakers, your model is less unsure of others than the best n-gram of order 1
    to 4."""
    world = Speeches(rng)
    train, test = world.draw(rng, 240), world.draw(rng, 200)
    model = student.probe_(small_writer)(world.n_tokens, int(rng.integers(2**31)))
    student.finetune_writer(model, torch.tensor(train), 12, 6e-3, seed=int(rng.integers(1000)))
    best = min(n_gram_perplexity(train, test, world.n_tokens, order) for order in (1, 2, 3, 4))
    return _perplexity(student.probe_(logits_of_blocks)(model, torch.tensor(test)), test) / best


def _tuned(student, start: int, blocks, *more, dropout=0.0, before=lambda: None, **options):
    model = student.probe_(small_writer)(12, start, 8, dropout)
    before()
    losses = student.finetune_writer(model, torch.tensor(blocks), *more, **options)
    return model, student.probe_(weights_now)(model), losses


@check("p.15.13", hint="Is the mean over all blocks, also where the last batch is smaller? Which tokens are counted?")
def test_losses_are_of_the_tokens_that_follow(student, rng):
    """The loss of each epoch is the mean cross entropy of all tokens but a block's first; if the model hardly moves,
    that is the logarithm of its perplexity. It is left in evaluation mode."""
    start, blocks = int(rng.integers(2**31)), rng.integers(0, 12, (33, 9))
    logits = student.probe_(logits_of_blocks)(student.probe_(small_writer)(12, start, 8), torch.tensor(blocks))
    model, _, losses = _tuned(student, start, blocks, n_epochs=2, learning_rate=1e-7)
    assert np.asarray(losses).shape == (2,)
    assert_allclose(np.asarray(losses, dtype=float), np.log(_perplexity(logits, blocks)), rtol=1e-3)
    assert model.training is False


@check(
    "p.15.13",
    hint="Print `model.training` at a step: `from_pretrained` leaves it off. How many blocks are in the last batch?",
)
def test_learns_from_each_block_in_each_epoch(student, rng):
    """In each epoch the model learns once from each block, from those of a smaller last batch too, with dropout on."""
    model = student.probe_(small_writer)(40, int(rng.integers(2**31)), 8, 0.1)
    seen = student.probe_(Seen)(model.base_model.wte)
    blocks = rng.integers(0, 40, (37, 9))
    blocks[:, 0] = rng.permutation(37)
    student.finetune_writer(model, torch.tensor(blocks), 2, 1e-4)
    assert sorted(int(row[0]) for row in seen.rows) == sorted(2 * list(range(37)))


@check("p.15.13", hint="Which weights does the optimizer have, with which learning rate? Is a new model made?")
def test_goes_on_from_the_weights_of_the_model(student, rng):
    """With a small learning rate all layers of the model move, and none of its weights moves far."""
    start, blocks = int(rng.integers(2**31)), rng.integers(0, 12, (64, 9))
    before = student.probe_(weights_now)(student.probe_(small_writer)(12, start, 8))
    _, after, _ = _tuned(student, start, blocks, n_epochs=1, learning_rate=1e-5)
    moved = {name: float((before[name] - after[name]).abs().max()) for name in before}
    assert before.keys() == after.keys()
    assert max(moved.values()) < 0.005
    for part in ("wte.weight", "h.0.attn.c_attn.weight", "h.1.mlp.c_fc.weight"):
        assert next(value for name, value in moved.items() if name.endswith(part)) > 1e-6


@check("p.15.13", hint="What does chance decide: the order of the blocks, dropout? Set the seed first.")
def test_seed_decides_the_writer(student, rng):
    """The same seed trains the same model to the same end, another seed to another one."""
    start, blocks = int(rng.integers(2**31)), rng.integers(0, 12, (40, 9))
    options = {"n_epochs": 1, "learning_rate": 1e-3, "dropout": 0.2, "before": lambda: stir(student, rng)}
    repeats(
        lambda seed: _tuned(student, start, blocks, seed=seed, **options)[1],
        tuple(int(seed) for seed in rng.permutation(1000)[:2]),
    )


@check("p.15.13", core=True, hint="Which logits belong to the second token of a block? Is the mean over all blocks?")
def test_perplexity_of_blocks(student, rng):
    """The perplexity is e to the mean cross entropy of all tokens but each block's first."""
    for n, length in ((70, 9), (3, 2)):
        table = torch.tensor(rng.normal(0, 1.5, (7, 7, 7)), dtype=torch.float32)
        blocks = torch.tensor(rng.integers(0, 7, (n, length)))
        model = student.probe_(from_table)(table, 24)
        wanted = _perplexity(student.probe_(logits_of_blocks)(model, blocks), blocks)
        assert_allclose(float(student.perplexity(model, blocks)), wanted, rtol=1e-4)


@check("p.15.13", hint="How much memory do the logits of a million blocks take?")
def test_perplexity_of_many_blocks(student, rng):
    """A text may have more blocks than fit into memory: the model never gets all of 1,000 at once."""
    table = torch.tensor(rng.normal(0, 1.5, (7, 7)), dtype=torch.float32)
    blocks = torch.tensor(rng.integers(0, 7, (1000, 4)))
    model = student.probe_(from_table)(table, 24)
    wanted = _perplexity(table[blocks], blocks)
    assert_allclose(float(student.perplexity(model, blocks)), wanted, rtol=1e-4)
    assert model.most < 1000


@check("p.15.13", hint="In which mode is the model when its perplexity is measured?")
def test_perplexity_without_dropout(student, rng):
    """Dropout is off while the perplexity is measured, in whatever mode the model is handed over."""
    model = student.probe_(small_writer)(12, int(rng.integers(2**31)), 8, 0.5)
    blocks = torch.tensor(rng.integers(0, 12, (20, 9)))
    wanted = _perplexity(student.probe_(logits_of_blocks)(model, blocks), blocks)
    for _ in range(2):
        student.probe_(switched)(model, True)
        assert_allclose(float(student.perplexity(model, blocks)), wanted, rtol=1e-4)
