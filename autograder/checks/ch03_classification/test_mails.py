"""Hidden checks of chapter 3: mails as counts of words (p.03.4)."""

from email.message import EmailMessage

import numpy as np
from numpy.testing import assert_array_equal
from scipy.sparse import issparse

from autograder.checks.ch03_classification.inputs import (
    RAW,
    VERBS,
    dense,
    invent_words,
    tally,
    words_of,
)
from autograder.testing import Student, check


@check("p.03.4", core=True, hint="The headers end at the first empty line; everything behind it is the body.")
def test_headers_go_and_body_stays(student: Student, rng: np.random.Generator) -> None:
    """`strip_headers` takes away all the headers and nothing of the body, not even what plain text has in angle
    brackets; without it they are there."""
    names, *paragraphs = (invent_words(rng, 6) for _ in range(4))
    a, b, c, d, e, f = names
    head = f"Return-Path: <{a}@{b}.example>\nSubject: {c} {d}\n {e}\nX-Mailer: {f}"
    mail = head + "\n\n" + "\n\n".join(" ".join(words) for words in paragraphs) + "\n"
    assert words_of(student.prepare(mail, **{**RAW, "strip_headers": True})) == [w for part in paragraphs for w in part]
    assert words_of(student.prepare(mail, **RAW)) == mail.split()
    mail = f"Subject: {a}\n\n{b} < {c} > {d}\n"
    assert words_of(student.prepare(mail, **{**RAW, "strip_headers": True})) == [b, "<", c, ">", d]


@check("p.03.4", hint="`walk()` visits the parts of a mail, `get_payload(decode=True)` decodes one.")
def test_decodes_multipart_mail(student: Student, rng: np.random.Generator) -> None:
    """Of a multipart mail, the words of all its text parts are found, whatever their transfer encoding, and nothing
    else: no tags, no pictures."""
    plain, marked = invent_words(rng, 30), invent_words(rng, 30)
    mail = EmailMessage()
    mail["Subject"] = "hello"
    mail.set_content(" ".join(plain), cte="quoted-printable")
    page = f'<html><body bgcolor="red">\n<p\n class="big">{" ".join(marked)}</p></body></html>'
    mail.add_alternative(page, subtype="html", cte="base64")
    words = set(words_of(student.prepare(mail.as_string(), stem=False)))
    assert words >= {*plain, *marked}
    assert not any("base64" in word or "quoted" in word for word in words)
    mail.add_attachment(" ".join(invent_words(rng, 9)).encode(), maintype="image", subtype="png")
    assert words_of(student.prepare(mail.as_string(), stem=False)) == [*plain, *marked]


@check("p.03.4", weight=0.5, hint="What does your code do with a mail that has no parts?")
def test_decodes_mail_in_one_piece(student: Student, rng: np.random.Generator) -> None:
    """A mail that is one text is decoded as well, and loses its tags if it is HTML."""
    for transfer in ("quoted-printable", "base64"):
        words, mail = invent_words(rng, 30), EmailMessage()
        mail.set_content(f"<p>{' '.join(words)}</p>", subtype="html", cte=transfer)
        assert words_of(student.prepare(mail.as_string(), **{**RAW, "strip_headers": True})) == words


@check("p.03.4", weight=0.5, hint="`get_content_charset()` says which charset a part names.")
def test_letters_follow_the_charset(student: Student, rng: np.random.Generator) -> None:
    """Letters with accents are read by the charset that the mail names."""
    for charset in ("utf-8", "iso-8859-1"):
        words, mail = [f"{a}{b}" for a, b in zip(invent_words(rng, 5), "éüñøà", strict=True)], EmailMessage()
        mail.set_content(" ".join(words), charset=charset, cte="base64")
        assert words_of(student.prepare(mail.as_string(), **{**RAW, "strip_headers": True})) == words


@check("p.03.4", weight=0.5, hint="Does a text without headers begin behind its first empty line?")
def test_text_without_headers_is_all_body(student: Student, rng: np.random.Generator) -> None:
    """A text that begins with no header is kept as a whole, with empty lines in it, too."""
    a, b, c, d = invent_words(rng, 4)
    text = f"{a} {b}\n\n{c} {d}\n"
    assert words_of(student.prepare(text, **{**RAW, "strip_headers": True})) == [a, b, c, d]


@check("p.03.4", hint="Call `prepare(mail)` without any option: which of your steps have run?")
def test_all_steps_run_unless_told_otherwise(student: Student, rng: np.random.Generator) -> None:
    """All six options are on by default, and together they leave the words URL and NUMBER as they are."""
    verb, (a,) = str(rng.choice(VERBS)), invent_words(rng, 1)
    mail = f"Subject: {a}\n\n{verb.upper()}ED,{verb}s! http://{a}.example/7 {rng.integers(10, 1000)}\n"
    words = words_of(student.prepare(mail))
    assert words == words_of(student.prepare(mail, **dict.fromkeys(RAW, True)))
    assert words == [words[0].lower(), words[0], "URL", "NUMBER"]


@check("p.03.4", hint="What is left of `red,green` when the comma goes?")
def test_case_and_punctuation(student: Student, rng: np.random.Generator) -> None:
    """`lowercase` and `remove_punctuation` each do their own work, and only when they are asked to; any letter, digit
    or underscore is none of the punctuation."""
    a, b, c, d, e, f = invent_words(rng, 6)
    text = f"{a.title()}, {b.upper()}! ({c}) {d}?{e.title()} {f} “{c}é” {d}_7"
    bare = [a.title(), b.upper(), c, d, e.title(), f, f"{c}é", f"{d}_7"]
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


@check("p.03.4", weight=0.5, hint="Try `(http://example.com)` and `It costs $42, or 50%.`")
def test_marks_beside_them_hide_nothing(student: Student, rng: np.random.Generator) -> None:
    """An address in brackets becomes URL, and a number beside a comma or a sign NUMBER."""
    a, b, c, d, e = invent_words(rng, 5)
    whole, digit = rng.integers(10, 1000), rng.integers(0, 10)
    text = f"{a} (http://{b}.example/{whole}) {c} ${whole}, {d} ({digit}) <www.{e}.example> {e} {whole}.{digit}%"
    expected = [a, "URL", c, "NUMBER", d, "NUMBER", "URL", e, "NUMBER"]
    assert words_of(student.prepare(text, stem=False)) == expected


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
    count. Words are what your `prepare` makes of a mail with the options, or with its defaults."""
    pool = invent_words(rng, 12)
    vocabulary = pool[:7]
    mails = [" ".join(rng.choice(pool, 40)) for _ in range(5)] + [" ".join(pool[7:])]
    for binary in (False, True):
        counter = student.WordCounter(vocabulary=vocabulary, binary=binary, options=RAW)
        counter.fit(mails)
        assert_array_equal(dense(counter.transform(mails)), tally(mails, vocabulary, binary))
    forms = [f"{verb}{end}" for verb in rng.choice(VERBS, 3, replace=False) for end in ("", "s", "ed", "ing")]
    mails = [" ".join(rng.choice(forms, 30)) for _ in range(4)]
    for options in (RAW, None):
        words = [words_of(student.prepare(mail, **(options or {}))) for mail in mails]
        wanted = [[some.count(word) for some in words] for word in set().union(*words)]
        counter = student.WordCounter(options=options)
        counter.fit(mails)
        assert sorted(dense(counter.transform(mails)).T.tolist()) == sorted(wanted)


@check("p.03.4", weight=0.5, hint="`scipy.sparse` has several formats; `csr_matrix` can be built from three lists.")
def test_matrix_is_sparse(student: Student, rng: np.random.Generator) -> None:
    """The result is a SciPy sparse matrix, which keeps only what is not 0."""
    pool = invent_words(rng, 300)
    mails = [" ".join(rng.choice(pool[:-1], 5)) for _ in range(10)]  # no mail has the last word
    counter = student.WordCounter(vocabulary=pool, options=RAW)
    counter.fit(mails)
    matrix = counter.transform(mails)
    assert issparse(matrix) and matrix.shape == (10, 300)
    assert matrix.tocoo().data.all()


@check("p.03.4", weight=0.5, hint="The last line of `fit` is `return self`.")
def test_fit_returns_the_counter(student: Student, rng: np.random.Generator) -> None:
    """`fit` takes labels, which it has no need of, and returns the counter itself: pipelines want both."""
    mails = [" ".join(invent_words(rng, 9)) for _ in range(4)]
    fitted = student.WordCounter(options=RAW).fit(mails, [0, 1, 0, 1])
    assert dense(fitted.transform(mails)).sum() == 36


@check("p.03.4", hint="What is learned, is learned in `fit`.")
def test_columns_come_from_the_training_mails(student: Student, rng: np.random.Generator) -> None:
    """`fit` keeps the `size` most frequent words, anew each time; `transform` uses these columns for whatever mails
    come later, a row for each, even if it is empty."""
    pool = invent_words(rng, 30)
    known, new = pool[:20], pool[20:]
    # Word number i is in the first i + 1 of 20 mails, once in each, so that no two are equally frequent.
    train = [" ".join(rng.permutation(known[row:])) for row in range(20)]
    later = ["", *(" ".join(rng.permutation([*new, *new, *known[10:]])) for _ in range(4))]
    counter = student.WordCounter(size=8, options=RAW)
    counter.fit(later)  # what was learned once is forgotten when it is fitted anew
    counter.fit(train)
    learned = counter.vocabulary_
    vocabulary = sorted(learned, key=learned.__getitem__) if isinstance(learned, dict) else words_of(learned)
    assert sorted(vocabulary) == sorted(known[-8:])
    for mails in (later, train):
        assert_array_equal(dense(counter.transform(mails)), tally(mails, vocabulary))
