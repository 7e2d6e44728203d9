"""Full-size figures of chapter 6."""

from functools import cache
from typing import Any

import numpy as np
from sklearn.datasets import make_moons
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from autograder.testing import headline
from course.datasets import load
from solutions.ch06_ensembles.bagging import majority_right
from solutions.ch06_ensembles.blender import fit_blender, fit_stacking, stack_predict
from solutions.ch06_ensembles.vote import build_voter, split_digits

SIZES = (50_000, 10_000, 10_000)


def _is(book: float):
    return lambda value: abs(value - book) < 5e-4


# ---------------------------------------------------------------- p.06.1


@headline("p.06.1", "five models at 95%, independent", book="each 0.95", data="", holds=lambda value: value > 0.95)
def five_models() -> tuple[float, str]:
    """The majority of five."""
    return majority_right(5, 0.95), "exact"


@headline("p.06.1", "1,000 voters at 51%, more than half right", book="up to 0.75", data="", holds=_is(0.7261))
def thousand_voters() -> tuple[float, str]:
    """Ties count as wrong; counted as right, it would be 0.7468."""
    return majority_right(1_000, 0.51), "exact"


@headline("p.06.1", "10,000 voters at 51%, more than half right", book="over 0.97", data="", holds=_is(0.9767))
def ten_thousand_voters() -> tuple[float, str]:
    """Ten times as many."""
    return majority_right(10_000, 0.51), "exact"


# ---------------------------------------------------------------- p.06.8 and p.06.9, moons


@cache
def _moons() -> list[np.ndarray]:
    return train_test_split(*make_moons(500, noise=0.3, random_state=42), random_state=42)


def _three(gamma: str = "scale") -> list[tuple[str, Any]]:
    svc = SVC(gamma=gamma, probability=True, random_state=42)  # deprecated, but the book's figures are made with it
    return [("lr", LogisticRegression(random_state=42)), ("rf", RandomForestClassifier(random_state=42)), ("svc", svc)]


@cache
def _voted(gamma: str) -> dict[str, float]:
    """Test accuracy of each member and of both ways to vote."""
    X_train, X_test, y_train, y_test = _moons()
    voter = VotingClassifier(_three(gamma)).fit(X_train, y_train)
    scores = {name: model.score(X_test, y_test) for name, model in voter.named_estimators_.items()}
    return scores | {way: voter.set_params(voting=way).score(X_test, y_test) for way in ("hard", "soft")}


@headline("p.06.8", "moons: logistic regression", book="0.864", data="", holds=_is(0.864))
def moons_logistic() -> tuple[float, str]:
    """A member of the vote."""
    return _voted("scale")["lr"], "375 train / 125 test"


@headline("p.06.8", "moons: random forest", book="0.896", data="", holds=_is(0.896))
def moons_forest() -> tuple[float, str]:
    """A member of the vote."""
    return _voted("scale")["rf"], "375 train / 125 test"


@headline("p.06.8", "moons: support vector machine", book="0.896", data="", holds=_is(0.896))
def moons_svc() -> tuple[float, str]:
    """A member of the vote."""
    return _voted("scale")["svc"], "375 train / 125 test"


@headline("p.06.8", "moons: hard vote", book="0.912", data="", holds=_is(0.912))
def moons_hard() -> tuple[float, str]:
    """The three of them."""
    return _voted("scale")["hard"], "375 train / 125 test"


@headline("p.06.8", "moons: soft vote", book="0.920", data="", holds=_is(0.92))
def moons_soft() -> tuple[float, str]:
    """The three of them."""
    return _voted("scale")["soft"], "375 train / 125 test"


@headline("p.06.8", "moons: support vector machine, gamma='auto'", book="0.888 (TF 2)", data="", holds=_is(0.888))
def moons_svc_before() -> tuple[float, str]:
    """The default of older versions of scikit-learn."""
    return _voted("auto")["svc"], "375 train / 125 test"


@headline("p.06.8", "moons: hard vote, gamma='auto'", book="0.904 (TF 2)", data="", holds=_is(0.904))
def moons_hard_before() -> tuple[float, str]:
    """The default of older versions of scikit-learn."""
    return _voted("auto")["hard"], "375 train / 125 test"


@cache
def _bagged() -> tuple[float, float]:
    X_train, X_test, y_train, y_test = _moons()
    bagging = BaggingClassifier(DecisionTreeClassifier(), n_estimators=500, oob_score=True, random_state=42)
    bagging.fit(X_train, y_train)
    return bagging.oob_score_, bagging.score(X_test, y_test)


@headline("p.06.8", "moons: bagging, out of bag", book="0.896", data="", holds=_is(0.896))
def moons_out_of_bag() -> tuple[float, str]:
    """500 trees."""
    return _bagged()[0], "375 rows"


@headline("p.06.8", "moons: bagging", book="0.920", data="", holds=_is(0.92))
def moons_bagging() -> tuple[float, str]:
    """500 trees."""
    return _bagged()[1], "375 train / 125 test"


@headline("p.06.9", "moons: stacking", book="0.928", data="", holds=_is(0.928))
def moons_stacking() -> tuple[float, str]:
    """A forest blends the same three."""
    X_train, X_test, y_train, y_test = _moons()
    stack = StackingClassifier(_three(), final_estimator=RandomForestClassifier(random_state=43), cv=5)
    return stack.fit(X_train, y_train).score(X_test, y_test), "375 train / 125 test"


# ---------------------------------------------------------------- p.06.8 and p.06.9, digits


@cache
def _parts() -> list[tuple[np.ndarray, np.ndarray]]:
    digits = load("mnist")
    X, y = np.concatenate([digits.X_train, digits.X_test]), np.concatenate([digits.y_train, digits.y_test])
    # A stand-in has fewer rows.
    return split_digits(X, y, SIZES if sum(SIZES) <= len(X) else [size * len(X) // sum(SIZES) for size in SIZES])


def _size() -> str:
    return " / ".join(f"{len(X):,}" for X, _ in _parts())


@cache
def _built() -> dict[str, Any]:
    (X_train, y_train), (X_val, y_val), _ = _parts()
    return build_voter(X_train, y_train, X_val, y_val)


@cache
def _on_test() -> dict[str, float]:
    """Test accuracy of the vote and of both stacks."""
    (X_train, y_train), (X_val, y_val), (X_test, y_test) = _parts()
    models = list(_built()["models"].values())
    blender = fit_blender(models, X_train, y_train, X_val, y_val)
    stack = fit_stacking(np.concatenate([X_train, X_val]), np.concatenate([y_train, y_val]))
    said = {
        "vote": _built()["voter"].predict(X_test),
        "blender": stack_predict(models, blender, X_test),
        "stacking": stack.predict(X_test),
    }
    return {name: float(np.mean(labels == y_test)) for name, labels in said.items()}


@headline("p.06.8", "training rows", book="50,000", data="mnist", holds=lambda value: value == SIZES[0])
def training_rows() -> tuple[float, str]:
    """Disjoint from the other two parts."""
    return float(len(_parts()[0][0])), _size()


@headline("p.06.8", "best member, validation accuracy", book="", data="mnist", holds=lambda value: value > 0.97)
def best_member() -> tuple[float, str]:
    """Of trees, neighbours and a network."""
    return max(_built()["val_scores"][name] for name in _built()["models"]), _size()


@headline(
    "p.06.8", "vote, validation accuracy", book="beats every member", data="mnist", holds=lambda v: v > best_member()[0]
)
def vote() -> tuple[float, str]:
    """The better way to vote."""
    return _built()["val_scores"][_built()["voting"]], _size()


@headline("p.06.8", "vote, test accuracy", book="", data="mnist", holds=lambda value: value > 0.97)
def vote_on_test() -> tuple[float, str]:
    """Rows that nothing was fitted to or chosen by."""
    return _on_test()["vote"], _size()


@headline("p.06.9", "blender on validation predictions, test accuracy", book="compare with the vote", data="mnist",
          holds=lambda value: value > 0.97)  # fmt: skip
def blender_on_test() -> tuple[float, str]:
    """The same members, blended by a forest."""
    return _on_test()["blender"], _size()


@headline("p.06.9", "StackingClassifier, test accuracy", book="compare with the blender", data="mnist",
          holds=lambda value: value > 0.97)  # fmt: skip
def stacking_on_test() -> tuple[float, str]:
    """It learns from training and validation rows, in three folds."""
    return _on_test()["stacking"], _size()
