"""Chapter 15, semantic search of film plots (p.15.14): wrong answers, and right ones."""

import copy

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors
from torch.nn.functional import cosine_similarity, cross_entropy, normalize

from autograder.testing import alternative, mutant, naive
from solutions.ch15_transformers.search import contrastive_loss, embed, fit_encoder


def _states(texts, tokenizer, model):
    batch = tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
    return model(**batch).last_hidden_state, batch["attention_mask"][..., None].float()


def _mean(states, mask):
    return normalize((states * mask).sum(1) / mask.sum(1), dim=1)


def _embedded(texts, tokenizer, model, batch_size, pool, mode=True):
    training = model.training
    if mode:
        model.eval()
    with torch.no_grad():
        parts = [
            pool(*_states(texts[row : row + batch_size], tokenizer, model)) for row in range(0, len(texts), batch_size)
        ]
    model.train(training)
    return torch.cat(parts).numpy()


# ---------------------------------------------------------------- vectors, wrong


@mutant("p.15.14", replaces="embed", fails="test_mean_of_the_states")
def first_token_only(texts, tokenizer, model, batch_size=32):
    """You take the first token's state: the mean of all tokens is asked for."""
    return _embedded(texts, tokenizer, model, batch_size, lambda states, mask: normalize(states[:, 0], dim=1))


@mutant("p.15.14", replaces="embed", fails="test_mean_of_the_states")
def of_any_length(texts, tokenizer, model, batch_size=32):
    """Your vectors are not of length 1: divide each by its length."""
    return _embedded(texts, tokenizer, model, batch_size, lambda states, mask: (states * mask).sum(1) / mask.sum(1))


@mutant("p.15.14", replaces="embed", fails="test_mean_of_the_states")
def by_length(texts, tokenizer, model, batch_size=32):
    """You embed the texts in another order, by their lengths, and don't put the vectors back into theirs."""
    return embed(sorted(texts, key=len), tokenizer, model, batch_size)


@mutant("p.15.14", replaces="embed", fails="test_padding_says_nothing")
def padding_counted(texts, tokenizer, model, batch_size=32):
    """Your mean counts padding: multiply the states by the attention mask, and divide by its sum."""
    return _embedded(texts, tokenizer, model, batch_size, lambda states, mask: normalize(states.mean(1), dim=1))


@mutant("p.15.14", replaces="embed", fails="test_padding_says_nothing")
def model_looks_at_padding(texts, tokenizer, model, batch_size=32):
    """You don't hand the attention mask to the model, so that its tokens look at padding."""

    def asked(**batch):
        return model(input_ids=batch["input_ids"])

    asked.training, asked.eval, asked.train = model.training, model.eval, model.train
    return _embedded(texts, tokenizer, asked, batch_size, _mean)


@mutant("p.15.14", replaces="embed", fails="test_asked_in_evaluation_mode")
def in_the_mode_it_is_in(texts, tokenizer, model, batch_size=32):
    """You ask the model in the mode that it is in: with dropout, a text gets another vector each time. Use `eval()`."""
    return _embedded(texts, tokenizer, model, batch_size, _mean, mode=False)


@mutant("p.15.14", replaces="embed", fails="test_asked_in_evaluation_mode")
def left_in_evaluation(texts, tokenizer, model, batch_size=32):
    """You leave the model in evaluation mode: who goes on training it, trains without dropout."""
    found = embed(texts, tokenizer, model, batch_size)
    model.eval()
    return found


@mutant("p.15.14", replaces="embed", fails="test_asked_in_evaluation_mode")
def all_at_once(texts, tokenizer, model, batch_size=32):
    """You hand all texts to the model at once: for 30,000 plots there is no memory."""
    return embed(texts, tokenizer, model, batch_size=len(texts))


# ---------------------------------------------------------------- the loss, wrong


@mutant("p.15.14", replaces="contrastive_loss", fails="test_loss_of_two_batches")
def one_side_looks(first, second, temperature=0.05):
    """Only the first batch looks for the second: take the mean with the loss of the other direction."""
    scores = normalize(first, dim=1) @ normalize(second, dim=1).T / temperature
    return cross_entropy(scores, torch.arange(len(scores)))


@mutant("p.15.14", replaces="contrastive_loss", fails="test_loss_of_two_batches")
def lengths_matter(first, second, temperature=0.05):
    """Your scores are products of the vectors as they come: the cosine needs vectors of length 1."""
    scores = first @ second.T / temperature
    right = torch.arange(len(scores))
    return (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2


@mutant("p.15.14", replaces="contrastive_loss", fails="test_loss_of_two_batches")
def times_the_temperature(first, second, temperature=0.05):
    """You multiply by the temperature: divide by it."""
    return contrastive_loss(first, second, 1 / temperature)


@mutant("p.15.14", replaces="contrastive_loss", fails="test_loss_of_two_batches")
def nobody_else(first, second, temperature=0.05):
    """Your loss draws pairs together, and pushes nothing apart: the same vector for all texts would be perfect."""
    return (1 - cosine_similarity(first, second)).mean() / temperature


@mutant("p.15.14", replaces="contrastive_loss", fails="test_gradients_of_the_loss")
def second_cut_off(first, second, temperature=0.05):
    """No gradient reaches the second batch: don't `detach` it."""
    return contrastive_loss(first, second.detach(), temperature)


# ---------------------------------------------------------------- training, wrong


def _fitted(pairs, tokenizer, model, n_epochs, seed, loss_of=contrastive_loss, rate=0.01, size=32, order=None):
    if order is None:
        torch.manual_seed(seed)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(pairs), generator=order).split(size):
            first, second = (_mean(*_states([pairs[i][side] for i in rows], tokenizer, model)) for side in (0, 1))
            loss = loss_of(first, second)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


@naive("p.15.14", replaces="fit_encoder", fails="test_finds_what_is_told_in_other_words")
def untrained(pairs, tokenizer, model, n_epochs=5, seed=42):
    """Your encoder has learned nothing: are the model's own parameters those that the optimiser has?"""
    return model.eval()


@naive("p.15.14", replaces="fit_encoder", fails="test_finds_what_is_told_in_other_words")
def draws_together_only(pairs, tokenizer, model, n_epochs=5, seed=42):
    """Your training draws the halves of a story together, and pushes nothing apart: all texts get the same vector."""
    return _fitted(pairs, tokenizer, model, n_epochs, seed, lambda one, other: (1 - (one * other).sum(1)).mean(), 0.003)


@naive("p.15.14", replaces="fit_encoder", fails="test_finds_what_is_told_in_other_words")
def small_steps(pairs, tokenizer, model, n_epochs=5, seed=42):
    """Your steps are too small for a model that begins with nothing: rates such as 0.00002 are for pretrained ones."""
    return _fitted(pairs, tokenizer, model, n_epochs, seed, rate=2e-5)


@mutant("p.15.14", replaces="fit_encoder", fails="test_finds_what_is_told_in_other_words")
def halves_mixed_up(pairs, tokenizer, model, n_epochs=5, seed=42):
    """You shuffle first and second halves each by themselves: those of one plot have to stay together."""
    order = np.random.default_rng(seed).permutation(len(pairs))
    mixed = [(pairs[i][0], pairs[j][1]) for i, j in enumerate(order)]
    return fit_encoder(mixed, tokenizer, model, n_epochs, seed)


@mutant("p.15.14", replaces="fit_encoder", fails="test_trains_the_model_that_is_given")
def a_copy(pairs, tokenizer, model, n_epochs=5, seed=42):
    """You train a copy: it is the model that is given that has to learn."""
    return fit_encoder(pairs, tokenizer, copy.deepcopy(model), n_epochs, seed)


@mutant("p.15.14", replaces="fit_encoder", fails="test_trains_the_model_that_is_given")
def still_training(pairs, tokenizer, model, n_epochs=5, seed=42):
    """You return the model in training mode: call `eval()` on it."""
    return fit_encoder(pairs, tokenizer, model, n_epochs, seed).train()


@mutant("p.15.14", replaces="fit_encoder", fails="test_seed_decides_the_training")
def always_the_same(pairs, tokenizer, model, n_epochs=5, seed=42):
    """You don't use the seed that you are given."""
    return fit_encoder(pairs, tokenizer, model, n_epochs, 42)


@mutant("p.15.14", replaces="fit_encoder", fails="test_seed_decides_the_training")
def order_by_seed_only(pairs, tokenizer, model, n_epochs=5, seed=42):
    """Your seed decides the order only: dropout draws from PyTorch's own numbers, so call `torch.manual_seed(seed)`."""
    return _fitted(pairs, tokenizer, model, n_epochs, seed, order=torch.Generator().manual_seed(seed))


@mutant("p.15.14", replaces="fit_encoder", fails="test_each_pair_is_seen_in_each_epoch")
def rest_of_the_pairs_dropped(pairs, tokenizer, model, n_epochs=5, seed=42):
    """You leave out the last, smaller batch: each pair is seen in each epoch."""
    return fit_encoder(pairs[: max(len(pairs) // 32 * 32, 2)], tokenizer, model, n_epochs, seed)


# ---------------------------------------------------------------- search, wrong


class _Index:
    def __init__(self, titles, plots, tokenizer, model):
        self.titles, self.plots, self.tokenizer, self.model = list(titles), list(plots), tokenizer, model
        self.vectors = embed(plots, tokenizer, model)

    def scores(self, query):
        return self.vectors @ embed([query], self.tokenizer, self.model)[0]

    def named(self, order, scores):
        return [(self.titles[i], float(scores[i])) for i in order]


@mutant("p.15.14", replaces="PlotIndex", fails="test_search_finds_the_most_similar")
class LeastSimilar(_Index):
    """Your search begins with the least similar plot: `argsort` sorts upwards."""

    def search(self, query, k=5):
        scores = self.scores(query)
        return self.named(np.argsort(scores)[:k], scores)


@mutant("p.15.14", replaces="PlotIndex", fails="test_search_finds_the_most_similar")
class Distances(_Index):
    """You return distances: the score is the cosine."""

    def search(self, query, k=5):
        scores = self.scores(query)
        return self.named(np.argsort(-scores, kind="stable")[:k], 1 - scores)


@mutant("p.15.14", replaces="PlotIndex", fails="test_plots_are_embedded_once")
class AllAnew(_Index):
    """You embed all plots again for each query: do that once, when the index is made."""

    def search(self, query, k=5):
        self.vectors = embed(self.plots, self.tokenizer, self.model)
        scores = self.scores(query)
        return self.named(np.argsort(-scores, kind="stable")[:k], scores)


@mutant("p.15.14", replaces="PlotIndex", fails="test_equal_plots_and_titles")
class LastOfEquals(_Index):
    """Of equally good plots, yours takes the last: turning round a sorted list turns round equals as well."""

    def search(self, query, k=5):
        scores = self.scores(query).round(5)
        return self.named(np.argsort(scores, kind="stable")[::-1][:k], scores)


@mutant("p.15.14", replaces="PlotIndex", fails="test_equal_plots_and_titles")
class ByTitle(_Index):
    """You keep scores in a dict by title: two films of the same title become one."""

    def search(self, query, k=5):
        scores = dict(zip(self.titles, self.scores(query).tolist(), strict=True))
        return sorted(scores.items(), key=lambda one: -round(one[1], 5))[:k]


@mutant("p.15.14", replaces="recall_at", fails="test_recall_at_k")
def one_too_many(k, queries, documents):
    """You count one place too many: the own document has to be among the best k, so fewer than k are better."""
    scores = np.asarray(queries) @ np.asarray(documents).T
    return float(((scores > np.diag(scores)[:, None]).sum(1) <= k).mean())


@mutant("p.15.14", replaces="recall_at", fails="test_recall_at_k")
def documents_look(k, queries, documents):
    """Your documents look for queries: compare each query with all documents."""
    scores = np.asarray(documents) @ np.asarray(queries).T
    return float(((scores > np.diag(scores)[:, None]).sum(1) < k).mean())


@mutant("p.15.14", replaces="recall_at", fails="test_recall_at_k")
def precision(k, queries, documents):
    """You divide by k: each query has one document of its own, found or not."""
    scores = np.asarray(queries) @ np.asarray(documents).T
    return float(((scores > np.diag(scores)[:, None]).sum(1) < k).mean() / k)


# ---------------------------------------------------------------- right


@alternative("p.15.14", replaces="embed")
def one_at_a_time(texts, tokenizer, model, batch_size=32):
    """Each text by itself, so there is no padding at all; as a list of arrays of double precision."""
    was = model.training
    model.eval()
    rows = []
    for text in texts:
        with torch.inference_mode():
            states = model(**tokenizer(text, truncation=True, return_tensors="pt")).last_hidden_state
        row = states[0].numpy().astype(float).mean(axis=0)
        rows.append(row / np.sqrt(row @ row))
    model.train(was)
    return np.array(rows)


@alternative("p.15.14", replaces="embed")
def longest_first(texts, tokenizer, model, batch_size=32):
    """Texts of about the same length together, and a weighted mean by NumPy."""
    was = model.training
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    found = {}
    model.requires_grad_(False)
    model.eval()
    for row in range(0, len(order), batch_size):
        some = order[row : row + batch_size]
        with torch.no_grad():
            batch = tokenizer([texts[i] for i in some], padding="longest", truncation=True, return_tensors="pt")
            states = model(input_ids=batch.input_ids, attention_mask=batch.attention_mask)[0].numpy()
        for i, one, mask in zip(some, states, batch.attention_mask.numpy(), strict=True):
            mean = np.average(one, axis=0, weights=mask)
            found[i] = mean / np.linalg.norm(mean)
    model.requires_grad_(True)
    model.train(was)
    return np.stack([found[i] for i in range(len(texts))])


@alternative("p.15.14", replaces="contrastive_loss")
def by_logarithms(first, second, temperature=0.05):
    """With pairwise cosines and logarithms of sums."""
    scores = cosine_similarity(first[:, None], second[None], dim=-1) / temperature
    every = torch.logsumexp(scores, 0) + torch.logsumexp(scores, 1)
    return (every - 2 * scores.diagonal()).sum() / (2 * len(scores))


@alternative("p.15.14", replaces="fit_encoder")
def larger_batches(pairs, tokenizer, model, n_epochs=5, seed=42):
    """AdamW at one rate, batches of 50 from a data loader, tokens made once."""
    torch.manual_seed(seed)
    sides = [tokenizer([p[side] for p in pairs], padding=True, truncation=True, return_tensors="pt") for side in (0, 1)]
    loader = torch.utils.data.DataLoader(range(len(pairs)), batch_size=50, shuffle=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    model.train()
    for _ in range(n_epochs):
        for rows in loader:
            one, other = (
                _mean(
                    model(side.input_ids[rows], attention_mask=side.attention_mask[rows]).last_hidden_state,
                    side.attention_mask[rows][..., None].float(),
                )
                for side in sides
            )
            optimizer.zero_grad()
            contrastive_loss(one, other, 0.1).backward()
            optimizer.step()
    return model.eval()


@alternative("p.15.14", replaces="fit_encoder")
def small_batches(pairs, tokenizer, model, n_epochs=5, seed=42):
    """One direction of the loss, small batches, gradients clipped."""

    def loss(first, second):
        scores = first @ second.T * 15
        return cross_entropy(scores, torch.arange(len(scores)))

    return _fitted(pairs, tokenizer, model, n_epochs, seed, loss, rate=0.006, size=20)


@alternative("p.15.14", replaces="fit_encoder")
def rate_as_it_comes(pairs, tokenizer, model, n_epochs=5, seed=42):
    """Adam with its own rate, which learns more slowly."""
    return _fitted(pairs, tokenizer, model, n_epochs, seed, rate=0.001)


@alternative("p.15.14", replaces="PlotIndex")
class Neighbours:
    """scikit-learn's neighbours by cosine distance; of equals, the first in order."""

    def __init__(self, titles, plots, tokenizer, model):
        self.titles, self.asked = np.array(titles), (tokenizer, model)
        vectors = embed(plots, tokenizer, model).astype(float)
        self.nearest = NearestNeighbors(n_neighbors=len(vectors), metric="cosine", algorithm="brute").fit(vectors)

    def search(self, query, k=5):
        apart, rows = self.nearest.kneighbors(embed([query], *self.asked).astype(float))
        ranked = sorted(zip(apart[0].round(9), rows[0], strict=True))[:k]
        return [[self.titles[row], 1 - far] for far, row in ranked]


@alternative("p.15.14", replaces="recall_at")
def rank_by_rank(k, queries, documents):
    """Sorts the documents of each query."""
    found = 0
    for i, query in enumerate(np.asarray(queries)):
        ranked = sorted(range(len(documents)), key=lambda j: -float(np.dot(documents[j], query)))
        found += i in ranked[:k]
    return found / len(queries)
