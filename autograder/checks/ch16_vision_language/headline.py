"""Full-size figures of chapter 16."""

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from autograder.checks.ch16_vision_language.inputs_tuning import clip_encoders
from autograder.testing import headline
from autograder.testing.modules import tensor
from course.datasets import load
from course.datasets.captioned import PAIRS, TEMPLATES, UNSEEN, captioned_shapes, name_of
from solutions.ch16_vision_language.naming import class_embeddings, zero_shot
from solutions.ch16_vision_language.search import PhotoSearch


def _prepared(images: np.ndarray) -> np.ndarray:
    """Return pictures as the small CLIP wants them, (n, 3, 32, 32) from -1 to 1."""
    return np.moveaxis(images, -1, 1).astype(np.float32) / 127.5 - 1


@headline("p.16.12", "zero-shot, unseen pairs among 54", book="", data="small_clip", holds=lambda value: value >= 0.3)
def unseen_pairs_named() -> tuple[float, str]:
    """By the course's small CLIP; chance is 2%."""
    drawn = captioned_shapes(np.random.default_rng(1), 2_000, UNSEEN)
    encode_images, encode_texts = clip_encoders()
    classes = class_embeddings([name_of(pair) for pair in PAIRS], encode_texts, TEMPLATES)
    found = zero_shot(encode_images(tensor(_prepared(drawn.images))), classes).argmax(axis=1)
    hits = [PAIRS[k] == pair for k, pair in zip(found, drawn.pairs, strict=True)]
    return float(np.mean(hits)), "2,000 drawn pictures"


@headline("p.16.13", "one search by words, milliseconds", book="", data="cifar10", holds=lambda value: value <= 50)
def milliseconds_per_search() -> tuple[float, str]:
    """With the course's small CLIP, the encoding of the query included: the median of 20."""
    encode_images, encode_texts = clip_encoders()

    def encode(photos: list[Image.Image]) -> object:
        return encode_images(tensor(_prepared(np.stack([np.asarray(photo.resize((32, 32))) for photo in photos]))))

    images = load("cifar10").X_train[:10_000].reshape(-1, 32, 32, 3)
    engine = PhotoSearch(encode, encode_texts)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.png" for number in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            Image.fromarray(image).save(path)
        engine.add(paths, batch_size=256)
    times = []
    for n in range(20):
        start = time.perf_counter()
        engine.search(TEMPLATES[0].format(name_of(PAIRS[n])))
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times), f"{len(engine.paths):,} photos"
