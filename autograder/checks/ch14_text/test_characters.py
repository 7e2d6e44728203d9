"""Hidden checks of chapter 14: a language model of characters (tf2.16.11)."""

import json
from collections import Counter

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch14_text.inputs_characters import perplexity_by_last, some_text
from autograder.testing import check
from autograder.testing.modules import (
    built,
    gradients_flow,
    is_causal,
    is_complete,
    outputs,
    repeats,
    weights_of,
)
from course.datasets import load

KINDS = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
         "I64": torch.int64, "I32": torch.int32}  # fmt: skip


def _file(rng, tensors: dict[str, tuple[str, torch.Tensor]], blanks: int = 0) -> bytes:
    """Return a file with some tensors, in it in another order than in its header."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}} if rng.random() < 0.5 else {}
    body = b""
    for name in rng.permutation(list(tensors)).tolist():
        kind, value = tensors[name]
        data = value.contiguous().view(torch.uint8).numpy().tobytes() if value.numel() else b""
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    names = rng.permutation(list(header)).tolist()
    text = json.dumps({name: header[name] for name in names}, ensure_ascii=False).encode() + b" " * blanks
    return len(text).to_bytes(8, "little") + text + body


@check(
    "tf2.16.11",
    core=True,
    weight=2,
    hint="How many bytes has one number of each kind? From where are the offsets counted?",
)
def test_weights_are_read_from_a_file(student, rng):
    """All tensors of a file are there, with their names, types, shapes and values, in whatever order they stand; what
    is no tensor is not."""
    for _ in range(3):
        tensors = {}
        for number, (kind, dtype) in enumerate(KINDS.items()):
            shape = [int(n) for n in rng.integers(1, 5, int(rng.integers(1, 4)))]
            values = torch.from_numpy(rng.normal(0, 50, shape))
            tensors[f"layers.{number}.wäight"] = (kind, values.to(dtype))
        found = student.read_safetensors(_file(rng, tensors, blanks=int(rng.integers(0, 9))))
        assert dict(found).keys() == tensors.keys()
        for name, (_, value) in tensors.items():
            assert found[name].dtype == value.dtype
            assert found[name].shape == value.shape
            assert torch.equal(found[name], value)


@check("tf2.16.11", hint="What is the product of no numbers at all?")
def test_single_numbers_and_empty_tensors(student, rng):
    """A tensor without dimensions, and one without values, are read, too."""
    one = torch.tensor(float(rng.normal()))
    data = _file(rng, {"scale": ("F32", one.reshape(1)), "none": ("F32", torch.empty(0, 3))})
    data = data.replace(b'"shape": [1]', b'"shape": [ ]')
    found = student.read_safetensors(data)
    assert np.shape(found["scale"]) == ()
    assert_allclose(float(found["scale"]), float(one), rtol=1e-6)
    assert tuple(found["none"].shape) == (0, 3)


@check("tf2.16.11", core=True, hint="How many blocks are there, if each has a token that follows its last one?")
def test_blocks_cover_the_text_once(student, rng):
    """The blocks follow on from each other, none of a text is in two, and the targets are one token further on; as many
    as there is room for."""
    for n, length in ((30, 7), (29, 7), (28, 7), (36, 7), (8, 7)):
        text = rng.integers(0, 50, n)
        X, Y = student.make_blocks(text.tolist(), length)
        rows = (n - 1) // length
        assert (X.dtype, Y.dtype) == (torch.int64, torch.int64)
        assert tuple(X.shape) == tuple(Y.shape) == (rows, length)
        assert_array_equal(np.asarray(X).ravel(), text[: rows * length])
        assert_array_equal(np.asarray(Y).ravel(), text[1 : rows * length + 1])


@check("tf2.16.11", core=True, hint="Can your network see the token that it is asked for?")
def test_no_look_at_what_comes(student, rng):
    """The logits after a token are made from the tokens up to it, from earlier ones too, and no later one."""
    model = built(student, student.CharModel, rng, 20, 12)
    X = rng.integers(0, 20, (3, 9))
    outputs(model, X, shape=(3, 9, 20))
    is_causal(model, X, (X + 1) % 20, t=5, reach=2)


@check("tf2.16.11", hint="Are all layers attributes of the model, and do all of them take part in `forward`?")
def test_all_of_the_char_model_can_learn(student, rng):
    """Every weight of the model is registered as a parameter, and gets a gradient from what it says."""
    X = rng.permutation(np.arange(48) % 16).reshape(4, 12)
    model = built(student, student.CharModel, rng, 16, 8)
    gradients_flow(student, model, X, rng=rng, spared=lambda name: "in_proj_bias" in name or "key" in name)
    is_complete(lambda: built(student, student.CharModel, rng, 16, 8), X, rng=rng)


def _perplexity(logits: np.ndarray, text: np.ndarray) -> float:
    logits = logits[:-1] - logits[:-1].max(axis=1, keepdims=True)
    chosen = logits[np.arange(len(logits)), text[1:]] - np.log(np.exp(logits).sum(axis=1))
    return float(np.exp(-chosen.mean()))


@check(
    "tf2.16.11",
    core=True,
    weight=3,
    at_most=True,
    hint="Are targets one token further on than inputs, and only one? How large is the learning rate?",
)
def test_reads_more_than_the_last_character(student, rng):
    """Trained for six epochs on 4,000 characters of a made-up language, in which the last two decide what comes, your
    model is less unsure of other texts than who has counted what follows each single character."""
    text, other = some_text(rng, 8, 4000, 1500)
    model = student.fit_characters(text.tolist(), 8, length=32, n_hidden=64, n_epochs=6, seed=int(rng.integers(1000)))
    model.eval()
    logits = outputs(model, other[None], shape=(1, len(other), 8))[0].astype(float)
    return _perplexity(logits, other) / perplexity_by_last(text, other, 8)


@check("tf2.16.11", hint="What does chance decide: the first weights, the order of blocks? Set the seed first.")
def test_seed_decides_the_char_model(student, rng):
    """The same seed trains the same model, another seed another one."""
    (text,) = some_text(rng, 6, 200)
    repeats(
        lambda seed: weights_of(student.fit_characters(text, 6, length=8, n_hidden=8, n_epochs=1, seed=seed)),
        tuple(int(seed) for seed in rng.permutation(1000)[:2]),
    )


def from_table(table):
    """A model that looks up the two last tokens (runs in the student's process)."""
    import torch

    def model(tokens):
        before = torch.cat([torch.zeros_like(tokens[:, :1]), tokens[:, :-1]], dim=1)
        return table[before, tokens]

    return model


def _spoken(student, rng, n_tokens: int = 6):
    table = torch.tensor(rng.normal(0, 1.5, (n_tokens, n_tokens, n_tokens)), dtype=torch.float32)
    return student.probe_(from_table)(table), table


@check(
    "tf2.16.11",
    core=True,
    hint="What does the model get to see for the second new token? And what is the first thing in your list?",
)
def test_likeliest_tokens_at_temperature_zero(student, rng):
    """The prompt and n more tokens come back; at temperature 0 each is the likeliest after all that is there."""
    model, table = _spoken(student, rng)
    for n in (1, 8):
        prompt = [int(token) for token in rng.integers(0, 6, 3)]
        wanted = list(prompt)
        for _ in range(n):
            wanted.append(int(table[wanted[-2], wanted[-1]].argmax()))
        assert [int(token) for token in student.generate(model, prompt, n, temperature=0)] == wanted


def _drawn(student, model, prompt, n: int, **options) -> Counter:
    return Counter(int(student.generate(model, prompt, 1, seed=seed, **options)[-1]) for seed in range(n))


@check(
    "tf2.16.11",
    weight=2,
    hint="Is softmax taken of the logits divided by the temperature? Is a token drawn, or the likeliest taken?",
)
def test_tokens_are_drawn_by_their_probabilities(student, rng):
    """Tokens are drawn with the probabilities of the logits divided by the temperature."""
    model, table = _spoken(student, rng)
    prompt = [int(token) for token in rng.integers(0, 6, 2)]
    for temperature in (1.0, 0.5, 2.0):
        counts = _drawn(student, model, prompt, 500, temperature=temperature)
        wanted = (table[prompt[-2], prompt[-1]].double() / temperature).softmax(dim=0).numpy()
        shares = np.array([counts[token] for token in range(6)]) / 500
        assert np.abs(shares - wanted).max() < 0.1


@check("tf2.16.11", hint="Which tokens are among the k likeliest? What is the sum of their probabilities?")
def test_only_the_likeliest_are_drawn(student, rng):
    """With `top_k`, the k likeliest tokens are drawn, all of them, by their probabilities, and no other."""
    model, table = _spoken(student, rng)
    prompt = [int(token) for token in rng.integers(0, 6, 2)]
    logits = table[prompt[-2], prompt[-1]].double()
    for k in (1, 3, 50):
        counts = _drawn(student, model, prompt, 300, temperature=3.0, top_k=k)
        best = logits.topk(min(k, 6)).indices.tolist()
        assert set(counts) <= set(best)
        wanted = (logits[best] / 3).softmax(dim=0).numpy()
        assert np.abs(np.array([counts[token] for token in best]) / 300 - wanted).max() < 0.15


@check("tf2.16.11", hint="Where does chance come from, and is it set before the first draw?")
def test_seed_decides_what_is_written(student, rng):
    """The same seed writes the same, another seed something else; the tokens of one text are drawn independently."""
    model, _ = _spoken(student, rng)
    first = list(student.generate(model, [0, 1], 40, seed=1))
    assert list(student.generate(model, [0, 1], 40, seed=1)) == first
    assert list(student.generate(model, [0, 1], 40, seed=2)) != first
    even = student.probe_(from_table)(torch.zeros(6, 6, 6))
    assert len(set(list(student.generate(even, [0, 1], 60))[2:])) == 6


@check("tf2.16.11", hint="Which token is the first that is asked for? Is the mean taken before e is raised to it?")
def test_perplexity_of_a_text(student, rng):
    """The perplexity is e to the mean cross entropy of all tokens but the first."""
    model, table = _spoken(student, rng)
    for n in (2, 30):
        text = rng.integers(0, 6, n)
        before = np.concatenate([[0], text[:-1]])
        wanted = _perplexity(table[before, text].double().numpy(), text)
        assert_allclose(float(student.perplexity(model, text.tolist())), wanted, rtol=1e-4)


@check(
    "tf2.16.11",
    full=True,
    data="tiny_shakespeare",
    hint="How much does the loss fall from epoch to epoch? Is there a better learning rate?",
)
def test_shakespeare(student, rng):
    """Trained for three epochs on the first 300,000 characters of Shakespeare, in another alphabet, your model is as
    unsure of the next 20,000 as if there were fewer than 7 characters to choose from."""
    text = load("tiny_shakespeare").text[:320_000]
    letters = sorted(set(text))
    number = dict(zip(letters, rng.permutation(len(letters)).tolist(), strict=True))
    tokens = np.array([number[letter] for letter in text])
    model = student.fit_characters(tokens[:300_000].tolist(), len(letters), length=64, n_hidden=128, n_epochs=3)
    model.eval()
    parts = tokens[300_000:].reshape(20, 1000)
    logits = outputs(model, parts, shape=(20, 1000, len(letters))).astype(float)
    assert np.mean([np.log(_perplexity(one, part)) for one, part in zip(logits, parts, strict=True)]) < np.log(7)
