"""Wrong and right answers of chapter 16: a search engine for photos (p.16.13)."""

import json
import zipfile
from pathlib import Path

import numpy as np
import torch

from autograder.testing import alternative, mutant
from solutions.ch16_vision_language.photos import open_photo
from solutions.ch16_vision_language.search import PhotoSearch, _unit

ENGINE = "PhotoSearch"


def _raw(vectors):
    return np.asarray(vectors, dtype=np.float32)


@mutant("p.16.13", replaces=ENGINE, fails="test_words_find_photos")
class DotProducts(PhotoSearch):
    """Photos with long vectors win with you: bring all vectors to length 1."""

    def _encode(self, read):
        vectors = _raw(self.encode_images([photo for _, photo in read]))
        self.vectors = np.concatenate([self.vectors, vectors]) if self.paths else vectors
        self.paths += [path for path, _ in read]


@mutant("p.16.13", replaces=ENGINE, fails="test_words_find_photos")
class LeastSimilar(PhotoSearch):
    """The most similar photo comes first: you sort upwards."""

    def search(self, query, k=5):
        return super().search(query, len(self.paths))[::-1][:k]


@mutant("p.16.13", replaces=ENGINE, fails="test_words_find_photos")
class Distances(PhotoSearch):
    """Cosine similarities are asked for, not distances."""

    def search(self, query, k=5):
        return [(path, float(np.sqrt(max(0.0, 2 - 2 * score)))) for path, score in super().search(query, k)]


@mutant("p.16.13", replaces=ENGINE, fails="test_photos_find_photos")
class QueryAsItIs(PhotoSearch):
    """A query may be grey or transparent, too: make it RGB before it is encoded."""

    def search(self, query, k=5):
        if not isinstance(query, str):
            query.convert = lambda mode: query
        return super().search(query, k)


@mutant("p.16.13", replaces=ENGINE, fails="test_photos_are_encoded_once")
class EncodedAnew(PhotoSearch):
    """You encode all photos again for each search: that takes minutes, where an index takes milliseconds."""

    def search(self, query, k=5):
        for path in self.paths:
            self.encode_images([open_photo(path)])
        return super().search(query, k)


@mutant("p.16.13", replaces=ENGINE, fails="test_photos_are_encoded_once")
class OneBatch(PhotoSearch):
    """You encode all photos at once: thousands of them don't fit into the memory."""

    def add(self, paths, batch_size=32):
        return super().add(paths, 10**9)


@mutant("p.16.13", replaces=ENGINE, fails="test_photos_are_encoded_once")
class OneByOne(PhotoSearch):
    """You encode the photos one by one, which takes much longer than in batches."""

    def add(self, paths, batch_size=32):
        return super().add(paths, 1)


@mutant("p.16.13", replaces=ENGINE, fails="test_words_find_photos")
class LastBatchLost(PhotoSearch):
    """The last batch, which may be smaller, is missing."""

    def add(self, paths, batch_size=32):
        paths = list(paths)
        return super().add(paths[: len(paths) // batch_size * batch_size], batch_size)


@mutant("p.16.13", replaces=ENGINE, fails="test_what_cannot_be_read_is_skipped")
class PathsOfAll(PhotoSearch):
    """You keep the paths of photos that could not be read: from there on paths and vectors don't match."""

    def _encode(self, read):
        super()._encode(read)
        self.paths = [path for path, _ in self.seen[: len(self.paths)]]

    def add(self, paths, batch_size=32):
        paths = list(paths)
        self.seen = [*[(path, None) for path in self.paths], *[(str(path), None) for path in paths]]
        return super().add(paths, batch_size)


@mutant("p.16.13", replaces=ENGINE, fails="test_what_cannot_be_read_is_skipped")
class EmptyBatches(PhotoSearch):
    """Of a batch of paths no photo may be left: encode nothing then, since a model can't be asked about none."""

    def add(self, paths, batch_size=32):
        new, skipped = [path for path in dict.fromkeys(map(str, paths)) if path not in self.paths], []
        for start in range(0, len(new), batch_size):
            photos = {path: open_photo(path) for path in new[start : start + batch_size]}
            good = {path: photo for path, photo in photos.items() if photo is not None}
            vectors = self.encode_images(list(good.values()))
            if good:
                self.vectors = np.concatenate([self.vectors, _unit(vectors)]) if self.paths else _unit(vectors)
            self.paths += good
            skipped += [path for path in photos if path not in good]
        return skipped


@mutant("p.16.13", replaces=ENGINE, fails="test_what_cannot_be_read_is_skipped")
class NothingSaid(PhotoSearch):
    """Say which photos were left out: their paths are asked for."""

    def add(self, paths, batch_size=32):
        super().add(paths, batch_size)
        return []


@mutant("p.16.13", replaces=ENGINE, fails="test_index_is_saved_and_loaded")
class VectorsOnly(PhotoSearch):
    """You save the vectors without the paths, and name the photos by what is in the index already."""

    def load(self, file):
        paths = self.paths
        super().load(file)
        self.paths = (paths + self.paths)[: len(self.paths)]


@mutant("p.16.13", replaces=ENGINE, fails="test_index_is_saved_and_loaded")
class LoadedAndAdded(PhotoSearch):
    """What is loaded takes the place of what was there; you put it behind."""

    def load(self, file):
        paths, vectors = self.paths, self.vectors
        super().load(file)
        if paths:
            self.paths, self.vectors = paths + self.paths, np.concatenate([vectors, self.vectors])


@mutant("p.16.13", replaces=ENGINE, fails="test_index_is_saved_and_loaded")
class EncodedOnLoading(PhotoSearch):
    """You save paths only, and encode the photos again when they are loaded: they may not be there any more."""

    def load(self, file):
        super().load(file)
        paths, self.paths = self.paths, []
        self.vectors = self.vectors[:0]
        self.add(paths)


@mutant("p.16.13", replaces=ENGINE, fails="test_index_is_saved_and_loaded")
class NameOfItsOwn(PhotoSearch):
    """The file is to be called as `file` says: nothing is added to its name."""

    def save(self, file):
        super().save(f"{file}.npz")

    def load(self, file):
        super().load(f"{file}.npz")


@mutant("p.16.13", replaces=ENGINE, fails="test_index_is_saved_and_loaded")
class SuffixOfAText(PhotoSearch):
    """The file may be a text, which has no `with_suffix`: make a `Path` of it first."""

    def save(self, file):
        super().save(file.with_suffix(".npz"))


@mutant("p.16.13", replaces=ENGINE, fails="test_photos_are_added_to_those_that_are_there")
class Replaced(PhotoSearch):
    """A second `add` comes to the first: you begin anew."""

    def add(self, paths, batch_size=32):
        paths = list(paths)
        if paths:
            self.paths = []
        return super().add(paths, batch_size)


@mutant("p.16.13", replaces=ENGINE, fails="test_photos_are_added_to_those_that_are_there")
class FoundTwice(PhotoSearch):
    """A photo that is there already comes in again: leave it out."""

    def add(self, paths, batch_size=32):
        skipped = []
        for path in paths:
            other = PhotoSearch(self.encode_images, self.encode_texts)
            skipped += other.add([path])
            if other.paths:
                self.vectors = np.concatenate([self.vectors, other.vectors]) if self.paths else other.vectors
                self.paths += other.paths
        return skipped


@mutant("p.16.13", replaces=ENGINE, fails="test_photos_are_added_to_those_that_are_there")
class TwiceAtOnce(PhotoSearch):
    """A path may come twice in one call, too: note each one as you come to it."""

    def add(self, paths, batch_size=32):
        new = [path for path in map(str, paths) if path not in self.paths]
        photos = [(path, open_photo(path)) for path in new]
        good = [(path, photo) for path, photo in photos if photo is not None]
        for start in range(0, len(good), batch_size):
            self._encode(good[start : start + batch_size])
        return [path for path, photo in photos if photo is None]


@mutant("p.16.13", replaces=ENGINE, fails="test_photos_are_added_to_those_that_are_there")
class GoneThroughTwice(PhotoSearch):
    """What `glob` gives can be gone through once: when you go through the paths again, nothing is left."""

    def add(self, paths, batch_size=32):
        skipped = [str(path) for path in paths if str(path) not in self.paths and open_photo(path) is None]
        super().add([path for path in paths if str(path) not in skipped], batch_size)
        return skipped


@mutant("p.16.13", replaces=ENGINE, fails="test_few_photos_or_none")
class NeverEmpty(PhotoSearch):
    """An empty index has nothing to offer: that is no error."""

    def search(self, query, k=5):
        if not self.paths:
            raise ValueError("the index is empty")
        return super().search(query, k)


@mutant("p.16.13", replaces=ENGINE, fails="test_few_photos_or_none")
class NothingToStack(PhotoSearch):
    """An index without photos can be saved, too: `np.stack` of no vectors is an error."""

    def save(self, file):
        np.savez(file, paths=np.array(self.paths, dtype=str), vectors=np.stack(list(self.vectors)))


@mutant("p.16.13", replaces=ENGINE, fails="test_few_photos_or_none")
class TenAtFirst(PhotoSearch):
    """Five photos are returned if nothing else is said."""

    def search(self, query, k=10):
        return super().search(query, k)


# ---------------------------------------------------------------- right ones


def _listed(vectors):
    return [list(map(float, row)) for row in np.asarray(vectors, dtype=float)]


@alternative("p.16.13", replaces=ENGINE)
class WithTensors:
    """Keeps tensors as they are, normalises when it searches, and saves with PyTorch."""

    def __init__(self, encode_images, encode_texts):
        self.images, self.texts = encode_images, encode_texts
        self.index = {}

    def add(self, paths, batch_size=32):
        new = [path for path in dict.fromkeys(map(str, paths)) if path not in self.index]
        photos = {path: open_photo(path) for path in new}
        good = [path for path in new if photos[path] is not None]
        for start in range(0, len(good), batch_size):
            some = good[start : start + batch_size]
            for path, vector in zip(some, _listed(self.images([photos[path] for path in some])), strict=True):
                self.index[path] = torch.tensor(vector)
        return [path for path in new if photos[path] is None]

    def save(self, file):
        torch.save(self.index, Path(file))

    def load(self, file):
        self.index = torch.load(Path(file), weights_only=True)

    def search(self, query, k=5):
        if not self.index:
            return []
        found = self.texts([query]) if isinstance(query, str) else self.images([query.convert("RGB")])
        one, all_ = torch.tensor(_listed(found)), torch.stack(list(self.index.values()))
        best = torch.nn.functional.cosine_similarity(one, all_).topk(min(k, len(all_)))
        paths = list(self.index)
        return [[paths[n], score] for score, n in zip(best.values.tolist(), best.indices.tolist(), strict=True)]


@alternative("p.16.13", replaces=ENGINE)
class WithNeighbours(PhotoSearch):
    """Searches by scikit-learn's nearest neighbours, and saves as JSON in a zip file."""

    def save(self, file):
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("index", json.dumps([self.paths, self.vectors.tolist()]))

    def load(self, file):
        with zipfile.ZipFile(file) as archive:
            self.paths, vectors = json.loads(archive.read("index"))
        self.vectors = np.array(vectors, dtype=np.float32)

    def search(self, query, k=5):
        from sklearn.neighbors import NearestNeighbors

        if not self.paths:
            return []
        found = self.encode_texts([query]) if isinstance(query, str) else self.encode_images([query.convert("RGB")])
        near = NearestNeighbors(n_neighbors=min(k, len(self.paths)), metric="cosine").fit(self.vectors)
        apart, rows = near.kneighbors(np.asarray(found, dtype=np.float32))
        return [(self.paths[row], 1 - far) for far, row in zip(apart[0], rows[0], strict=True)]
