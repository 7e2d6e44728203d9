"""Chapter 1, the words that give spam away (p.01.8): the answers."""

from collections.abc import Sequence

# One of the options above.
P_01_8_CHOICE: str = "supervised learning"


def spam_words(mails: Sequence[str], labels: Sequence[int]) -> list[str]:
    """Learn which words give spam away: those that some spam has, and no wanted mail.

    Parameters
    ----------
    mails : lower-case words with blanks between them.
    labels : for each mail, 1 for spam and 0 for a wanted one.

    Returns
    -------
    The words, each once, in alphabetical order.

    Examples
    --------
    >>> list(spam_words(["win gold now", "meet me now", "gold gold rush"], [1, 0, 1]))
    ['gold', 'rush', 'win']
    >>> list(spam_words(["win gold now", "meet me now", "gold gold rush"], [0, 1, 0]))
    ['me', 'meet']
    """
    words: dict[bool, set[str]] = {True: set(), False: set()}
    for mail, label in zip(mails, labels, strict=True):
        words[bool(label)].update(mail.split())
    return sorted(words[True] - words[False])
