"""Texts in which the two last characters decide, for the checks of tf2.16.11."""

import numpy as np


def some_text(rng, n_tokens: int, *sizes: int) -> list[np.ndarray]:
    """Return texts of one made-up language, one of each size: after each two tokens, few others are likely."""
    shares = rng.dirichlet(np.full(n_tokens, 0.15), (n_tokens, n_tokens))
    texts = []
    for size in sizes:
        text = [int(token) for token in rng.integers(n_tokens, size=2)]
        while len(text) < size:
            text.append(int(rng.choice(n_tokens, p=shares[text[-2], text[-1]])))
        texts.append(np.array(text))
    return texts


def perplexity_by_last(text: np.ndarray, other: np.ndarray, n_tokens: int) -> float:
    """Return the perplexity, on another text, of who looks at the last token only and has counted."""
    counts = np.ones((n_tokens, n_tokens))
    np.add.at(counts, (text[:-1], text[1:]), 1.0)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(np.exp(-np.log(shares[other[:-1], other[1:]]).mean()))
