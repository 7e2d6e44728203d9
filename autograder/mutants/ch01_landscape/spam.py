"""Chapter 1, the words that give spam away: wrong answers that must fail, and right ones that must pass."""

from collections import defaultdict

import numpy as np

from autograder.testing import alternative, mutant

# p.01.8


@mutant("p.01.8", replaces="spam_words", fails="test_spam_words")
def all_words_of_spam(mails, labels):
    """You list all words of the spam: those that wanted mails have too give nothing away."""
    return sorted({word for mail, label in zip(mails, labels, strict=True) if label for word in mail.split()})


@mutant("p.01.8", replaces="spam_words", fails="test_spam_words")
def list_of_my_own(mails, labels):
    """You look for words that you have thought of yourself: a rule written by hand. The labels say what spam is."""
    return sorted({word for mail in mails for word in mail.split() if word in ("free", "win", "cash")})


@mutant("p.01.8", replaces="spam_words", fails="test_spam_words")
def words_in_every_spam(mails, labels):
    """You ask for words that all spam has: one spam mail is enough."""
    sides = [[set(mail.split()) for mail, y in zip(mails, labels, strict=True) if y == k] for k in (0, 1)]
    return sorted(set.intersection(*sides[1]) - set.union(*sides[0]))


@mutant("p.01.8", replaces="spam_words", fails="test_spam_words")
def part_of_a_wanted_word(mails, labels):
    """You look for a word anywhere in the wanted mails' text, so that "me" is found in "meet": compare whole words."""
    wanted = " ".join(mail for mail, label in zip(mails, labels, strict=True) if not label)
    spam = {word for mail, label in zip(mails, labels, strict=True) if label for word in mail.split()}
    return sorted(word for word in spam if word not in wanted)


@mutant("p.01.8", replaces="P_01_8_CHOICE", fails="test_family_of_spam_filters", constant=True)
def finds_spam_by_itself():
    """Groups of similar mails could be found without labels, but not which of them people call spam."""
    return "unsupervised learning"


@mutant("p.01.8", replaces="P_01_8_CHOICE", fails="test_family_of_spam_filters", constant=True)
def learns_by_reward():
    """There is no need to try and be rewarded: the right answer is given with each mail of the training set."""
    return "reinforcement learning"


@alternative("p.01.8", replaces="spam_words", also={"P_01_8_CHOICE": "Supervised Learning"})
def word_by_word(mails, labels):
    """By what each word has been seen in."""
    seen = defaultdict(set)
    for mail, label in zip(mails, labels, strict=True):
        for word in mail.split(" "):
            seen[word].add(label)
    return np.array(sorted(word for word, kinds in seen.items() if kinds == {1}))
