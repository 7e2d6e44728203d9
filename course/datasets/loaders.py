"""Parsers of the real files: one function per data set, from the files' content to what ``load`` returns."""

from __future__ import annotations

import io
import json
import re
import wave
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

import numpy as np
import pandas as pd

from course.datasets import images
from course.datasets.archive import Archive
from course.datasets.shapes import (
    Arrays,
    Chorales,
    Dataset,
    Head,
    Mails,
    Pairs,
    Recordings,
    Reviews,
    Sketches,
    SplitTables,
    Tables,
    Text,
    freeze,
)

Loader = Callable[[Head, Archive], Dataset]

SKETCHES_PER_CLASS = 3000  # the published files hold 100,000 and more of each
CTA_FILE = "CTA_-_Ridership_-_Daily_Boarding_Totals.csv"
COVTYPE_COLUMNS = (
    "Elevation",
    "Aspect",
    "Slope",
    "Horizontal_Distance_To_Hydrology",
    "Vertical_Distance_To_Hydrology",
    "Horizontal_Distance_To_Roadways",
    "Hillshade_9am",
    "Hillshade_Noon",
    "Hillshade_3pm",
    "Horizontal_Distance_To_Fire_Points",
    *(f"Wilderness_Area_{number}" for number in range(4)),
    *(f"Soil_Type_{number}" for number in range(40)),
)


def read_csv(data: bytes) -> pd.DataFrame:
    """Read a UTF-8 table, with or without a byte-order mark."""
    return pd.read_csv(io.BytesIO(data), encoding="utf-8-sig")


def california_housing(head: Head, bundle: Archive) -> Tables:
    return Tables(head, {"housing": read_csv(bundle.read("housing.csv"))})


def titanic(head: Head, bundle: Archive) -> SplitTables:
    return SplitTables(head, {name: read_csv(bundle.read(f"{name}.csv")) for name in ("train", "test")})


def spamassassin(head: Head, bundle: Archive) -> Mails:
    folders: dict[str, list[tuple[str, bytes]]] = {"easy_ham": [], "spam": []}
    for name, mail in bundle.members(lambda member: re.search(r"/\d{5}\.[0-9a-f]+$", member) is not None):
        folders[PurePosixPath(name).parent.name].append((name, mail))
    emails = [mail.decode("latin-1") for mails in folders.values() for _, mail in sorted(mails)]
    labels = np.repeat(np.arange(2), [len(mails) for mails in folders.values()]).astype(np.int64)
    return Mails(head, tuple(emails), freeze(labels))


def covtype(head: Head, bundle: Archive) -> Arrays:
    text = io.BytesIO(bundle.read("covtype.data"))
    table = pd.read_csv(text, header=None, dtype=np.int16).to_numpy()  # largest value: 7173
    return Arrays(
        head, freeze(table[:, :-1].astype(np.float32)), freeze(table[:, -1].astype(np.int64)), COVTYPE_COLUMNS
    )


def cta_ridership(head: Head, bundle: Archive) -> Tables:
    table = read_csv(bundle.read(CTA_FILE))
    table["service_date"] = pd.to_datetime(table["service_date"], format="%m/%d/%Y")
    return Tables(head, {"ridership": table})


def jsb_chorales(head: Head, bundle: Archive) -> Chorales:
    pieces: dict[str, list[np.ndarray]] = {"train": [], "valid": [], "test": []}
    for name, data in sorted(bundle.members(lambda member: member.endswith(".csv"))):
        notes = read_csv(data).to_numpy(np.int64)  # (steps, 4)
        pieces[PurePosixPath(name).parent.name].append(freeze(notes))
    return Chorales(head, tuple(pieces["train"]), tuple(pieces["valid"]), tuple(pieces["test"]))


def quickdraw(head: Head, bundle: Archive) -> Sketches:
    by_word: dict[str, list[tuple[np.ndarray, ...]]] = {}
    for _, data in bundle.members():
        for line in io.BytesIO(data):
            record = json.loads(line)
            drawings = by_word.setdefault(record["word"], [])
            if len(drawings) < SKETCHES_PER_CLASS:
                strokes = (np.array(stroke[:2], np.uint8).T for stroke in record["drawing"])  # (points, 2)
                drawings.append(tuple(map(freeze, strokes)))
    words = tuple(sorted(by_word))
    labels = np.repeat(np.arange(len(words)), [len(by_word[word]) for word in words]).astype(np.int64)
    return Sketches(head, tuple(d for word in words for d in by_word[word]), freeze(labels), words)


def yesno_speech(head: Head, bundle: Archive) -> Recordings:
    waves, labels, rates = [], [], set()
    for name, data in sorted(bundle.members(lambda member: member.endswith(".wav"))):
        with wave.open(io.BytesIO(data)) as sound:
            rates.add((sound.getframerate(), sound.getnchannels(), sound.getsampwidth()))
            waves.append(freeze(np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.int16)))
        labels.append([int(word) for word in PurePosixPath(name).stem.split("_")])
    ((rate, _, _),) = rates  # ValueError, explained by the caller, if the recordings differ
    return Recordings(head, tuple(waves), freeze(np.array(labels, np.int64)), rate)


def lifesat(head: Head, bundle: Archive) -> Tables:
    names = ("lifesat", "lifesat_full", "oecd_bli", "gdp_per_capita")
    return Tables(head, {name: read_csv(bundle.read(f"{name}.csv")) for name in names})


def bike_sharing(head: Head, bundle: Archive) -> Tables:
    return Tables(head, {name: read_csv(bundle.read(f"{name}.csv")) for name in ("hour", "day")})


def cardekho(head: Head, bundle: Archive) -> Tables:
    files = {
        "details": "CAR DETAILS FROM CAR DEKHO.csv",
        "details_v3": "Car details v3.csv",
        "cars": "car data.csv",
    }
    return Tables(head, {name: read_csv(bundle.read(file)) for name, file in files.items()})


def tiny_shakespeare(head: Head, bundle: Archive) -> Text:
    return Text(head, bundle.read("input.txt").decode("ascii"))


def imdb(head: Head, bundle: Archive) -> Reviews:
    texts: dict[tuple[str, str], list[tuple[str, str]]] = {
        (split, kind): [] for split in ("train", "test") for kind in ("neg", "pos")
    }
    pattern = re.compile(r"/(train|test)/(neg|pos)/\d+_\d+\.txt$")
    for name, data in bundle.members(lambda member: pattern.search(member) is not None):
        split, kind = PurePosixPath(name).parts[-3:-1]
        texts[split, kind].append((name, data.decode("utf-8")))

    def half(split: str) -> tuple[tuple[str, ...], np.ndarray]:
        kinds = [sorted(texts[split, kind]) for kind in ("neg", "pos")]
        labels = np.repeat(np.arange(2), [len(kind) for kind in kinds]).astype(np.int64)
        return tuple(text for kind in kinds for _, text in kind), freeze(labels)

    return Reviews(head, *half("train"), *half("test"))


def spa_eng(head: Head, bundle: Archive) -> Pairs:
    lines = bundle.read("spa.txt").decode("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines]
    return Pairs(head, tuple((english, spanish) for english, spanish in pairs))


def wiki_movie_plots(head: Head, bundle: Archive) -> Tables:
    """Two excerpts of one large table: films of all years without further columns, and recent ones with all of them."""
    others, recent = (read_csv(bundle.read(f"{name}.csv")) for name in ("title_plot_500", "wiki_movie_plots_444"))
    columns = ["Title", "Plot", "Genre"]
    films = pd.concat([others.assign(Genre="unknown"), recent], ignore_index=True)[columns]
    return Tables(head, {"films": films, "recent": recent})


LOADERS: Mapping[str, Loader] = MappingProxyType(
    {
        "mnist": images.mnist,
        "fashion_mnist": images.fashion_mnist,
        "california_housing": california_housing,
        "titanic": titanic,
        "spamassassin": spamassassin,
        "olivetti_faces": images.olivetti_faces,
        "covtype": covtype,
        "cifar10": images.cifar10,
        "hymenoptera": images.hymenoptera,
        "flowers": images.flowers,
        "penn_fudan": images.penn_fudan,
        "cta_ridership": cta_ridership,
        "jsb_chorales": jsb_chorales,
        "quickdraw": quickdraw,
        "yesno_speech": yesno_speech,
        "lifesat": lifesat,
        "bike_sharing": bike_sharing,
        "cardekho": cardekho,
        "tiny_shakespeare": tiny_shakespeare,
        "imdb": imdb,
        "spa_eng": spa_eng,
        "wiki_movie_plots": wiki_movie_plots,
    }
)
