# %% right
# Intent: set algebra: the union of the words of spam, less the union of the words of wanted mails.
from itertools import chain

P_01_8_CHOICE: str = "supervised learning"


def spam_words(mails: Sequence[str], labels: Sequence[int]) -> list[str]:
    def vocabulary(mark):
        return set(chain.from_iterable(mail.split() for mail, label in zip(mails, labels) if int(label) == mark))

    return sorted(vocabulary(1) - vocabulary(0))


# %% wrong: spam_words
# Misconception: Thinks that a word gives spam away if more spam than wanted mails have it, even where some wanted
# mail has it too.
def spam_words(mails: Sequence[str], labels: Sequence[int]) -> list[str]:
    from collections import Counter

    lead = Counter()
    for mail, label in zip(mails, labels):
        for word in set(mail.split()):
            lead[word] += 1 if label == 1 else -1
    return sorted(word for word, more in lead.items() if more > 0)


# %% wrong: P_01_8_CHOICE
# Misconception: Thinks that it is semi-supervised, because some mails are marked and the new ones are not.
P_01_8_CHOICE: str = "semi-supervised learning"
