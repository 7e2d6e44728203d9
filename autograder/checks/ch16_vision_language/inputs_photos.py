"""Inputs of chapter 16's photo search and captions (p.16.13, p.16.14): all of it runs in the student's process."""


def album(files):
    """Write photos into a new folder, as people's folders are; return it, an object whose name no transcript holds.

    `files` has for each name the pixels, and how they are saved: as they are, half of the file only, as text, with a
    palette, or, where it is a number, with the camera's note (of EXIF) how it was turned.
    """
    import pathlib
    import tempfile

    import numpy as np
    from PIL import Image

    folder = pathlib.Path(tempfile.mkdtemp())
    for name, (pixels, how) in files.items():
        path = folder / name
        if how == "text":
            path.write_text("this is no picture")
            continue
        photo = Image.fromarray(np.asarray(pixels, dtype=np.uint8))
        exif = Image.Exif()
        if isinstance(how, int):
            exif[0x0112] = how
        if how == "palette":
            photo = photo.quantize(8)
        photo.save(path, exif=exif)
        if how == "half":
            data = path.read_bytes()
            path.write_bytes(data[: len(data) // 2])
    return folder


def file_in(folder, name):
    """Return the path of a file in a folder."""
    return folder / name


def saved(engine, folder, name, as_text):
    """Save an index into a file of a folder, whose path is a text or not."""
    engine.save(str(folder / name) if as_text else folder / name)


def loaded(engine, folder, name, as_text):
    """Load an index from a file of a folder, whose path is a text or not."""
    engine.load(str(folder / name) if as_text else folder / name)


def added(engine, folder, names, size, as_text, once):
    """Add photos of a folder; return the names of those that were skipped, whose paths have to be text."""
    import pathlib

    paths = [str(folder / name) if as_text else folder / name for name in names]
    paths = iter(paths) if once else paths  # what `glob` gives can be gone through once
    skipped = list(engine.add(paths) if size is None else engine.add(paths, size))
    if not all(isinstance(path, str) for path in skipped):
        raise TypeError("the paths are asked for as text")
    return [pathlib.Path(path).name for path in skipped]


def searched(engine, query, k):
    """Search; return the names of the files that were found, whose paths have to be text, and the similarities."""
    import pathlib

    found = list(engine.search(query) if k is None else engine.search(query, k))
    if not all(isinstance(path, str) for path, _ in found):
        raise TypeError("the paths are asked for as text")
    return [[pathlib.Path(path).name, float(score)] for path, score in found]


def looked_at(open_photo, path, as_text=False):
    """Return the mode of a photo that was read, its size, and the colours near its corners; None if there is none."""
    photo = open_photo(str(path) if as_text else path)
    if photo is None:
        return None
    width, height = photo.size
    places = [(2, 2), (width - 3, 2), (2, height - 3), (width - 3, height - 3)]
    return [photo.mode, [width, height], [photo.getpixel(place) for place in places]]


def encoders(projection, words, as_tensor, stretch):
    """Return an encoder of pictures and one of texts, which write down what they were asked.

    A picture's vector is made of the mean colours of its four quarters; a text's is in a table. How long they are
    differs from call to call.
    """
    import numpy as np
    import torch

    class Encoders:
        def __init__(self):
            self.batches = []
            self.modes = []
            self.texts = []
            self.sizes = []

        def images(self, photos):
            photos = list(photos)
            self.batches.append(len(photos))
            self.modes += [photo.mode for photo in photos]
            self.sizes += [list(photo.size) for photo in photos]
            found = []
            for photo in photos:
                small = np.asarray(photo.convert("RGB").resize((2, 2), 4), dtype=float)  # box: means of quarters
                found.append((small.ravel() / 127.5 - 1) @ np.asarray(projection))
            return self.given(found)

        def words(self, texts):
            texts = list(texts)
            self.texts.append(texts)
            return self.given([words[text] for text in texts])

        def given(self, vectors):
            long = np.asarray(vectors) * np.linspace(1, stretch, len(vectors))[:, None]
            return torch.tensor(long, dtype=torch.float32) if as_tensor else long

    return Encoders()


def photo_of(pixels, mode):
    """Return a photo of some mode."""
    import numpy as np
    from PIL import Image

    return Image.fromarray(np.asarray(pixels, dtype=np.uint8)).convert(mode)


def unlink(folder, names):
    """Delete some files of a folder."""
    for name in names:
        (folder / name).unlink()


def listing(folder):
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


def seconds_per_search(search, queries):
    """Return the median time that a search takes, in seconds."""
    import statistics
    import time

    times = []
    for query in queries:
        start = time.perf_counter()
        search.search(query, 10)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


# ---------------------------------------------------------------- captions


def processor_for(words):
    """Return a processor such as BLIP-2's, which writes down what it is given; its first three tokens are special."""
    import torch
    from transformers.feature_extraction_utils import BatchFeature

    BOS, EOS = 1, 2
    vocabulary = ["<pad>", "<s>", "</s>", "\n", *words]

    class Processor:
        def __init__(self):
            self.calls = []

        def __call__(self, images=None, text=None, return_tensors=None, **options):
            import numpy as np
            from PIL import Image

            images = list(images) if isinstance(images, list | tuple) else [images]
            if not all(isinstance(image, Image.Image) for image in images):
                raise TypeError("pictures of Pillow are wanted")
            texts = [text] if isinstance(text, str) else text
            if texts is not None and len(texts) != len(images):
                raise ValueError("as many texts as pictures are wanted")
            self.calls.append({"modes": [image.mode for image in images], "text": texts, "tensors": return_tensors})
            pixels = np.stack([np.asarray(image.convert("RGB").resize((8, 8)), dtype=np.float32) for image in images])
            data = {"pixel_values": torch.tensor(pixels).movedim(-1, 1) / 255}
            if texts is not None:
                tokens = [[BOS] + [3 + len(word) for word in one.split()] for one in texts]
                data["input_ids"] = torch.tensor(tokens)
                data["attention_mask"] = torch.ones_like(data["input_ids"])
            return BatchFeature(data)

        def decode(self, tokens, skip_special_tokens=False, **options):
            kept = [int(token) for token in tokens if not (skip_special_tokens and int(token) <= EOS)]
            return " " + " ".join(vocabulary[token] for token in kept)

        def batch_decode(self, batch, skip_special_tokens=False, **options):
            return [self.decode(tokens, skip_special_tokens) for tokens in batch]

    return Processor()


def model_for(words, precision, seed):
    """Return a model such as BLIP-2's, in training mode, which writes down what it is given and in which state.

    It tells which quarter of a picture is the brightest; its tokens begin with a special one and end with others.
    """
    import torch

    kind = getattr(torch, precision)
    PAD, BOS, EOS = 0, 1, 2

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1, dtype=kind))
            self.dropout = torch.nn.Dropout(0.5)
            self.calls = []

        @property
        def dtype(self):
            return self.weight.dtype

        @property
        def device(self):
            return self.weight.device

        @torch.no_grad()
        def generate(self, pixel_values, input_ids=None, attention_mask=None, max_new_tokens=20, **options):
            if pixel_values.dtype is not self.dtype:
                raise RuntimeError(
                    f"Input type ({pixel_values.dtype}) and weight type ({self.dtype}) should be the same"
                )
            if input_ids is not None and input_ids.dtype is not torch.int64:
                raise RuntimeError(f"Token numbers have to be int64, not {input_ids.dtype}")
            self.calls.append(
                {"n": len(pixel_values), "training": self.training, "longest": max_new_tokens,
                 "tokens": None if input_ids is None else input_ids.tolist()}
            )  # fmt: skip
            light = pixel_values.float().mean(dim=1)
            if self.training:
                light = torch.rand_like(light)
            quarters = torch.nn.functional.avg_pool2d(light[:, None], 4).flatten(1)  # (B, 4)
            rows = []
            for number in quarters.argmax(dim=1).tolist():
                said = [4 + number] * (1 + number % 3) + [4 + len(words) - 1]
                rows.append([BOS, *said[:max_new_tokens], 3, EOS])
            longest = max(map(len, rows))
            return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])

    torch.manual_seed(seed)
    return Model().train()
