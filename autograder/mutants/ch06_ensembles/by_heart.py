"""Chapter 6, a vote and stacks: what answers that know the public digits by heart can do."""

from typing import Any

import numpy as np
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression

from autograder.testing import lookup
from autograder.testing.by_heart import CarriesAReader, KnowsTheLabels, LearnsTheNewLabels, labels


class _Turned(KnowsTheLabels):
    """What the nearest public digit is, seen in another way: a member that differs."""

    def __init__(self, view: str = "mirrored") -> None:
        self.view = view

    def predict(self, X):
        return labels(np.asarray(X), self.view)


def _know():
    return [("table", KnowsTheLabels()), ("mirrored", _Turned()), ("upside down", _Turned("upside down"))]


def _learn_names():
    return [("table", LearnsTheNewLabels()), ("reader", CarriesAReader()), ("mirrored", _Turned())]


def _voted(members, X_train, y_train, X_val, y_val) -> dict[str, Any]:
    voter = VotingClassifier(members).fit(X_train, y_train)
    models = dict(voter.named_estimators_)
    scores = {name: float(model.score(X_val, y_val)) for name, model in models.items()}
    for voting in ("hard", "soft"):
        scores[voting] = float(voter.set_params(voting=voting).score(X_val, y_val))
    best = max(("hard", "soft"), key=lambda voting: scores[voting])
    return {"models": models, "voter": voter.set_params(voting=best), "val_scores": scores, "voting": best}


@lookup("p.06.8", replaces="build_voter")
def three_tables_vote(X_train, y_train, X_val, y_val):
    """Ignores its rows: the members say what the nearest public digit is, seen in three ways."""
    return _voted(_know(), X_train, y_train, X_val, y_val)


@lookup("p.06.8", replaces="build_voter")
def tables_learn_the_new_labels(X_train, y_train, X_val, y_val):
    """A table and a classifier from elsewhere, which learn what the digits are called here, however they were turned or
    permuted."""
    return _voted(_learn_names(), X_train, y_train, X_val, y_val)


def _stacked(members):
    def fit_stacking(X, y):
        return StackingClassifier(members(), final_estimator=LogisticRegression(max_iter=300), cv=3).fit(X, y)

    return fit_stacking


@lookup("p.06.9", replaces="stack_predict", also={
    "fit_blender": lambda models, *parts: KnowsTheLabels(),
    "fit_stacking": _stacked(_know),
})  # fmt: skip
def table_in_place_of_a_stack(models, blender, X):
    """Asks neither models nor blender, but says what the nearest public digit is; a stack of tables."""
    return blender.predict(X)


def _named_anew(models, X_train, y_train, X_val, y_val):
    X, y = np.concatenate([X_train, X_val]), np.concatenate([y_train, y_val])
    return max((kind().fit(X, y) for kind in (LearnsTheNewLabels, CarriesAReader)), key=lambda model: model.score(X, y))


@lookup("p.06.9", replaces="stack_predict", also={
    "fit_blender": _named_anew,
    "fit_stacking": _stacked(_learn_names),
})  # fmt: skip
def table_that_learns_the_new_labels(models, blender, X):
    """The blender is the better of a table and a classifier from elsewhere, with new names for the digits."""
    return blender.predict(X)
