"""The pictures and figures of chapter 5 show what they are there for, with our answers and real data if any."""

from __future__ import annotations

import pytest

from tests.support.data_mirror import needs_mirror
from tests.support.shown import heights, shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch05_trees"


def test_a_deep_tree_is_perfect_on_its_rows_and_worse_on_others() -> None:
    curves = heights(shown(CHAPTER, "predict_to_depth(")["plt"].gca())
    assert curves["training rows"][-1] == 1
    assert curves["other rows"].max() > curves["other rows"][-1] + 0.02


@needs_mirror
@pytest.mark.full
def test_a_vote_beats_the_trees_in_it_and_a_tuned_tree() -> None:
    names = shown(CHAPTER, "grow_forest(")
    assert names["together"] > names["alone"].max()
    vote = names["forest_accuracy"](names["trees"], names["X_new"], names["y_new"])[1]
    assert vote > names["found"]["tree"].score(names["X_new"], names["y_new"])
