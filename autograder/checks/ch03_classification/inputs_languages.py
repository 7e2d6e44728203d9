"""Mails made up for p.03.4: in languages that nobody speaks, so that only the mails given say which words mean spam."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SYLLABLES = np.array([a + b for a in "bdfgklmnprtvz" for b in "aou"])
_WORDS = 800
_TELLING = 0.25  # share of the words that lean to one kind of mail; none does so by more than three times
_SHARE = 0.4  # of spam


@dataclass(frozen=True)
class Language:
    """Words of six letters, (n,), and how frequent each is in ham and in spam, (2, n)."""

    words: NDArray[np.str_]
    shares: NDArray[np.float64]


def invent_language(rng: np.random.Generator) -> Language:
    """Return a language whose frequent words are as few as in any, and whose words of spam are drawn at random."""
    numbers = rng.choice(len(_SYLLABLES) ** 3, _WORDS, replace=False)
    first, second, third = (_SYLLABLES[numbers // len(_SYLLABLES) ** place % len(_SYLLABLES)] for place in (0, 1, 2))
    words = np.char.add(np.char.add(first, second), third)
    leans = np.where(rng.random(_WORDS) < _TELLING, rng.choice([-1, 1], _WORDS), 0) * rng.uniform(0.55, 1.1, _WORDS)
    frequent = 1 / (np.arange(_WORDS) + 15)
    shares = np.stack([frequent * np.exp(-leans), frequent * np.exp(leans)])
    return Language(words, shares / shares.sum(axis=1, keepdims=True))


def write_mails(rng: np.random.Generator, language: Language, size: int) -> tuple[list[str], NDArray[np.int64]]:
    """Return mails in a language, headers and all, in random order, and their labels; two in five are spam."""
    labels = rng.permutation(np.arange(size) < _SHARE * size).astype(np.int64)
    return [_mail(rng, language, kind) for kind in labels], labels


def _mail(rng: np.random.Generator, language: Language, kind: int) -> str:
    length = int(np.clip(rng.lognormal(4.1, 0.4), 25, 150))
    words = rng.choice(language.words, length + 3, p=language.shares[kind])
    lines = [" ".join(words[start : start + 12]).capitalize() + "." for start in range(3, len(words), 12)]
    headers = f"From: {words[0]}@example.com\nSubject: {' '.join(words[:3])}\n"
    return headers + "\n" + "\n".join(lines) + "\n"


def dress(rng: np.random.Generator, mail: str) -> str:
    """Return the beginning of a mail, with capitals, endings, numbers, addresses and exclamation marks here and there:
    what a preparation may take away or leave. So short, it is often taken for the other kind."""
    headers, _, body = mail.partition("\n\n")
    words = body.split()[:18]
    chance = rng.random((len(words), 4))
    return f"{headers}\n\n" + " ".join(_dressed(rng, *pair) for pair in zip(words, chance, strict=True)) + "\n"


def _dressed(rng: np.random.Generator, word: str, chance: NDArray[np.float64]) -> str:
    loud, ending, mark, more = chance
    word = word.rstrip(".")
    word += rng.choice(["s", "ing", "ed"]) if ending < 0.3 else ""
    word = word.upper() if loud < 0.2 else word
    word += rng.choice(["!", ",", "."]) if mark < 0.2 else ""
    return f"{word} {rng.choice(['42', '9.50', 'http://example.com/7'])}" if more < 0.05 else word
