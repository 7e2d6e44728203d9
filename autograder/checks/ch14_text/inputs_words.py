"""Words and languages that exist nowhere, for the checks of chapter 14."""

import numpy as np

VOWELS, CONSONANTS = "aeiou", "bdfgklmnprstvz"


def some_words(rng, n: int, least: int = 3, most: int = 6) -> list[str]:
    """Draw `n` different words of small letters."""
    found: dict[str, None] = {}
    while len(found) < n:
        size = int(rng.integers(least, most + 1))
        found["".join(str(rng.choice(list((CONSONANTS, VOWELS)[i % 2]))) for i in range(size))] = None
    return list(found)


# ---------------------------------------------------------------- dates of a calendar


def some_dates(rng, months: list[str], n: int) -> tuple[list[str], list[str]]:
    """Return dates of a made-up calendar, such as `bolu 7, 41`, and as `41-03-07`."""
    month, day, year = rng.integers(len(months), size=n), rng.integers(1, 30, n), rng.integers(100, size=n)
    rows = list(zip(month.tolist(), day.tolist(), year.tolist(), strict=True))
    return [f"{months[m]} {d}, {y:02d}" for m, d, y in rows], [f"{y:02d}-{m + 1:02d}-{d:02d}" for m, d, y in rows]


# ---------------------------------------------------------------- a language to translate


class Language:
    """Two made-up languages: one has its adjectives behind the nouns, the other in front of them.

    A sentence: noun phrase, verb, perhaps another noun phrase; that is a noun, with an adjective or without.
    """

    def __init__(self, rng, nouns: int = 8, adjectives: int = 5, verbs: int = 5) -> None:
        n = nouns + adjectives + verbs
        words, others = some_words(rng, n), some_words(rng, n)
        self.dictionary = dict(zip(words, others, strict=True))
        self.nouns, self.adjectives = words[:nouns], words[nouns : nouns + adjectives]
        self.verbs = words[nouns + adjectives :]

    def sentences(self, rng, n: int) -> tuple[list[tuple[str, str]], list[list[int]]]:
        """Return pairs, and for each word of the translation the place of the word that it comes from."""
        pairs, places = [], []
        for _ in range(n):
            words: list[str] = []
            order: list[int] = []
            self._phrase(rng, words, order)
            order.append(len(words))
            words.append(str(rng.choice(self.verbs)))
            if rng.random() < 0.7:
                self._phrase(rng, words, order)
            pairs.append((" ".join(words), " ".join(self.dictionary[words[i]] for i in order)))
            places.append(order)
        return pairs, places

    def _phrase(self, rng, words: list[str], order: list[int]) -> None:
        first = len(words)
        words.append(str(rng.choice(self.nouns)))
        if rng.random() < 0.6:
            words.append(str(rng.choice(self.adjectives)))
            order.append(first + 1)
        order.append(first)


# ---------------------------------------------------------------- texts to learn word vectors from


def grouped_text(rng, n_groups: int = 4, per_group: int = 6, n_sentences: int = 700) -> tuple[np.ndarray, np.ndarray]:
    """Return a text, (n,) numbers of words, and the group of each word: words of one group stand in the same places.

    Each kind of sentence has an order of groups, so a word has neighbours from other groups, and none from its own.
    """
    n_words = n_groups * per_group
    group = rng.permutation(np.arange(n_words) % n_groups)
    members = [np.flatnonzero(group == number) for number in range(n_groups)]
    order = rng.permutation(n_groups)
    chains = [[int(order[(begin + i) % n_groups]) for i in range(5)] for begin in range(n_groups)]
    text = [int(rng.choice(members[one])) for _ in range(n_sentences) for one in chains[int(rng.integers(n_groups))]]
    return np.array(text), group


# ---------------------------------------------------------------- reviews


class Opinions:
    """Words that are said of films: some praise, some blame, most say nothing."""

    def __init__(self, rng, praise: int = 15, blame: int = 15, plain: int = 60) -> None:
        words = some_words(rng, praise + blame + plain, 3, 7)
        self.good, self.bad, self.plain = words[:praise], words[praise : praise + blame], words[praise + blame :]

    def reviews(self, rng, n: int) -> tuple[list[str], np.ndarray]:
        """Return texts, and 1 for those that have more praise than blame, 0 for the others: half of each."""
        labels = rng.permutation(np.arange(n) % 2)
        return [self._review(rng, bool(label)) for label in labels], labels

    def _review(self, rng, friendly: bool) -> str:
        fewer = int(rng.integers(0, 4))
        more = fewer + int(rng.integers(1, 4))
        good, bad = (more, fewer) if friendly else (fewer, more)
        words = [*rng.choice(self.good, good), *rng.choice(self.bad, bad)]
        words += [str(word) for word in rng.choice(self.plain, int(rng.integers(4, 20)))]
        words = [str(words[i]) for i in rng.permutation(len(words))]
        words[0] = words[0].capitalize()
        return " ".join(words).replace(" ", ", ", int(rng.integers(0, 2))) + str(rng.choice([".", "!", "<br />"]))
