"""What ``load`` returns: the real sets where a mirror is at hand, else stand-ins (see `test_standins`)."""

from __future__ import annotations

import dataclasses
import email
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import course.datasets
from course.datasets import StandInWarning, fetch, info, load, names, shapes, status
from course.datasets.loaders import LOADERS
from course.datasets.registry import DataFile
from course.datasets.shapes import Head
from course.datasets.standins import STAND_INS
from course.errors import DataError
from tests.support.data_mirror import MIRROR, REAL, arrays, needs_mirror

# The registry


def test_the_public_names_are_these() -> None:
    assert course.datasets.__all__ == sorted(course.datasets.__all__)
    assert all(hasattr(course.datasets, name) for name in course.datasets.__all__)


def test_every_set_has_a_loader_and_a_stand_in() -> None:
    assert {name for name in names() if not info(name).recipe} == set(LOADERS) == set(STAND_INS)


@pytest.mark.parametrize("name", names())
def test_every_entry_says_where_it_comes_from(name: str) -> None:
    entry = info(name)
    assert entry.licence
    assert entry.page.startswith("http")
    for file in entry.upstream.files:
        by_hand = name == "cardekho" or bool(entry.recipe)  # behind a log-in; made here
        assert bool(file.urls) is not by_hand
        assert all(url.startswith("http") for url in file.urls)
    if entry.mirror:
        assert entry.mirror.why
        assert all(file.sha256 and file.bytes for file in entry.mirror.files)


def test_a_file_that_nothing_recognises_is_not_allowed() -> None:
    with pytest.raises(ValueError, match="sha256 or md5"):
        DataFile(name="x.csv", urls=("http://localhost/x.csv",))


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(DataError, match=r"no data set 'mnits'.*mnist.*titanic"):
        load("mnits")


def test_an_unknown_source_is_answered_with_the_known_ones() -> None:
    with pytest.raises(DataError, match="auto, real, stand-in"):
        load("mnist", source="fake")  # type: ignore[call-overload]


# The real sets


@needs_mirror
@pytest.mark.parametrize("name", REAL)
def test_real(name: str, mirror: Path) -> None:
    """The facts of the registry are checked by `load` itself."""
    dataset = load(name)
    assert (dataset.name, dataset.source, dataset.origin) == (name, "real", "mirror")
    assert "(real" in dataset.label
    assert "(real" in repr(dataset)
    assert len(repr(dataset)) < 200
    found = dataset.facts()
    edition = info(name).mirror or info(name).upstream
    assert {key: found[key] for key in edition.facts} == edition.facts
    assert not any(array.flags.writeable for field in vars(dataset).values() for array in arrays(field))
    assert load(name) is dataset  # the second time is free


@needs_mirror
def test_real_mnist(mirror: Path) -> None:
    digits = load("mnist")
    assert digits.X_train.shape == (60000, 784)
    assert digits.X_test.shape == (10000, 784)
    assert digits.X_train.dtype == np.uint8
    assert digits.y_train.dtype == np.int64
    assert digits.X_train.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert digits.X_train.std() / 255 == pytest.approx(0.3081, abs=5e-5)
    assert digits.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert digits.y_test[:5].tolist() == [7, 2, 1, 0, 4]


@needs_mirror
def test_real_fashion_mnist(mirror: Path) -> None:
    clothes = load("fashion_mnist")
    assert np.bincount(clothes.y_train).tolist() == [6000] * 10
    assert clothes.X_train.mean() / 255 == pytest.approx(0.2860, abs=5e-5)
    assert clothes.class_names[9] == "Ankle boot"
    assert clothes.y_train[0] == 9


@needs_mirror
def test_real_titanic(mirror: Path) -> None:
    passengers = load("titanic")
    assert passengers.train["Survived"].mean() == pytest.approx(0.3838, abs=5e-5)
    assert passengers.train.shape == (891, 12)
    assert "Survived" not in passengers.test


@needs_mirror
def test_real_mails_are_whole(mirror: Path) -> None:
    mails = load("spamassassin")
    assert mails.labels.tolist() == [0] * 2500 + [1] * 500
    assert mails.emails[0].startswith("From exmh-workers-admin@redhat.com")
    assert all(text.encode("latin-1") for text in mails.emails)
    assert email.message_from_string(mails.emails[-1])["Subject"]


@needs_mirror
def test_real_housing(mirror: Path) -> None:
    housing = load("california_housing").frame
    assert housing["median_house_value"].mean() == pytest.approx(206855.817, abs=1e-3)
    assert housing["total_bedrooms"].isna().sum() == 207


@needs_mirror
def test_real_faces_are_as_scikit_learn_gives_them(mirror: Path) -> None:
    faces = load("olivetti_faces")
    assert faces.X[0, :4] == pytest.approx([0.309917, 0.367769, 0.417355, 0.442149], abs=1e-6)
    assert faces.X.mean() == pytest.approx(0.54704, abs=1e-5)
    assert faces.images.shape == (400, 64, 64)
    assert np.bincount(faces.y).tolist() == [10] * 40


@needs_mirror
def test_real_covtype(mirror: Path) -> None:
    cover = load("covtype")
    assert cover.X.shape == (581012, 54)
    assert np.bincount(cover.y).tolist() == [0, 211840, 283301, 35754, 2747, 9493, 17367, 20510]
    assert (cover.X[:, 10:14].sum(axis=1) == 1).all()
    assert (cover.X[:, 14:].sum(axis=1) == 1).all()
    assert len(cover.feature_names) == 54


@needs_mirror
def test_real_cifar10_says_that_it_is_a_part(mirror: Path) -> None:
    pictures = load("cifar10")
    assert pictures.X_train.shape == (10000, 32, 32, 3)
    assert np.bincount(pictures.y_test).tolist() == [200] * 10
    assert pictures.class_names[3] == "cat"
    assert "subset" in pictures.label


@needs_mirror
def test_real_series_and_text(mirror: Path) -> None:
    rides = load("cta_ridership").frame
    assert (rides["bus"][0], rides["rail_boardings"][0]) == (297192, 126455)
    assert rides["service_date"].max() == pd.Timestamp("2021-11-30")
    chorales = load("jsb_chorales")
    assert chorales.train[0].shape[1] == 4
    assert {0} < set(np.unique(np.concatenate(chorales.train))) <= {0, *range(30, 90)}
    assert load("tiny_shakespeare").text.startswith("First Citizen:\nBefore we proceed")
    assert load("spa_eng").pairs[0] == ("Go.", "Ve.")
    words = load("yesno_speech")
    assert words.rate == 8000
    assert sum(map(len, words.waves)) / words.rate == pytest.approx(367.7, abs=0.05)


@needs_mirror
def test_real_sketches_and_photos(mirror: Path) -> None:
    sketches = load("quickdraw")
    assert {"ant", "axe", "bat"} < set(sketches.class_names)
    assert np.bincount(sketches.labels).tolist() == [25] * 344
    assert all(stroke.shape[1] == 2 for drawing in sketches.drawings[:99] for stroke in drawing)
    insects = load("hymenoptera")
    assert np.bincount(insects.y_train).tolist() == [123, 121]
    assert np.bincount(insects.y_test).tolist() == [70, 83]
    flowers = load("flowers")
    assert np.bincount(flowers.y_train).tolist() == [160] * 5
    assert max(max(photo.shape) for photo in flowers.X_train) == 160
    scenes = load("penn_fudan")
    assert all(image.shape[:2] == mask.shape for image, mask in zip(scenes.images, scenes.masks, strict=True))
    assert sum(len(scenes.boxes(number)) for number in range(40)) == 104


@needs_mirror
@pytest.mark.full
def test_real_reviews(mirror: Path) -> None:
    reviews = load("imdb")
    assert np.bincount(reviews.y_test).tolist() == [12500, 12500]
    assert len({*reviews.X_train, *reviews.X_test}) == 49582


@needs_mirror
def test_the_licence_says_what_may_not_be_passed_on(mirror: Path) -> None:
    """Files of a mirror are read in place, never copied into the cache."""
    assert {name for name in names() if info(name).tests_only} == {"hymenoptera", "flowers"}
    paths = fetch("hymenoptera")
    assert paths == [MIRROR.resolve() / "hymenoptera" / "hymenoptera_160px.tar.gz"]
    assert not Path(os.environ["COURSE_DATA_CACHE"]).exists()


@needs_mirror
def test_status_finds_the_mirror(mirror: Path) -> None:
    rows = {row.name: row for row in status()}
    assert {row.where for row in rows.values()} == {"mirror", "course"}  # small models come with it
    assert rows["titanic"].bytes == 31988


# What users may rely on


def test_without_files_and_network_a_stand_in_is_given_with_a_warning() -> None:
    with pytest.warns(StandInWarning, match=r"titanic is a stand-in .*COURSE_DATA_OFFLINE=1; .*course data titanic"):
        assert load("titanic").source == "stand-in"


def test_the_warning_is_one_line_shown_once() -> None:
    code = "from course.datasets import load\nfor _ in range(3): load('titanic'); load('spa_eng')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stderr.strip().splitlines()
    assert [line.split()[2] for line in lines] == ["titanic", "spa_eng"]


def test_real_is_refused_without_files() -> None:
    with pytest.raises(DataError, match=r"Titanic is not on this machine .*course data titanic"):
        load("titanic", source="real")
    with pytest.raises(DataError, match="COURSE_DATA_OFFLINE=1: unset it"):
        fetch("titanic")


def test_a_set_behind_a_log_in_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA_OFFLINE", "0")
    with pytest.raises(DataError, match=r"by hand from https://www.kaggle.com"):
        load("cardekho", source="real")
    with pytest.raises(DataError, match=r"by hand from https://www.kaggle.com.* put into .*cardekho"):
        fetch("cardekho")


def test_frames_are_copies() -> None:
    passengers = load("titanic", source="stand-in")
    del passengers.train["Age"]
    assert "Age" in passengers.train
    cars = load("cardekho", source="stand-in")
    frames = cars.frames
    frames["cars"]["Year"] = 0
    del frames["details"]
    assert (cars.frames["cars"]["Year"] > 0).all()
    assert "details" in cars.frames


def test_a_data_set_is_frozen() -> None:
    dataset = load("lifesat", source="stand-in")
    with pytest.raises(dataclasses.FrozenInstanceError):
        dataset.head = Head("x", "x", "real", "cache", "x")  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        load("mnist", source="stand-in").X_train[0] = 1


def test_status_of_an_empty_machine() -> None:
    rows = {row.name: row for row in status()}
    assert list(rows) == list(names())
    assert {row.where for row in rows.values()} == {"missing", "course"}  # small models come with it
    assert rows["mnist"].bytes == 11594722
    assert rows["spamassassin"].bytes is None  # its owner does not say


@pytest.mark.parametrize(
    ("variable", "value"), [("COURSE_DATA_MIRROR", "/no/such/folder"), ("COURSE_DATA_OFFLINE", "yes")]
)
def test_a_wrong_setting_is_named(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(DataError, match=f"{variable}={value}"):
        load("mnist")


def test_boxes_surround_the_masks() -> None:
    mask = np.zeros((9, 9), np.uint8)
    mask[2:5, 3:8], mask[6:, :2] = 1, 2
    head: Any = Head("x", "x", "stand-in", "generated", "x")
    scenes = shapes.Scenes(head, (np.zeros((9, 9, 3), np.uint8),), (mask,))
    assert scenes.boxes(0).tolist() == [[3, 2, 7, 4], [0, 6, 1, 8]]
