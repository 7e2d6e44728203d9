"""The pictures and figures of chapter 6 show what they are there for, with our answers and real data if any."""

from __future__ import annotations

import numpy as np
import pytest

from course.datasets import load
from tests.support.data_mirror import needs_mirror

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


@needs_mirror
@pytest.mark.full
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # its 15 rounds are enough
def test_a_vote_beats_its_best_member_and_a_stack_the_blender() -> None:
    from solutions.ch06_ensembles.blender import fit_blender, fit_stacking, stack_predict
    from solutions.ch06_ensembles.vote import build_voter, split_digits

    mnist = load("mnist")
    X, y = np.concatenate([mnist.X_train, mnist.X_test]), np.concatenate([mnist.y_train, mnist.y_test])
    train, val, (X_test, y_test) = split_digits(X, y, (5_000, 2_000, 5_000))  # as in the chapter's cells
    found = build_voter(*train, *val)
    models, scores = list(found["models"].values()), found["val_scores"]
    assert scores[found["voting"]] > max(scores[name] for name in found["models"])
    vote = np.mean(found["voter"].predict(X_test) == y_test)
    assert vote > max(np.mean(model.predict(X_test) == y_test) for model in models)

    blended = np.mean(stack_predict(models, fit_blender(models, *train, *val), X_test) == y_test)
    stack = fit_stacking(*(np.concatenate(parts) for parts in zip(train, val, strict=True)))
    assert np.mean(stack.predict(X_test) == y_test) > blended >= vote
