"""Chapter 14, translation with attention (tf2.16.10): wrong answers, and right ones."""

from collections import Counter

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant, naive
from solutions.ch14_text.phrases import Attention, PhraseTranslator

# ---------------------------------------------------------------- the layer, wrong


@mutant("tf2.16.10", replaces="Attention", fails="test_scores_of_the_layer")
class PaddingGetsWeight(Attention):
    """Padding gets some of the weight: set its scores to minus infinity before softmax."""

    def forward(self, queries, keys, lengths):
        weights = (queries @ self.W(keys).mT).softmax(dim=2)
        return weights @ keys, weights


@mutant("tf2.16.10", replaces="Attention", fails="test_scores_of_the_layer")
class ScaledScores(Attention):
    """You divide the scores by the root of the size: this layer's scores are plain products."""

    def forward(self, queries, keys, lengths):
        return super().forward(queries / queries.shape[2] ** 0.5, keys, lengths)


@mutant("tf2.16.10", replaces="Attention", fails="test_scores_of_the_layer")
class MixesTurnedKeys(Attention):
    """You hand on the mean of W k: it is the mean of the keys themselves."""

    def forward(self, queries, keys, lengths):
        _, weights = super().forward(queries, keys, lengths)
        return (weights @ self.W(keys))[..., : keys.shape[2]], weights


@mutant("tf2.16.10", replaces="Attention", fails="test_scores_of_the_layer")
class OverTheQueries(Attention):
    """Your softmax goes over the queries: the weights of each of them sum to 1 over the keys."""

    def forward(self, queries, keys, lengths):
        weights = (queries @ self.W(keys).mT).softmax(dim=1)
        padding = torch.arange(keys.shape[1]) >= lengths[:, None]
        weights = weights.masked_fill(padding[:, None], 0.0)
        return weights @ keys, weights


@mutant("tf2.16.10", replaces="Attention", fails="test_layer_has_one_matrix")
class WithABias(nn.Module):
    """W has no bias: it would only raise the scores of all keys alike."""

    def __init__(self, n_query, n_key):
        super().__init__()
        self.W = nn.Linear(n_key, n_query)
        self.layer = Attention(n_query, n_key)

    def forward(self, queries, keys, lengths):
        return self.layer(queries, keys, lengths)


# ---------------------------------------------------------------- the translator, wrong


class _Counting(PhraseTranslator):
    """Word by word, by which words come together most often, in relation to how frequent they are."""

    def fit(self, pairs):
        together, alone = {}, Counter()
        for source, target in pairs:
            alone.update(set(target.split()))
            for word in set(source.split()):
                together.setdefault(word, Counter()).update(set(target.split()))
        self.table = {w: max(c, key=lambda other, c=c: c[other] ** 2 / alone[other]) for w, c in together.items()}
        self.usual = alone.most_common(1)[0][0]
        return self

    def translate(self, sentences):
        return [" ".join(self.table.get(word, self.usual) for word in sentence.split()) for sentence in sentences]

    def alignment(self, sentence):
        words = self.translate([sentence])[0].split()
        return words, torch.eye(len(words))


@naive("tf2.16.10", replaces="PhraseTranslator", fails=["test_translates_new_sentences"])
class word_by_word(_Counting):  # noqa: N801  # named in the text
    """You translate word by word: adjectives stand on the other side of their nouns there."""


@naive("tf2.16.10", replaces="PhraseTranslator", fails="test_looks_where_a_word_comes_from")
class same_place(PhraseTranslator):  # noqa: N801  # named in the text
    """Your map says that each word comes from the one in the same place: return the attention of the network."""

    def alignment(self, sentence):
        words, weights = super().alignment(sentence)
        return words, torch.eye(max(weights.shape))[: weights.shape[0], : weights.shape[1]]


@naive("tf2.16.10", replaces="PhraseTranslator", fails="test_translates_new_sentences")
class hardly_begun(PhraseTranslator):  # noqa: N801
    """Your network has hardly begun to learn: with so few steps, a larger learning rate goes further."""

    def fit(self, pairs):
        steps, self.n_steps = self.n_steps, max(self.n_steps // 10, 1)
        super().fit(pairs)
        self.n_steps = steps
        return self


@mutant("tf2.16.10", replaces="PhraseTranslator", fails="test_looks_where_a_word_comes_from")
class OneStepLate(PhraseTranslator):
    """The rows of your map are one step late: the first row belongs to the step that says the first word."""

    def alignment(self, sentence):
        words, weights = super().alignment(sentence)
        return words, torch.roll(weights, 1, dims=0)


@mutant("tf2.16.10", replaces="PhraseTranslator", fails="test_unknown_words_and_single_ones")
class KnowsItsWordsOnly(PhraseTranslator):
    """A word that was in no pair is a KeyError with you: give all such words a number of their own."""

    def translate(self, sentences):
        for sentence in sentences:
            for word in sentence.split():
                self._source[word]
        return super().translate(sentences)


@mutant("tf2.16.10", replaces="PhraseTranslator", fails="test_seed_decides_the_phrases")
class OneSeedForAll(PhraseTranslator):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` before you make the network."""

    def __init__(self, size=64, n_steps=1000, seed=42):
        super().__init__(size, n_steps, 42)


# ---------------------------------------------------------------- right


@alternative("tf2.16.10", replaces="Attention")
class QueryIsTurned(nn.Module):
    """Turns the query rather than the keys, and takes shares with exponentials."""

    def __init__(self, n_query, n_key):
        super().__init__()
        self.W = nn.Linear(n_key, n_query, bias=False)

    def forward(self, queries, keys, lengths):
        scores = torch.einsum("btk,bsk->bts", queries @ self.W.weight, keys)
        real = (torch.arange(keys.shape[1]) < lengths[:, None])[:, None]
        weights = torch.exp(scores - scores.amax(dim=2, keepdim=True)) * real
        weights = weights / weights.sum(dim=2, keepdim=True)
        return torch.einsum("bts,bsk->btk", weights, keys), weights


class _Places(nn.Module):
    """Learned vectors for words and places, and attention from what was said last and where: no recurrence."""

    def __init__(self, n_source, n_target, size):
        super().__init__()
        self.source, self.target = nn.Embedding(n_source, size, padding_idx=0), nn.Embedding(n_target, size)
        self.conv = nn.Conv1d(size, size, 3, padding=1)
        self.decoder = nn.GRU(size, size, batch_first=True)
        self.out = nn.Linear(2 * size, n_target)

    def forward(self, source, inputs):
        padding = source == 0
        words = self.source(source)
        keys = torch.tanh(self.conv(words.mT)).mT.masked_fill(padding[..., None], 0.0)
        first = keys.sum(1) / (~padding).sum(1, keepdim=True)
        states, _ = self.decoder(self.target(inputs), first[None].contiguous())
        weights = (states @ keys.mT).masked_fill(padding[:, None], -torch.inf).softmax(dim=2)
        return self.out(torch.cat([states, weights @ words], dim=2)), weights


@alternative("tf2.16.10", replaces="PhraseTranslator")
class ConvolvedPhrases:
    """An encoder by convolution."""

    def __init__(self, size=64, n_steps=1000, seed=42):
        self.size, self.n_steps, self.seed = size, n_steps, seed

    def fit(self, pairs):
        torch.manual_seed(self.seed)
        self.words = [sorted({word for pair in pairs for word in pair[side].split()}) for side in (0, 1)]
        X = self._codes([source for source, _ in pairs], 0)
        rows = [[self.words[1].index(word) + 3 for word in target.split()] + [2] for _, target in pairs]
        Y = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
        inputs = torch.cat([torch.ones_like(Y[:, :1]), Y[:, :-1]], dim=1)
        self.net = _Places(len(self.words[0]) + 4, len(self.words[1]) + 3, self.size)
        optimizer = torch.optim.Adam(self.net.parameters(), lr=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=self.n_steps)
        for _ in range(self.n_steps):
            some = torch.randint(len(X), (32,))
            loss = nn.functional.cross_entropy(self.net(X[some], inputs[some])[0].mT, Y[some], ignore_index=0)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        self.longest = 2 * Y.shape[1]
        return self

    def _codes(self, sentences, side):
        number = {word: i for i, word in enumerate(self.words[side], start=3)}
        unknown = len(self.words[side]) + 3
        rows = [torch.tensor([number.get(word, unknown) for word in sentence.split()]) for sentence in sentences]
        return nn.utils.rnn.pad_sequence(rows, batch_first=True)

    def alignment(self, sentence):
        source, tokens = self._codes([sentence], 0), [1]
        with torch.no_grad():
            while len(tokens) < self.longest:
                following = int(self.net(source, torch.tensor([tokens]))[0][0, -1, 2:].argmax()) + 2
                if following == 2:
                    break
                tokens.append(following)
            weights = self.net(source, torch.tensor([tokens]))[1][0, : len(tokens) - 1]
        return [self.words[1][token - 3] for token in tokens[1:]], np.asarray(weights)

    def translate(self, sentences):
        return [" ".join(self.alignment(sentence)[0]) for sentence in sentences]
