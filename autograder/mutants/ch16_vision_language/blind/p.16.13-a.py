# %% right
# Intent: read everything inside one try; keep a list of paths and a matrix of unit vectors, so that a search is one product.
import numpy as np
import torch
from PIL import Image, ImageOps


def open_photo(path):
    try:
        with Image.open(path) as photo:
            photo.load()
            return ImageOps.exif_transpose(photo).convert("RGB")
    except Exception:
        return None


class PhotoSearch:
    def __init__(self, encode_images, encode_texts):
        self.encode_images = encode_images
        self.encode_texts = encode_texts
        self.paths = []
        self.vectors = None

    def _units(self, vectors):
        if isinstance(vectors, torch.Tensor):
            vectors = vectors.detach().cpu().double().numpy()
        vectors = np.asarray(vectors, dtype=np.float64)
        return (vectors / np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))).astype(np.float32)

    def add(self, paths, batch_size=32):
        known = set(self.paths)
        unreadable, names, photos, new_names, new_vectors = [], [], [], [], []

        def encode_batch():
            if photos:
                new_vectors.append(self._units(self.encode_images(list(photos))))
                new_names.extend(names)
                names.clear()
                photos.clear()

        for path in paths:
            name = str(path)
            if name in known:
                continue
            photo = open_photo(path)
            if photo is None:
                unreadable.append(name)
                continue
            known.add(name)
            names.append(name)
            photos.append(photo)
            if len(photos) == batch_size:
                encode_batch()
        encode_batch()
        if new_vectors:
            old = [] if self.vectors is None else [self.vectors]
            self.vectors = np.concatenate(old + new_vectors)
            self.paths = self.paths + new_names
        return unreadable

    def save(self, file):
        vectors = np.zeros((0, 0), dtype=np.float32) if self.vectors is None else self.vectors
        with open(file, "wb") as out:
            np.savez(out, paths=np.array(self.paths, dtype=str), vectors=vectors)

    def load(self, file):
        with np.load(file) as stored:
            self.paths = [str(path) for path in stored["paths"]]
            self.vectors = stored["vectors"] if self.paths else None

    def search(self, query, k=5):
        if not self.paths:
            return []
        if isinstance(query, str):
            vector = self._units(self.encode_texts([query]))[0]
        else:
            vector = self._units(self.encode_images([query.convert("RGB")]))[0]
        scores = self.vectors @ vector
        order = np.argsort(-scores, kind="stable")[:k]
        return [(self.paths[i], float(scores[i])) for i in order]

# %% wrong: open_photo
# Misconception: Pillow turns a photo by itself when it opens it, so that convert is all there is to do.
def open_photo(path):
    try:
        with Image.open(path) as photo:
            return photo.convert("RGB")
    except Exception:
        return None

# %% wrong: PhotoSearch
# Misconception: similarity is the dot product of what the encoders give; their lengths carry meaning too, or are 1 anyway.
class PhotoSearch:
    def __init__(self, encode_images, encode_texts):
        self.encode_images = encode_images
        self.encode_texts = encode_texts
        self.paths = []
        self.vectors = []

    def _numbers(self, vectors):
        if isinstance(vectors, torch.Tensor):
            vectors = vectors.detach().cpu().numpy()
        return np.asarray(vectors, dtype=np.float32)

    def add(self, paths, batch_size=32):
        known, missing, todo = set(self.paths), [], []
        for path in paths:
            name = str(path)
            if name in known:
                continue
            photo = open_photo(path)
            if photo is None:
                missing.append(name)
            else:
                known.add(name)
                todo.append((name, photo))
        for start in range(0, len(todo), batch_size):
            part = todo[start : start + batch_size]
            self.vectors.extend(self._numbers(self.encode_images([photo for _, photo in part])))
            self.paths.extend(name for name, _ in part)
        return missing

    def save(self, file):
        with open(file, "wb") as out:
            np.savez(out, paths=np.array(self.paths, dtype=str), vectors=np.array(self.vectors, dtype=np.float32))

    def load(self, file):
        with np.load(file) as stored:
            self.paths = [str(path) for path in stored["paths"]]
            self.vectors = list(stored["vectors"])

    def search(self, query, k=5):
        if not self.paths:
            return []
        if isinstance(query, str):
            vector = self._numbers(self.encode_texts([query]))[0]
        else:
            vector = self._numbers(self.encode_images([query.convert("RGB")]))[0]
        scores = np.array(self.vectors) @ vector
        order = np.argsort(-scores, kind="stable")[:k]
        return [(self.paths[i], float(scores[i])) for i in order]
