"""Hidden checks of chapter 16: a search engine for photos (p.16.13)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.checks.ch16_vision_language.inputs_photos import (
    added,
    album,
    encoders,
    file_in,
    listing,
    loaded,
    looked_at,
    photo_of,
    saved,
    searched,
    seconds_per_search,
    unlink,
)
from autograder.testing import check
from course.datasets import load

WORDS = ["a beach", "two dogs", "grandma", "our bike", "snow"]


def _pixels(rng, height: int = 0, width: int = 0):
    """Return a photo whose four quarters have colours of their own."""
    height, width = (2 * n for n in (height or int(rng.integers(8, 15)), width or int(rng.integers(16, 24))))
    return rng.integers(0, 256, (2, 2, 3)).repeat(height // 2, axis=0).repeat(width // 2, axis=1)


class Album:
    """Photos in a folder of the student's process, an encoder, and what a search has to find."""

    def __init__(self, student, rng, n: int, extra=None, *, stretch: float = 3.0) -> None:
        self.pixels = {f"{name}.png": _pixels(rng) for name in map(str, rng.permutation(900)[:n] + 100)}
        files = {name: (pixels, "plain") for name, pixels in self.pixels.items()} | (extra or {})
        self.folder = student.probe_(album)(files)
        self.projection = rng.normal(size=(12, 16))
        self.texts = dict(zip(WORDS, rng.normal(size=(5, 16)).tolist(), strict=True))
        as_tensor = bool(rng.integers(2))
        self.encoders = student.probe_(encoders)(self.projection, self.texts, as_tensor, stretch)
        self.student, self.names = student, list(self.pixels)

    def engine(self):
        return self.student.PhotoSearch(self.encoders.images, self.encoders.words)

    def add(self, engine, names, size: int | None = None, *, as_text: bool = False, once: bool = False) -> list[str]:
        """Add photos; return the names of those that were skipped."""
        return self.student.probe_(added)(engine, self.folder, list(names), size, as_text, once)

    def found(self, engine, query, k: int | None):
        """Return names and similarities that a search gives."""
        rows = self.student.probe_(searched)(engine, query, k)
        return [name for name, _ in rows], np.array([score for _, score in rows], dtype=float)

    def vector(self, pixels):
        corners = np.asarray(pixels)[[0, 0, -1, -1], [0, -1, 0, -1]].ravel()  # quarter by quarter
        return (corners / 127.5 - 1) @ self.projection

    def wanted(self, query, names):
        """Return names and cosine similarities, the most similar one first."""
        vectors = np.array([self.vector(self.pixels[name]) for name in names])
        cosines = vectors @ query / np.linalg.norm(vectors, axis=1) / np.linalg.norm(query)
        order = np.argsort(-cosines)
        return [names[n] for n in order], cosines[order]

    def agrees(self, engine, names, queries=WORDS, k: int = 4) -> None:
        for text in queries:
            found, scores = self.found(engine, text, k)
            wanted, cosines = self.wanted(np.array(self.texts[text]), names)
            assert found == wanted[:k]
            assert_allclose(scores, cosines[:k], atol=1e-4)


@check("p.16.13", core=True, weight=2, hint="Cosine similarity: both vectors of length 1. And the most similar photo "
       "comes first.")  # fmt: skip
def test_words_find_photos(student, rng):
    """For each text the most similar photos are found, with their cosine similarities, the most similar one first,
    however long the encoders' vectors are."""
    photos = Album(student, rng, 13)
    engine = photos.engine()
    assert photos.add(engine, photos.names, int(rng.integers(3, 6))) == []
    photos.agrees(engine, photos.names)


@check("p.16.13", core=True, hint="What kind of query is it: a text, or a photo? The photo may be grey.")
def test_photos_find_photos(student, rng):
    """A photo of the index finds itself first, and a photo of any mode finds what is like it."""
    photos = Album(student, rng, 9)
    engine = photos.engine()
    photos.add(engine, photos.names, 4)
    n = len(photos.encoders.modes)
    for name in photos.names[:3]:
        found, scores = photos.found(engine, student.probe_(photo_of)(photos.pixels[name], "RGB"), 3)
        assert found == photos.wanted(photos.vector(photos.pixels[name]), photos.names)[0][:3]
        assert_allclose(scores[0], 1, atol=1e-4)
    for mode in ("L", "RGBA", "LA"):
        grey = _pixels(rng)[..., :1].repeat(3, axis=2)
        found, _ = photos.found(engine, student.probe_(photo_of)(grey, mode), 2)
        assert found == photos.wanted(photos.vector(grey), photos.names)[0][:2]
    assert photos.encoders.modes[n:] == ["RGB"] * 6
    assert photos.encoders.texts == []


@check("p.16.13", core=True, hint="What is encoded when somebody searches: the query, and nothing else.")
def test_photos_are_encoded_once(student, rng):
    """Photos are encoded when they are added, in batches that are not too large and never empty, and never again: a
    search encodes its query, once."""
    photos = Album(student, rng, 11)
    engine = photos.engine()
    size = int(rng.integers(2, 6))
    photos.add(engine, photos.names, size)
    asked = list(photos.encoders.batches)
    assert sum(asked) == 11
    assert 0 < min(asked) <= max(asked) <= size
    assert len(asked) <= 11 // size + 1
    for text in WORDS[:3]:
        photos.found(engine, text, 2)
    assert list(photos.encoders.batches) == asked
    assert [list(texts) for texts in photos.encoders.texts] == [[text] for text in WORDS[:3]]
    photos.found(engine, student.probe_(photo_of)(_pixels(rng), "RGB"), 2)
    assert list(photos.encoders.batches) == [*asked, 1]


@check("p.16.13", core=True, hint="Pillow opens a file before it reads it: that a half is missing shows only then. And "
       "where nothing can be read, nothing is encoded.")  # fmt: skip
def test_what_cannot_be_read_is_skipped(student, rng):
    """Files that are no pictures, that are cut off or that are not there are left out and named, in their order, and
    the other photos are found all the same; no batch is empty, even if none of its photos could be read."""
    noise = rng.integers(0, 256, (60, 60, 3))
    extra = {"a.png": (None, "text"), "b.png": (noise, "half"), "c.jpg": (noise, "half")}
    photos = Album(student, rng, 6, extra)
    bad = [str(name) for name in rng.permutation([*extra, "nowhere.png"])]
    mixed = [name for pair in zip(photos.names, [*bad, "", ""], strict=True) for name in pair if name]
    engine = photos.engine()
    assert photos.add(engine, mixed, int(rng.integers(2, 4))) == bad
    assert sum(photos.encoders.batches) == 6
    photos.agrees(engine, photos.names)
    only = photos.engine()
    assert photos.add(only, bad) == bad
    assert photos.found(only, WORDS[0], 3)[0] == []
    assert 0 not in list(photos.encoders.batches)
    for name in bad:
        assert student.probe_(looked_at)(student.open_photo, student.probe_(file_in)(photos.folder, name)) is None
    good = student.probe_(file_in)(photos.folder, photos.names[0])
    for as_text in (False, True):
        assert student.probe_(looked_at)(student.open_photo, good, as_text)


@check("p.16.13", core=True, weight=2, hint="Which two things are needed to search, besides the encoders?")
def test_index_is_saved_and_loaded(student, rng):
    """A new engine that loads the file, whose path is a text or a `Path`, finds what the old one has found, with the
    same similarities, without encoding anything and without the photos; what it had before is gone, and more can be
    added."""
    photos = Album(student, rng, 10)
    engine, other = photos.engine(), photos.engine()
    first, second, late = photos.names[:7], photos.names[7:9], photos.names[9:]
    photos.add(engine, first, 3)
    photos.add(other, second)
    asked = list(photos.encoders.batches)
    before = set(student.probe_(listing)(photos.folder))
    files = {"my index.npz": False, "another.npz": True}
    for file, as_text in files.items():
        student.probe_(saved)(engine, photos.folder, file, as_text)
    assert set(student.probe_(listing)(photos.folder)) - before == files.keys()
    student.probe_(unlink)(photos.folder, first)
    for file, as_text in files.items():
        fresh = photos.engine()
        student.probe_(loaded)(fresh, photos.folder, file, not as_text)
        photos.agrees(fresh, first, WORDS[:2])
    student.probe_(loaded)(other, photos.folder, "my index.npz", False)
    assert list(photos.encoders.batches) == asked
    photos.agrees(other, first)
    assert photos.add(other, [*first, *late]) == []
    assert list(photos.encoders.batches) == [*asked, 1]
    photos.agrees(other, [*first, *late])


@check("p.16.13", hint="The path of a photo may be a text or a `Path`: make it one of them before you compare. And "
       "paths may come one by one, as from `glob`.")  # fmt: skip
def test_photos_are_added_to_those_that_are_there(student, rng):
    """What is added, from a list or from what `glob` gives, comes to what is there; a photo that is there already or
    comes twice, whether its path is a text or a `Path`, is not encoded again and found once."""
    photos = Album(student, rng, 8)
    engine = photos.engine()
    photos.add(engine, [photos.names[n] for n in (0, 0, 1, 2, 3, 1)], 2)
    photos.add(engine, photos.names[2:6], 2, as_text=True)
    photos.add(engine, photos.names[4:], once=True)
    assert sum(photos.encoders.batches) == 8
    photos.agrees(engine, photos.names, k=8)


@check("p.16.13", hint="How many are there at most, and at least?")
def test_few_photos_or_none(student, rng):
    """Who asks for more photos than there are gets all; from an empty index nothing comes, nor when it was saved and
    loaded; five come if nothing is said."""
    photos = Album(student, rng, 7)
    engine = photos.engine()
    assert photos.found(engine, WORDS[0], None)[0] == []
    photos.add(engine, [])
    assert photos.encoders.batches == []
    student.probe_(saved)(engine, photos.folder, "empty.npz", False)
    photos.add(engine, photos.names[3:5])
    student.probe_(loaded)(engine, photos.folder, "empty.npz", False)
    assert photos.found(engine, WORDS[0], None)[0] == []
    photos.add(engine, photos.names[:3])
    photos.agrees(engine, photos.names[:3], k=50)
    photos.add(engine, photos.names[3:])
    assert len(photos.found(engine, WORDS[1], None)[0]) == 5


@check("p.16.13", hint="`ImageOps.exif_transpose`")
def test_photos_are_turned_and_made_rgb(student, rng):
    """Photos reach the encoder as RGB, whatever they were, and upright, however the camera was turned when it noted it:
    to either side, or upside down."""
    upright = _pixels(rng, 12, 18)
    grey, clear = upright[..., 0], np.dstack([upright, np.full(upright.shape[:2], 90)])
    files = {"grey.png": (grey, "plain"), "clear.png": (clear, "plain"), "palette.png": (upright, "palette")}
    for note, quarters in ((6, 1), (3, 2), (8, 3)):
        files[f"turned{note}.jpg"] = (np.rot90(upright, quarters), note)  # what such a camera stores
    photos = Album(student, rng, 2, files)
    engine = photos.engine()
    assert photos.add(engine, list(files)) == []
    assert photos.encoders.modes == ["RGB"] * len(files)
    height, width = upright.shape[:2]
    places = {name: student.probe_(file_in)(photos.folder, name) for name in files}
    seen = {name: student.probe_(looked_at)(student.open_photo, path) for name, path in places.items()}
    assert None not in seen.values()
    for name, (mode, size, colours) in seen.items():
        assert (mode, list(size)) == ("RGB", [width, height])
        if name == "clear.png":  # on which ground it is laid is left open
            continue
        corners = upright[[0, 0, -1, -1], [0, -1, 0, -1]]
        wanted = corners[:, :1].repeat(3, axis=1) if name == "grey.png" else corners
        assert_allclose(np.asarray(colours, dtype=float), wanted, atol=40 if name.startswith("turned") else 1)
    assert [list(size) for size in photos.encoders.sizes] == [[width, height]] * len(files)
    assert photos.found(engine, student.probe_(photo_of)(upright, "RGB"), 2)[0][0] != "grey.png"


@check("p.16.13", full=True, data="cifar10", hint="One product of a matrix and a vector, and no loop over photos.")
def test_ten_thousand_photos_are_searched_at_once(student, rng):
    """Of 10,000 real photos the index answers within 50 ms."""
    images = load("cifar10").X_train[:10_000].reshape(-1, 32, 32, 3)
    photos = Album(student, rng, 1, {f"{n}.png": (image, "plain") for n, image in enumerate(images)})
    engine = photos.engine()
    assert photos.add(engine, [f"{n}.png" for n in range(10_000)], 256) == []
    assert student.probe_(seconds_per_search)(engine, WORDS * 5) <= 0.05
    for row in rng.choice(10_000, 5):
        _, scores = photos.found(engine, student.probe_(photo_of)(images[row], "RGB"), 1)
        assert scores[0] > 0.999
