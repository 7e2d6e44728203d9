# %% right
# Intent: regular expressions and Counter for the text, pad_sequence for batches, sklearn's shuffle for the split, embedding_bag (sum over root n) for the layer, Adam on small batches.
import re
from collections import Counter

import numpy as np
import torch
from sklearn.utils import shuffle
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, TensorDataset


def words_of(text):
    return re.findall(r"[^\W_]+", re.sub(r"<br\s*/?>", " ", text.lower()))


def build_vocabulary(texts, n):
    counts = Counter(word for text in texts for word in words_of(text))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: i for i, word in enumerate(ranked[:n], start=2)}


def encode_reviews(texts, vocabulary):
    rows = [torch.tensor([vocabulary.get(w, 1) for w in words_of(t)] or [0], dtype=torch.int64) for t in texts]
    return pad_sequence(rows, batch_first=True)


def split_test(texts, labels, n_valid, seed=42):
    texts, labels = shuffle(list(texts), np.asarray(labels, dtype=np.int64), random_state=seed)
    return texts[:n_valid], labels[:n_valid], texts[n_valid:], labels[n_valid:]


class MeanEmbedding(nn.Module):
    def __init__(self, n_words, size):
        super().__init__()
        self.embedding = nn.Embedding(n_words, size)

    def forward(self, codes):
        total = F.embedding_bag(codes, self.embedding.weight, mode="sum", padding_idx=0)
        return total / (codes != 0).sum(1, keepdim=True).clamp(min=1).sqrt()


class ReviewNet(nn.Module):
    def __init__(self, n_words, size=32):
        super().__init__()
        self.layers = nn.Sequential(MeanEmbedding(n_words, size), nn.Linear(size, 1))

    def forward(self, codes):
        return self.layers(codes).squeeze(1)


def fit_reviews(texts, labels, vocabulary, size=32, n_epochs=5, seed=42):
    torch.manual_seed(seed)
    net = ReviewNet(len(vocabulary) + 2, size)
    data = TensorDataset(encode_reviews(texts, vocabulary), torch.as_tensor(np.asarray(labels), dtype=torch.float32))
    loader = DataLoader(data, batch_size=16, shuffle=True)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(n_epochs):
        for codes, y in loader:
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(net(codes), y).backward()
            optimizer.step()
    return net.eval()


@torch.no_grad()
def friendly_probability(model, texts, vocabulary):
    model.eval()
    return model(encode_reviews(texts, vocabulary)).sigmoid().numpy()


# %% wrong: MeanEmbedding
# Misconception: padding is harmless, for its number is 0: one may take the mean over all places of the batch.
class MeanEmbedding(nn.Module):
    def __init__(self, n_words, size):
        super().__init__()
        self.embedding = nn.Embedding(n_words, size)

    def forward(self, codes):
        return self.embedding(codes).mean(1) * codes.shape[1] ** 0.5


# %% wrong: split_test
# Misconception: a test set is in no particular order, so its first n reviews are as good a sample as any.
def split_test(texts, labels, n_valid, seed=42):
    texts, labels = list(texts), np.asarray(labels, dtype=np.int64)
    return texts[:n_valid], labels[:n_valid], texts[n_valid:], labels[n_valid:]
