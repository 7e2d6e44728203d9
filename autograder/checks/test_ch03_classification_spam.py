"""Hidden checks of chapter 3: spam (p.03.4)."""

from email.message import EmailMessage
from typing import Any

import numpy as np
from numpy.testing import assert_array_equal
from scipy.sparse import issparse

from autograder import Student, check
from autograder.checks.inputs_ch03_classification import (
    RAW,
    STRANGE,
    VERBS,
    Labels,
    dense,
    draw_mails,
    invent_words,
    tally,
    words_of,
    zeros_and_ones,
)
from autograder.checks.inputs_ch03_classification_languages import invent_language, write_mails


@check("p.03.4", core=True, hint="The headers end at the first empty line; everything behind it is the body.")
def test_headers_go_and_body_stays(student: Student, rng: np.random.Generator) -> None:
    """`strip_headers` takes away all the headers and nothing of the body; without it they are there."""
    names, *paragraphs = (invent_words(rng, 6) for _ in range(4))
    a, b, c, d, e, f = names
    head = f"Return-Path: <{a}@{b}.example>\nSubject: {c} {d}\n {e}\nX-Mailer: {f}"
    mail = head + "\n\n" + "\n\n".join(" ".join(words) for words in paragraphs) + "\n"
    assert words_of(student.prepare(mail, **{**RAW, "strip_headers": True})) == [w for part in paragraphs for w in part]
    assert words_of(student.prepare(mail, **RAW)) == mail.split()


@check("p.03.4", hint="`walk()` visits the parts of a mail, `get_payload(decode=True)` decodes one.")
def test_decodes_multipart_mail(student: Student, rng: np.random.Generator) -> None:
    """Of a multipart mail, the words of all its text parts are found, whatever their transfer encoding."""
    plain, marked = invent_words(rng, 30), invent_words(rng, 30)
    mail = EmailMessage()
    mail["Subject"] = "hello"
    mail.set_content(" ".join(plain), cte="quoted-printable")
    mail.add_alternative(f"<html><body><p>{' '.join(marked)}</p></body></html>", subtype="html", cte="base64")
    words = set(words_of(student.prepare(mail.as_string(), stem=False)))
    assert words >= {*plain, *marked}
    assert not any("base64" in word or "quoted" in word for word in words)


@check("p.03.4", hint="What is left of `red,green` when the comma goes?")
def test_case_and_punctuation(student: Student, rng: np.random.Generator) -> None:
    """`lowercase` and `remove_punctuation` each do their own work, and only when they are asked to."""
    a, b, c, d, e, f = invent_words(rng, 6)
    text = f"{a.title()}, {b.upper()}! ({c}) {d}?{e.title()} {f}"
    bare = [a.title(), b.upper(), c, d, e.title(), f]
    assert words_of(student.prepare(text, **RAW)) == text.split()
    assert words_of(student.prepare(text, **{**RAW, "lowercase": True})) == text.lower().split()
    assert words_of(student.prepare(text, **{**RAW, "remove_punctuation": True})) == bare
    both = {**RAW, "lowercase": True, "remove_punctuation": True}
    assert words_of(student.prepare(text, **both)) == [word.lower() for word in bare]


@check("p.03.4", core=True, hint="In which order do your steps run?")
def test_addresses_become_one_word(student: Student, rng: np.random.Generator) -> None:
    """Each web address becomes the one word URL, numbers and punctuation in it included."""
    a, b, c, d, e, f = invent_words(rng, 6)
    first, second = rng.integers(10, 10_000, 2)
    text = f"{a} http://{b}.example/{first}.html?{c}={second}&x=1 {d} www.{e}-{f}.example {f} https://{d}.example/ {b}"
    expected = [a, "URL", d, "URL", f, "URL", b]
    assert words_of(student.prepare(text, **{**RAW, "replace_urls": True})) == expected
    assert words_of(student.prepare(text, stem=False)) == expected
    assert "URL" not in words_of(student.prepare(text, **RAW))


@check("p.03.4", core=True, hint="Try 7, 42 and 3.14.")
def test_numbers_become_one_word(student: Student, rng: np.random.Generator) -> None:
    """Each number becomes the one word NUMBER, a number with decimals too."""
    a, b, c = invent_words(rng, 3)
    whole, digit, decimals = rng.integers(10, 10**6), rng.integers(0, 10), round(rng.uniform(1, 99), 2) + 0.001
    text = f"{a} {whole} {b} {decimals:.3f} {c} {digit} {a}"
    expected = [a, "NUMBER", b, "NUMBER", c, "NUMBER", a]
    assert words_of(student.prepare(text, **{**RAW, "replace_numbers": True})) == expected
    assert words_of(student.prepare(text, stem=False)) == expected
    assert words_of(student.prepare(text, **RAW)) == text.split()


@check("p.03.4", hint="A stemmer knows when -ing and -ed are endings: `snowballstemmer` has an English one.")
def test_forms_of_a_word_share_a_stem(student: Student, rng: np.random.Generator) -> None:
    """With `stem`, the forms of a verb become one word, verbs stay apart, and words that only look inflected stay."""
    verbs = [str(verb) for verb in rng.choice(VERBS, 5, replace=False)]
    text = " ".join(f"{verb} {verb}s {verb}ed {verb}ing" for verb in verbs) + " bring need less"
    words = words_of(student.prepare(text, **{**RAW, "stem": True}))
    forms = [set(words[start : start + 4]) for start in range(0, 20, 4)]
    assert all(len(stems) == 1 for stems in forms) and len(set.union(*forms)) == 5
    assert words[20:] == ["bring", "need", "less"]
    assert words_of(student.prepare(text, **RAW)) == text.split()


@check("p.03.4", core=True, hint="Work out by hand what `to be or not to be` gives, then compare.")
def test_counts_words_of_the_vocabulary(student: Student, rng: np.random.Generator) -> None:
    """Each column counts its word, in the order of the vocabulary; with `binary` it says 1 or 0; other words don't
    count."""
    pool = invent_words(rng, 12)
    vocabulary = pool[:7]
    mails = [" ".join(rng.choice(pool, 40)) for _ in range(5)] + [" ".join(pool[7:])]
    for binary in (False, True):
        counter = student.WordCounter(vocabulary=vocabulary, binary=binary, options=RAW)
        counter.fit(mails)
        assert_array_equal(dense(counter.transform(mails)), tally(mails, vocabulary, binary))


@check("p.03.4", weight=0.5, hint="`scipy.sparse` has several formats; `csr_matrix` can be built from three lists.")
def test_matrix_is_sparse(student: Student, rng: np.random.Generator) -> None:
    """The result is a SciPy sparse matrix, which keeps only what is not 0."""
    pool = invent_words(rng, 300)
    mails = [" ".join(rng.choice(pool, 5)) for _ in range(10)]
    counter = student.WordCounter(vocabulary=pool, options=RAW)
    counter.fit(mails)
    matrix = counter.transform(mails)
    assert issparse(matrix) and matrix.shape == (10, 300)


@check("p.03.4", hint="What is learned, is learned in `fit`.")
def test_columns_come_from_the_training_mails(student: Student, rng: np.random.Generator) -> None:
    """`fit` keeps the `size` most frequent words; `transform` uses these columns for whatever mails come later."""
    pool = invent_words(rng, 30)
    known, new = pool[:20], pool[20:]
    # Word number i is in the first i + 1 of 20 mails, once in each, so that no two are equally frequent.
    train = [" ".join(rng.permutation(known[row:])) for row in range(20)]
    later = [" ".join(rng.permutation([*new, *new, *known[10:]])) for _ in range(4)]
    counter = student.WordCounter(size=8, options=RAW)
    counter.fit(train)
    learned = counter.vocabulary_
    vocabulary = sorted(learned, key=learned.__getitem__) if isinstance(learned, dict) else words_of(learned)
    assert sorted(vocabulary) == sorted(known[-8:])
    for mails in (later, train):
        assert_array_equal(dense(counter.transform(mails)), tally(mails, vocabulary))


def _precision_and_recall(model: Any, mails: list[str], truth: Labels) -> float:
    """Return the lower one of the two."""
    said = zeros_and_ones(model.predict(mails), len(mails))
    hits = (said & truth).sum()
    return float(min(hits / max(said.sum(), 1), hits / truth.sum()))


@check("p.03.4", core=True, weight=3, at_least=True, hint="Look at the mails it gets wrong.")
def test_finds_spam_without_false_alarms(student: Student, rng: np.random.Generator) -> float:
    """Trained on 600 mails in a language that nobody speaks, your filter reaches a precision and a recall of at least
    {threshold:.0%} each on others."""
    mails, labels = write_mails(rng, invent_language(rng), 1_000)
    return _precision_and_recall(student.fit_spam(mails[:600], labels[:600]), mails[600:], labels[600:])


@check("p.03.4", weight=1.5, at_least=True, data="spamassassin", hint="Look at the mails it gets wrong.")
def test_finds_real_spam(student: Student, rng: np.random.Generator) -> float:
    """On real mails that it has not seen, both the precision and the recall of your filter are at least
    {threshold:.0%}."""
    mails, labels = draw_mails(rng, ham=600, spam=340)
    cut = len(mails) * 2 // 3
    return _precision_and_recall(student.fit_spam(mails[:cut], labels[:cut]), mails[cut:], labels[cut:])


@check("p.03.4", hint="Does your filter read the headers?")
def test_headers_do_not_decide(student: Student, rng: np.random.Generator) -> None:
    """Another sender, relay or mailing list in the headers changes no decision: only what a mail says does, and by that
    most are judged rightly."""
    mails, labels = write_mails(rng, invent_language(rng), 450)
    marks = [f"X-Relay: {a} {b}\nList-Id: {c}\n" for a, b, c in (invent_words(rng, 3), invent_words(rng, 3))]
    train = [marks[label] * 3 + mail for mail, label in zip(mails[:350], labels[:350], strict=True)]
    model = student.fit_spam(train, labels[:350])
    first, second = (zeros_and_ones(model.predict([mark * 3 + mail for mail in mails[350:]]), 100) for mark in marks)
    assert_array_equal(first, second)
    assert (first == labels[350:]).mean() > 0.75


@check(
    "p.03.4",
    core=True,
    weight=2,
    at_least=True,
    hint="No list of words in the code: the mails and labels say which matter.",
)
def test_learns_from_the_mails_it_is_given(student: Student, rng: np.random.Generator) -> float:
    """Trained on mails in a language nobody speaks, your filter is right about {threshold:.0%} of new ones."""
    words = np.array(invent_words(rng, 60))
    labels = rng.integers(0, 2, 600)
    # Four words of a mail betray its kind, each with a chance of being the other kind's.
    kinds = labels[:, None] ^ (rng.random((600, 4)) < 0.2)
    telling = words[40 + 10 * kinds + rng.integers(0, 10, (600, 4))]
    filler = words[rng.integers(0, 40, (600, 16))]
    mails = ["Subject: hello\n\n" + " ".join(row) for row in rng.permuted(np.hstack([telling, filler]), axis=1)]
    model = student.fit_spam(mails[:350], labels[:350])
    return float((zeros_and_ones(model.predict(mails[350:]), 250) == labels[350:]).mean())


@check("p.03.4", hint="Real mail breaks every rule: decode with `errors='replace'`, and expect nothing.")
def test_reads_strange_mails(student: Student, rng: np.random.Generator) -> None:
    """Empty, broken, multipart or foreign mail is judged like any other: 0 or 1, no error; and most of the mails
    around it are judged rightly."""
    mails, labels = write_mails(rng, invent_language(rng), 450)
    model = student.fit_spam(mails[:350], labels[:350])
    order = rng.permutation(100 + len(STRANGE))
    together = np.array([*mails[350:], *STRANGE], dtype=object)[order].tolist()
    said = zeros_and_ones(model.predict(together), len(together))
    assert (said[np.argsort(order)][:100] == labels[350:]).mean() > 0.75
