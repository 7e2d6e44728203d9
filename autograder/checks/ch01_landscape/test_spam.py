"""Hidden checks of chapter 1: the words that give spam away (p.01.8)."""

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from autograder.checks.ch01_landscape import inputs
from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen

CASES = range(12)


@check("p.01.8", core=True, weight=2, hint="Which words has the spam, and which of them have wanted mails too?")
def test_spam_words(student, rng):
    """You find the words that only spam has, going by the labels alone."""

    def only_in_spam(mails: list[str], labels: list[int]) -> list[str]:
        counter = CountVectorizer(token_pattern=r"\S+")
        counts = counter.fit_transform(mails).toarray()
        spam = np.array(labels) == 1
        return counter.get_feature_names_out()[counts[spam].any(axis=0) & ~counts[~spam].any(axis=0)].tolist()

    ask_all(student.spam_words, only_in_spam, [inputs.post(rng) for _ in CASES])


@check("p.01.8", hint="What is given beside the mails?")
def test_family_of_spam_filters(student, rng):
    """You chose the family that learns from mails which people have marked."""
    found = choice(student, "P_01_8_CHOICE", "spam_words", ["a b", "b c"], [1, 0])
    chosen(found, inputs.FAMILIES, right=["supervised learning"])
