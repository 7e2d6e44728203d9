"""Full-size figures of chapter 13: chorales and sketches."""

from functools import cache

import numpy as np
import torch
from sklearn.model_selection import StratifiedKFold

from autograder.testing import headline
from course.datasets import load
from solutions.ch13_sequences.chorales import fit_chorales, make_windows
from solutions.ch13_sequences.sketches import collate, sketch_to_seq
from solutions.ch13_sequences.sketches_training import fit_sketches

LENGTH, HIDDEN, N_STEPS = 32, 256, 800
FOLDS, SKETCH_STEPS = 5, 300

# ---------------------------------------------------------------- p.13.10


def _lengths() -> list[int]:
    chorales = load("jsb_chorales")
    return [len(piece) for piece in (*chorales.train, *chorales.valid, *chorales.test)]


@headline("p.13.10", "chorales", book="382", data="jsb_chorales", holds=lambda value: value == 382)
def pieces() -> tuple[float, str]:
    """All three parts."""
    return len(_lengths()), "229 train / 76 validation / 77 test"


@headline("p.13.10", "chords in the shortest chorale", book="100", data="jsb_chorales", holds=lambda v: v == 100)
def shortest() -> tuple[float, str]:
    """Of all three parts."""
    return min(_lengths()), f"{len(_lengths())} pieces"


@headline("p.13.10", "chords in the longest chorale", book="640", data="jsb_chorales", holds=lambda v: v == 640)
def longest() -> tuple[float, str]:
    """Of all three parts."""
    return max(_lengths()), f"{len(_lengths())} pieces"


@cache
def _notes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of the test chorales, from the second chord of each: the notes, those before in the same voice, and the
    net's guesses; each (notes,)."""
    chorales = load("jsb_chorales")
    model = fit_chorales(chorales.train, LENGTH, HIDDEN, N_STEPS)
    parts = []
    for piece in chorales.test:
        X, Y = make_windows([piece], len(piece), 1)
        with torch.no_grad():
            guesses = model(torch.from_numpy(X)).argmax(dim=2).numpy()
        parts.append(np.concatenate([Y[:, 3:], X[:, :-3], guesses[:, 3:]]))
    target, before, guessed = np.concatenate(parts, axis=1)
    return target, before, guessed


def _size() -> str:
    return f"77 test chorales, {len(_notes()[0]):,} notes"


def _repeated() -> float:
    target, before, _ = _notes()
    return float(np.mean(before == target))


@headline("p.13.10", "most frequent note of each voice", book="", data="jsb_chorales", holds=lambda value: value < 0.2)
def most_frequent() -> tuple[float, str]:
    """Most frequent in the training chorales."""
    X, _ = make_windows(load("jsb_chorales").train, 1, 1)  # (chords, 3): all but the bass
    _, bass = make_windows(load("jsb_chorales").train, 1, 1)
    common = [np.bincount(voice).argmax() for voice in (*X.T, bass[:, -1])]
    return float(np.mean(_notes()[0].reshape(-1, 4) == common)), _size()


@headline("p.13.10", "repeating each voice's last note", book="", data="jsb_chorales", holds=lambda value: value < 0.8)
def repeated() -> tuple[float, str]:
    """Hard to beat, since most notes are held for longer than a step."""
    return _repeated(), _size()


@headline("p.13.10", "the net, note accuracy", book="", data="jsb_chorales", holds=lambda v: v > _repeated() + 0.03)
def predicted() -> tuple[float, str]:
    """One layer of 256 units."""
    target, _, guessed = _notes()
    return float(np.mean(guessed == target)), _size()


@headline("p.13.10", "the net, accuracy on notes that change", book="", data="jsb_chorales", holds=lambda v: v > 0.3)
def predicted_changes() -> tuple[float, str]:
    """Those which repeating gets wrong without exception."""
    target, before, guessed = _notes()
    changed = target != before
    return float(np.mean(guessed[changed] == target[changed])), f"{changed.sum():,} notes"


# ---------------------------------------------------------------- p.13.11


# Those of the chapter's cells.
FIFTEEN = ("ant", "axe", "bat", "candle", "circle", "cloud", "envelope", "eyeglasses", "ladder", "lightning", "moon",
           "snowman", "spoon", "stairs", "star")  # fmt: skip


def _known(words: tuple[str, ...]) -> tuple[float, str]:
    """Cross-validated, since the mirror has only 25 sketches of each word."""
    data = load("quickdraw")
    numbers = [data.class_names.index(word) for word in words]
    rows = np.flatnonzero(np.isin(data.labels, numbers))
    drawings = [data.drawings[row] for row in rows]
    labels = np.array([numbers.index(label) for label in data.labels[rows]])
    right = []
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=42).split(rows, labels):
        model = fit_sketches([drawings[i] for i in train], labels[train], len(words), n_steps=SKETCH_STEPS)
        X, lengths, y = collate([(sketch_to_seq(drawings[i]), labels[i]) for i in test])
        with torch.no_grad():
            right += (model(X, lengths).argmax(dim=1) == y).tolist()
    return float(np.mean(right)), f"{len(right):,} sketches, {FOLDS} folds"


@headline("p.13.11", "sketch accuracy, ant / axe / bat", book="", data="quickdraw", holds=lambda value: value > 0.6)
def sketches() -> tuple[float, str]:
    """The first three words."""
    return _known(FIFTEEN[:3])


@headline("p.13.11", "sketch accuracy, fifteen words", book="", data="quickdraw", holds=lambda value: value > 0.4)
def fifteen_words() -> tuple[float, str]:
    """By chance it would be one in fifteen."""
    return _known(FIFTEEN)
