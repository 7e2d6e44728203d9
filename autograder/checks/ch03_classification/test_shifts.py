"""Hidden checks of chapter 3: shifted digits (p.03.2)."""

from functools import cache

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from autograder.testing import check
from course.datasets import load

SIDE, PIXELS = 28, 784
STEPS = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
mnist = cache(lambda: load("mnist"))


def _sample(rng, part: str, size: int):
    """Draw digits without replacement and touch up their pixels a little: a table of known images is no help."""
    X, y = getattr(mnist(), f"X_{part}"), getattr(mnist(), f"y_{part}")
    rows = rng.permutation(len(X))[:size]
    touched = X[rows].astype(int) + rng.integers(-3, 4, (len(rows), PIXELS))
    return np.clip(touched, 0, 255).astype(np.uint8), y[rows]


def _moved(image: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """Cut the moved image out of a wide margin of zeros."""
    side, margin = len(image), 60
    wide = np.pad(image, margin)
    return wide[margin - dy : margin - dy + side, margin - dx : margin - dx + side]


def _framed(rng) -> np.ndarray:
    """An image with a wide empty frame, so that a small shift pushes nothing over the edge."""
    return np.pad(rng.integers(1, 256, (SIDE - 12, SIDE - 12), dtype=np.uint8), 6)


def _shift(student, image: np.ndarray, dx: int, dy: int) -> np.ndarray:
    moved = np.asarray(student.shift_image(image, dx, dy))
    assert moved.size == image.size
    return moved.reshape(image.shape)


@check("p.03.2", core=True, weight=2, hint="Move a single bright pixel by (1, 0) and print where it went: dx counts "
       "columns, to the right; dy counts rows, down.")  # fmt: skip
def test_moves_the_way_asked(student, rng):
    """Every pixel moves dx to the right and dy down, and keeps its value."""
    for dx, dy in [*STEPS, *rng.integers(-6, 7, (5, 2)).tolist()]:
        image = _framed(rng)
        assert_allclose(_shift(student, image, dx, dy), _moved(image, dx, dy), atol=1e-6)


@check("p.03.2", hint="Shift an image of ones: where must zeros appear?")
def test_nothing_comes_back_in(student, rng):
    """The gap is filled with 0; what leaves on one side does not come back on the other, however far the shift."""
    beyond = SIDE + int(rng.integers(1, 20))
    far = [(SIDE, 0), (0, -SIDE), (beyond, 1), (1, beyond), (-beyond, -1), (-1, -beyond)]
    for dx, dy in [*STEPS, *rng.integers(-9, 10, (5, 2)).tolist(), *far]:
        image = rng.integers(1, 256, (SIDE, SIDE), dtype=np.uint8)
        gap = _moved(np.ones_like(image), dx, dy) == 0
        # Counted, so that a mistaken direction is left to the check above.
        for given in (image, image.ravel()):
            assert np.count_nonzero(_shift(student, given, dx, dy) == 0) == gap.sum()


@check("p.03.2", weight=0.5, hint="An array of bytes holds whole numbers from 0 to 255, and no others.")
def test_keeps_values_that_no_byte_holds(student, rng):
    """Pixels below 0, above 255 or between two whole numbers keep their values, too, where the dtype holds such."""
    for dtype in (np.int64, np.float64):
        image = np.pad(rng.normal(0, 900, (6, 6)).astype(dtype), 2)
        for given in (image, image.ravel()):
            moved = _shift(student, given, 2, -1)  # none leaves; where they are is left to the first check
            assert_allclose(np.sort(moved, axis=None), np.sort(given, axis=None), atol=1e-6)


@check("p.03.2", hint="Compare `.shape` and `.dtype` before and after, for a (28, 28) and for a (784,) image.")
def test_keeps_shape_and_dtype(student, rng):
    """A square image stays square, a flat one flat, of any size, and the dtype stays what it was."""
    side = int(rng.integers(5, 13))
    for shape in [(SIDE, SIDE), (PIXELS,), (side, side), (side * side,)]:
        for dtype in (np.uint8, np.float32, np.float64):
            moved = np.asarray(student.shift_image(rng.integers(0, 256, shape).astype(dtype), 1, -1))
            assert (moved.shape, moved.dtype) == (shape, dtype)


def _stands_alone(shift_image, image):
    """Whether even an image that is not moved comes back as a new array."""
    import numpy as np

    return not any(np.shares_memory(np.asarray(shift_image(given, 0, 0)), given) for given in (image, image.ravel()))


@check("p.03.2", hint="Build the result in a new array.")
def test_leaves_its_input_alone(student, rng):
    """Neither function changes the arrays it is given, nor hands one of them back as its answer."""
    image, X, y = _framed(rng), np.stack([_framed(rng).ravel() for _ in range(3)]), rng.integers(0, 10, 3)
    for dx, dy in STEPS:
        for given in (image, image.ravel()):
            _, (after, *_) = student.watch_("shift_image", given, dx, dy)
            assert_array_equal(after, given)
    assert student.probe_(_stands_alone)(student.shift_image, image) is True
    _, (X_after, y_after) = student.watch_("augment", X, y)
    assert_array_equal(X_after, X)
    assert_array_equal(y_after, y)


def _augmented(student, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    X_more, y_more = map(np.asarray, student.augment(X, y))
    assert X_more.ndim == 2
    assert X_more.shape[1] == X.shape[1]
    assert y_more.shape == (len(X_more),)
    return X_more, y_more


def _key(row: np.ndarray) -> bytes:
    return np.asarray(row, dtype=float).round(6).tobytes()


@check("p.03.2", hint="`augment` needs the image itself, and `shift_image` of it by one pixel in four directions.")
def test_five_rows_for_each_image(student, rng):
    """`augment` returns 5n rows and labels of the same dtypes: every image, of any size, and its copies moved by one
    pixel to the right, left, down and up."""
    other = int(rng.integers(5, 13)) ** 2  # images may have another size
    for X, kind in (
        (rng.integers(1, 256, (4, PIXELS), dtype=np.uint8), int),
        (rng.uniform(0.1, 900, (3, other)), float),
    ):
        y = rng.integers(0, 10, len(X)).astype(kind)
        X_more, y_more = _augmented(student, X, y)
        assert (X_more.dtype, y_more.dtype) == (X.dtype, y.dtype)
        # The student's own shift_image is the measure: its mistakes are not counted twice.
        wanted = {_key(_shift(student, row, dx, dy)) for row in X for dx, dy in STEPS}
        assert len(X_more) == len(wanted) == len(STEPS) * len(X)
        assert {_key(row) for row in X_more} == wanted


@check("p.03.2", core=True, hint="Plot a few rows of the augmented set with their labels as titles.")
def test_labels_stay_with_their_images(student, rng):
    """In the augmented set every copy has the label of the image it was made from."""
    X, y = np.stack([_framed(rng).ravel() for _ in range(12)]), rng.permutation(12) % 10
    known = {
        _key(_moved(row.reshape(SIDE, SIDE), dx, dy).ravel()): (label, (dx, dy))
        for row, label in zip(X, y, strict=True)
        for dx, dy in STEPS
    }
    X_more, y_more = _augmented(student, X, y)
    keys = [_key(row) for row in X_more]
    assert known.keys() >= set(keys)
    found = [known[key] for key in keys]
    assert {step for _, step in found} >= set(STEPS[1:])
    assert_array_equal(y_more, [label for label, _ in found])


@check("p.03.2", at_least=True, data="mnist", hint="Are the copies really moved, and are their labels right?")
def test_accuracy_rises(student, rng) -> float:
    """Nearest neighbours among 200 digits are right more often, by {threshold:.1%} of all cases or more, once you have
    augmented the 200."""
    gains = []
    for _ in range(10):
        X, y = _sample(rng, "train", 200)
        X_unseen, y_unseen = _sample(rng, "test", 1_000)
        before, after = (
            KNeighborsClassifier(1).fit(*rows).score(X_unseen, y_unseen) for rows in ((X, y), _augmented(student, X, y))
        )
        gains.append(after - before)
    return float(np.mean(gains))


@check("p.03.2", full=True, data="mnist", hint="Are the copies really moved, and are their labels right?")
def test_all_digits_and_their_copies_teach_more(student, rng):
    """Nearest neighbours, by 50 principal components, that are given all 60,000 digits of MNIST and your copies of them
    read more of the 10,000 test digits than with the 60,000 alone, and more than 97 in 100."""
    X, y = _sample(rng, "train", 60_000)
    few = PCA(50, svd_solver="covariance_eigh").fit(X.astype(np.float32))  # all 784 take ten times as long
    unseen = few.transform(mnist().X_test.astype(np.float32))
    alone, together = (
        KNeighborsClassifier(4, weights="distance", algorithm="brute")
        .fit(few.transform(rows.astype(np.float32)), labels)
        .score(unseen, mnist().y_test)
        for rows, labels in ((X, y), _augmented(student, X, y))
    )
    assert together > max(alone, 0.97)
