"""Preparations and models that write down which rows they get: what `workflow` sends into the submission's process.

Each stands alone there, imports inside, and can be read by the student: none holds an expected value.
"""

# Their text is written for a student's process, and what they inherit from has no types.
# mypy: disable-error-code="misc,no-untyped-def,no-untyped-call"


class Log:
    """Where models write down what they are given: a file, which clones and other processes share."""

    def __init__(self):
        import shutil
        import tempfile
        import weakref

        self.folder = tempfile.mkdtemp()
        open(f"{self.folder}/log", "w", encoding="utf-8").close()
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def note(self, **event):
        import json

        with open(f"{self.folder}/log", "a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")

    def events(self):
        """Return what was written, with tickets counted from 0, so that the same work gives the same record."""
        import json

        with open(f"{self.folder}/log", encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
        numbers: dict[int, int] = {}
        for event in events:
            event["ticket"] = numbers.setdefault(event["ticket"], len(numbers))
            event["prepared"] = [numbers.setdefault(ticket, len(numbers)) for ticket in event.get("prepared", [])]
        return events

    def numbers(self, X):
        """Return the number of each row: the first column of a table, or the last word of a text."""
        import numpy as np

        X = np.asarray(X, dtype=None if hasattr(X, "shape") else object)
        if X.ndim == 2:
            return X[:, 0].astype(float).astype(int)
        words = [str(text).split()[-1:] for text in X]
        if not all(word and word[0].isdecimal() for word in words):
            raise ValueError("hand over each text as it is: this one lacks the number at its end")
        return np.array([int(word[0]) for word in words])


def recording_preparations(log, names):
    """Return transformers by name; of each row they pass on its number, who prepared it, and whether it was known."""
    import uuid

    import numpy as np
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.utils.validation import check_is_fitted

    class Preparation(TransformerMixin, BaseEstimator):
        def __init__(self, log=None, name="", number=0):
            self.log = log
            self.name = name
            self.number = number

        def fit(self, X, y=None):
            self.rows_ = self.log.numbers(X)
            self.ticket_ = uuid.uuid4().int % 2**50  # exact as a float
            self.log.note(do="prepare", ticket=self.ticket_, rows=self.rows_.tolist())
            return self

        def transform(self, X):
            check_is_fitted(self)
            rows = self.log.numbers(X)
            whom = np.tile([self.number, self.ticket_], (len(rows), 1))
            return np.column_stack([rows, whom, np.isin(rows, self.rows_)]).astype(float)

    return {name: Preparation(log, name, number) for number, name in enumerate(names)}


def recording_models(log, truth, tables, classes, prepared):
    """Return models by name that say of rows they don't know what a table says, and the truth of those they know."""
    import uuid

    import numpy as np
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils.validation import check_is_fitted

    class Model(ClassifierMixin if classes else RegressorMixin, BaseEstimator):
        def __init__(self, log=None, name="", truth=None, table=None, prepared=False):
            self.log = log
            self.name = name
            self.truth = truth
            self.table = table
            self.prepared = prepared

        def parts(self, X):
            if not self.prepared:
                rows = self.log.numbers(X)
                return rows, np.zeros(len(rows), int), [], np.zeros(len(rows), bool)
            X = np.asarray(X)
            if X.ndim != 2 or X.shape[1] != 4 or (np.round(X) != X).any() or not np.isin(X[:, 3], (0, 1)).all():
                raise ValueError(f"{self.name} wants rows as one of the preparations gives them, and no others")
            return X[:, 0].astype(int), X[:, 1].astype(int), sorted({int(one) for one in X[:, 2]}), X[:, 3] == 1

        def fit(self, X, y):
            self.rows_, by, whom, _ = self.parts(X)
            self.ticket_ = uuid.uuid4().int % 2**50
            if classes:
                self.classes_ = np.unique(y)
            truly = bool(np.array_equal(np.asarray(y), np.asarray(self.truth)[self.rows_]))
            rows = self.rows_.tolist()
            self.log.note(
                do="fit", ticket=self.ticket_, name=self.name, by=int(by[0]), prepared=whom, rows=rows, truly=truly
            )
            return self

        def predict(self, X):
            check_is_fitted(self)
            rows, by, _, known = self.parts(X)
            truth, table = np.asarray(self.truth), np.asarray(self.table)
            said = np.where(known | np.isin(rows, self.rows_), truth[rows], table[by, rows])
            self.log.note(do="predict", ticket=self.ticket_, rows=rows.tolist(), said=said.tolist())
            return said

    return {name: Model(log, name, truth, table, prepared) for name, table in tables.items()}
