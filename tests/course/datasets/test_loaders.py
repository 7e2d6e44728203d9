"""The owners' own packaging, in miniature: the mirror's differs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from course.datasets import images, loaders
from course.datasets.archive import Archive
from course.datasets.shapes import Head
from tests.support.archives import bundle, jpeg, png, tarred, write, zipped

HEAD = Head("x", "X", "real", "cache", "free")


def test_cifar10_as_its_authors_pack_it(tmp_path: Path) -> None:
    record = bytes([3]) + bytes([10]) * 1024 + bytes([20]) * 1024 + bytes([30]) * 1024
    names = [*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin"]
    members = {f"cifar-10-batches-bin/{name}": record * 2 for name in names}
    found = images.cifar10(HEAD, bundle(tmp_path / "cifar-10-binary.tar.gz", tarred(members)))
    assert found.X_train.shape == (10, 32, 32, 3)
    assert found.X_test.shape == (2, 32, 32, 3)
    assert found.X_train[0, 5, 5].tolist() == [10, 20, 30]
    assert found.class_names[found.y_test[0]] == "cat"


def test_flowers_as_tensorflow_packs_them(tmp_path: Path) -> None:
    kinds = ("daisy", "dandelion", "roses", "sunflowers", "tulips")
    members = {f"flower_photos/{kind}/{n}.jpg": jpeg() for kind in kinds for n in range(5)}
    members["flower_photos/LICENSE.txt"] = b"free"
    found = images.flowers(HEAD, bundle(tmp_path / "flower_photos.tgz", tarred(members)))
    assert np.bincount(found.y_train).tolist() == [4] * 5
    assert np.bincount(found.y_test).tolist() == [1] * 5
    assert found.X_train[0].shape == (100, 160, 3)


def test_hymenoptera_as_the_tutorial_packs_them(tmp_path: Path) -> None:
    members = {f"hymenoptera_data/{s}/{c}/1.jpg": jpeg() for s in ("train", "val") for c in ("ants", "bees")}
    members["hymenoptera_data/train/ants/imageNotFound.gif"] = b"GIF"
    found = images.hymenoptera(HEAD, bundle(tmp_path / "hymenoptera_data.zip", zipped(members)))
    assert found.y_train.tolist() == found.y_test.tolist() == [0, 1]


def test_penn_fudan_as_its_authors_pack_it(tmp_path: Path) -> None:
    members = {
        "PennFudanPed/readme.txt": b"",
        "PennFudanPed/PNGImages/FudanPed00001.png": png("RGB", 90),
        "PennFudanPed/PedMasks/FudanPed00001_mask.png": png("L", 2),
    }
    found = images.penn_fudan(HEAD, bundle(tmp_path / "PennFudanPed.zip", zipped(members)))
    assert found.images[0].shape == (6, 8, 3)
    assert found.facts() == {"images": 1, "objects": 2}


def test_mails_as_the_corpus_packs_them(tmp_path: Path) -> None:
    ham = {"easy_ham/cmds": b"mv", "easy_ham/00002.ab12": b"B\xe9", "easy_ham/00001.cd34": b"A"}
    spam = {"spam/00001.ef56": b"C", "spam/cmds": b"mv"}
    files = (
        write(tmp_path / "ham.tar.bz2", tarred(ham, "w:bz2")),
        write(tmp_path / "spam.tar.bz2", tarred(spam, "w:bz2")),
    )
    found = loaders.spamassassin(HEAD, Archive(files))
    assert found.emails == ("A", "Bé", "C")
    assert found.labels.tolist() == [0, 0, 1]


def test_bikes_as_uci_packs_them(tmp_path: Path) -> None:
    table = b"instant,dteday,cnt\r\n1,2011-01-01,16\r\n"
    packed = zipped({"Readme.txt": b"", "day.csv": table, "hour.csv": table})
    found = loaders.bike_sharing(HEAD, bundle(tmp_path / "bike.zip", packed))
    assert found.facts()["hour_cnt"] == 16
    assert list(found.frame.columns) == ["instant", "dteday", "cnt"]


def test_reviews_as_stanford_packs_them(tmp_path: Path) -> None:
    texts = {
        f"aclImdb/{s}/{k}/0_{r}.txt": f"{s} {k}".encode()
        for s in ("train", "test")
        for k, r in (("pos", 9), ("neg", 1))
    }
    extra = {"aclImdb/train/unsup/0_0.txt": b"", "aclImdb/train/urls_pos.txt": b"", "aclImdb/imdb.vocab": b""}
    found = loaders.imdb(HEAD, bundle(tmp_path / "aclImdb_v1.tar.gz", tarred({**extra, **texts})))
    assert found.X_train == ("train neg", "train pos")
    assert found.y_test.tolist() == [0, 1]


def test_sketches_as_google_serves_them(tmp_path: Path) -> None:
    drawing = [[[0, 255], [9, 10]], [[5], [6]]]
    files = [
        write(tmp_path / f"{word}.ndjson", (json.dumps({"word": word, "drawing": drawing}) + "\n").encode() * 2)
        for word in ("bat", "ant")
    ]
    found = loaders.quickdraw(HEAD, Archive(tuple(files)))
    assert found.class_names == ("ant", "bat")
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert [stroke.tolist() for stroke in found.drawings[0]] == [[[0, 9], [255, 10]], [[5, 6]]]


def test_an_idx_file_of_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="unsigned bytes"):
        images.read_idx(b"\0\0\x0d\1")
