# %% right
# Intent: pairs are the text beside itself shifted by each offset, in both directions; the loss is two einsums and logsigmoid; similarity
# is a product of normalised rows.
import numpy as np
import torch
from torch import nn


def skipgram_pairs(tokens, window):
    tokens = np.asarray(tokens, dtype=np.int64)
    ahead = [np.stack([tokens[:-k], tokens[k:]], axis=1) for k in range(1, min(window, len(tokens) - 1) + 1)]
    forward = np.concatenate([np.empty((0, 2), dtype=np.int64), *ahead])
    return np.concatenate([forward, forward[:, ::-1]])


def noise_shares(counts, power=0.75):
    weights = np.asarray(counts, dtype=np.float64) ** power
    return weights / weights.sum()


def negative_sampling_loss(centre, neighbour, negatives):
    near = nn.functional.logsigmoid(torch.einsum("bd,bd->b", centre, neighbour))
    far = nn.functional.logsigmoid(-torch.einsum("bd,bkd->bk", centre, negatives)).sum(dim=1)
    return -(near + far).mean()


def fit_vectors(tokens, n_words, size=16, window=2, n_epochs=5, seed=42):
    tokens = np.asarray(tokens, dtype=np.int64)
    pairs = torch.from_numpy(skipgram_pairs(tokens, window).copy())
    noise = torch.from_numpy(noise_shares(np.bincount(tokens, minlength=n_words)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        inner, outer = nn.Embedding(n_words, size), nn.Embedding(n_words, size)
        nn.init.normal_(inner.weight, std=0.1)
        nn.init.normal_(outer.weight, std=0.1)
        optimizer = torch.optim.Adam([*inner.parameters(), *outer.parameters()], lr=0.01)
        for _ in range(n_epochs):
            for rows in torch.randperm(len(pairs)).split(256):
                centre, neighbour = pairs[rows].unbind(dim=1)
                negatives = torch.multinomial(noise, len(rows) * 5, replacement=True).view(-1, 5)
                loss = negative_sampling_loss(inner(centre), outer(neighbour), outer(negatives))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return inner.weight.detach().numpy()


def _cosines(vectors, direction):
    rows = torch.as_tensor(np.asarray(vectors, dtype=np.float64))
    return nn.functional.normalize(rows, dim=1) @ nn.functional.normalize(torch.as_tensor(direction), dim=0)


def nearest_words(vectors, word, k):
    vectors = np.asarray(vectors, dtype=np.float64)
    cosines = _cosines(vectors, vectors[word])
    cosines[word] = -torch.inf
    return cosines.topk(k).indices.tolist()


def analogy(vectors, a, b, c):
    vectors = np.asarray(vectors, dtype=np.float64)
    cosines = _cosines(vectors, vectors[b] - vectors[a] + vectors[c])
    cosines[[a, b, c]] = -torch.inf
    return int(cosines.argmax())


# %% wrong: nearest_words
# Misconception: the dot product says how similar two vectors are; lengths do not matter much.
def nearest_words(vectors, word, k):
    vectors = torch.as_tensor(np.asarray(vectors, dtype=np.float64))
    products = vectors @ vectors[word]
    products[word] = -torch.inf
    return products.topk(k).indices.tolist()


# %% wrong: negative_sampling_loss
# Misconception: the loss is the mean over the negatives as well, so that the one neighbour weighs as much as all of them.
def negative_sampling_loss(centre, neighbour, negatives):
    near = nn.functional.logsigmoid(torch.einsum("bd,bd->b", centre, neighbour))
    far = nn.functional.logsigmoid(-torch.einsum("bd,bkd->bk", centre, negatives)).mean(dim=1)
    return -(near + far).mean()
