# %% right
# Intent: decode fully inside a `with`, any failure is None; the index is a list of paths and a matrix of unit rows,
# so that a search is one matrix-vector product and a stable sort.
def open_photo(path: str | Path) -> Image.Image | None:
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as photo:
            photo.load()
            return ImageOps.exif_transpose(photo).convert("RGB")
    except Exception:
        return None


class PhotoSearch:
    def __init__(self, encode_images: Callable[[list[Any]], Any], encode_texts: Callable[[list[str]], Any]) -> None:
        self.encode_images = encode_images
        self.encode_texts = encode_texts
        self.paths: list[str] = []
        self.vectors = torch.zeros(0, 0)

    @staticmethod
    def _unit(vectors: Any) -> Tensor:
        from torch.nn import functional as F

        if not torch.is_tensor(vectors):
            vectors = torch.tensor(np.asarray(vectors, dtype=np.float64))
        return F.normalize(vectors.detach().cpu().double(), dim=-1).float()

    def add(self, paths: Iterable[str | Path], batch_size: int = 32) -> list[str]:
        seen, failed = set(self.paths), []
        names, photos = [], []

        def flush():
            if photos:
                rows = self._unit(self.encode_images(list(photos)))
                self.vectors = torch.cat([self.vectors, rows]) if self.paths else rows
                self.paths.extend(names)
                names.clear()
                photos.clear()

        for name in map(str, paths):
            if name in seen:
                continue
            photo = open_photo(name)
            if photo is None:
                failed.append(name)
                continue
            seen.add(name)
            names.append(name)
            photos.append(photo)
            if len(photos) == batch_size:
                flush()
        flush()
        return failed

    def save(self, file: str | Path) -> None:
        with open(file, "wb") as stream:
            np.savez(stream, paths=np.array(self.paths, dtype=np.str_), vectors=self.vectors.numpy())

    def load(self, file: str | Path) -> None:
        with np.load(file, allow_pickle=False) as stored:
            self.paths = stored["paths"].tolist()
            self.vectors = torch.from_numpy(stored["vectors"])

    def search(self, query: str | Image.Image, k: int = 5) -> list[tuple[str, float]]:
        if not self.paths:
            return []
        if isinstance(query, str):
            encoded = self.encode_texts([query])
        else:
            encoded = self.encode_images([query.convert("RGB")])
        scores = torch.einsum("nd,qd->n", self.vectors, self._unit(encoded))
        order = scores.argsort(descending=True, stable=True)[:k]
        return [(self.paths[i], scores[i].item()) for i in order.tolist()]


# %% wrong: open_photo
# Misconception: Pillow turns a photo by itself, as every viewer does.
def open_photo(path: str | Path) -> Image.Image | None:
    from PIL import Image

    try:
        with Image.open(path) as photo:
            return photo.convert("RGB")
    except Exception:
        return None


# %% wrong: PhotoSearch
# Misconception: the dot product of two embeddings is their cosine similarity, whatever their lengths.
class PhotoSearch(PhotoSearch):
    @staticmethod
    def _unit(vectors: Any) -> Tensor:
        vectors = vectors if torch.is_tensor(vectors) else torch.tensor(np.asarray(vectors, dtype=np.float64))
        return vectors.detach().cpu().float()
