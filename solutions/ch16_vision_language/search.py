"""Chapter 16, a search engine for photos (p.16.13): the answers."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from solutions.ch16_vision_language.photos import open_photo


class PhotoSearch:
    """Finds photos by words, or by a photo.

    Parameters
    ----------
    encode_images : takes a list of RGB photos (Pillow's), and gives (n, d): vectors of
        any length, none of them 0, as an array or a tensor without gradients.
    encode_texts : takes a list of texts, and gives (n, d) in the same space.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> sky, rose = folder / "sky.png", folder / "rose.png"
    >>> Image.new("RGB", (4, 4), "blue").save(sky)
    >>> Image.new("RGB", (4, 4), "red").save(rose)
    >>> def colours(photos):
    ...     return [photo.getpixel((0, 0)) for photo in photos]
    >>> def words(texts):
    ...     return [["red" in text, 0.0, "blue" in text] for text in texts]
    >>> search = PhotoSearch(colours, words)
    >>> search.add([sky, rose, folder / "nowhere.png"]) == [str(folder / "nowhere.png")]
    True
    >>> found = search.search("a red thing", k=2)
    >>> [(Path(path).name, round(score, 2)) for path, score in found]
    [('rose.png', 1.0), ('sky.png', 0.0)]
    """

    def __init__(self, encode_images: Callable[[list[Any]], Any], encode_texts: Callable[[list[str]], Any]) -> None:
        self.encode_images, self.encode_texts = encode_images, encode_texts
        self.paths: list[str] = []
        self.vectors: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)  # (n, d), rows of length 1

    def add(self, paths: Iterable[str | Path], batch_size: int = 32) -> list[str]:
        """Take photos into the index, after those that are there already.

        `paths` may be what ``Path.glob`` gives, which can be gone through only once. A
        photo whose path is in the index already, or that comes twice, is neither read
        nor encoded again.
        `open_photo` reads them, and `encode_images` gets them, `batch_size` at a time;
        a batch may have fewer, but not none.

        Returns
        -------
        The paths, as text, of the photos that could not be read, in their order; they
        are left out.
        """
        known, skipped, read = set(self.paths), [], []
        for path in map(str, paths):
            if path in known:
                continue
            known.add(path)
            photo = open_photo(path)
            if photo is None:
                skipped.append(path)
            else:
                read.append((path, photo))
            if len(read) == batch_size:
                self._encode(read)
                read = []
        if read:
            self._encode(read)
        return skipped

    def _encode(self, read: Sequence[tuple[str, Image.Image]]) -> None:
        vectors = _unit(self.encode_images([photo for _, photo in read]))
        self.vectors = np.concatenate([self.vectors, vectors]) if self.paths else vectors
        self.paths += [path for path, _ in read]

    def save(self, file: str | Path) -> None:
        """Write the index into one file, called as `file` says; it ends in ``.npz``.

        An index without photos can be saved and loaded, too.
        """
        np.savez(file, paths=np.array(self.paths, dtype=str), vectors=self.vectors)

    def load(self, file: str | Path) -> None:
        """Read an index that `save` has written, in the place of the one that is there.

        Nothing is encoded, and the photos need not be there any more.
        """
        with np.load(file, allow_pickle=False) as stored:
            self.paths, self.vectors = stored["paths"].tolist(), stored["vectors"]

    def search(self, query: str | Image.Image, k: int = 5) -> list[tuple[str, float]]:
        """Return the photos that are most like the query.

        Parameters
        ----------
        query : a text, or a photo (Pillow's, which need not be RGB). It is encoded
            once, as the only one of its list, and nothing else is.
        k : how many photos to return; all, if there are fewer.

        Returns
        -------
        Paths as text, each with its cosine similarity to the query, the most similar
        one first. If there are no photos in the index, an empty list.
        """
        if not self.paths:
            return []
        found = self.encode_texts([query]) if isinstance(query, str) else self.encode_images([query.convert("RGB")])
        scores = self.vectors @ _unit(found)[0]  # (n,)
        best = np.argsort(-scores, kind="stable")[:k]
        return [(self.paths[n], float(scores[n])) for n in best]


def _unit(vectors: Any) -> NDArray[np.float32]:
    """Bring vectors to length 1."""
    found = np.asarray(vectors, dtype=np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)
