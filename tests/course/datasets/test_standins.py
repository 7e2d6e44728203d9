"""The stand-ins: always there, of the real sets' form, and fit to learn from."""

from __future__ import annotations

import dataclasses
import email
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from course.datasets import Dataset, info, load, shapes
from course.datasets.standins import STAND_INS
from tests.support.data_mirror import REAL, arrays, needs_mirror

TABLES = ("california_housing", "cta_ridership", "lifesat", "bike_sharing", "cardekho", "wiki_movie_plots")


def content(dataset: Dataset) -> bytes:
    fields = [getattr(dataset, f.name) for f in dataclasses.fields(dataset) if f.name != "head"]
    return pickle.dumps([dict(field) if hasattr(field, "items") else field for field in fields])


@pytest.mark.parametrize("name", STAND_INS)
def test_stand_in(name: str) -> None:
    dataset = load(name, source="stand-in")
    assert (dataset.name, dataset.source, dataset.origin) == (name, "stand-in", "generated")
    assert f"stand-in: {info(name).stand_in}" in dataset.label
    assert "stand-in" in repr(dataset)
    assert not any(array.flags.writeable for field in vars(dataset).values() for array in arrays(field))
    again = STAND_INS[name](dataset.head)
    assert content(again) == content(dataset)  # seeded: the same in every run


@needs_mirror
@pytest.mark.parametrize("name", REAL)
def test_a_stand_in_has_the_form_of_the_real_set(name: str, mirror: Path) -> None:
    real, stand_in = load(name), load(name, source="stand-in")
    assert type(real) is type(stand_in)
    for field in dataclasses.fields(real):
        here, there = getattr(real, field.name), getattr(stand_in, field.name)
        assert type(here) is type(there)
        if isinstance(here, np.ndarray):
            assert (here.dtype, here.shape[1:]) == (there.dtype, there.shape[1:])
        elif pieces := arrays(here):
            kinds = {(piece.dtype, piece.ndim) for piece in pieces}
            assert kinds == {(piece.dtype, piece.ndim) for piece in arrays(there)}
    for attribute in ("class_names", "feature_names", "rate"):
        if hasattr(real, attribute) and name != "quickdraw":  # 344 classes, of which the course uses three
            assert getattr(real, attribute) == getattr(stand_in, attribute)


@needs_mirror
@pytest.mark.parametrize("name", TABLES)
def test_a_stand_in_has_the_columns_of_the_real_table(name: str, mirror: Path) -> None:
    real, stand_in = load(name), load(name, source="stand-in")
    assert isinstance(real, shapes.Tables)
    assert isinstance(stand_in, shapes.Tables)
    assert list(real.frames) == list(stand_in.frames)
    for table, other in zip(real.frames.values(), stand_in.frames.values(), strict=True):
        pd.testing.assert_series_equal(table.dtypes, other.dtypes)
        pd.testing.assert_series_equal(table.isna().any(), other.isna().any())


@needs_mirror
def test_the_titanic_stand_in_has_the_columns_and_the_gaps(mirror: Path) -> None:
    real, stand_in = load("titanic"), load("titanic", source="stand-in")
    for half in ("train", "test"):
        table, other = getattr(real, half), getattr(stand_in, half)
        assert table.shape == other.shape
        pd.testing.assert_series_equal(table.dtypes, other.dtypes)
        pd.testing.assert_series_equal(table.isna().any(), other.isna().any())
        assert table.isna().mean().sub(other.isna().mean()).abs().max() < 0.05


def test_the_digits_stand_in_keeps_copies_on_one_side() -> None:
    """A digit cut out of its frame is the same in all its copies: none may be in both halves."""
    digits = load("mnist", source="stand-in")

    def cut_out(rows: np.ndarray) -> set[bytes]:
        found = set()
        for image in rows.reshape(-1, 28, 28):
            ys, xs = np.nonzero(image)
            found.add(image[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].tobytes())
        return found

    train, test = cut_out(digits.X_train), cut_out(digits.X_test)
    assert len(train) == 1500
    assert len(test) == 297
    assert not train & test


def test_the_chapter_3_stand_ins_can_be_learned() -> None:
    digits = load("mnist", source="stand-in")
    knn = KNeighborsClassifier(4, weights="distance").fit(digits.X_train, digits.y_train)
    assert knn.score(digits.X_test, digits.y_test) > 0.95
    people = load("titanic", source="stand-in").train
    women_live = (people["Sex"] == "female") == people["Survived"]
    assert 0.7 < women_live.mean() < 0.9
    assert 0.3 < people["Survived"].mean() < 0.45
    mails = load("spamassassin", source="stand-in")
    X = CountVectorizer(binary=True).fit_transform(mails.emails)
    model = LogisticRegression(max_iter=1000).fit(X[::2], mails.labels[::2])
    assert model.score(X[1::2], mails.labels[1::2]) > 0.95


@pytest.mark.parametrize("name", ["fashion_mnist", "cifar10"])
def test_drawn_stand_ins_can_be_learned(name: str) -> None:
    pictures = load(name, source="stand-in")
    assert isinstance(pictures, shapes.Images)
    X_train, X_test = (X.reshape(len(X), -1) for X in (pictures.X_train, pictures.X_test))
    model = RandomForestClassifier(20, random_state=0).fit(X_train, pictures.y_train)
    assert model.score(X_test, pictures.y_test) > 0.6  # guessing gives 0.1


def test_the_mail_stand_in_has_every_kind_of_mail() -> None:
    mails = [email.message_from_string(text) for text in load("spamassassin", source="stand-in").emails]
    kinds = {mail.get_content_type() for mail in mails}
    assert kinds == {"text/plain", "text/html", "multipart/alternative"}
    assert all(mail["Subject"] and mail["From"] for mail in mails)
    assert any("default_charset" in str(mail) for mail in mails)
