"""Real plots, and queries for them in other words, for the full-size figures of p.15.14."""

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer


def unseen_films() -> tuple[list[str], list[str], list[str]]:
    """Return all plots, and queries and documents of the films that `small_sentences` was not trained on.

    A document is the second half of a plot, its query the first half without names and without words that the document
    has too, unless they stand in a tenth of all plots.
    """
    from course.datasets import load  # here, so that no other check seems to ask for public data

    plots = list(load("wiki_movie_plots").frame["Plot"])
    known = Counter(word for plot in plots for word in set(re.findall(r"\b[a-z]+\b", plot)))
    queries, documents = [], []
    for plot in plots[4::5]:
        words = plot.split()
        if len(words) >= 100:
            first, second = " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])
            there = set(re.findall(r"[a-z]+", second.lower()))
            told = re.findall(r"[a-z]+", first.lower())
            kept = [word for word in told if known[word] > 2 and (word not in there or known[word] > len(plots) / 10)]
            queries.append(" ".join(kept))
            documents.append(second)
    return plots, queries, documents


def by_words(plots: list[str], texts: list[str]) -> NDArray[np.float64]:
    """Return TF-IDF vectors of length 1, with words weighed by all plots."""
    counts = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit(plots)
    return np.asarray(counts.transform(texts).toarray())
