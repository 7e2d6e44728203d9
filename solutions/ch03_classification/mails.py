"""Chapter 3, mails as counts of words (p.03.4): the answers."""

import email
import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from email.message import Message
from functools import cache
from typing import Self

import numpy as np
import snowballstemmer
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin


def _decoded(part: Message) -> str:
    """Return the text of one part of a mail; a charset that is wrong or unknown costs a few characters, no more."""
    content = bytes(part.get_payload(decode=True) or b"")
    try:
        text = content.decode(part.get_content_charset("latin-1"), errors="replace")
    except (LookupError, ValueError):
        text = content.decode("latin-1")
    if part.get_content_type() == "text/html":
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    return text


@cache
def _stemmed(word: str) -> str:
    """Return a word's stem; remembered, because the same words come again and again."""
    return str(snowballstemmer.stemmer("english").stemWord(word))


def prepare(
    mail: str,
    *,
    strip_headers: bool = True,
    lowercase: bool = True,
    replace_urls: bool = True,
    replace_numbers: bool = True,
    remove_punctuation: bool = True,
    stem: bool = True,
) -> list[str]:
    """Return the words of one mail, in order.

    Parameters
    ----------
    mail : the raw text: headers, an empty line, the body. A text that begins with no
        header is all body.
    strip_headers : leave the headers out. The body is decoded, by the charset that it
        names if there is such a one, and HTML is without its tags; of a multipart mail
        all text parts are kept. When False, the raw text is taken as it is.
    lowercase : lower-case everything but the words URL and NUMBER that are put in.
    replace_urls : put the word URL in place of each address that begins with http://,
        https:// or www.
    replace_numbers : put the word NUMBER in place of each number, such as 7, 42 or
        3.14.
    remove_punctuation : take what is neither a letter, a digit nor an underscore for a
        space.
    stem : cut each word down to its English stem.

    Examples
    --------
    >>> headers = "From: Ann <ann@example.com>\\nSubject: hi\\n"
    >>> mail = headers + "\\nSave 9.50 now! See http://example.com/?id=7 and WIN"
    >>> list(prepare(mail))
    ['save', 'NUMBER', 'now', 'see', 'URL', 'and', 'win']
    >>> off = {"lowercase": False, "remove_punctuation": False, "stem": False}
    >>> list(prepare("Winning games,won again", **off))
    ['Winning', 'games,won', 'again']
    >>> list(prepare("Winning games,won again"))
    ['win', 'game', 'won', 'again']
    """
    text = mail
    if strip_headers:
        parts = [part for part in email.message_from_string(mail).walk() if part.get_content_maintype() == "text"]
        text = "\n".join(map(_decoded, parts))
    if lowercase:
        text = text.lower()
    # Addresses first: they are full of numbers and punctuation.
    if replace_urls:
        text = re.sub(r"(?:https?://|\bwww\.)\S+", " URL ", text, flags=re.IGNORECASE)
    if replace_numbers:
        text = re.sub(r"\b\d+(?:[.,]\d+)*\b", " NUMBER ", text)
    if remove_punctuation:
        text = re.sub(r"\W+", " ", text)
    words = text.split()
    return [_stemmed(word) for word in words] if stem else words


class WordCounter(TransformerMixin, BaseEstimator):
    """Turn raw mails into a sparse matrix of word counts: one row per mail,
    one column per word.

    Parameters
    ----------
    size : how many words to learn; the most frequent of the training mails.
    vocabulary : the words to count, in the order of the columns; None to learn them.
    binary : say only whether a word is there (1) or not (0).
    options : keyword arguments for `prepare`, such as ``{"stem": False}``; None for its
        defaults.

    Attributes
    ----------
    vocabulary_ : list of str, the word of each column; set by `fit`.

    Examples
    --------
    >>> plain = {"lowercase": False, "stem": False}
    >>> mails = ["to be or not to be", "not me"]
    >>> counter = WordCounter(vocabulary=["be", "me", "not"], options=plain)
    >>> counter.fit(mails).transform(mails).toarray().astype(int).tolist()
    [[2, 0, 1], [0, 1, 1]]
    >>> counter = WordCounter(size=2, binary=True, options=plain).fit(
    ...     ["so so good", "so good", "bad"]
    ... )
    >>> [str(word) for word in counter.vocabulary_]
    ['so', 'good']
    >>> counter.transform(["so so bad"]).toarray().astype(int).tolist()
    [[1, 0]]
    """

    def __init__(
        self,
        size: int = 2000,
        vocabulary: Sequence[str] | None = None,
        binary: bool = False,
        options: Mapping[str, bool] | None = None,
    ) -> None:
        """Keep the parameters as they are: scikit-learn reads them back for copies."""
        self.size = size
        self.vocabulary = vocabulary
        self.binary = binary
        self.options = options

    def fit(self, emails: Iterable[str], y: object = None) -> Self:
        """Learn ``vocabulary_``, the list of words that have a column,
        from the training mails; return self.
        """
        if self.vocabulary is None:
            counts = Counter(word for mail in emails for word in prepare(mail, **(self.options or {})))
            self.vocabulary_ = [word for word, _ in counts.most_common(self.size)]
        else:
            self.vocabulary_ = list(self.vocabulary)
        return self

    def transform(self, emails: Iterable[str]) -> csr_matrix:
        """Return the counts, a sparse matrix of shape (n mails, n words);
        words without a column are left out.
        """
        column = {word: number for number, word in enumerate(self.vocabulary_)}
        values: list[int] = []
        columns: list[int] = []
        ends = [0]
        for mail in emails:
            counts = Counter(word for word in prepare(mail, **(self.options or {})) if word in column)
            columns += [column[word] for word in counts]
            values += [1] * len(counts) if self.binary else counts.values()
            ends.append(len(columns))
        return csr_matrix((values, columns, ends), shape=(len(ends) - 1, len(column)), dtype=np.int64)
