"""Inputs of chapter 3's hidden checks, drawn afresh for every submission, and readers of replies.

For each made-up set for `tune_knn` it is known which settings of k-NN must win, by far. Where its labels are 0 to 9
they are equally frequent, so that folds cut in row order from sorted rows share no class.
"""

from collections import Counter
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import issparse

from course.datasets import load

Rows: TypeAlias = tuple[NDArray[Any], NDArray[Any]]  # X (n, m), y (n,)


def crowds(rng: np.random.Generator, size: int) -> Rows:
    """Ten far apart clouds with the labels 0 to 9, equally often: (size, 8), (size,)."""
    y = rng.permutation(np.arange(size) % 10)
    return 8 * rng.normal(size=(10, 8))[y] + rng.normal(size=(size, 8)), y


def noisy_crowds(rng: np.random.Generator, size: int, share: float) -> Rows:
    """Clouds in which a share of the labels has been mixed up: only a vote of many neighbours is reliable."""
    X, y = crowds(rng, size)
    mixed = rng.random(size) < share
    y[mixed] = rng.permutation(y[mixed])
    return X, y


def small_families(rng: np.random.Generator) -> Rows:
    """Families of 4 beside families of 8 of the other class: who asks more than 5 neighbours hears the wrong ones."""
    centre = np.repeat(rng.normal(0, 20, (50, 100)), 12, axis=0)
    neighbour = np.tile(np.repeat([0, 1], [4, 8]), 50)
    X = centre + 1.2 * neighbour[:, None] + rng.normal(size=centre.shape)
    return X, neighbour ^ np.repeat(np.arange(50) % 2, 12)


def twins_and_crowds(rng: np.random.Generator) -> Rows:
    """Lonely twins, whom only the nearest neighbour knows, and noisy crowds, that need a vote: weigh by distance."""
    X, y = noisy_crowds(rng, 300, 0.4)
    twins = np.repeat(rng.uniform(190, 210, (150, 8)), 2, axis=0) + rng.normal(0, 0.01, (300, 8))
    return np.vstack([X, twins]), np.concatenate([y, np.repeat(rng.permutation(150) % 10, 2)])


def false_twins(rng: np.random.Generator) -> Rows:
    """Each point has a twin with a wrong label almost at the same place: weighing by distance listens to it alone."""
    X, y = crowds(rng, 300)
    wrong = np.empty_like(y)
    # Every class is mistaken for each of the others about equally often, and all labels stay equally frequent.
    wrong[np.argsort(y)] = np.sort(y) + np.tile(np.arange(30) % 9 + 1, 10)
    return np.vstack([X, X + rng.normal(0, 0.01, X.shape)]), np.concatenate([y, wrong % 10])


_RARE = 10  # passengers; fewer may all be in one part of the table
Labels = npt.NDArray[np.int64]
RAW = {
    "strip_headers": False,
    "lowercase": False,
    "replace_urls": False,
    "replace_numbers": False,
    "remove_punctuation": False,
    "stem": False,
}
STRANGE = [
    "",
    "\n",
    "Subject: nothing below",
    "no header at all",
    "Content-Type: text/plain; charset=no-such-charset\n\nhello caf\xe9",
    "Content-Type: multipart/mixed\n\nno boundary was named",
    'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html\n\n<p>never closed',
    "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n!!! not base64 !!!",
    "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=",
    "Subject: \u4f60\u597d\n\nNUL \x00, \u20ac and \xff, " + "long" * 2000,
]
VERBS = ["click", "offer", "order", "jump", "walk", "connect", "select", "print", "trust", "report", "award", "consult"]


def zeros_and_ones(reply: Any, rows: int) -> Labels:
    """Return predictions as integers; whatever holds one 0 or 1 per row is welcome."""
    labels = np.asarray(reply)
    assert labels.shape == (rows,) and np.isin(labels, (0, 1)).all()
    return labels.astype(np.int64)


@cache
def ordinary_passengers() -> pd.DataFrame:
    """Return those of the Titanic's passengers of whom others like them will be in any part of the table: nobody with a
    rare title, deck or family, or whose port or fare is not known. Gaps, and values never seen, have checks of their
    own: they must not decide the others, which would depend on who is drawn."""
    people = load("titanic").train.dropna(subset=["Embarked", "Fare"])
    titles = people["Name"].str.extract(r", ([^.]*)\.", expand=False)
    kinds = [titles, people["Cabin"].fillna("").astype(str).str[:1], *(people[name] for name in ("SibSp", "Parch"))]
    frequent = [kind.map(kind.value_counts()) >= _RARE for kind in kinds]
    return people[np.all(frequent, axis=0)]


def draw_passengers(rng: np.random.Generator) -> pd.DataFrame:
    """Return passengers in a new order with other numbers, first names, and slightly other ages and fares, so
    that nobody can be looked up."""
    frame = ordinary_passengers().sample(frac=1, random_state=rng).reset_index(drop=True)
    frame["PassengerId"] = np.arange(1, len(frame) + 1)
    names = frame["Name"].str.extract(r"^(?P<title>[^,]*, [^.]*\.)(?P<given>.*)$")
    frame["Name"] = names["title"] + rng.permutation(names["given"].to_numpy())
    frame["Age"] = (frame["Age"] + rng.normal(0, 0.3, len(frame))).clip(lower=0.2).round(2)
    frame["Fare"] = (frame["Fare"] * rng.normal(1, 0.01, len(frame))).round(4)
    return frame


def draw_halves(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return passengers to fit on, with their fate, and 150 others without it."""
    frame = draw_passengers(rng)
    return frame.iloc[150:].reset_index(drop=True), frame.iloc[:150].drop(columns="Survived")


def invent_words(rng: np.random.Generator, count: int) -> list[str]:
    """Return `count` distinct made-up words of six lower-case letters, which no list of words can contain."""
    found: dict[str, None] = {}
    while len(found) < count:
        sounds = zip(rng.choice(list("bdfgklmnprtvz"), 3), rng.choice(list("aou"), 3), strict=True)
        found["".join(a + b for a, b in sounds)] = None
    return list(found)


def words_of(reply: Any) -> list[str]:
    assert not isinstance(reply, (str, bytes, dict))
    words = list(reply)
    assert all(isinstance(word, str) for word in words)
    return [str(word) for word in words]


def dense(matrix: Any) -> npt.NDArray[Any]:
    return np.asarray(matrix.toarray() if issparse(matrix) else matrix)


def tally(mails: list[str], vocabulary: list[str], binary: bool = False) -> Labels:
    counts = np.array([[Counter(mail.split())[word] for word in vocabulary] for mail in mails])
    return np.minimum(counts, 1) if binary else counts


@cache
def _corpus() -> tuple[list[str], list[str]]:
    """Return ham and spam of moderate length: long ones cost time and teach little."""
    data = load("spamassassin")
    pairs = [(mail, label) for mail, label in zip(data.emails, data.labels, strict=True) if len(mail) < 6000]
    return [mail for mail, label in pairs if label == 0], [mail for mail, label in pairs if label == 1]


def draw_mails(rng: np.random.Generator, ham: int, spam: int) -> tuple[list[str], Labels]:
    """Return `ham` + `spam` mails drawn without repetition, in random order, and their labels.

    Each has a line of made-up words at its end, so that none can be looked up; but not where it is encoded.
    """
    kinds = [
        rng.permutation(np.array(mails, dtype=object))[:n] for mails, n in zip(_corpus(), (ham, spam), strict=True)
    ]
    labels = np.repeat([0, 1], [len(mails) for mails in kinds])
    ends = ["" if "base64" in mail else "\n" + " ".join(invent_words(rng, 2)) + "\n" for mail in np.concatenate(kinds)]
    order = rng.permutation(len(labels))
    mails = [str(mail) + end for mail, end in zip(np.concatenate(kinds), ends, strict=True)]
    return [mails[i] for i in order], labels[order]
