"""Hidden checks of chapter 3: which spam filter, and how good (p.03.4)."""

import numpy as np
from sklearn.metrics import f1_score

from autograder.checks.ch03_classification.inputs import invent_words
from autograder.testing import Student, check
from autograder.testing.workflow import (
    Comparison,
    Workflow,
    asks_the_best_alone,
    keeps_apart,
    learns_from_the_rest,
    reports_held_out,
    sayings,
)


def _compared(student: Student, rng: np.random.Generator) -> Comparison:
    """Return what was done with counters and classifiers that keep a record, and mails with a number at the end."""
    n = 5 * int(rng.integers(36, 48))
    labels = rng.permutation(np.arange(n) % 5 < 2).astype(int)
    words = invent_words(rng, 50)
    mails = [f"Subject: hello\n\n{' '.join(rng.choice(words, 8))} {row}" for row in range(n)]
    said = sayings(rng, labels, ["few words", "all words"], ["bold", "shy"])
    return Workflow(student, labels, said, n_test=n // 5).compare(student.compare_filters, mails)


@check("p.03.4", core=True, hint="A counter learns, too: from which mails has it its vocabulary?")
def test_test_mails_are_kept_apart(student: Student, rng: np.random.Generator) -> None:
    """A fifth of the mails is kept for the test: neither a counter nor a classifier of `compare_filters` is ever fitted
    to one of them."""
    keeps_apart(_compared(student, rng))


@check("p.03.4", core=True, hint="Which mails has a pair seen, counter and classifier, before you judge it on others?")
def test_filters_are_judged_on_mails_held_out(student: Student, rng: np.random.Generator) -> None:
    """The score that `compare_filters` reports for each pair is its F1 score on mails held out in cross-validation, to
    which neither counter nor classifier was fitted."""
    reports_held_out(_compared(student, rng), f1_score)


@check("p.03.4", hint="In cross-validation each model sees a part of the mails. Which ones has the last one seen?")
def test_last_filter_learns_from_all_training_mails(student: Student, rng: np.random.Generator) -> None:
    """The model that `compare_filters` returns is the pair that it names, counter and classifier fitted to all training
    mails."""
    learns_from_the_rest(_compared(student, rng))


@check("p.03.4", hint="What may you still choose once you have seen a figure for the test mails?")
def test_only_the_best_filter_is_tested(student: Student, rng: np.random.Generator) -> None:
    """`compare_filters` chooses the pair with the highest score in cross-validation, asks it alone about the test
    mails, after all comparisons, and reports its F1 score on them."""
    asks_the_best_alone(_compared(student, rng), f1_score)
