"""Hidden checks of chapter 16: words and pictures together (p.16.8 to p.16.11)."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen

# ---------------------------------------------------------------- p.16.8


def _recall(similarities, k: int) -> float:
    """Text by text, in lists."""
    first = [sorted(range(len(row)), key=lambda picture, row=row: -row[picture])[:k] for row in similarities]
    return sum(text in found for text, found in enumerate(first)) / len(first)


@check("p.16.8", core=True, weight=2, hint="Which axis are the pictures? How many of them are more similar to the "
       "text than its own?")  # fmt: skip
def test_share_of_texts_that_find_their_picture(student, rng):
    """The share is right for any number of pictures, and for any k."""
    cases = []
    for _ in range(12):
        n = int(rng.integers(4, 15))
        cases.append((rng.normal(size=(n, n)) + rng.uniform(0.5, 2) * np.eye(n), int(rng.integers(1, n // 2 + 1))))
    cases += [(rng.normal(size=(n, n)), n) for n in (1, 6)]  # all of them
    ask_all(student.recall_at, _recall, cases)


TASKS = ["describe a photo", "find photos by words", "answer a question on a diagram", "write down what is said",
         "translate a letter", "count the cars on a photo", "sort reviews by mood"]  # fmt: skip


@check("p.16.8", hint="What goes in, and what comes out?")
def test_tasks_with_several_modalities(student, rng):
    """You choose all the tasks in which more than one kind of data has a part."""
    chosen(choice(student, "P_16_8_CHOICE", "recall_at", [[0.9, 0.1], [0.8, 0.3]], 1), TASKS, right=TASKS[:4])


# ---------------------------------------------------------------- p.16.9


def _attention(rng):
    """Return words, regions and weights, all of different sizes."""
    n, m, d_w, d_r, d, d_v = (int(n) for n in rng.permutation(np.arange(2, 10))[:6])
    shapes = [(n, d_w), (m, d_r), (d_w, d), (d_r, d), (d_r, d_v)]
    return [rng.normal(size=shape) for shape in shapes]


@check("p.16.9", core=True, weight=2, hint="For each word the weights of all regions sum to 1.")
def test_words_look_at_regions(student, rng):
    """What comes out is what PyTorch's attention makes of the queries, keys and values, for any number of words and
    regions."""
    for _ in range(4):
        words, regions, W_q, W_k, W_v = _attention(rng)
        Q, K, V = (torch.tensor(one)[None] for one in (words @ W_q, regions @ W_k, regions @ W_v))
        wanted = nn.functional.scaled_dot_product_attention(Q, K, V)[0].numpy()
        fused, weights = (
            np.asarray(one, dtype=float) for one in student.cross_attention(words, regions, W_q, W_k, W_v)
        )
        assert fused.shape == wanted.shape
        assert weights.shape == (len(words), len(regions))
        assert_allclose(fused, wanted, atol=1e-4)  # an answer may be of single precision
        assert_allclose(weights, torch.softmax(Q @ K.mT / K.shape[2] ** 0.5, dim=2)[0].numpy(), atol=1e-5)


# ---------------------------------------------------------------- p.16.10


def _clip(images, texts, scale: float) -> float:
    """By PyTorch's cross-entropy."""
    one, other = (nn.functional.normalize(torch.tensor(values), dim=1) for values in (images, texts))
    logits, own = scale * one @ other.T, torch.arange(len(one))
    return float((nn.functional.cross_entropy(logits, own) + nn.functional.cross_entropy(logits.T, own)) / 2)


@check("p.16.10", core=True, weight=2, hint="Cosine similarities first. Then: for each picture one class of all "
       "captions, for each caption one of all pictures.")  # fmt: skip
def test_loss_of_pictures_and_captions(student, rng):
    """The loss is right for batches of all sizes and embeddings of all lengths."""
    cases = []
    for _ in range(10):
        B, d = int(rng.integers(2, 8)), int(rng.integers(2, 6))
        cases.append((*(rng.normal(size=(2, B, d)) * rng.uniform(0.5, 3, (2, B, 1))), float(rng.uniform(0.5, 5))))
    found = np.array([student.clip_loss(*case) for case in cases], dtype=float)
    assert_allclose(found, [_clip(*case) for case in cases], rtol=1e-5, atol=1e-6)  # single precision will do


@check("p.16.10", hint="The exponential of 100 is more than single precision can hold: `log_softmax` takes the largest "
       "logit away first.")  # fmt: skip
def test_loss_at_clips_own_scale(student, rng):
    """The loss is right at scales of about 100, too, and is no infinity."""
    cases = [(*rng.normal(size=(2, 6, 4)), float(rng.uniform(95, 105))) for _ in range(3)]
    found = np.array([student.clip_loss(*case) for case in cases], dtype=float)
    assert_allclose(found, [_clip(*case) for case in cases], rtol=1e-4, atol=1e-3)


IDEAS = {"VideoBERT": "E", "ViLBERT": "B", "CLIP": "G", "DALL-E": "A", "Perceiver IO": "F", "Flamingo": "C",
         "BLIP-2": "D"}  # fmt: skip


@check("p.16.10", weight=2, hint="Which of them have two frozen parts? Which have two streams?")
def test_idea_of_each_model(student, rng):
    """Each of the seven models has its own idea."""
    found = choice(student, "P_16_10_CHOICE", "clip_loss", [[2.0, 0.0], [0.0, 1.0]], [[5.0, 0.0], [0.0, 3.0]], 1.0)
    assert isinstance(found, dict)
    assert found.keys() == IDEAS.keys()
    for name, letter in IDEAS.items():
        chosen(found[name], IDEAS.values(), right=[letter])


# ---------------------------------------------------------------- p.16.11


def _scores(n_inputs: int, n_outputs: int, n_latents: int, n_blocks: int) -> int:
    """By the sizes of the matrices of scores."""
    inputs, outputs, latents = (np.zeros((n, 1)) for n in (n_inputs, n_outputs, n_latents))
    blocks = [latents @ latents.T] * n_blocks
    return sum(scores.size for scores in [latents @ inputs.T, *blocks, outputs @ latents.T])


def _numbers(rng) -> tuple[int, ...]:
    return (*(int(n) for n in rng.integers(1, (60, 40, 20))), int(rng.integers(0, 7)))


@check("p.16.11", core=True, hint="Who looks at whom, in which of the three parts?")
def test_pairs_that_are_looked_at(student, rng):
    """You count the pairs of all three parts, for any numbers of inputs, outputs, latents and blocks."""
    ask_all(student.perceiver_pairs, _scores, [_numbers(rng) for _ in range(10)])


@check("p.16.11", core=True, hint="Ask `perceiver_pairs` twice.")
def test_growth_with_inputs_and_outputs(student, rng):
    """You say how much more it gets with twice the inputs and outputs."""

    def grown(M: int, O: int, L: int, n_blocks: int) -> float:
        return _scores(2 * M, 2 * O, L, n_blocks) / _scores(M, O, L, n_blocks)

    ask_all(student.growth, grown, [_numbers(rng) for _ in range(10)])


OUTCOMES = ["it stays as it is", "it grows, and is not quite doubled", "it is more than doubled",
            "it is four times as large"]  # fmt: skip


@check("p.16.11", hint="Which part of the computation does not know how many inputs there are?")
def test_what_becomes_of_the_cost(student, rng):
    """You say what becomes of the cost of the whole model."""
    chosen(choice(student, "P_16_11_CHOICE", "growth", 3, 1, 2, 2), OUTCOMES, right=[OUTCOMES[1]])
