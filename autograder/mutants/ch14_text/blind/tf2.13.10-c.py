# %% right
# Intent: one regular expression for words; the mean layer is an einsum of embeddings with a mask, divided by the root of the count;
# trained with small batches and Adam under a forked, seeded random state.
import re
from collections import Counter

import numpy as np
import torch
from torch import nn


def words_of(text):
    without_breaks = re.sub(r"<br\s*/?>", " ", text, flags=re.IGNORECASE)
    return re.findall(r"[^\W_]+", without_breaks.lower())


def build_vocabulary(texts, n):
    counts = Counter(word for text in texts for word in words_of(text))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: number for number, word in enumerate(ranked[:n], start=2)}


def encode_reviews(texts, vocabulary):
    rows = [torch.tensor([vocabulary.get(word, 1) for word in words_of(text)], dtype=torch.int64) for text in texts]
    codes = torch.zeros(len(rows), max([1, *map(len, rows)]), dtype=torch.int64)
    for row, numbers in zip(codes, rows):
        row[: len(numbers)] = numbers
    return codes


def split_test(texts, labels, n_valid, seed=42):
    labels = np.asarray(labels, dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(labels))
    valid, test = order[:n_valid], order[n_valid:]
    return [texts[i] for i in valid], labels[valid], [texts[i] for i in test], labels[test]


class MeanEmbedding(nn.Module):
    def __init__(self, n_words, size):
        super().__init__()
        self.embedding = nn.Embedding(n_words, size)

    def forward(self, codes):
        real = (codes != 0).to(self.embedding.weight.dtype)
        total = torch.einsum("bts,bt->bs", self.embedding(codes), real)
        return total / real.sum(dim=1, keepdim=True).clamp(min=1).sqrt()  # sum / n * sqrt(n)


class ReviewNet(nn.Module):
    def __init__(self, n_words, size=32):
        super().__init__()
        self.layers = nn.Sequential(MeanEmbedding(n_words, size), nn.Linear(size, size), nn.Tanh(), nn.Linear(size, 1))

    def forward(self, codes):
        return self.layers(codes).squeeze(-1)


def fit_reviews(texts, labels, vocabulary, size=32, n_epochs=5, seed=42):
    codes = encode_reviews(texts, vocabulary)
    target = torch.as_tensor(np.asarray(labels), dtype=torch.float32)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = ReviewNet(len(vocabulary) + 2, size)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 - epoch / n_epochs)
        for _ in range(n_epochs):
            for rows in torch.randperm(len(codes)).split(16):
                batch = codes[rows]
                batch = batch[:, : max(1, int((batch != 0).sum(dim=1).max()))]
                loss = nn.functional.binary_cross_entropy_with_logits(net(batch), target[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            schedule.step()
    return net.eval()


@torch.no_grad()
def friendly_probability(model, texts, vocabulary):
    model.eval()
    texts = list(texts)
    chunks = [texts[i : i + 256] for i in range(0, len(texts), 256)]
    return torch.cat([model(encode_reviews(chunk, vocabulary)).sigmoid() for chunk in chunks]).float().numpy()


# %% wrong: MeanEmbedding
# Misconception: with padding_idx=0 the embeddings of padding are zeros, so they cannot disturb a mean over all places of the row.
class MeanEmbedding(nn.Module):
    def __init__(self, n_words, size):
        super().__init__()
        self.embedding = nn.Embedding(n_words, size, padding_idx=0)

    def forward(self, codes):
        count = (codes != 0).sum(dim=1, keepdim=True).float()
        return self.embedding(codes).mean(dim=1) * count.sqrt()


# %% wrong: build_vocabulary
# Misconception: Counter.most_common orders words that are equally frequent well enough (it keeps the order in which they came).
def build_vocabulary(texts, n):
    counts = Counter(word for text in texts for word in words_of(text))
    return {word: number for number, (word, _) in enumerate(counts.most_common(n), start=2)}
