"""Chapter 14, a classifier of reviews (tf2.13.10): wrong answers, and right ones."""

import re
from collections import Counter

import numpy as np
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from autograder.testing import alternative, mutant, naive
from solutions.ch14_text.reviews import ReviewNet, encode_reviews, fit_reviews, words_of

# ---------------------------------------------------------------- texts, wrong


@mutant("tf2.13.10", replaces="words_of", fails="test_words_without_signs_and_breaks")
def breaks_are_words(text):
    """Line breaks of HTML leave a word `br`: take them out first."""
    return re.findall(r"[^\W_]+", text.lower())


@mutant("tf2.13.10", replaces="words_of", fails="test_words_without_signs_and_breaks")
def capitals_kept(text):
    """You keep capital letters, so that “Good” and “good” are two words."""
    return re.findall(r"[^\W_]+", re.sub(r"<br\s*/?>", " ", text))


@mutant("tf2.13.10", replaces="words_of", fails="test_words_without_signs_and_breaks")
def signs_removed(text):
    """You take signs away, so that the words beside them grow together: signs part words."""
    return re.sub(r"[^\w ]|_", "", re.sub(r"<br\s*/?>", " ", text.lower())).split()


@mutant("tf2.13.10", replaces="words_of", fails="test_words_without_signs_and_breaks")
def english_letters_only(text):
    """You know the letters a to z only: é and ï are letters, too, and digits count."""
    return re.findall(r"[a-z]+", re.sub(r"<br\s*/?>", " ", text.lower()))


def _ranked(texts, key):
    counts = Counter(word for text in texts for word in words_of(text))
    return sorted(counts, key=lambda word: key(word, counts))


@mutant("tf2.13.10", replaces="build_vocabulary", fails="test_numbers_by_frequency")
def from_zero(texts, n):
    """You give the numbers 0 and 1 to words: they are kept for padding and for unknown words."""
    return {word: i for i, word in enumerate(_ranked(texts, lambda w, c: (-c[w], w))[:n])}


@mutant("tf2.13.10", replaces="build_vocabulary", fails="test_numbers_by_frequency")
def as_they_come(texts, n):
    """Where two words are equally frequent, you take the one that came first: the alphabet decides."""
    counts = Counter(word for text in texts for word in words_of(text))
    return {word: i for i, (word, _) in enumerate(counts.most_common(n), start=2)}


@mutant("tf2.13.10", replaces="build_vocabulary", fails="test_numbers_by_frequency")
def rarest_first(texts, n):
    """You keep the rarest words: sort from the most frequent down."""
    return {word: i for i, word in enumerate(_ranked(texts, lambda w, c: (c[w], w))[:n], start=2)}


@mutant("tf2.13.10", replaces="build_vocabulary", fails="test_numbers_by_frequency")
def two_words_fewer(texts, n):
    """You count padding and other words among the `n`: all of these are words, with the numbers 2 to n + 1."""
    return {word: i for i, word in enumerate(_ranked(texts, lambda w, c: (-c[w], w))[: n - 2], start=2)}


@mutant("tf2.13.10", replaces="encode_reviews", fails="test_texts_as_numbers")
def unknown_left_out(texts, vocabulary):
    """You leave out words that are not in the vocabulary: each is a 1."""
    rows = [[vocabulary[word] for word in words_of(text) if word in vocabulary] for text in texts]
    longest = max([1, *map(len, rows)])
    return torch.tensor([row + [0] * (longest - len(row)) for row in rows])


@mutant("tf2.13.10", replaces="encode_reviews", fails="test_texts_as_numbers")
def padded_in_front(texts, vocabulary):
    """You pad in front of the texts: the zeros come behind them."""
    rows = [[vocabulary.get(word, 1) for word in words_of(text)] for text in texts]
    longest = max([1, *map(len, rows)])
    return torch.tensor([[0] * (longest - len(row)) + row for row in rows])


@mutant("tf2.13.10", replaces="split_test", fails="test_test_set_is_parted")
def first_rows(texts, labels, n_valid, seed=42):
    """You take the first reviews for validation, and they are sorted by label: draw them."""
    y = np.asarray(labels)
    return list(texts[:n_valid]), y[:n_valid], list(texts[n_valid:]), y[n_valid:]


@mutant("tf2.13.10", replaces="split_test", fails="test_test_set_is_parted")
def drawn_twice(texts, labels, n_valid, seed=42):
    """Your two parts are drawn independently, so that some reviews are in both."""
    rng = np.random.default_rng(seed)
    parts = [rng.choice(len(texts), n, replace=False) for n in (n_valid, len(texts) - n_valid)]
    y = np.asarray(labels)
    return [texts[i] for i in parts[0]], y[parts[0]], [texts[i] for i in parts[1]], y[parts[1]]


# ---------------------------------------------------------------- networks, wrong


class _Mean(nn.Module):
    def __init__(self, n_words, size):
        super().__init__()
        self.embedding = nn.Embedding(n_words, size, padding_idx=0)

    def parts(self, codes):
        real = (codes != 0)[..., None]
        return (self.embedding(codes) * real).sum(1), real.sum(1).clamp(min=1)


@mutant("tf2.13.10", replaces="MeanEmbedding", fails="test_mean_times_root_of_the_number")
class PlainMean(_Mean):
    """You give the plain mean: multiply it by the root of the number of words."""

    def forward(self, codes):
        total, n = self.parts(codes)
        return total / n


@mutant("tf2.13.10", replaces="MeanEmbedding", fails="test_mean_times_root_of_the_number")
class PlainSum(_Mean):
    """You give the sum of the embeddings, in which a long text is as loud as it is long."""

    def forward(self, codes):
        return self.parts(codes)[0]


@mutant("tf2.13.10", replaces="MeanEmbedding", fails="test_mean_times_root_of_the_number")
class PaddingCounted(_Mean):
    """You count padding as words: divide by the number of codes other than 0."""

    def forward(self, codes):
        return self.parts(codes)[0] / codes.shape[1] ** 0.5


@mutant("tf2.13.10", replaces="MeanEmbedding", fails="test_texts_without_words_and_more_padding")
class NothingByNothing(_Mean):
    """A text without words makes you divide by 0: it gets zeros."""

    def forward(self, codes):
        return self.parts(codes)[0] / (codes != 0).sum(1, keepdim=True).sqrt()


@mutant("tf2.13.10", replaces="ReviewNet", fails="test_review_net_gives_a_logit")
class LogitInAList(ReviewNet):
    """Your net returns (B, 1): one logit for each text is (B,)."""

    def forward(self, codes):
        return super().forward(codes)[:, None]


@mutant("tf2.13.10", replaces="friendly_probability", fails="test_a_review_alone_is_judged_as_among_others")
def in_comparison(model, texts, vocabulary):
    """You set a review's logit against the mean of the others': it has to stand by itself."""
    with torch.no_grad():
        logits = model(encode_reviews(texts, vocabulary))
    return torch.sigmoid(logits - logits.mean()).numpy()


@mutant("tf2.13.10", replaces="fit_reviews", fails="test_seed_decides_the_review_net")
def one_seed_for_all(texts, labels, vocabulary, size=32, n_epochs=5, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` before you make the net."""
    return fit_reviews(texts, labels, vocabulary, size, n_epochs, 42)


# ---------------------------------------------------------------- training, wrong


@naive("tf2.13.10", replaces="fit_reviews", fails="test_knows_praise_from_blame")
def the_majority(texts, labels, vocabulary, size=32, n_epochs=5, seed=42):
    """Your net says the same of every review: does its loss fall, and does the optimiser have its weights?"""
    torch.manual_seed(seed)
    net = ReviewNet(len(vocabulary) + 2, size)
    nn.init.zeros_(net.out.weight)
    return net


@naive("tf2.13.10", replaces="fit_reviews", fails="test_knows_praise_from_blame")
def one_word_decides(texts, labels, vocabulary, size=32, n_epochs=5, seed=42):
    """You ask for one word only, the one that says most: all of them have a say."""
    torch.manual_seed(seed)
    codes, y = encode_reviews(texts, vocabulary).numpy(), np.asarray(labels)
    there = np.array([(codes == word).any(axis=1) for word in range(len(vocabulary) + 2)])
    gain = np.array([abs((row == y).mean() - 0.5) for row in there])
    word = int(gain.argmax())
    sign = 1.0 if (there[word] == y).mean() > 0.5 else -1.0

    class OneWord(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.tensor(sign + 0.01 * torch.randn(()).item()))

        def forward(self, codes):
            return self.w * ((codes == word).any(dim=1).float() - 0.5)

    return OneWord()


@mutant("tf2.13.10", replaces="fit_reviews", fails="test_knows_praise_from_blame")
def labels_left_behind(texts, labels, vocabulary, size=32, n_epochs=5, seed=42):
    """You shuffle the reviews and leave their labels in the old order: use one order for both."""
    order = np.random.default_rng(seed).permutation(len(texts))
    return fit_reviews([texts[i] for i in order], labels, vocabulary, size, n_epochs, seed)


# ---------------------------------------------------------------- right


@alternative("tf2.13.10", replaces="words_of")
def letter_by_letter(text):
    """Goes through the text one letter after the other."""
    text = text.lower().replace("<br />", " ").replace("<br/>", " ").replace("<br>", " ")
    return "".join(letter if letter.isalnum() else " " for letter in text).split()


@alternative("tf2.13.10", replaces="build_vocabulary")
def by_a_count_vectorizer(texts, n):
    """With scikit-learn's counter."""
    counter = CountVectorizer(tokenizer=words_of, lowercase=False, token_pattern=None)
    totals = np.asarray(counter.fit_transform(texts).sum(axis=0))[0]
    names = counter.get_feature_names_out()  # sorted
    order = np.argsort(-totals, kind="stable")[:n]
    return {str(names[i]): rank for rank, i in enumerate(order, start=2)}


@alternative("tf2.13.10", replaces="split_test")
def by_scikit_learn(texts, labels, n_valid, seed=42):
    """With scikit-learn's split."""
    valid, test, y_valid, y_test = train_test_split(list(texts), list(labels), train_size=n_valid, random_state=seed)
    return valid, y_valid, test, y_test


@alternative("tf2.13.10", replaces="MeanEmbedding")
class ByABag(nn.Module):
    """PyTorch's bag of embeddings, in which the padding has a weight of 0."""

    def __init__(self, n_words, size):
        super().__init__()
        self.embedding = nn.EmbeddingBag(n_words, size, mode="sum")

    def forward(self, codes):
        real = (codes > 0).float()
        weights = real / real.sum(dim=1, keepdim=True).clamp(min=1).sqrt()
        return self.embedding(codes, per_sample_weights=weights)


class _Linear(nn.Module):
    def __init__(self, n_words, size=32):
        super().__init__()
        self.weights = nn.Embedding(n_words, 1, padding_idx=0)
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, codes):
        real = (codes != 0).float()
        total = (self.weights(codes)[..., 0] * real).sum(1)
        return total / real.sum(1).clamp(min=1).sqrt() + self.bias


@alternative("tf2.13.10", replaces="ReviewNet")
class OneNumberPerWord(_Linear):
    """No vector at all: a number for each word."""


@alternative("tf2.13.10", replaces="fit_reviews")
def whole_batches(texts, labels, vocabulary, size=32, n_epochs=5, seed=42):
    """A linear model, all reviews at once, by L-BFGS; then it says what it thinks in float32."""
    torch.manual_seed(seed)
    codes, y = encode_reviews(texts, vocabulary), torch.as_tensor(np.asarray(labels), dtype=torch.float32)
    net = _Linear(len(vocabulary) + 2)
    optimizer = torch.optim.LBFGS(net.parameters(), max_iter=4 * n_epochs)

    def closure():
        optimizer.zero_grad()
        loss = binary_cross_entropy_with_logits(net(codes), y) + 1e-3 * net.weights.weight.square().mean()
        loss.backward()
        return loss

    optimizer.step(closure)
    return net


def _by_minibatches(texts, labels, vocabulary, size, n_epochs, seed, lr, batch):
    torch.manual_seed(seed)
    codes, y = encode_reviews(texts, vocabulary), torch.as_tensor(np.asarray(labels), dtype=torch.float32)
    net = ReviewNet(len(vocabulary) + 2, size)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(codes)).split(batch):
            loss = binary_cross_entropy_with_logits(net(codes[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net


@alternative("tf2.13.10", replaces="fit_reviews")
def cautious_steps(texts, labels, vocabulary, size=32, n_epochs=5, seed=42):
    """Batches as small as ours, and a learning rate that is a third of it."""
    return _by_minibatches(texts, labels, vocabulary, size, n_epochs, seed, lr=0.003, batch=32)


@naive("tf2.13.10", replaces="fit_reviews", fails="test_knows_praise_from_blame")
def settings_as_they_come(texts, labels, vocabulary, size=32, n_epochs=5, seed=42):
    """You take Adam's own learning rate and large batches: so few steps don't get far."""
    return _by_minibatches(texts, labels, vocabulary, size, n_epochs, seed, lr=0.001, batch=64)
