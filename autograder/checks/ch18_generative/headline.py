"""Full-size figures of chapter 18."""

from functools import cache

import numpy as np

from autograder.testing import headline
from course.datasets import load
from solutions.ch18_generative.denoising import pretrain
from solutions.ch18_generative.few_labels import compare, draw_labelled
from solutions.ch18_generative.hashing import fit_hashing, hash_bits, purity

LABELS = "500 labels of 60,000 rows, 10,000 to test on, mean over 3 draws"


@cache
def _scores() -> dict[str, float]:
    """Return both accuracies, each a mean over three draws of the labelled digits."""
    mnist = load("mnist")
    X, X_test = (rows.astype(np.float32) / 255 for rows in (mnist.X_train, mnist.X_test))
    autoencoder, found = pretrain(X), []
    for seed in (1, 2, 3):
        rows = draw_labelled(mnist.y_train, 500, seed=seed)
        found.append(compare(autoencoder, X[rows], mnist.y_train[rows], X_test, mnist.y_test, seed=seed))
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


@headline("p.18.10", "MNIST, pretrained, 500 labels", book="", data="mnist", holds=lambda value: value >= 0.88)
def pretrained() -> tuple[float, str]:
    """The classifier that begins with the encoder."""
    return _scores()["pretrained"], LABELS


@headline("p.18.10", "gain over training from scratch", book="", data="mnist", holds=lambda value: value >= 0.01)
def gain() -> tuple[float, str]:
    """The same network, rows and seeds for both."""
    scores = _scores()
    return scores["pretrained"] - scores["scratch"], LABELS


@headline("tf1.15.9", "MNIST, purity within 2 of 30 bits", book="", data="mnist", holds=lambda value: value >= 0.8)
def digits_of_similar_hashes() -> tuple[float, str]:
    """Of test digits; one for which there is no other within 2 bits does not count."""
    mnist = load("mnist")
    hashes = hash_bits(fit_hashing(mnist.X_train / 255), mnist.X_test[:3000] / 255)
    return purity(hashes, mnist.y_test[:3000], radius=2), "60,000 to learn from, 3,000 looked up"
