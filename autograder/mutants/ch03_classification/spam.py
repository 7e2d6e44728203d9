"""Chapter 3, a spam filter (p.03.4): wrong answers that must fail, and right ones that must pass."""

import email
import re
from collections import Counter
from types import SimpleNamespace

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from autograder.mutants.ch03_classification.mails import _body
from autograder.testing import alternative, lookup, mutant, naive
from course.datasets import load
from solutions.ch03_classification.mails import WordCounter, prepare


@mutant("p.03.4", replaces="fit_spam", fails="test_headers_do_not_decide")
def learns_from_the_headers(emails, labels):
    """Your filter reads the headers too, and learns who sent the mails of this collection rather than what spam says:
    strip them."""
    model = make_pipeline(CountVectorizer(binary=True), LogisticRegression(max_iter=1000))
    return model.fit(emails, labels)


@naive("p.03.4", replaces="fit_spam", fails=("test_learns_from_the_mails_it_is_given", "test_finds_real_spam"))
def list_of_bad_words(emails, labels):
    """A list of suspicious words is written into the code: spam changes its words, so learn them from the mails."""
    bad = re.compile(r"\b(click|free|guarantee|money|offer|viagra|remove|price|income|credit)", re.IGNORECASE)
    return SimpleNamespace(predict=lambda mails: [int(len(bad.findall(_body(mail))) > 1) for mail in mails])


@naive(
    "p.03.4",
    replaces="fit_spam",
    fails=("test_finds_spam_without_false_alarms", "test_finds_real_spam", "test_learns_from_the_mails_it_is_given"),
)
def flags_everything(emails, labels):
    """Your filter calls every mail spam: it finds all spam, and throws all wanted mail away with it."""
    return SimpleNamespace(predict=lambda mails: np.ones(len(mails), dtype=int))


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


@naive("p.03.4", replaces="fit_spam", fails="test_finds_real_spam")
def flags_whatever_is_html(emails, labels):
    """Whatever is written in HTML is taken for spam: half of the spam is plain text, and some wanted mail is not."""
    return SimpleNamespace(predict=lambda mails: [int("text/html" in mail.lower()) for mail in mails])


@naive(
    "p.03.4",
    replaces="fit_spam",
    fails=("test_finds_spam_without_false_alarms", "test_learns_from_the_mails_it_is_given"),
)
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
