# %% right
# Intent: shifted slices for the pairs, logsigmoid for the loss, two embedding tables with Adam, multinomial for the negatives, sklearn's cosine_similarity for the neighbours.
import numpy as np
import torch
from sklearn.metrics.pairwise import cosine_similarity
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader


def skipgram_pairs(tokens, window):
    tokens = np.asarray(tokens, dtype=np.int64)
    found = [np.empty((0, 2), dtype=np.int64)]
    for apart in range(1, min(window, len(tokens) - 1) + 1):
        ahead = np.column_stack([tokens[:-apart], tokens[apart:]])
        found += [ahead, ahead[:, ::-1]]
    return np.concatenate(found)


def noise_shares(counts, power=0.75):
    powers = np.asarray(counts, dtype=np.float64) ** power
    return powers / powers.sum()


def negative_sampling_loss(centre, neighbour, negatives):
    right = F.logsigmoid((centre * neighbour).sum(1))
    wrong = F.logsigmoid(-torch.einsum("bd,bkd->bk", centre, negatives)).sum(1)
    return -(right + wrong).mean()


def fit_vectors(tokens, n_words, size=16, window=2, n_epochs=5, seed=42):
    torch.manual_seed(seed)
    tokens = np.asarray(tokens, dtype=np.int64)
    pairs = torch.from_numpy(skipgram_pairs(tokens, window))
    shares = torch.from_numpy(noise_shares(np.bincount(tokens, minlength=n_words)))
    centres, neighbours = nn.Embedding(n_words, size), nn.Embedding(n_words, size)
    nn.init.normal_(centres.weight, std=0.1)
    nn.init.normal_(neighbours.weight, std=0.1)
    optimizer = torch.optim.Adam([centres.weight, neighbours.weight], lr=0.01)
    loader = DataLoader(range(len(pairs)), batch_size=256, shuffle=True)
    for _ in range(n_epochs):
        for rows in loader:
            centre, neighbour = pairs[rows].unbind(1)
            negatives = torch.multinomial(shares, len(rows) * 5, replacement=True).view(-1, 5)
            optimizer.zero_grad()
            negative_sampling_loss(centres(centre), neighbours(neighbour), neighbours(negatives)).backward()
            optimizer.step()
    return centres.weight.detach().numpy()


def nearest_words(vectors, word, k):
    vectors = np.asarray(vectors, dtype=np.float64)
    order = np.argsort(-cosine_similarity(vectors[[word]], vectors)[0], kind="stable")
    return order[order != word][:k].tolist()


def analogy(vectors, a, b, c):
    vectors = np.asarray(vectors, dtype=np.float64)
    likeness = cosine_similarity([vectors[b] - vectors[a] + vectors[c]], vectors)[0]
    likeness[[a, b, c]] = -np.inf
    return int(likeness.argmax())


# %% wrong: skipgram_pairs
# Misconception: a text is read from left to right, so a word's neighbours are the words that follow it.
def skipgram_pairs(tokens, window):
    tokens = np.asarray(tokens, dtype=np.int64)
    found = [np.empty((0, 2), dtype=np.int64)]
    for apart in range(1, min(window, len(tokens) - 1) + 1):
        found.append(np.column_stack([tokens[:-apart], tokens[apart:]]))
    return np.concatenate(found)


# %% wrong: analogy
# Misconception: the word that comes out is simply the one nearest to b - a + c; the arithmetic leads away from a, b and c by itself.
def analogy(vectors, a, b, c):
    vectors = np.asarray(vectors, dtype=np.float64)
    return int(cosine_similarity([vectors[b] - vectors[a] + vectors[c]], vectors)[0].argmax())
