"""Chapter 14, word vectors by skip-grams (tf1.14.9): wrong answers, and right ones."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cosine_similarity, softplus

from autograder.testing import alternative, mutant, naive
from solutions.ch14_text.word_vectors import fit_vectors, noise_shares, skipgram_pairs

# ---------------------------------------------------------------- parts, wrong


@mutant("tf1.14.9", replaces="skipgram_pairs", fails="test_pairs_within_a_window")
def one_side_only(tokens, window):
    """You take the words behind the centre only: those before it are its neighbours, too."""
    tokens = list(tokens)
    pairs = [(tokens[i], tokens[j]) for i in range(len(tokens)) for j in range(i + 1, min(i + window + 1, len(tokens)))]
    return np.array(pairs, dtype=int).reshape(-1, 2)


@mutant("tf1.14.9", replaces="skipgram_pairs", fails="test_pairs_within_a_window")
def its_own_neighbour(tokens, window):
    """You pair a word with itself, at the same place."""
    tokens = list(tokens)
    n = len(tokens)
    return np.array([(tokens[i], tokens[j]) for i in range(n) for j in range(n) if abs(i - j) <= window])


@mutant("tf1.14.9", replaces="skipgram_pairs", fails="test_pairs_within_a_window")
def whole_windows_only(tokens, window):
    """You leave out centres near the ends: they have neighbours, if fewer of them."""
    tokens = list(tokens)
    n = len(tokens)
    pairs = [(tokens[i], tokens[i + d]) for i in range(window, n - window) for d in range(-window, window + 1) if d]
    return np.array(pairs, dtype=int).reshape(-1, 2)


@mutant("tf1.14.9", replaces="skipgram_pairs", fails="test_pairs_within_a_window")
def different_words_only(tokens, window):
    """You leave out pairs of the same word at two places: these count as well."""
    pairs = skipgram_pairs(tokens, window)
    return pairs[pairs[:, 0] != pairs[:, 1]]


@mutant("tf1.14.9", replaces="noise_shares", fails="test_shares_of_noise")
def power_of_the_shares(counts, power=0.75):
    """You raise the shares to the power and leave them like that, so they no longer sum to 1."""
    shares = np.asarray(counts, dtype=float) / np.sum(counts)
    return shares**power


@mutant("tf1.14.9", replaces="noise_shares", fails="test_shares_of_noise")
def as_frequent_as_they_are(counts, power=0.75):
    """You draw words by their counts: raise these to the power first."""
    return np.asarray(counts, dtype=float) / np.sum(counts)


@mutant("tf1.14.9", replaces="negative_sampling_loss", fails="test_loss_of_negative_sampling")
def negatives_pulled_near(centre, neighbour, negatives):
    """You pull the negatives near: their products get a minus inside of the sigmoid."""
    far = softplus(-(negatives @ centre[..., None])[..., 0]).sum(1)
    return (softplus(-(centre * neighbour).sum(1)) + far).mean()


@mutant("tf1.14.9", replaces="negative_sampling_loss", fails="test_loss_of_negative_sampling")
def mean_of_the_negatives(centre, neighbour, negatives):
    """You take the mean over a pair's negatives: the formula has their sum."""
    far = softplus((negatives @ centre[..., None])[..., 0]).mean(1)
    return (softplus(-(centre * neighbour).sum(1)) + far).mean()


@mutant("tf1.14.9", replaces="negative_sampling_loss", fails="test_loss_of_negative_sampling")
def log_of_nothing(centre, neighbour, negatives):
    """The sigmoid of a large number is 1, and log(1 - 1) is infinite: use `logsigmoid`."""
    near = torch.sigmoid((centre * neighbour).sum(1)).log()
    far = (1 - torch.sigmoid((negatives @ centre[..., None])[..., 0])).log().sum(1)
    return -(near + far).mean()


@mutant("tf1.14.9", replaces="negative_sampling_loss", fails="test_loss_of_negative_sampling")
def a_little_is_added(centre, neighbour, negatives):
    """With a little added below the logarithm, the loss stops growing where it is worst, and its gradient is lost: use
    `logsigmoid`."""
    near = (torch.sigmoid((centre * neighbour).sum(1)) + 1e-9).log()
    far = (torch.sigmoid(-(negatives @ centre[..., None])[..., 0]) + 1e-9).log().sum(1)
    return -(near + far).mean()


@mutant("tf1.14.9", replaces="negative_sampling_loss", fails="test_loss_of_negative_sampling")
def opposite_sign(centre, neighbour, negatives):
    """You take the negatives' log σ(u · w) with a plus, which falls without end: it is -log σ(-u · w)."""
    far = -softplus(-(negatives @ centre[..., None])[..., 0]).sum(1)
    return (softplus(-(centre * neighbour).sum(1)) + far).mean()


@mutant("tf1.14.9", replaces="negative_sampling_loss", fails="test_gradients_of_the_loss")
def without_gradients(centre, neighbour, negatives):
    """You cut the vectors off from their gradients: no `detach`, no NumPy."""
    far = softplus((negatives.detach() @ centre[..., None])[..., 0]).sum(1)
    return (softplus(-(centre * neighbour).sum(1)) + far).mean()


# ---------------------------------------------------------------- vectors, wrong


@naive("tf1.14.9", replaces="fit_vectors", fails="test_words_of_a_kind_are_neighbours")
def untrained(tokens, n_words, size=16, window=2, n_epochs=5, seed=42):
    """Your vectors have learned nothing: does the optimiser have them, and is the loss made of them?"""
    return np.random.default_rng(seed).normal(size=(n_words, size)).astype(np.float32)


@naive("tf1.14.9", replaces="fit_vectors", fails="test_words_of_a_kind_are_neighbours")
def side_by_side(tokens, n_words, size=16, window=2, n_epochs=5, seed=42):
    """You make words similar that stand side by side: similar are those with the same neighbours. A neighbour's vector
    is another one than the vector that the word has as a centre."""
    counts = np.zeros((n_words, n_words))
    np.add.at(counts, tuple(skipgram_pairs(tokens, 1).T), 1.0)
    values, vectors = np.linalg.eigh(counts + counts.sum(axis=1).mean() * np.eye(n_words))
    near = vectors[:, -size:] * np.sqrt(np.maximum(values[-size:], 0))
    return (near + 1e-3 * np.random.default_rng(seed).normal(size=near.shape)).astype(np.float32)


@mutant("tf1.14.9", replaces="fit_vectors", fails="test_seed_decides_the_vectors")
def the_same_vectors_each_time(tokens, n_words, size=16, window=2, n_epochs=5, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` before the vectors are drawn."""
    return fit_vectors(tokens, n_words, size, window, n_epochs, 42)


@mutant("tf1.14.9", replaces="nearest_words", fails="test_nearest_by_angle")
def with_itself(vectors, word, k):
    """A word is nearest to itself: leave it out."""
    unit = np.asarray(vectors) / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.argsort(-(unit @ unit[word]))[:k].tolist()


@mutant("tf1.14.9", replaces="nearest_words", fails="test_nearest_by_angle")
def by_distance(vectors, word, k):
    """You take the distance: for the cosine, the vectors' lengths don't matter."""
    apart = np.linalg.norm(np.asarray(vectors) - vectors[word], axis=1)
    return [int(n) for n in np.argsort(apart) if n != word][:k]


@mutant("tf1.14.9", replaces="nearest_words", fails="test_nearest_by_angle")
def longest_wins(vectors, word, k):
    """You take the product of the vectors, in which long ones win: divide by their lengths."""
    return [int(n) for n in np.argsort(-(np.asarray(vectors) @ vectors[word])) if n != word][:k]


@mutant("tf1.14.9", replaces="analogy", fails="test_analogies")
def one_of_the_three(vectors, a, b, c):
    """Your answer may be one of the three words of the question: leave them out."""
    vectors = np.asarray(vectors)
    wanted = vectors[b] - vectors[a] + vectors[c]
    return int(np.argmax(vectors @ wanted / np.linalg.norm(vectors, axis=1)))


@mutant("tf1.14.9", replaces="analogy", fails="test_analogies")
def from_b_to_a(vectors, a, b, c):
    """You go from b to a: it is b - a + c."""
    vectors = np.asarray(vectors)
    wanted = vectors[a] - vectors[b] + vectors[c]
    cosine = vectors @ wanted / np.linalg.norm(vectors, axis=1)
    cosine[[a, b, c]] = -np.inf
    return int(np.argmax(cosine))


@mutant("tf1.14.9", replaces="analogy", fails="test_analogies")
def of_length_one(vectors, a, b, c):
    """You divide the vectors by their lengths before you add and subtract: they are taken as they are."""
    vectors = np.asarray(vectors, dtype=float)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = unit @ (unit[b] - unit[a] + unit[c])
    cosine[[a, b, c]] = -np.inf
    return int(np.argmax(cosine))


# ---------------------------------------------------------------- right


@alternative("tf1.14.9", replaces="skipgram_pairs")
def centre_by_centre(tokens, window):
    """In a loop over the centres, as a list of tuples."""
    tokens = [int(token) for token in tokens]
    pairs = []
    for i, centre in enumerate(tokens):
        near = tokens[max(0, i - window) : i] + tokens[i + 1 : i + 1 + window]
        pairs += [(centre, other) for other in near]
    return pairs


@alternative("tf1.14.9", replaces="negative_sampling_loss")
def as_a_classifier(centre, neighbour, negatives):
    """By the loss of a classifier that tells neighbours from noise."""
    every = torch.cat([neighbour[:, None], negatives], dim=1)
    logits = torch.einsum("bd,bkd->bk", centre, every)
    right = torch.zeros_like(logits)
    right[:, 0] = 1
    return binary_cross_entropy_with_logits(logits, right, reduction="none").sum(dim=1).mean()


@alternative("tf1.14.9", replaces="nearest_words")
def by_torchs_cosine(vectors, word, k):
    """By PyTorch's cosine."""
    vectors = torch.as_tensor(np.asarray(vectors, dtype=float))
    alike = cosine_similarity(vectors, vectors[word][None])
    alike[word] = -2
    return alike.topk(k).indices


@alternative("tf1.14.9", replaces="fit_vectors")
def sparse_steps(tokens, n_words, size=16, window=2, n_epochs=5, seed=42):
    """With sparse gradients and a loss of its own."""
    torch.manual_seed(seed)
    pairs = torch.as_tensor(np.asarray(skipgram_pairs(tokens, window)))
    noise = torch.as_tensor(noise_shares(np.bincount(tokens, minlength=n_words)), dtype=torch.float32)
    u, v = (nn.Embedding(n_words, size, sparse=True) for _ in range(2))
    nn.init.uniform_(u.weight, -0.1, 0.1)
    nn.init.uniform_(v.weight, -0.1, 0.1)
    optimizer = torch.optim.SparseAdam([*u.parameters(), *v.parameters()], lr=0.01)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(pairs)).split(256):
            others = torch.cat([pairs[rows, 1:], torch.multinomial(noise, 6 * len(rows), True).view(-1, 6)], dim=1)
            logits = (v(others) @ u(pairs[rows, 0])[..., None])[..., 0]
            loss = softplus(-logits[:, 0]).mean() + softplus(logits[:, 1:]).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return u.weight.detach().double().numpy()


@alternative("tf1.14.9", replaces="fit_vectors")
def by_factors(tokens, n_words, size=16, window=2, n_epochs=5, seed=42):
    """By factors of the matrix that skip-grams come near to: how much more often two words meet than by chance."""
    counts = np.full((n_words, n_words), 0.1)
    np.add.at(counts, tuple(np.asarray(skipgram_pairs(tokens, window)).T), 1.0)
    more = np.maximum(np.log(counts * counts.sum() / np.outer(counts.sum(1), counts.sum(0))), 0)
    left, strength, _ = np.linalg.svd(more)
    vectors = left[:, :size] * np.sqrt(strength[:size])
    return vectors + 1e-3 * np.random.default_rng(seed).normal(size=vectors.shape)


@alternative("tf1.14.9", replaces="analogy")
def one_by_one(vectors, a, b, c):
    """Asks each word in turn."""
    wanted = np.asarray(vectors[b], dtype=float) - vectors[a] + vectors[c]
    others = [n for n in range(len(vectors)) if n not in (a, b, c)]
    return max(others, key=lambda n: np.dot(vectors[n], wanted) / np.dot(vectors[n], vectors[n]) ** 0.5)
