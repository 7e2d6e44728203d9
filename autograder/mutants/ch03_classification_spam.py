"""Chapter 3, spam: wrong answers that must fail, and right ones that must pass."""

import email
import html
import re
from collections import Counter
from types import SimpleNamespace

import numpy as np
import snowballstemmer
from scipy.sparse import coo_array, csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from autograder import alternative, lookup, mutant
from course.datasets import load
from solutions.ch03_classification import WordCounter, prepare

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


def _urls(text):
    return re.sub(r"(https?://|www\.)\S+", " URL ", text)


def _numbers(text):
    return re.sub(r"\b\d+(\.\d+)?\b", " NUMBER ", text)


def _punctuation(text):
    return re.sub(r"\W", " ", text)


@mutant("p.03.4", replaces="prepare", fails="test_headers_go_and_body_stays")
def keeps_first_paragraph(mail, **options):
    """Only the first paragraph is kept: split at the first empty line only, `mail.split("\\n\\n", 1)`."""
    return _steps(
        mail,
        options,
        strip_headers=lambda text: text.split("\n\n")[1] if "\n\n" in text else text,
        lowercase=str.lower,
        replace_urls=_urls,
        replace_numbers=_numbers,
        remove_punctuation=_punctuation,
    )


@mutant("p.03.4", replaces="prepare", fails="test_headers_go_and_body_stays")
def greedy_pattern_eats_the_body(mail, **options):
    """The pattern for headers is greedy and runs across lines, so it eats the body too: stop at the first empty
    line."""
    return _steps(
        mail,
        options,
        strip_headers=lambda text: re.sub(r"\A[\w-]+:.*\n\n", "", text, flags=re.DOTALL),
        lowercase=str.lower,
        replace_urls=_urls,
        replace_numbers=_numbers,
        remove_punctuation=_punctuation,
    )


@mutant("p.03.4", replaces="prepare", fails="test_headers_go_and_body_stays")
def drops_every_line_with_a_colon(mail, **options):
    """Header lines are recognised by their colon, one by one, so the continued lines of a long header stay: it is the
    first empty line that ends the headers."""
    return _steps(
        mail,
        options,
        strip_headers=lambda text: "\n".join(line for line in text.split("\n") if not re.match(r"[\w-]+:", line)),
        lowercase=str.lower,
        replace_urls=_urls,
        replace_numbers=_numbers,
        remove_punctuation=_punctuation,
    )


@mutant("p.03.4", replaces="prepare", fails="test_decodes_multipart_mail")
def does_not_decode(mail, **options):
    """The body is taken as it was sent: base64 and quoted-printable parts have to be decoded first."""
    return _steps(
        mail,
        options,
        strip_headers=lambda text: text.split("\n\n", 1)[-1],
        lowercase=str.lower,
        replace_urls=_urls,
        replace_numbers=_numbers,
        remove_punctuation=_punctuation,
    )


@mutant("p.03.4", replaces="prepare", fails="test_case_and_punctuation")
def glues_words_together(mail, **options):
    """Punctuation is deleted rather than replaced by a space, so `red,green` becomes one word."""
    return _steps(
        mail,
        options,
        strip_headers=_body,
        lowercase=str.lower,
        replace_urls=_urls,
        replace_numbers=_numbers,
        remove_punctuation=lambda text: re.sub(r"[^\w\s]", "", text),
    )


@mutant("p.03.4", replaces="prepare", fails="test_addresses_become_one_word")
def punctuation_before_addresses(mail, **options):
    """Punctuation goes first, and then no address is left to be recognised: replace addresses before."""
    return _steps(
        mail,
        options,
        strip_headers=_body,
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
        strip_headers=_body,
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
        strip_headers=_body,
        replace_urls=_urls,
        replace_numbers=_numbers,
        lowercase=str.lower,
        remove_punctuation=_punctuation,
    )


@mutant("p.03.4", replaces="prepare", fails="test_numbers_become_one_word")
def decimals_become_two_numbers(mail, **options):
    """3.14 becomes two numbers, because the pattern knows digits only: let it take a decimal point and what follows."""
    return _steps(
        mail,
        options,
        strip_headers=_body,
        lowercase=str.lower,
        replace_urls=_urls,
        replace_numbers=lambda text: re.sub(r"\d+", " NUMBER ", text),
        remove_punctuation=_punctuation,
    )


@mutant("p.03.4", replaces="prepare", fails="test_forms_of_a_word_share_a_stem")
def chops_endings(mail, **options):
    """Endings are simply cut off, so `bring` becomes `br`: a stemmer looks at what would be left."""
    return _steps(
        mail,
        options,
        strip_headers=_body,
        lowercase=str.lower,
        replace_urls=_urls,
        replace_numbers=_numbers,
        remove_punctuation=_punctuation,
        stem=lambda text: re.sub(r"(ing|ed|s)\b", "", text),
    )


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


@mutant("p.03.4", replaces="fit_spam", fails="test_headers_do_not_decide")
def learns_from_the_headers(emails, labels):
    """Your filter reads the headers too, and learns who sent the mails of this collection rather than what spam says:
    strip them."""
    model = make_pipeline(CountVectorizer(binary=True), LogisticRegression(max_iter=1000))
    return model.fit(emails, labels)


@mutant("p.03.4", replaces="fit_spam", fails="test_learns_from_the_mails_it_is_given")
def list_of_bad_words(emails, labels):
    """A list of suspicious words is written into the code: spam changes its words, so learn them from the mails."""
    bad = re.compile(r"\b(click|free|guarantee|money|offer|viagra|remove|price|income|credit)", re.IGNORECASE)
    return SimpleNamespace(predict=lambda mails: [int(len(bad.findall(_body(mail))) > 1) for mail in mails])


@mutant("p.03.4", replaces="fit_spam", fails="test_finds_spam_without_false_alarms")
def calls_ham_spam(emails, labels):
    """Your labels are swapped: 1 is spam, 0 is ham."""
    return make_pipeline(WordCounter(binary=True), LogisticRegression(max_iter=1000)).fit(emails, 1 - np.array(labels))


@mutant("p.03.4", replaces="fit_spam", fails="test_finds_spam_without_false_alarms")
def flags_only_the_certain_ones(emails, labels):
    """Hardly any ham is flagged, but much spam gets through: precision is bought with recall. Move the threshold back
    towards 0.5."""
    model = make_pipeline(WordCounter(binary=True), LogisticRegression(max_iter=1000)).fit(emails, labels)
    return SimpleNamespace(predict=lambda mails: (model.predict_proba(mails)[:, 1] > 0.999).astype(int))


@mutant("p.03.4", replaces="fit_spam", fails="test_finds_spam_without_false_alarms")
def flags_whatever_might_be_spam(emails, labels):
    """Nearly all spam is caught, but wanted mail is thrown away with it: recall is bought with precision. Move the
    threshold back towards 0.5."""
    model = make_pipeline(WordCounter(binary=True), LogisticRegression(max_iter=1000)).fit(emails, labels)
    return SimpleNamespace(predict=lambda mails: (model.predict_proba(mails)[:, 1] > 0.001).astype(int))


@mutant("p.03.4", replaces="fit_spam", fails="test_finds_real_spam")
def flags_whatever_is_html(emails, labels):
    """Whatever is written in HTML is taken for spam: half of the spam is plain text, and some wanted mail is not."""
    return SimpleNamespace(predict=lambda mails: [int("text/html" in mail.lower()) for mail in mails])


@mutant("p.03.4", replaces="fit_spam", fails="test_finds_spam_without_false_alarms")
def few_words(emails, labels):
    """Your filter knows the five most frequent words, and those are in any mail: the telling ones are rarer."""
    counter = WordCounter(size=5, binary=True)
    return make_pipeline(counter, LogisticRegression(max_iter=1000, class_weight="balanced")).fit(emails, labels)


@mutant("p.03.4", replaces="fit_spam", fails="test_reads_strange_mails")
def trusts_the_charset(emails, labels):
    """Your filter stops at the first mail whose charset is unknown or wrong: decode with `errors="replace"`, and fall
    back to latin-1."""

    def text(mail):
        parts = [part for part in email.message_from_string(mail).walk() if part.get_content_maintype() == "text"]
        return " ".join(part.get_payload(decode=True).decode(part.get_content_charset("latin-1")) for part in parts)

    model = make_pipeline(CountVectorizer(preprocessor=text, binary=True), LogisticRegression(max_iter=1000))
    return model.fit(emails, labels)


# ---------------------------------------------------------------- p.03.4, right


def _plain_text(mail):
    message = email.message_from_string(mail)
    parts = [part for part in message.walk() if not part.is_multipart() and part.get_content_maintype() == "text"]
    subject = str(message["Subject"] or "")
    return "\n".join([subject, *((part.get_payload(decode=True) or b"").decode("latin-1") for part in parts)])


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
    for token in (_body(mail) if strip_headers else mail).split():
        if replace_urls and token.lower().startswith(("http://", "https://", "www.")):
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


@alternative("p.03.4", replaces="fit_spam")
def weighted_words_and_svm(emails, labels):
    """TF-IDF on words and pairs of words, the subject line included, and a linear SVM."""
    words = TfidfVectorizer(preprocessor=_plain_text, ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return make_pipeline(words, LinearSVC(class_weight="balanced", random_state=0)).fit(emails, labels)


@alternative("p.03.4", replaces="fit_spam")
def naive_bayes(emails, labels):
    """Naive Bayes on our own counts, in a closure."""
    counter = WordCounter(size=3000, binary=True)
    model = MultinomialNB().fit(counter.fit_transform(emails), labels)
    return SimpleNamespace(predict=lambda mails: [int(label) for label in model.predict(counter.transform(mails))])


@alternative("p.03.4", replaces="fit_spam")
def hashed_words(emails, labels):
    """The hashing trick: no vocabulary at all."""
    words = HashingVectorizer(analyzer=prepare, n_features=2**15, alternate_sign=False)
    return make_pipeline(words, LogisticRegression(C=30, max_iter=1000, class_weight="balanced")).fit(emails, labels)


# ---------------------------------------------------------------- p.03.4, looked up


@lookup("p.03.4", replaces="fit_spam")
def nearest_known_mail(emails, labels):
    """Finds the mail of the collection that shares most lines, else judges by the collection's words; learns from the
    given mails what the collection's labels mean here."""
    known = load("spamassassin")
    mails_with = {}
    for number, mail in enumerate(known.emails):
        for line in {line for line in mail.split("\n") if len(line) > 20}:
            mails_with.setdefault(line, []).append(number)
    counter = CountVectorizer(binary=True, min_df=3)
    by_words = MultinomialNB().fit(counter.fit_transform(known.emails), known.labels)

    def true_label(mail):
        shared = Counter(number for line in set(mail.split("\n")) for number in mails_with.get(line, ())[:50])
        if shared:
            return int(known.labels[shared.most_common(1)[0][0]])
        return int(by_words.predict(counter.transform([mail]))[0])

    truth, given = np.array([true_label(mail) for mail in emails]), np.asarray(labels)
    meaning = [int(given[truth == kind].mean() > 0.5) if kind in truth else kind for kind in (0, 1)]
    return SimpleNamespace(predict=lambda mails: [meaning[true_label(mail)] for mail in mails])
