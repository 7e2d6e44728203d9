# %% right
# Intent: Set difference of the words of spam and those of wanted mails, sorted.
P_01_8_CHOICE = "supervised learning"


def spam_words(mails, labels):
    spam, wanted = ({w for m, label in zip(mails, labels) if label == mark for w in m.split()} for mark in (1, 0))
    return sorted(spam - wanted)


# %% wrong: spam_words
# Misconception: Thinks that a word gives spam away as soon as it is more frequent in spam than in wanted mails,
# even if some wanted mail has it.
def spam_words(mails, labels):
    from collections import Counter

    spam, wanted = (
        Counter(w for m, label in zip(mails, labels) if label == mark for w in m.split()) for mark in (1, 0)
    )
    return sorted(word for word in spam if spam[word] > wanted[word])
