"""Wrong and right answers of chapter 16: words and pictures together (p.16.8 to p.16.11)."""

import numpy as np
import torch
from scipy.special import log_softmax, softmax
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.16.8


def _recall(values, k):
    values = np.asarray(values, dtype=float)
    return float(np.mean([n in np.argsort(-row)[:k] for n, row in enumerate(values)]))


@mutant("p.16.8", replaces="recall_at", fails="test_share_of_texts_that_find_their_picture")
def texts_for_a_picture(similarities, k):
    """The rows are texts, which look for pictures: you let pictures look for texts."""
    return _recall(np.asarray(similarities).T, k)


@mutant("p.16.8", replaces="recall_at", fails="test_share_of_texts_that_find_their_picture")
def first_only(similarities, k):
    """You look at the first picture only, whatever k is."""
    return _recall(similarities, 1)


@mutant("p.16.8", replaces="recall_at", fails="test_share_of_texts_that_find_their_picture")
def least_similar(similarities, k):
    """You sort upwards: the most similar pictures come first."""
    return _recall(-np.asarray(similarities), k)


@mutant("p.16.8", replaces="recall_at", fails="test_share_of_texts_that_find_their_picture")
def one_more(similarities, k):
    """That is one picture more than the first k."""
    return _recall(similarities, k + 1)


@mutant("p.16.8", replaces="recall_at", fails="test_share_of_texts_that_find_their_picture")
def parted_at_k(similarities, k):
    """`argpartition` at k wants a value behind the first k: where k is all of them there is none. Sort, or part at
    k - 1."""
    first = np.argpartition(-np.asarray(similarities, dtype=float), k, axis=1)[:, :k]
    return float((first == np.arange(len(first))[:, None]).any(axis=1).mean())


@mutant("p.16.8", replaces="recall_at", fails="test_share_of_texts_that_find_their_picture")
def precision(similarities, k):
    """Each text has one right picture: do not divide by k."""
    return _recall(similarities, k) / k


@mutant("p.16.8", replaces="P_16_8_CHOICE", fails="test_tasks_with_several_modalities", constant=True)
def letters_too():
    """A letter is text, before and after it is translated."""
    return ["describe a photo", "find photos by words", "answer a question on a diagram", "write down what is said",
            "translate a letter"]  # fmt: skip


@alternative("p.16.8", replaces="recall_at")
def by_topk(similarities, k):
    """By PyTorch's topk."""
    values = torch.tensor(np.asarray(similarities, dtype=float))
    return (values.topk(k).indices == torch.arange(len(values))[:, None]).any(dim=1).double().mean()


# ---------------------------------------------------------------- p.16.9


def _parts(words, regions, W_q, W_k, W_v):
    regions = np.asarray(regions, dtype=float)
    return np.asarray(words, dtype=float) @ W_q, regions @ np.asarray(W_k), regions @ np.asarray(W_v)


@mutant("p.16.9", replaces="cross_attention", fails="test_words_look_at_regions")
def not_scaled(words, regions, W_q, W_k, W_v):
    """The scores are divided by the square root of the keys' length."""
    Q, K, V = _parts(words, regions, W_q, W_k, W_v)
    weights = softmax(Q @ K.T, axis=1)
    return weights @ V, weights


@mutant("p.16.9", replaces="cross_attention", fails="test_words_look_at_regions")
def shares_of_the_words(words, regions, W_q, W_k, W_v):
    """Each word shares its attention among the regions: your softmax goes over the words."""
    Q, K, V = _parts(words, regions, W_q, W_k, W_v)
    weights = softmax(Q @ K.T / np.sqrt(K.shape[1]), axis=0)
    return weights @ V, weights


@mutant("p.16.9", replaces="cross_attention", fails="test_words_look_at_regions")
def best_region_only(words, regions, W_q, W_k, W_v):
    """You take the region with the highest score alone: attention is a weighted mean."""
    Q, K, V = _parts(words, regions, W_q, W_k, W_v)
    weights = np.eye(len(K))[(Q @ K.T).argmax(axis=1)]
    return weights @ V, weights


@mutant("p.16.9", replaces="cross_attention", fails="test_words_look_at_regions")
def scaled_by_the_length(words, regions, W_q, W_k, W_v):
    """You divide by the length of the keys: by its square root."""
    Q, K, V = _parts(words, regions, W_q, W_k, W_v)
    weights = softmax(Q @ K.T / K.shape[1], axis=1)
    return weights @ V, weights


@mutant("p.16.9", replaces="cross_attention", fails="test_words_look_at_regions")
def scaled_by_the_regions(words, regions, W_q, W_k, W_v):
    """The length of a key counts, not the number of keys."""
    Q, K, V = _parts(words, regions, W_q, W_k, W_v)
    weights = softmax(Q @ K.T / np.sqrt(len(K)), axis=1)
    return weights @ V, weights


@mutant("p.16.9", replaces="cross_attention", fails="test_words_look_at_regions")
def scores_for_weights(words, regions, W_q, W_k, W_v):
    """What you return as weights are the scores before the softmax."""
    Q, K, V = _parts(words, regions, W_q, W_k, W_v)
    scores = Q @ K.T / np.sqrt(K.shape[1])
    return softmax(scores, axis=1) @ V, scores


@alternative("p.16.9", replaces="cross_attention")
def word_by_word(words, regions, W_q, W_k, W_v):
    """In a loop, in single precision."""
    Q, K, V = (torch.tensor(part, dtype=torch.float32) for part in _parts(words, regions, W_q, W_k, W_v))
    weights = torch.stack([torch.softmax(K @ q / K.shape[1] ** 0.5, dim=0) for q in Q])
    return torch.stack([(w[:, None] * V).sum(dim=0) for w in weights]), weights


# ---------------------------------------------------------------- p.16.10


def _normed(values):
    values = np.asarray(values, dtype=float)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def _own(logits, axis):
    return -float(np.diag(log_softmax(logits, axis=axis)).mean())


@mutant("p.16.10", replaces="clip_loss", fails="test_loss_of_pictures_and_captions")
def one_direction(images, texts, scale):
    """You look for the captions of pictures only: look for the pictures of captions, too."""
    return _own(scale * _normed(images) @ _normed(texts).T, 1)


@mutant("p.16.10", replaces="clip_loss", fails="test_loss_of_pictures_and_captions")
def dot_products(images, texts, scale):
    """Cosines are asked for: bring the vectors to length 1 first."""
    logits = scale * np.asarray(images) @ np.asarray(texts).T
    return (_own(logits, 0) + _own(logits, 1)) / 2


@mutant("p.16.10", replaces="clip_loss", fails="test_loss_of_pictures_and_captions")
def divided_by_the_scale(images, texts, scale):
    """The scale multiplies; a temperature would divide."""
    logits = _normed(images) @ _normed(texts).T / scale
    return (_own(logits, 0) + _own(logits, 1)) / 2


@mutant("p.16.10", replaces="clip_loss", fails="test_loss_of_pictures_and_captions")
def added_up(images, texts, scale):
    """The mean of both directions is asked for, not their sum."""
    logits = scale * _normed(images) @ _normed(texts).T
    return _own(logits, 0) + _own(logits, 1)


@mutant("p.16.10", replaces="clip_loss", fails="test_loss_of_pictures_and_captions")
def only_own_pairs(images, texts, scale):
    """You bring own pairs together only: without the others of the batch all vectors would become the same."""
    return float((1 - (_normed(images) * _normed(texts)).sum(axis=1)).mean() * scale)


@mutant("p.16.10", replaces="P_16_10_CHOICE", fails="test_idea_of_each_model", constant=True)
def frozen_ones_exchanged():
    """Flamingo builds layers into the language model, BLIP-2 a small transformer in front of it."""
    return {"VideoBERT": "E", "ViLBERT": "B", "CLIP": "G", "DALL-E": "A", "Perceiver IO": "F", "Flamingo": "D",
            "BLIP-2": "C"}  # fmt: skip


@mutant("p.16.10", replaces="P_16_10_CHOICE", fails="test_idea_of_each_model", constant=True)
def berts_exchanged():
    """VideoBERT has one row of words and clips, ViLBERT two streams."""
    return {"VideoBERT": "B", "ViLBERT": "E", "CLIP": "G", "DALL-E": "A", "Perceiver IO": "F", "Flamingo": "C",
            "BLIP-2": "D"}  # fmt: skip


@mutant("p.16.10", replaces="clip_loss", fails="test_loss_of_pictures_and_captions")
def cosines_as_logits(images, texts, scale):
    """The scale is missing: cosines are multiplied by it before the softmax."""
    logits = _normed(images) @ _normed(texts).T
    return (_own(logits, 0) + _own(logits, 1)) / 2


@mutant("p.16.10", replaces="clip_loss", fails="test_loss_of_pictures_and_captions")
def length_one_along_the_batch(images, texts, scale):
    """It is each embedding that is brought to length 1, a row: you do so with the columns."""
    images, texts = (np.asarray(one) / np.linalg.norm(one, axis=0) for one in (images, texts))
    logits = scale * images @ texts.T
    return (_own(logits, 0) + _own(logits, 1)) / 2


@mutant("p.16.10", replaces="clip_loss", fails="test_loss_at_clips_own_scale")
def exponentials_in_single(images, texts, scale):
    """The exponential of a logit of 100 is infinite in single precision: take the largest one away first, or let
    `cross_entropy` or `log_softmax` do it."""
    raised = torch.exp(torch.tensor(scale * _normed(images) @ _normed(texts).T, dtype=torch.float32))
    return -sum(float((raised / raised.sum(dim=axis, keepdim=True)).diag().log().mean()) for axis in (0, 1)) / 2


@alternative("p.16.10", replaces="clip_loss")
def by_pytorch_in_single(images, texts, scale):
    """By PyTorch, in single precision."""
    images, texts = (nn.functional.normalize(torch.tensor(np.asarray(one)).float(), dim=1) for one in (images, texts))
    logits, own = scale * images @ texts.T, torch.arange(len(images))
    return (nn.functional.cross_entropy(logits, own) + nn.functional.cross_entropy(logits.T, own)).item() / 2


@alternative("p.16.10", replaces="clip_loss")
def by_pytorch(images, texts, scale):
    """By cosines and cross-entropies of PyTorch."""
    images, texts = (torch.tensor(np.asarray(one, dtype=float)) for one in (images, texts))
    logits = scale * nn.functional.cosine_similarity(images[:, None], texts[None], dim=2)
    own = torch.arange(len(images))
    return sum(nn.functional.cross_entropy(one, own) for one in (logits, logits.T)) / 2


# ---------------------------------------------------------------- p.16.11


def _pairs(M, O, L, n_blocks):
    return M * L + n_blocks * L**2 + O * L


@mutant("p.16.11", replaces="perceiver_pairs", fails="test_pairs_that_are_looked_at")
def plain_transformer(n_inputs, n_outputs, n_latents, n_blocks):
    """That is a plain transformer: the inputs don't look at each other, the latents look at them."""
    return n_inputs**2 + n_blocks * n_latents**2 + n_outputs * n_latents


@mutant("p.16.11", replaces="perceiver_pairs", fails="test_pairs_that_are_looked_at")
def inputs_in_each_block(n_inputs, n_outputs, n_latents, n_blocks):
    """The latents look at the inputs once, not in each block."""
    return n_blocks * (n_inputs * n_latents + n_latents**2) + n_outputs * n_latents


@mutant("p.16.11", replaces="perceiver_pairs", fails="test_pairs_that_are_looked_at")
def outputs_look_at_inputs(n_inputs, n_outputs, n_latents, n_blocks):
    """The outputs' queries look at the latents."""
    return n_inputs * n_latents + n_blocks * n_latents**2 + n_outputs * n_inputs


@mutant("p.16.11", replaces="perceiver_pairs", fails="test_pairs_that_are_looked_at")
def one_block(n_inputs, n_outputs, n_latents, n_blocks):
    """There are `n_blocks` blocks, and there may be none."""
    return _pairs(n_inputs, n_outputs, n_latents, 1)


@mutant("p.16.11", replaces="growth", fails="test_growth_with_inputs_and_outputs")
def twice(n_inputs, n_outputs, n_latents, n_blocks):
    """The blocks between stay as they are: less than twice."""
    return 2.0


@mutant("p.16.11", replaces="growth", fails="test_growth_with_inputs_and_outputs")
def latents_too(n_inputs, n_outputs, n_latents, n_blocks):
    """There are no more latents than before."""
    more = _pairs(2 * n_inputs, 2 * n_outputs, 2 * n_latents, n_blocks)
    return more / _pairs(n_inputs, n_outputs, n_latents, n_blocks)


@mutant("p.16.11", replaces="growth", fails="test_growth_with_inputs_and_outputs")
def inputs_only(n_inputs, n_outputs, n_latents, n_blocks):
    """The outputs are twice as many, too."""
    return _pairs(2 * n_inputs, n_outputs, n_latents, n_blocks) / _pairs(n_inputs, n_outputs, n_latents, n_blocks)


@mutant("p.16.11", replaces="P_16_11_CHOICE", fails="test_what_becomes_of_the_cost", constant=True)
def four_times():
    """It would be four times as large if inputs looked at inputs."""
    return "it is four times as large"


@alternative("p.16.11", replaces="perceiver_pairs")
def by_a_loop(n_inputs, n_outputs, n_latents, n_blocks):
    """Layer by layer."""
    layers = [(n_latents, n_inputs), *[(n_latents, n_latents)] * n_blocks, (n_outputs, n_latents)]
    return sum(queries * keys for queries, keys in layers)


@alternative("p.16.11", replaces="growth")
def share_that_doubles(n_inputs, n_outputs, n_latents, n_blocks):
    """One, and the share that is twice as much."""
    ends = n_inputs + n_outputs
    return 1 + ends / (ends + n_blocks * n_latents)
