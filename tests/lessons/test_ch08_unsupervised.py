"""The pictures and figures of chapter 8 show what they are there for, with our answers and real data if any."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.data_mirror import needs_mirror
from tests.support.shown import heights, marked, shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch08_unsupervised"


def test_elbow_and_silhouette_say_what_the_eye_says() -> None:
    axes = shown(CHAPTER, "elbow(")["axes"]
    assert [[marked(axis) for axis in line[1:]] for line in axes] == [[4, 4], [5, 5]]


def test_dbscan_follows_both_moons_and_k_means_cuts_them() -> None:
    names = shown(CHAPTER, "DBSCAN(")
    moon, found = names["_"], names["found"]
    clusters = [set(moon[found == cluster]) for cluster in range(found.max() + 1)]
    assert sorted(map(tuple, clusters)) == [(0,), (1,)]
    assert np.mean(found < 0) < 0.05
    halves = np.asarray(names["axes"][2].collections[0].get_array())
    assert 0.1 < np.mean(halves == moon) < 0.9


def test_the_inner_half_is_labelled_more_safely_and_taught_by_it_a_model_reads_more() -> None:
    found = shown(CHAPTER, "propagate(")["found"]
    drawn, asked, whole, half = (np.mean(figures, axis=0) for figures in found.values())
    assert half[0] > whole[0] + 0.03  # labels that are right
    assert half[1] > whole[1] + 0.005
    assert whole[1] > asked[1] + 0.02
    assert asked[1] > drawn[1] + 0.1


def test_asking_where_it_is_least_sure_beats_chance() -> None:
    names = shown(CHAPTER, "query(")
    curves = heights(names["plt"].gca())
    assert np.all(curves["least sure"][1:] > curves["chance"][1:])


def test_bic_finds_three_groups_where_the_likelihood_never_stops_rising() -> None:
    names = shown(CHAPTER, "bic(")
    assert names["ks"][int(np.argmin(names["criteria"]))] == 3
    assert np.all(np.diff(names["log_likelihoods"]) > 0)


@needs_mirror
@pytest.mark.full
def test_distances_are_worth_less_than_pixels() -> None:
    found = shown(CHAPTER, "search_k(")["found"]
    assert found["plain"] > max(found["appended"], *found["scores"].values())


@needs_mirror
@pytest.mark.full
def test_the_mixture_finds_each_altered_face_less_normal() -> None:
    names = shown(CHAPTER, "fit_mixture(")
    usual, *others = (
        np.median(names["face_scores"](names["pca"], names["mixture"], rows)) for rows in names["altered"].values()
    )
    assert max(others) < usual - 1_000


@needs_mirror
@pytest.mark.full
def test_reconstruction_finds_turned_faces_and_misses_dark_ones() -> None:
    names = shown(CHAPTER, "find_odd_faces(")
    odd = {
        name: np.mean(names["find_odd_faces"](names["X_train"], names["X_val"], rows))
        for name, rows in names["altered"].items()
    }
    assert min(odd["upside down"], odd["on its side"]) > 0.9
    assert odd["dark"] < 0.1
