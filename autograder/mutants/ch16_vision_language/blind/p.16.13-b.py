# %% right
# Intent: Pillow does the reading and turning; unit vectors are kept in one tensor, searched by a product and torch.topk, and saved by np.savez.
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps


def open_photo(path: str | Path) -> Image.Image | None:
    try:
        with Image.open(path) as photo:
            return ImageOps.exif_transpose(photo).convert("RGB")
    except Exception:  # Pillow raises OSError, SyntaxError, ValueError ... for broken files
        return None


class PhotoSearch:
    def __init__(self, encode_images: Callable[[list[Any]], Any], encode_texts: Callable[[list[str]], Any]) -> None:
        self.encode_images, self.encode_texts = encode_images, encode_texts
        self.paths: list[str] = []
        self.vectors = torch.empty(0, 0)

    def add(self, paths: Iterable[str | Path], batch_size: int = 32) -> list[str]:
        known = set(self.paths)
        new = [path for path in dict.fromkeys(map(str, paths)) if path not in known]
        failed, taken, vectors = [], [], []
        for start in range(0, len(new), batch_size):
            photos = {path: open_photo(path) for path in new[start : start + batch_size]}
            failed += [path for path, photo in photos.items() if photo is None]
            good = {path: photo for path, photo in photos.items() if photo is not None}
            if good:
                vectors.append(self._unit(self.encode_images(list(good.values()))))
                taken += good
        if taken:
            self.vectors = torch.cat(([self.vectors] if self.paths else []) + vectors)
            self.paths += taken
        return failed

    @staticmethod
    def _unit(vectors: Any) -> torch.Tensor:
        return F.normalize(torch.as_tensor(vectors, dtype=torch.float64).cpu(), dim=1).float()

    def save(self, file: str | Path) -> None:
        np.savez(file, paths=np.array(self.paths, dtype=str), vectors=self.vectors.numpy())

    def load(self, file: str | Path) -> None:
        with np.load(file) as stored:
            self.paths, self.vectors = stored["paths"].tolist(), torch.from_numpy(stored["vectors"])

    def search(self, query: str | Image.Image, k: int = 5) -> list[tuple[str, float]]:
        if not self.paths:
            return []
        encoded = self.encode_texts([query]) if isinstance(query, str) else self.encode_images([query.convert("RGB")])
        best = (self.vectors @ self._unit(encoded)[0]).topk(min(k, len(self.paths)))
        return [(self.paths[n], score) for n, score in zip(best.indices.tolist(), best.values.tolist())]

# %% wrong: open_photo
# Misconception: Pillow turns a photo by itself, as every viewer does, when it opens one.
def open_photo(path: str | Path) -> Image.Image | None:
    try:
        with Image.open(path) as photo:
            return photo.convert("RGB")
    except Exception:
        return None

# %% wrong: PhotoSearch
# Misconception: an encoder's vectors can be compared by their dot product just as they come; that is the cosine similarity.
class PhotoSearch(PhotoSearch):
    @staticmethod
    def _unit(vectors: Any) -> torch.Tensor:
        return torch.as_tensor(vectors, dtype=torch.float64).cpu().float()
