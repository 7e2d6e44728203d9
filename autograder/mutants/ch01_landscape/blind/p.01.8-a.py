# %% right
# Intent: one set of words for spam, one for wanted mail; what is only in the first gives spam away.
P_01_8_CHOICE = "supervised learning"


def spam_words(mails: Sequence[str], labels: Sequence[int]) -> list[str]:
    in_spam: set[str] = set()
    in_wanted: set[str] = set()
    for i in range(len(mails)):
        words = mails[i].split()
        if labels[i] == 1:
            in_spam.update(words)
        else:
            in_wanted.update(words)
    return sorted(in_spam - in_wanted)


# %% wrong: spam_words
# Misconception: Thinks that a word gives spam away if it is more frequent in spam than in wanted mail, even if some
# wanted mail has it too.
def spam_words(mails: Sequence[str], labels: Sequence[int]) -> list[str]:
    balance: dict[str, int] = {}
    for mail, label in zip(mails, labels):
        for word in set(mail.split()):
            balance[word] = balance.get(word, 0) + (1 if label == 1 else -1)
    return sorted(word for word, value in balance.items() if value > 0)
