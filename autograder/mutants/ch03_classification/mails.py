"""Chapter 3, mails as counts of words (p.03.4): wrong answers that must fail, and right ones that must pass."""

import email
import html
import re
import string
from collections import Counter

import numpy as np
import snowballstemmer
from scipy.sparse import coo_array, csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from autograder.testing import alternative, mutant
from solutions.ch03_classification.mails import prepare

# ---------------------------------------------------------------- p.03.4, wrong

OPTIONS = ("strip_headers", "lowercase", "replace_urls", "replace_numbers", "remove_punctuation", "stem")


def _steps(mail, options, **steps):
    """Run the steps in order: each is a function of the text, taken when its option is on."""
    wanted = dict.fromkeys(OPTIONS, True) | options
    for name, step in steps.items():
        if wanted[name]:
            mail = step(mail)
    words = mail.split()
    return [_STEMMER.stemWord(word) for word in words] if wanted["stem"] and "stem" not in steps else words


_STEMMER = snowballstemmer.stemmer("english")


def _body(mail):
    parts = [part for part in email.message_from_string(mail).walk() if part.get_content_maintype() == "text"]
    text = " ".join((part.get_payload(decode=True) or b"").decode("latin-1") for part in parts)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def _text(mail):
    parts = [part for part in email.message_from_string(mail).walk() if part.get_content_maintype() == "text"]
    return " ".join(map(_without_tags, parts))


def _without_tags(part):
    content = part.get_payload(decode=True)
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = content.decode("latin-1")
    return html.unescape(re.sub(r"<[^>]+>", " ", text)) if part.get_content_subtype() == "html" else text


def _urls(text):
    return re.sub(r"(https?://|www\.)\S+", " URL ", text)


def _numbers(text):
    return re.sub(r"\b\d+(\.\d+)?\b", " NUMBER ", text)


def _punctuation(text):
    return re.sub(r"\W", " ", text)


STEPS = {
    "strip_headers": _text,
    "lowercase": str.lower,
    "replace_urls": _urls,
    "replace_numbers": _numbers,
    "remove_punctuation": _punctuation,
}


@mutant("p.03.4", replaces="prepare", fails="test_headers_go_and_body_stays")
def keeps_first_paragraph(mail, **options):
    """Only the first paragraph is kept: split at the first empty line only, `mail.split("\\n\\n", 1)`."""
    return _steps(
        mail, options, **STEPS | {"strip_headers": lambda text: text.split("\n\n")[1] if "\n\n" in text else text}
    )


@mutant("p.03.4", replaces="prepare", fails="test_headers_go_and_body_stays")
def greedy_pattern_eats_the_body(mail, **options):
    """The pattern for headers is greedy and runs across lines, so it eats the body too: stop at the first empty
    line."""
    return _steps(
        mail, options, **STEPS | {"strip_headers": lambda text: re.sub(r"\A[\w-]+:.*\n\n", "", text, flags=re.DOTALL)}
    )


@mutant("p.03.4", replaces="prepare", fails="test_headers_go_and_body_stays")
def drops_every_line_with_a_colon(mail, **options):
    """Header lines are recognised by their colon, one by one, so the continued lines of a long header stay: it is the
    first empty line that ends the headers."""

    def strip(text):
        return "\n".join(line for line in text.split("\n") if not re.match(r"[\w-]+:", line))

    return _steps(mail, options, **STEPS | {"strip_headers": strip})


@mutant("p.03.4", replaces="prepare", fails="test_decodes_multipart_mail")
def does_not_decode(mail, **options):
    """The body is taken as it was sent: base64 and quoted-printable parts have to be decoded first."""
    return _steps(mail, options, **STEPS | {"strip_headers": lambda text: text.split("\n\n", 1)[-1]})


def _pages(mail, tag):
    parts = [part for part in email.message_from_string(mail).walk() if part.get_content_maintype() == "text"]
    return " ".join(re.sub(tag, " ", part.get_payload(decode=True).decode()) for part in parts)


@mutant("p.03.4", replaces="prepare", fails="test_decodes_multipart_mail")
def knows_bare_tags_only(mail, **options):
    """Your pattern knows tags like `<p>` and none that say more: whatever stands between `<` and `>`, over the end of a
    line, too, is a tag."""
    return _steps(mail, options, **STEPS | {"strip_headers": lambda text: _pages(text, r"</?\w+>")})


@mutant("p.03.4", replaces="prepare", fails="test_decodes_mail_in_one_piece")
def decodes_parts_only(mail, **options):
    """A mail without parts is taken as it was sent: it may be encoded, or HTML, as any part may be."""
    message = email.message_from_string(mail)
    whole = message.is_multipart() or not options.get("strip_headers", True)
    return prepare(mail if whole else "\n" + message.get_payload(), **options)


@mutant("p.03.4", replaces="prepare", fails="test_letters_follow_the_charset")
def takes_all_for_latin_1(mail, **options):
    """You decode all mails by the same charset, so that an é of another one becomes two strange letters: use the
    charset that a part names, and another one only where that does not work."""
    return _steps(mail, options, **STEPS | {"strip_headers": _body})


@mutant("p.03.4", replaces="prepare", fails="test_text_without_headers_is_all_body")
def drops_what_is_before_an_empty_line(mail, **options):
    """What stands before the first empty line is dropped, even where it is no header: a text that begins with none is
    all body."""
    bare = options.get("strip_headers", True) and "\nContent-" not in mail
    return prepare("\n" + mail.split("\n\n", 1)[-1] if bare else mail, **options)


@mutant("p.03.4", replaces="prepare", fails="test_all_steps_run_unless_told_otherwise")
def steps_are_off_by_default(mail, **options):
    """Steps run only when they are asked for: all six options are on unless the caller says otherwise."""
    return prepare(mail, **dict.fromkeys(OPTIONS, False) | options)


@mutant("p.03.4", replaces="prepare", fails="test_all_steps_run_unless_told_otherwise")
def stems_are_small(mail, **options):
    """Your stems are small letters throughout, so that URL and NUMBER can't be told from words any more: leave these
    two alone."""
    words = prepare(mail, **options)
    return [word.lower() for word in words] if options.get("stem", True) else words


@mutant("p.03.4", replaces="prepare", fails="test_case_and_punctuation")
def keeps_a_to_z_only(mail, **options):
    """Only the letters a to z are left: digits, the underscore and letters with accents are no punctuation."""
    return _steps(mail, options, **STEPS | {"remove_punctuation": lambda text: re.sub("[^a-zA-Z]", " ", text)})


@mutant("p.03.4", replaces="prepare", fails="test_case_and_punctuation")
def knows_the_marks_of_a_keyboard(mail, **options):
    """`string.punctuation` has the underscore in it, and none of the marks that no English keyboard has: `\\W` is what
    is neither a letter, a digit nor an underscore."""
    marks = str.maketrans(string.punctuation, " " * len(string.punctuation))
    return _steps(mail, options, **STEPS | {"remove_punctuation": lambda text: text.translate(marks)})


@mutant("p.03.4", replaces="prepare", fails="test_marks_beside_them_hide_nothing")
def looks_for_numbers_between_spaces(mail, **options):
    """You find numbers that stand between spaces, and neither $42 nor 50% nor the one at the end of a sentence."""
    pattern = re.compile(r"(?<!\S)\d+(\.\d+)?(?!\S)")
    return _steps(mail, options, **STEPS | {"replace_numbers": lambda text: pattern.sub("NUMBER", text)})


@mutant("p.03.4", replaces="prepare", fails="test_marks_beside_them_hide_nothing")
def looks_for_addresses_after_spaces(mail, **options):
    """You find an address where a word begins with it, and overlook it in brackets: search in the whole text."""
    pattern = re.compile(r"(?<!\S)(https?://|www\.)\S+")
    return _steps(mail, options, **STEPS | {"replace_urls": lambda text: pattern.sub("URL", text)})


@mutant("p.03.4", replaces="prepare", fails="test_case_and_punctuation")
def glues_words_together(mail, **options):
    """Punctuation is deleted rather than replaced by a space, so `red,green` becomes one word."""
    return _steps(mail, options, **STEPS | {"remove_punctuation": lambda text: re.sub(r"[^\w\s]", "", text)})


@mutant("p.03.4", replaces="prepare", fails="test_addresses_become_one_word")
def punctuation_before_addresses(mail, **options):
    """Punctuation goes first, and then no address is left to be recognised: replace addresses before."""
    return _steps(
        mail,
        options,
        strip_headers=_text,
        lowercase=str.lower,
        remove_punctuation=_punctuation,
        replace_urls=_urls,
        replace_numbers=_numbers,
    )


@mutant("p.03.4", replaces="prepare", fails="test_addresses_become_one_word")
def numbers_before_addresses(mail, **options):
    """Numbers are replaced first, the ones inside addresses too, which tears the addresses apart: addresses come
    first."""
    return _steps(
        mail,
        options,
        strip_headers=_text,
        lowercase=str.lower,
        replace_numbers=_numbers,
        replace_urls=_urls,
        remove_punctuation=_punctuation,
    )


@mutant("p.03.4", replaces="prepare", fails="test_addresses_become_one_word")
def lowercase_comes_last(mail, **options):
    """Lower-casing comes after the replacements and turns URL and NUMBER into `url` and `number`, which can't be told
    from the words: do it before."""
    return _steps(
        mail,
        options,
        strip_headers=_text,
        replace_urls=_urls,
        replace_numbers=_numbers,
        lowercase=str.lower,
        remove_punctuation=_punctuation,
    )


@mutant("p.03.4", replaces="prepare", fails="test_numbers_become_one_word")
def decimals_become_two_numbers(mail, **options):
    """3.14 becomes two numbers, because the pattern knows digits only: let it take a decimal point and what follows."""
    return _steps(mail, options, **STEPS | {"replace_numbers": lambda text: re.sub(r"\d+", " NUMBER ", text)})


@mutant("p.03.4", replaces="prepare", fails="test_forms_of_a_word_share_a_stem")
def chops_endings(mail, **options):
    """Endings are simply cut off, so `bring` becomes `br`: a stemmer looks at what would be left."""
    return _steps(mail, options, **STEPS | {"stem": lambda text: re.sub(r"(ing|ed|s)\b", "", text)})


def _documents(emails, options):
    return [prepare(mail, **(options or {})) for mail in emails]


class _Counter:
    """The frame all the wrong counters below share."""

    def __init__(self, size=2000, vocabulary=None, binary=False, options=None):
        self.size, self.vocabulary, self.binary, self.options = size, vocabulary, binary, options

    def fit(self, emails, y=None):
        words = Counter(word for words in _documents(emails, self.options) for word in words)
        self.vocabulary_ = self.vocabulary or [word for word, _ in words.most_common(self.size)]
        return self

    def transform(self, emails):
        rows = [[words.count(word) for word in self.vocabulary_] for words in _documents(emails, self.options)]
        return csr_matrix(np.minimum(rows, 1) if self.binary else rows)


@mutant("p.03.4", replaces="WordCounter", fails="test_counts_words_of_the_vocabulary")
class CountsWhenBinary(_Counter):
    """With `binary` there are still counts: a word that is there twice gives 1, too."""

    def transform(self, emails):
        self.binary = False
        return super().transform(emails)


@mutant("p.03.4", replaces="WordCounter", fails="test_counts_words_of_the_vocabulary")
class FailsOnUnknownWords(_Counter):
    """A word that is not in the vocabulary raises an error: leave it out, later mails are full of new words."""

    def transform(self, emails):
        documents = _documents(emails, self.options)
        column = {word: number for number, word in enumerate(self.vocabulary_)}
        rows = np.zeros((len(documents), len(column)), dtype=int)
        for row, words in zip(rows, documents, strict=True):
            for word in words:
                row[column[word]] += 1
        return csr_matrix(np.minimum(rows, 1) if self.binary else rows)


@mutant("p.03.4", replaces="WordCounter", fails="test_counts_words_of_the_vocabulary")
class SortsTheVocabulary(_Counter):
    """The columns are in alphabetical order instead of the order of the vocabulary that was given."""

    def fit(self, emails, y=None):
        super().fit(emails)
        self.vocabulary_ = sorted(self.vocabulary_)
        return self


@mutant("p.03.4", replaces="WordCounter", fails="test_matrix_is_sparse")
class ReturnsADenseArray(_Counter):
    """The matrix is dense: nearly all of it is zeros, which a sparse matrix does not store."""

    def transform(self, emails):
        return super().transform(emails).toarray()


@mutant("p.03.4", replaces="WordCounter", fails="test_matrix_is_sparse")
class StoresZeros(_Counter):
    """Your matrix is sparse by name, and yet stores all the zeros: hand over only what is not 0."""

    def transform(self, emails):
        rows = super().transform(emails).toarray()
        return csr_matrix((rows.ravel(), np.indices(rows.shape).reshape(2, -1)), shape=rows.shape)


@mutant("p.03.4", replaces="WordCounter", fails="test_fit_returns_the_counter")
class FitsAndReturnsNothing(_Counter):
    """`fit` returns nothing, so that `fit(mails).transform(mails)` fails, and every pipeline: `return self`."""

    def fit(self, emails, y=None):
        super().fit(emails)


@mutant("p.03.4", replaces="WordCounter", fails="test_columns_come_from_the_training_mails")
class SkipsEmptyMails(_Counter):
    """A mail without words gets no row, so that rows and labels no longer belong together: its row is all zeros."""

    def transform(self, emails):
        return super().transform([mail for mail in emails if prepare(mail, **(self.options or {}))])


@mutant("p.03.4", replaces="WordCounter", fails="test_columns_come_from_the_training_mails")
class LearnsAgainInTransform(_Counter):
    """`transform` learns the vocabulary anew from the mails it is given, so the columns mean something else each time:
    only `fit` may learn."""

    def transform(self, emails):
        return self.fit(emails) and super().transform(emails)


@mutant("p.03.4", replaces="WordCounter", fails="test_columns_come_from_the_training_mails")
class KeepsTheRarestWords(_Counter):
    """The vocabulary is not the most frequent words: sort by count in descending order before cutting at `size`."""

    def fit(self, emails, y=None):
        words = Counter(word for words in _documents(emails, self.options) for word in words)
        self.vocabulary_ = self.vocabulary or [
            word for word, _ in sorted(words.items(), key=lambda i: i[1])[: self.size]
        ]
        return self


@alternative("p.03.4", replaces="prepare")
def word_by_word(
    mail,
    strip_headers=True,
    lowercase=True,
    replace_urls=True,
    replace_numbers=True,
    remove_punctuation=True,
    stem=True,
):
    """Splits first and looks at each word; returns a tuple; another stemmer (Porter's)."""
    stemmer = snowballstemmer.stemmer("porter")
    words = []
    for token in (_text(mail) if strip_headers else mail).split():
        if replace_urls and token.lower().lstrip("(<").startswith(("http://", "https://", "www.")):
            words.append("URL")
            continue
        token = token.lower() if lowercase else token
        token = re.sub(r"(?<!\w)[0-9]+(?:\.[0-9]+)?(?!\w)", " NUMBER ", token) if replace_numbers else token
        pieces = re.findall(r"\w+", token) if remove_punctuation else token.split()
        words += [stemmer.stemWord(piece) if stem else piece for piece in pieces]
    return tuple(words)


@alternative("p.03.4", replaces="WordCounter")
class CounterByCountVectorizer:
    """CountVectorizer does the counting; a sparse array in coordinate format, of floats; a dict for vocabulary_."""

    def __init__(self, size=2000, vocabulary=None, binary=False, options=None):
        self.options = options or {}
        self.counter = CountVectorizer(
            analyzer=lambda mail: prepare(mail, **self.options), max_features=size, vocabulary=vocabulary, binary=binary
        )

    def fit(self, emails, y=None):
        self.vocabulary_ = self.counter.fit(emails).vocabulary_
        return self

    def transform(self, emails):
        return coo_array(self.counter.transform(emails), dtype=float)
