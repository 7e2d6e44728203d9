"""Hidden checks of chapter 6: a vote on digits (p.06.8)."""

from typing import Any

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch06_ensembles.inputs import (
    accuracy,
    labels_of,
    letters,
    real_digits,
    weighted_votes,
)
from autograder.testing import check
from autograder.testing.made_up import usual_accuracy


def _parts(student, X, y, sizes, *seed) -> list[tuple[np.ndarray, np.ndarray]]:
    parts = [(np.asarray(X_part), np.asarray(y_part)) for X_part, y_part in student.split_digits(X, y, sizes, *seed)]
    assert [(X_part.shape, y_part.shape) for X_part, y_part in parts] == [((n, X.shape[1]), (n,)) for n in sizes]
    return parts


@check("p.06.8", core=True, hint="Draw one random order of all rows and cut that into parts.")
def test_parts_have_no_row_in_common(student, rng):
    """`split_digits` returns parts of the sizes asked for, no row is in two of them, and labels stay with their rows,
    whether all rows are used or some are left over."""
    for spare in (0, 37):
        sizes = tuple(int(n) for n in rng.integers(30, 90, 3))
        n = sum(sizes) + spare
        X, y = rng.permutation(10 * n)[: 2 * n].reshape(n, 2), rng.integers(0, 10, n)
        label = {tuple(row): int(digit) for row, digit in zip(X.tolist(), y, strict=True)}
        parts = _parts(student, X, y, sizes)
        rows = [tuple(row) for X_part, _ in parts for row in X_part.tolist()]
        assert len(set(rows)) == len(rows)
        assert [label[row] for row in rows] == np.concatenate([y_part for _, y_part in parts]).tolist()


@check("p.06.8", hint="What does the first part look like if the rows are sorted by digit?")
def test_parts_are_drawn_at_random(student, rng):
    """Every part has all the digits even if the rows are sorted; the seed decides which rows are drawn."""
    X, y = rng.integers(0, 256, (700, 20), dtype=np.uint8), np.repeat(np.arange(10), 70)
    sizes, seed = (300, 150, 150), int(rng.integers(1000))
    parts = _parts(student, X, y, sizes, seed)
    assert all(set(y_part.tolist()) == set(range(10)) for _, y_part in parts)
    assert_array_equal(_parts(student, X, y, sizes, seed)[1][0], parts[1][0])
    assert not np.array_equal(_parts(student, X, y, sizes, seed + 1)[1][0], parts[1][0])


@check("p.06.8", core=True, weight=3, at_least=True, hint="How good is each member by itself? Do they all see all of "
       "the training rows?")  # fmt: skip
def test_vote_reads_a_made_up_script(student, rng) -> float:
    """After learning from 500 letters of a script that nobody knows, your vote, of three models or more of which none
    decides alone, reads others as k-NN with default settings does, or better: {threshold:+.1%} of all letters or more,
    on average over three scripts."""
    gains = []
    for _ in range(3):
        *parts, X, y = letters(rng, 500, 300, 1_500)
        found = student.build_voter(*parts)
        gains.append(accuracy(found["voter"], X, y) - usual_accuracy(*parts[:2], X, y))
    said, models = labels_of(found["voter"], X), found["models"].values()  # of the last script
    assert len(models) >= 3
    assert all((labels_of(model, X) != said).any() for model in models)
    return float(np.mean(gains))


def _taught(student, parts, X, y) -> dict[str, Any]:
    """Return what `build_voter` makes of some rows, once it reads others: a vote that does not promises nothing."""
    found = student.build_voter(*parts)
    assert accuracy(found["voter"], X, y) > 0.5
    assert sum(accuracy(model, X, y) > 0.5 for model in found["models"].values()) >= 3
    return dict(found)


@check("p.06.8", weight=2, at_most=True, hint="Is there a member that drags the others down? Try the vote without it.")
def test_vote_keeps_up_with_its_best_member(student, rng) -> float:
    """On unseen letters your vote is better than the best of your models, or worse by no more than {threshold:.1%} of
    all letters, on average over two scripts: that is chance with so few to learn from."""
    behind = []
    for _ in range(2):
        *parts, X, y = letters(rng, 500, 300, 1_500)
        found = _taught(student, parts, X, y)
        best = max(accuracy(model, X, y) for model in found["models"].values())
        behind.append(best - accuracy(found["voter"], X, y))
    return float(np.mean(behind))


@check("p.06.8", full=True, data="mnist", hint="Which member is the best? On which digits are two others right, and it "
       "is wrong?")  # fmt: skip
def test_vote_beats_each_member_on_real_digits(student, rng):
    """Trained on 20,000 digits of MNIST, with 5,000 others to choose by, your vote reads more than 96 in 100 of the
    10,000 test digits, and more of them than any of its members does by itself: with pixels and labels in another
    order, so that nothing can be looked up."""
    *parts, X, y = real_digits(rng, 20_000, 5_000)
    found = student.build_voter(*parts)
    vote = accuracy(found["voter"], X, y)
    assert vote > 0.96
    assert vote > max(accuracy(model, X, y) for model in found["models"].values())


def _ballots(models: Any, voting: str, X: np.ndarray) -> np.ndarray:
    if voting == "soft":
        return np.array([model.predict_proba(X) for model in models])
    return np.array([np.eye(10)[labels_of(model, X).astype(int)] for model in models])


@check("p.06.8", core=True, weight=2, hint="On letters on which your models don't agree: who decides?")
def test_vote_is_taken_among_the_models(student, rng):
    """What your voter says of unseen letters is what your models vote for, in the way that `voting` names, with equal
    weights or others; and none of the models decides alone."""
    *parts, X, y = letters(rng, 300, 150, 800)
    found = _taught(student, parts, X, y)
    models, said = list(found["models"].values()), labels_of(found["voter"], X)
    labels = np.array([labels_of(model, X) for model in models])
    disputed = np.any(labels != labels[0], axis=0)
    assert np.all(said[~disputed] == labels[0, ~disputed])
    assert weighted_votes(_ballots(models, found["voting"], X[disputed]), said[disputed]) < 0.02
    assert np.any(labels != said, axis=1).all()


@check("p.06.8", hint="Compare the predictions of your models, two by two.")
def test_members_differ(student, rng):
    """There are three models or more that have learned to read, and no two of them read all letters alike."""
    *parts, X, y = letters(rng, 300, 100, 500)
    models = _taught(student, parts, X, y)["models"]
    said = {tuple(labels_of(model, X).tolist()) for model in models.values()}
    assert len(said) == len(models) >= 3


@check("p.06.8", hint="Compute each score from `predict` and the validation rows, and compare.")
def test_scores_are_of_the_validation_rows(student, rng):
    """`val_scores` has each model's accuracy on the validation rows, under the model's name, and those of the two ways
    to vote."""
    *parts, X, y = letters(rng, 300, 150, 300)
    found = _taught(student, parts, X, y)
    scores, models = found["val_scores"], found["models"]
    assert set(scores) == {*models, "hard", "soft"}
    for name, model in models.items():
        assert_allclose(scores[name], accuracy(model, *parts[2:]), atol=1e-6)
    assert all(0 <= scores[voting] <= 1 for voting in ("hard", "soft"))


@check("p.06.8", hint="Do the two scores come from two votes? On which rows do these differ?")
def test_both_ways_to_vote_are_scored(student, rng):
    """`val_scores` tells the two ways to vote apart: neither has more right than such a vote can have among your
    models, with equal weights or others, or fewer than the rows about which all models are right."""
    X_train, y_train, X_val, y_val, X, y = letters(rng, 300, 300, 300)
    said = labels_of(_taught(student, (X_train, y_train, X_val, y_val), X, y)["voter"], X_val).astype(y_val.dtype)
    found = _taught(student, (X_train, y_train, X_val, said), X, y)  # so one way to vote is right about all of them
    models = list(found["models"].values())
    disputed = np.any([labels_of(model, X_val) != said for model in models], axis=0)
    for voting in ("hard", "soft"):
        score = float(found["val_scores"][voting])
        assert score > np.mean(~disputed) - 0.05  # a few models read otherwise than by their probabilities
        if score > 1 - 1e-6:
            assert weighted_votes(_ballots(models, voting, X_val[disputed]), said[disputed]) < 0.02


@check("p.06.8", hint="Which of `val_scores` is higher? And which way does the voter you return vote?")
def test_better_way_to_vote_is_kept(student, rng):
    """`voting` names the way to vote with the higher score, and the voter's own accuracy is that score."""
    for _ in range(2):
        *parts, X, y = letters(rng, 300, 150, 300)
        found = _taught(student, parts, X, y)
        scores = {voting: float(found["val_scores"][voting]) for voting in ("hard", "soft")}
        assert scores[found["voting"]] == max(scores.values())
        assert_allclose(accuracy(found["voter"], *parts[2:]), max(scores.values()), atol=1e-6)


@check("p.06.8", hint="Which calls of `fit` get to see validation rows?")
def test_validation_rows_are_not_learned(student, rng):
    """Nothing is fitted to validation rows: where their labels are wrong, neither a model nor the vote knows; and if
    each of them is there three times, the models are the same."""
    X_train, y_train, X_val, y_val, X, y = letters(rng, 300, 150, 1_000)
    spoilt = rng.random(150) < 0.5
    wrong = np.where(spoilt, (y_val + rng.integers(1, 10, 150)) % 10, y_val)
    found = _taught(student, (X_train, y_train, X_val, wrong), X, y)
    for model in [*found["models"].values(), found["voter"]]:
        said = labels_of(model, X_val)[spoilt]
        assert np.sum(said == y_val[spoilt]) > np.sum(said == wrong[spoilt])
    again, thrice = (
        _taught(student, (X_train, y_train, *(np.repeat(part, times, axis=0) for part in (X_val, wrong))), X, y)[
            "models"
        ]
        for times in (1, 3)
    )
    for name in found["models"].keys() & again.keys() & thrice.keys():
        said = labels_of(found["models"][name], X)
        if np.array_equal(labels_of(again[name], X), said):  # else chance has a say in it
            assert_array_equal(labels_of(thrice[name], X), said)
