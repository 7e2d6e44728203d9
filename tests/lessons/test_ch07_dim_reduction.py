"""The pictures and figures of chapter 7 show what they are there for, with our answers and real data if any."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from tests.support.data_mirror import needs_mirror
from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch07_dim_reduction"


def test_pca_lays_the_layers_of_a_roll_on_each_other_and_lle_does_not() -> None:
    names = shown(CHAPTER, "make_swiss_roll(")
    mixed = []
    for axis in names["axes"]:
        Z = np.asarray(axis.collections[0].get_offsets())
        Z = (Z - Z.mean(axis=0)) / Z.std(axis=0)
        near = NearestNeighbors(n_neighbors=10).fit(Z).kneighbors(return_distance=False)
        mixed.append(np.abs(names["along"][near] - names["along"][:, None]).mean())
    assert mixed[0] > 4 * mixed[1]


def test_far_and_near_lose_their_meaning() -> None:
    assert np.all(np.diff(shown(CHAPTER, "contrast(")["typical"]) < 0)


@needs_mirror
@pytest.mark.full
def test_pca_helps_the_linear_model_and_not_the_forest() -> None:
    accuracy = shown(CHAPTER, "compare_pca(")["table"]["accuracy"]
    assert accuracy["rf"] > accuracy["rf+pca"]
    assert accuracy["sgd+pca"] > accuracy["sgd"]


@needs_mirror
@pytest.mark.full
def test_a_map_by_t_sne_keeps_digits_together() -> None:
    names = shown(CHAPTER, "embed(")
    together = {}
    for method, Z in {"tsne": names["Z"], "pca": names["embed"](names["X"], "pca")}.items():
        near = NearestNeighbors(n_neighbors=5).fit(Z).kneighbors(return_distance=False)
        together[method] = np.mean(names["y"][near] == names["y"][:, None])
    assert together["tsne"] > together["pca"] + 0.2
