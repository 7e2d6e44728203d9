"""Hidden checks of chapter 12: what is on a photo (tf1.13.8)."""

import numpy as np
from numpy.testing import assert_allclose
from scipy.special import softmax

from autograder.checks.ch12_vision.inputs_nets import talker, write_photo
from autograder.checks.ch12_vision.inputs_transfer import MEAN, STD
from autograder.testing import check
from autograder.testing.modules import outputs, tensor


def _quarters(height: int, width: int):
    """Return a photo whose four quarters have four colours: red, green below, blue at the right, white at both."""
    photo = np.zeros((height, width, 3), dtype=np.uint8)
    photo[: height // 2, : width // 2] = [250, 10, 20]
    photo[height // 2 :, : width // 2] = [10, 250, 20]
    photo[: height // 2, width // 2 :] = [20, 10, 250]
    photo[height // 2 :, width // 2 :] = 250
    return photo


def _corners(pixels):
    """Return the colours near the four corners."""
    return np.asarray(pixels, dtype=float)[[2, 2, -3, -3], [2, -3, 2, -3]]


@check("tf1.13.8", core=True, hint='`convert("RGB")`, whatever was in the file.')
def test_photos_of_all_kinds_are_read(student, rng):
    """A photo in colour, grey, or with a transparent layer comes as red, green and blue bytes, with its rows and
    columns in place."""
    height, width = (int(n) for n in 2 * rng.permutation(np.arange(12, 30))[:2])
    colour, grey = _quarters(height, width), np.full((height, width), int(rng.integers(30, 220)), dtype=np.uint8)
    clear = np.dstack([colour, np.full((height, width), 90, dtype=np.uint8)])
    wanted = {"a.jpg": colour, "b.png": colour, "c.png": np.dstack([grey] * 3), "d.png": colour}
    for (name, right), given in zip(wanted.items(), (colour, colour, grey, clear), strict=True):
        found = np.asarray(student.open_photo(student.probe_(write_photo)(given, 0, name)))
        assert found.shape == (height, width, 3)
        assert found.dtype == np.uint8
        assert_allclose(_corners(found), _corners(right), atol=12)


@check("tf1.13.8", hint="Pillow can do what the file asks for: look for *exif* in its ImageOps.")
def test_photos_are_turned_upright(student, rng):
    """A photo whose file says that the camera was held on its side, or upside down, is turned upright."""
    upright = _quarters(40, 28)
    lying = {6: np.rot90(upright), 8: np.rot90(upright, 3), 3: np.rot90(upright, 2), 1: upright}
    for orientation, pixels in lying.items():
        path = student.probe_(write_photo)(np.ascontiguousarray(pixels), orientation, "photo.jpg")
        found = np.asarray(student.open_photo(path))
        assert found.shape == upright.shape
        assert_allclose(_corners(found), _corners(upright), atol=12)


def _colours(student, photo, size):
    """Return what `preprocess` gives, with the normalisation undone: (size, size, 3) from 0 to 1."""
    found = student.preprocess(photo, size)
    found = outputs(lambda *_: found, shape=(1, 3, size, size))
    return np.moveaxis(found[0], 0, -1) * STD + MEAN


@check(
    "tf1.13.8",
    core=True,
    weight=2,
    hint="Bytes to numbers from 0 to 1, minus MEAN, divided by STD. Which axis has the colours?",
)
def test_colours_and_shape_are_the_networks(student, rng):
    """A photo comes out as one picture of the size asked for, 299 if none is, channels first, normalised."""
    size = int(rng.integers(16, 40))
    colour = rng.permutation([255, *rng.integers(0, 256, 2)])
    photo = np.broadcast_to(colour, (int(rng.integers(20, 60)), 33, 3)).astype(np.uint8)
    assert_allclose(_colours(student, photo, size), np.broadcast_to(colour / 255, (size, size, 3)), atol=0.003)
    assert_allclose(_corners(_colours(student, _quarters(90, 90), size)), _corners(_quarters(90, 90)) / 255, atol=0.06)
    assert tuple(np.asarray(student.preprocess(photo)).shape) == (1, 3, 299, 299)


@check(
    "tf1.13.8",
    core=True,
    hint="Scale by one factor, so that the *shorter* side fits; then cut the longer one, at both ends.",
)
def test_middle_of_the_photo_is_kept(student, rng):
    """Of a wide photo the middle is kept, of a high one, too, and a square in it remains a square."""
    for turned in (False, True):
        photo = np.zeros((60, 180, 3), dtype=np.uint8)
        photo[:, 60:120] = [0, 0, 200]  # all that is kept
        photo[20:40, 80:100] = 200  # a white square in the middle, a third of the side
        photo = photo.transpose(1, 0, 2) if turned else photo
        found = _colours(student, np.ascontiguousarray(photo), 30)
        assert_allclose(found[..., 2], 200 / 255, atol=0.12)
        bright = found[..., 0] > 0.4
        rows, columns = bright.any(axis=1).sum(), bright.any(axis=0).sum()
        assert abs(int(rows) - 10) <= 1
        assert abs(int(columns) - 10) <= 1
        assert bright[15, 15]


def _said(student, model, X, names, k):
    found = student.most_likely(model, tensor(X), names, k)
    assert len(found) == len(X)
    return [[(str(name), float(p)) for name, p in row] for row in found]


def _batch(rng, n: int):
    X = rng.normal(size=(n, 3, 4, 4))
    return X + (rng.choice([-1, 1], n) * rng.uniform(0.5, 2, n) - X.mean(axis=(1, 2, 3)))[:, None, None, None]


@check(
    "tf1.13.8",
    core=True,
    weight=2,
    hint="softmax over the classes, then the k largest, in order: does each keep its name?",
)
def test_most_likely_classes_are_named(student, rng):
    """For each picture of a batch the k most probable classes come with their names and probabilities, in order."""
    logits = 2 * rng.normal(size=9)
    names = [f"kind {number}" for number in rng.permutation(9)]
    for k in (5, 1, 9):
        X = _batch(rng, 4)
        found = _said(student, student.probe_(talker)(logits), np.asarray(X), names, k)
        for row, level in zip(found, X.astype(np.float32).mean(axis=(1, 2, 3)), strict=True):
            p = softmax(logits * float(level))
            order = np.argsort(-p)[:k]
            assert [name for name, _ in row] == [names[n] for n in order]
            assert_allclose([value for _, value in row], p[order], atol=1e-4)


@check(
    "tf1.13.8",
    hint="The exponential of a thousand is no float. What does a softmax take away first, and from which row?",
)
def test_logits_may_be_large(student, rng):
    """Logits may be in the hundreds for one picture of a batch and small for another: each has its most probable class
    and that one's probability."""
    logits, names = rng.permutation(np.arange(6) / 2), list("abcdef")
    levels = rng.permutation([-400.0, 1.0, 300.0])
    found = _said(
        student, student.probe_(talker)(logits), np.ones((3, 3, 4, 4)) * levels[:, None, None, None], names, 1
    )
    for ((name, value),), level in zip(found, levels, strict=True):
        p = softmax(logits * level)
        assert name == names[int(p.argmax())]
        assert_allclose(value, p.max(), atol=1e-4)


@check("tf1.13.8", hint="What is class 0 of a network that has one class more than there are names?")
def test_background_moves_the_names(student, rng):
    """Where the network has one class more than there are names, its first class is the background, and each other one
    keeps its own name."""
    logits = rng.permutation(np.arange(7) / 2)
    names = [f"kind {number}" for number in range(6)]
    X = np.ones((2, 3, 4, 4))
    found = _said(student, student.probe_(talker)(logits), X, names, 7)
    order = np.argsort(-logits)
    assert [[name for name, _ in row] for row in found] == [[["background", *names][n] for n in order]] * 2


@check("tf1.13.8", hint="`model.eval()`; and a tuple's first part has the logits.")
def test_asked_in_evaluation_mode(student, rng):
    """A model that was left in training mode is asked in evaluation mode; one that gives a tuple, such as Inception
    with its second opinion, is understood."""
    logits, names = rng.permutation(np.arange(6) / 2), list("abcdef")
    for with_more in (False, True):
        model = student.probe_(talker)(logits, with_more)
        model.train(True)
        ((best, *_),) = _said(student, model, np.ones((1, 3, 4, 4)), names, 3)
        assert best[0] == names[int(logits.argmax())]
