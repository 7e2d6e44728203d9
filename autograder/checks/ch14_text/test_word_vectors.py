"""Hidden checks of chapter 14: word vectors by skip-grams (tf1.14.9)."""

from collections import Counter

import numpy as np
import torch
from numpy.testing import assert_allclose

from autograder.checks.ch14_text.inputs_words import grouped_text
from autograder.testing import check
from autograder.testing.modules import repeats


@check(
    "tf1.14.9",
    core=True,
    hint="Whose neighbours are the words at the ends? Is a word its own neighbour, if it stands there twice?",
)
def test_pairs_within_a_window(student, rng):
    """Each two places that are near enough give two pairs, once each way, and nothing else does."""
    for n, window in ((9, 1), (12, 3), (3, 5), (1, 2)):
        tokens = rng.integers(0, 5, n)
        found = np.asarray(student.skipgram_pairs(tokens, window)).reshape(-1, 2)
        wanted = Counter(
            (int(tokens[i]), int(tokens[j])) for i in range(n) for j in range(n) if 0 < abs(i - j) <= window
        )
        assert Counter(map(tuple, found.tolist())) == wanted


@check("tf1.14.9", hint="First the power, then the sum.")
def test_shares_of_noise(student, rng):
    """Negatives are drawn in proportion to a power of the counts; words that never occur are not drawn."""
    counts = np.append(rng.integers(1, 900, 7), 0)
    for power in (0.75, 0.5, 1.0):
        weights = [count**power for count in counts.tolist()]
        assert_allclose(student.noise_shares(counts, power), np.array(weights) / sum(weights), rtol=1e-5)
    assert_allclose(student.noise_shares(counts), student.noise_shares(counts, 0.75), rtol=1e-5)


@check(
    "tf1.14.9",
    core=True,
    weight=2,
    hint="For one pair by hand: which products should be large, and which small? What is the mean taken over?",
)
def test_loss_of_negative_sampling(student, rng):
    """The loss is that of the formula, on the mean of the pairs, for vectors of any length."""
    for n, k, d in ((1, 1, 3), (5, 4, 6)):
        u, v, w = rng.normal(size=(n, d)), rng.normal(size=(n, d)), rng.normal(size=(n, k, d))
        for length in (1, 200):
            products = length * np.concatenate([-(u * v).sum(axis=1)[:, None], (w @ u[..., None])[..., 0]], axis=1)
            wanted = np.logaddexp(0, products).sum(axis=1).mean()
            sent = [torch.tensor(part, dtype=torch.float32) for part in (length * u, v, w)]
            assert_allclose(float(student.negative_sampling_loss(*sent)), wanted, rtol=1e-4, atol=1e-4)


def gradient_of(loss, u, v, w):
    """The gradients of a loss (runs in the student's process)."""
    parts = [part.clone().requires_grad_() for part in (u, v, w)]
    loss(*parts).backward()
    return [part.grad for part in parts]


@check("tf1.14.9", hint="Is the loss made of tensors from beginning to end?")
def test_gradients_of_the_loss(student, rng):
    """Gradients flow through the loss to all three kinds of vectors, and are those of its formula."""
    n, k, d = 4, 3, 5
    u, v, w = (torch.tensor(rng.normal(size=shape), dtype=torch.float32) for shape in ((n, d), (n, d), (n, k, d)))
    found = student.probe_(gradient_of)(student.negative_sampling_loss, u, v, w)
    right, wrong = 1 / (1 + np.exp((u * v).sum(1))), 1 / (1 + np.exp(-(w @ u[..., None])[..., 0]))
    wanted = [(-right[:, None] * v + (wrong[..., None] * w).sum(1)) / n, -right[:, None] * u / n,
              wrong[..., None] * u[:, None] / n]  # fmt: skip
    for grad, other in zip(found, wanted, strict=True):
        assert_allclose(np.asarray(grad), np.asarray(other), atol=1e-5)


@check(
    "tf1.14.9",
    core=True,
    weight=3,
    at_least=True,
    hint="Which of the two vectors that each word has do you return? Are negatives drawn anew for each pair?",
)
def test_words_of_a_kind_are_neighbours(student, rng):
    """In a made-up text, words of one kind are used in the same places, and never side by side: the three words nearest
    to each are of its kind."""
    text, group = grouped_text(rng)
    vectors = np.asarray(student.fit_vectors(text, len(group), size=16, n_epochs=6, seed=int(rng.integers(1000))))
    assert vectors.shape == (len(group), 16)
    assert np.isfinite(vectors).all()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = unit @ unit.T
    np.fill_diagonal(alike, -2)
    nearest = np.argsort(-alike, axis=1)[:, :3]
    return float(np.mean(group[nearest] == group[:, None]))


@check("tf1.14.9", hint="What does chance decide: the first vectors, the order of pairs, the negatives?")
def test_seed_decides_the_vectors(student, rng):
    """The same seed gives the same vectors, another seed others."""
    text, group = grouped_text(rng, n_sentences=20)
    repeats(
        lambda seed: np.asarray(student.fit_vectors(text, len(group), size=4, n_epochs=1, seed=seed)),
        tuple(int(seed) for seed in rng.permutation(1000)[:2]),
    )


@check("tf1.14.9", hint="Does the length of a vector matter to an angle? Is a word its own neighbour?")
def test_nearest_by_angle(student, rng):
    """The nearest words are those with the largest cosine, the most similar first, without the word itself."""
    for _ in range(3):
        vectors = rng.normal(size=(9, 4)) * rng.uniform(0.1, 9, (9, 1))
        word, k = int(rng.integers(9)), int(rng.integers(2, 9))
        cosine = {
            other: float(vectors[other] @ vectors[word] / np.linalg.norm(vectors[other]))
            for other in range(9) if other != word
        }  # fmt: skip
        wanted = sorted(cosine, key=cosine.__getitem__, reverse=True)[:k]
        assert [int(n) for n in student.nearest_words(vectors, word, k)] == wanted


@check("tf1.14.9", hint="Draw the four words of the example in the plane. Which arrow leads from a to b?")
def test_analogies(student, rng):
    """The answer is the word, none of the three, whose vector has the largest cosine with b - a + c."""
    for _ in range(20):  # so that lengths matter, and one of the three is nearest, in some
        vectors = rng.normal(size=(9, 3)) * rng.uniform(0.2, 5, (9, 1))
        a, b, c = (int(n) for n in rng.choice(9, 3, replace=False))
        wanted = vectors[b] - vectors[a] + vectors[c]
        cosine = {n: float(vectors[n] @ wanted / np.linalg.norm(vectors[n])) for n in range(9) if n not in (a, b, c)}
        assert int(student.analogy(vectors, a, b, c)) == max(cosine, key=cosine.__getitem__)
