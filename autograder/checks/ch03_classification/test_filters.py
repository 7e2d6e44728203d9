"""Hidden checks of chapter 3: which spam filter is the best (p.03.4)."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.metrics import precision_score, recall_score

from autograder.checks.ch03_classification.inputs import zeros_and_ones
from autograder.checks.ch03_classification.inputs_languages import dress, invent_language, write_mails
from autograder.testing import Student, check

FEW = 300  # mails to learn from


def _readers():
    """Return preparations, not fitted, for mails that hold nothing but "number kind first second": numbers. They note
    which mails they were fitted to, and mark these later; the second one turns what the mails say round."""
    import numpy as np
    from sklearn.base import BaseEstimator, TransformerMixin

    class Reader(TransformerMixin, BaseEstimator):
        def __init__(self, turned=False):
            self.turned = turned

        def _read(self, mails):
            return np.array([[int(word) for word in mail.split("\n\n")[-1].split()] for mail in mails])

        def fit(self, mails, y=None):
            self.known_ = self._read(mails)[:, 0]
            return self

        def transform(self, mails):
            table = self._read(mails)
            table[:, 2:] ^= self.turned
            return np.column_stack([table, np.isin(table[:, 0], self.known_)])

        def fit_transform(self, mails, y=None):
            return self.fit(mails).transform(mails)

    return {"plain": Reader(), "turned": Reader(True)}


def _judges():
    """Return classifiers, not fitted, that say what a mail says; but the wrong thing of mails that they or their
    preparation were fitted to, or if they were fitted to wrong labels, to one kind or to less than half of 60 mails."""
    import numpy as np
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Judge(ClassifierMixin, BaseEstimator):
        def __init__(self, column=2):
            self.column = column

        def fit(self, X, y):
            X, y = np.asarray(X), np.asarray(y)
            self.classes_ = np.array([0, 1])
            self.known_ = X[:, 0]
            self.spoilt_ = not np.array_equal(X[:, 1], y) or len(set(y.tolist())) < 2 or len(y) < 30
            return self

        def predict(self, X):
            X = np.asarray(X)
            wrong = np.isin(X[:, 0], self.known_) | (X[:, 4] == 1) | self.spoilt_
            return np.where(wrong, 1 - X[:, 1], X[:, self.column])

    return {"first": Judge(2), "second": Judge(3)}


@check("p.03.4", core=True, weight=2.5, hint="Which mails has each part of the filter seen that judges a mail? "
       "`cross_val_predict` gives one verdict for each.")  # fmt: skip
def test_filters_are_cross_validated(student: Student, rng: np.random.Generator) -> None:
    """Precision and recall of every pair are those of verdicts on mails that no part of it was fitted to, over all
    mails, which may be sorted by kind; what is handed over is left unfitted."""
    truth = rng.permutation(np.arange(60) < int(rng.integers(18, 28))).astype(int)
    truth = np.sort(truth)[:: int(rng.choice([-1, 1]))]
    said = [truth ^ (rng.random(60) < share) for share in rng.permutation([0.15, 0.35])]
    mails = [f"Subject: {n}\n\n{n} {truth[n]} {said[0][n]} {said[1][n]}" for n in range(60)]
    readers, judges = student.probe_(_readers)(), student.probe_(_judges)()
    found = student.compare_filters(readers, judges, mails, truth)
    assert set(found) == {"plain", "turned"}
    for name, turned in (("plain", 0), ("turned", 1)):
        assert set(found[name]) == {"first", "second"}
        for kind, verdicts in zip(("first", "second"), said, strict=True):
            scores = [score(truth, verdicts ^ turned, zero_division=0.0) for score in (precision_score, recall_score)]
            assert_allclose(np.asarray(found[name][kind], dtype=float), scores, rtol=1e-9)
    assert not any(hasattr(part, "known_") for part in (*readers.values(), *judges.values()))


def _kind(classifier):
    """Return the name of a classifier's class; of a pipeline's, that of its last step."""
    while hasattr(classifier, "steps"):
        classifier = classifier.steps[-1][1]
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
