"""Hidden checks of chapter 3: which spam filter, and how good (p.03.4)."""

import numpy as np
from sklearn.metrics import f1_score

from autograder.checks.ch03_classification.inputs import invent_words, zeros_and_ones
from autograder.checks.ch03_classification.inputs_languages import dress, invent_language, write_mails
from autograder.testing import Student, check
from autograder.testing.workflow import (
    FEWEST_FOLDS,
    Comparison,
    Workflow,
    asks_the_best_alone,
    keeps_apart,
    learns_from_the_rest,
    reports_held_out,
    sayings,
)

FEW = 300  # mails to learn from

# ---------------------------------------------------------------- the comparison


def _compared(student: Student, rng: np.random.Generator) -> Comparison:
    """Return what was done with preparations and classifiers that keep a record, and mails with a number at the end."""
    n = 5 * int(rng.integers(36, 48))
    labels = rng.permutation(np.arange(n) % 5 < 2).astype(int)
    words = invent_words(rng, 50)
    mails = [f"Subject: hello\n\n{' '.join(rng.choice(words, 8))} {row}" for row in range(n)]
    said = sayings(rng, labels, ["few words", "all words"], ["shy", "bold"])
    # Neither its name nor its place tells the best one, and others are fitted after it with each of its two parts.
    while max(said, key=lambda pair: f1_score(labels, said[pair])) != ("few words", "bold"):
        said = sayings(rng, labels, ["few words", "all words"], ["shy", "bold"])
    return Workflow(student, labels, said, n_test=n // 5).compare(student.compare_filters, mails)


@check("p.03.4", core=True, hint="A preparation learns, too: from which mails has it its vocabulary?")
def test_test_mails_are_kept_apart(student: Student, rng: np.random.Generator) -> None:
    """A fifth of the mails is kept for the test: neither a preparation nor a classifier of `compare_filters` is ever
    fitted to one of them."""
    keeps_apart(_compared(student, rng))


@check(
    "p.03.4", core=True, hint="Which mails has a pair seen, preparation and classifier, before you judge it on others?"
)
def test_filters_are_judged_on_mails_held_out(student: Student, rng: np.random.Generator) -> None:
    """The score that `compare_filters` reports for each pair is its F1 score on mails held out in cross-validation, to
    which neither preparation nor classifier was fitted."""
    done = _compared(student, rng)
    reports_held_out(done, f1_score)
    for pair in done.scores:  # the same mails again and again are one fold
        assert len({frozenset(one.rows) for one in done.record.held_out(pair)}) >= FEWEST_FOLDS


@check("p.03.4", hint="In cross-validation each model sees a part of the mails. Which ones has the last one seen?")
def test_last_filter_learns_from_all_training_mails(student: Student, rng: np.random.Generator) -> None:
    """The model that `compare_filters` returns is the pair that it names, preparation and classifier fitted to all
    training mails."""
    learns_from_the_rest(_compared(student, rng))


@check("p.03.4", hint="What may you still choose once you have seen a figure for the test mails?")
def test_only_the_best_filter_is_tested(student: Student, rng: np.random.Generator) -> None:
    """`compare_filters` chooses the pair with the highest score in cross-validation, asks it alone about the test
    mails, after all comparisons, and reports its F1 score on them."""
    asks_the_best_alone(_compared(student, rng), f1_score)


# ---------------------------------------------------------------- the candidates


def _kind(classifier):
    """Return the name of a classifier's class: of a pipeline, that of its last step; of a search or a calibration, that
    of what it tries."""
    while hasattr(classifier, "steps") or (hasattr(classifier, "cv") and getattr(classifier, "estimator", None)):
        classifier = classifier.steps[-1][1] if hasattr(classifier, "steps") else classifier.estimator
    return type(classifier).__name__


def _fitted_and_asked(preparation, classifier, mails, labels, new):
    from sklearn.base import clone
    from sklearn.pipeline import make_pipeline

    return make_pipeline(clone(preparation), clone(classifier)).fit(mails, labels).predict(new).tolist()


@check("p.03.4", weight=1.5, hint="Try another classifier, not another setting of the same one, and other options of "
       "your preparation.")  # fmt: skip
def test_candidates_differ(student: Student, rng: np.random.Generator) -> None:
    """`spam_parts` has preparations that make a difference to what is said of 500 short mails in a language that nobody
    speaks, and classifiers of two kinds or more that do, too; none says the same of all mails, and the best pair is
    right about most of them."""
    preparations, classifiers = student.spam_parts()
    assert len({student.probe_(_kind)(classifier) for classifier in classifiers.values()}) >= 2
    mails, labels = write_mails(rng, invent_language(rng), FEW + 500)
    mails = [dress(rng, mail) for mail in mails]
    ask = student.probe_(_fitted_and_asked)
    said = np.array(
        [
            [
                zeros_and_ones(ask(preparation, classifier, mails[:FEW], labels[:FEW], mails[FEW:]), 500)
                for classifier in classifiers.values()
            ]
            for preparation in preparations.values()
        ]
    )  # (preparations, classifiers, 500)
    assert all(len(np.unique(rows.reshape(len(rows), -1), axis=0)) >= 2 for rows in (said, said.swapaxes(0, 1)))
    assert np.ptp(said, axis=2).any(axis=0).all()
    assert (said == labels[FEW:]).mean(axis=2).max() > 0.65  # to flag nothing is right about 0.6
