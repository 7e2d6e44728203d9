"""Hidden checks of chapter 3: a spam filter (p.03.4)."""

from typing import Any

import numpy as np
from numpy.testing import assert_array_equal

from autograder.checks.ch03_classification.inputs import STRANGE, Labels, draw_mails, invent_words, zeros_and_ones
from autograder.checks.ch03_classification.inputs_languages import invent_language, write_mails
from autograder.testing import Student, check


def _said(model: Any, mails: list[str]) -> Labels:
    return zeros_and_ones(model.predict(mails), len(mails))


def _precision_and_recall(said: Labels, truth: Labels) -> float:
    """Return the lower one of the two."""
    hits = (said & truth).sum()
    return float(min(hits / max(said.sum(), 1), hits / truth.sum()))


@check("p.03.4", core=True, weight=3, at_least=True, hint="Look at the mails it gets wrong.")
def test_finds_spam_without_false_alarms(student: Student, rng: np.random.Generator) -> float:
    """Trained on 600 mails in a language that nobody speaks, your filter reaches a precision and a recall of at least
    {threshold:.1%} each on others."""
    mails, labels = write_mails(rng, invent_language(rng), 1_400)
    return _precision_and_recall(_said(student.fit_spam(mails[:600], labels[:600]), mails[600:]), labels[600:])


@check("p.03.4", weight=1.5, at_least=True, data="spamassassin", hint="Look at the mails it gets wrong.")
def test_finds_real_spam(student: Student, rng: np.random.Generator) -> float:
    """Trained on half of 800 real mails, and judged on the other half, both ways, your filter reaches a precision and a
    recall of at least {threshold:.1%} each."""
    mails, labels = draw_mails(rng, ham=460, spam=340)
    # Each half by what the other one teaches: so all of the mails are judged, and chance has less of a say.
    first, second = slice(None, 400), slice(400, None)
    said = [_said(student.fit_spam(mails[a], labels[a]), mails[b]) for a, b in ((second, first), (first, second))]
    return _precision_and_recall(np.concatenate(said), labels)


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
    """Trained on mails in a language nobody speaks, your filter is right about {threshold:.1%} of new ones."""
    words = np.array(invent_words(rng, 60))
    labels = rng.integers(0, 2, 1_350)
    # Four words of a mail betray its kind, each with a chance of being the other kind's.
    kinds = labels[:, None] ^ (rng.random((1_350, 4)) < 0.2)
    telling = words[40 + 10 * kinds + rng.integers(0, 10, (1_350, 4))]
    filler = words[rng.integers(0, 40, (1_350, 16))]
    mails = ["Subject: hello\n\n" + " ".join(row) for row in rng.permuted(np.hstack([telling, filler]), axis=1)]
    model = student.fit_spam(mails[:350], labels[:350])
    return float((_said(model, mails[350:]) == labels[350:]).mean())


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
