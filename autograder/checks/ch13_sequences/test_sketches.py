"""Hidden checks of chapter 13: sketches as sequences of points (p.13.11)."""

import json

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch13_sequences.inputs_sketches import drawing, sequences
from autograder.testing import check


def _line(rng, word: str, n_strokes: int) -> tuple[str, list[list[list[int]]]]:
    """Return a line of a file, keys in any order and some that are not needed, and the drawing in it."""
    strokes = [rng.integers(0, 256, (2, int(rng.integers(1, 9)))).tolist() for _ in range(n_strokes)]
    record = {
        "word": word,
        "countrycode": "DE",
        "key_id": str(rng.integers(10**15)),
        "recognized": bool(rng.integers(2)),
        "drawing": strokes,
    }
    keys = rng.permutation(list(record)).tolist()
    return json.dumps({key: record[key] for key in keys}), strokes


@check("p.13.11", core=True, hint="Does one call of `json.loads` read the whole file? What are the two lists of a "
       "stroke?")  # fmt: skip
def test_every_line_is_a_drawing(student, rng):
    """`read_ndjson` reads each line by itself, skips blank ones, and returns all words, and all drawings with their
    strokes as rows of x and y, in the order of the file."""
    told = rng.choice(["ant", "axe", "bat", "The Eiffel Tower"], 6).tolist()
    lines, wanted = zip(*[_line(rng, word, int(rng.integers(1, 5))) for word in told], strict=True)
    words, drawings = student.read_ndjson("\n".join([*lines[:3], "", *lines[3:], ""]))
    assert list(words) == told
    assert [len(strokes) for strokes in drawings] == [len(strokes) for strokes in wanted]
    for strokes, right in zip(drawings, wanted, strict=True):
        for stroke, (x, y) in zip(strokes, right, strict=True):
            assert_array_equal(np.asarray(stroke), np.column_stack([x, y]))


def _sequence(student, strokes) -> np.ndarray:
    sequence = np.asarray(student.sketch_to_seq(strokes))
    assert sequence.shape == (sum(map(len, strokes)), 3)
    assert sequence.dtype.kind == "f"
    return sequence


@check("p.13.11", core=True, hint="One scale for both axes, else a slim sketch becomes a square. And are the strokes "
       "still in their order?")  # fmt: skip
def test_points_keep_order_and_proportions(student, rng):
    """x and y of all points are there, in the order in which they were drawn; the least of each is 0, and the larger of
    width and height is 1."""
    for n_strokes in (1, 2, 5):
        strokes = drawing(rng, n_strokes)
        points = np.concatenate(strokes)
        wanted = (points - points.min(axis=0)) / np.ptp(points, axis=0).max()
        assert_allclose(_sequence(student, strokes)[:, :2], wanted, atol=1e-4)


@check("p.13.11", core=True, hint="Where is the pen lifted? Print the third column of a sketch of two strokes.")
def test_progress_begins_anew_with_each_stroke(student, rng):
    """Progress rises in equal steps from 0 at the first point of each stroke to 1 at its last."""
    strokes = drawing(rng, 4)
    wanted = [step / (len(stroke) - 1) for stroke in strokes for step in range(len(stroke))]
    assert_allclose(_sequence(student, strokes)[:, 2], wanted, atol=1e-5)


@check("p.13.11", hint="Divide by the size of what has none, or by one point less than one: what comes of it?")
def test_dots_and_straight_lines(student, rng):
    """A stroke of one point, a level line, and a sketch that is a single dot give the right numbers, all finite."""
    x, y = rng.integers(1, 100, 2).tolist()
    dotted = _sequence(student, [[[x, y]], [[x + 4, y + 8], [x + 2, y]]])
    assert_allclose(dotted[:, :2], [[0, 0], [0.5, 1], [0.25, 0]], atol=1e-5)
    assert dotted[0, 2] in (0, 1)
    assert_allclose(dotted[1:, 2], [0, 1], atol=1e-5)
    level = _sequence(student, [[[x, y], [x + 5, y], [x + 10, y]]])
    assert_allclose(level, [[0, 0, 0], [0.5, 0, 0.5], [1, 0, 1]], atol=1e-5)
    dot = _sequence(student, [[[x, y]]])
    assert_array_equal(dot[0, :2], 0)
    assert dot[0, 2] in (0, 1)


@check("p.13.11", hint="What type do your arrays have, and whose are they?")
def test_drawing_is_left_alone(student, rng):
    """Small whole numbers, as QuickDraw has them, are read correctly, and the drawing that is given is not changed."""
    strokes = [rng.integers(100, 256, (int(n), 2)).astype(np.uint8) for n in rng.integers(2, 9, 3)]
    points = np.concatenate(strokes).astype(float)
    wanted = (points - points.min(axis=0)) / np.ptp(points, axis=0).max()
    sequence, (after,) = student.watch_("sketch_to_seq", [stroke.copy() for stroke in strokes])
    assert_allclose(np.asarray(sequence)[:, :2], wanted, atol=1e-5)
    for stroke, kept in zip(after, strokes, strict=True):
        assert_array_equal(stroke, kept)


@check("p.13.11", core=True, hint="Which length has the longest sequence of the batch? And what stands behind the "
       "others?")  # fmt: skip
def test_batch_of_sketches_is_padded(student, rng):
    """`collate` puts the sequences into one tensor of float32, in their order, with zeros behind them up to the longest
    one, and returns their lengths and classes as int64."""
    for n in (1, 7):
        seqs, labels = sequences(rng, rng.integers(1, 20, n)), rng.integers(0, 10, n)
        X, lengths, y = student.collate([(seq, int(label)) for seq, label in zip(seqs, labels, strict=True)])
        longest = max(map(len, seqs))
        assert (X.dtype, lengths.dtype, y.dtype) == (torch.float32, torch.int64, torch.int64)
        wanted = [np.concatenate([seq, np.zeros((longest - len(seq), 3))]) for seq in seqs]
        assert X.shape == (n, longest, 3)
        assert_allclose(np.asarray(X), wanted, atol=1e-6)
        assert lengths.tolist() == [len(seq) for seq in seqs]
        assert y.tolist() == labels.tolist()
