"""Wrong and right answers of chapter 12: what is on a photo (tf1.13.8)."""

import numpy as np
import torch
from PIL import Image, ImageOps

from autograder.checks.ch12_vision.inputs_transfer import MEAN, STD
from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- photos


@mutant("tf1.13.8", replaces="open_photo", fails="test_photos_are_turned_upright")
def as_it_lies(path):
    """The file says how the camera was held: turn the photo by that."""
    with Image.open(path) as photo:
        return np.array(photo.convert("RGB"))


@mutant("tf1.13.8", replaces="open_photo", fails="test_photos_of_all_kinds_are_read")
def as_it_is_coded(path):
    """Photos may be grey, or have a transparent layer: make each of them RGB."""
    with Image.open(path) as photo:
        return np.array(ImageOps.exif_transpose(photo))


@mutant("tf1.13.8", replaces="open_photo", fails="test_photos_of_all_kinds_are_read")
def blue_before_red(path):
    """Your colours come as blue, green, red."""
    with Image.open(path) as photo:
        return np.ascontiguousarray(np.array(ImageOps.exif_transpose(photo).convert("RGB"))[..., ::-1])


@mutant("tf1.13.8", replaces="open_photo", fails="test_photos_of_all_kinds_are_read")
def from_zero_to_one(path):
    """Bytes are asked for, from 0 to 255."""
    with Image.open(path) as photo:
        return np.array(ImageOps.exif_transpose(photo).convert("RGB")) / 255


@alternative("tf1.13.8", replaces="open_photo")
def turned_by_hand(path):
    """Reads the orientation itself, and turns the array."""
    with Image.open(path) as photo:
        orientation = photo.getexif().get(0x0112, 1)
        pixels = np.asarray(photo.convert("RGBA"))[..., :3]
    turns = {3: 2, 6: 3, 8: 1}.get(orientation, 0)
    return np.ascontiguousarray(np.rot90(pixels, turns))


@alternative("tf1.13.8", replaces="open_photo")
def colour_by_colour(path):
    """Turns the photo in place, and stacks its colours."""
    photo = Image.open(path)
    ImageOps.exif_transpose(photo, in_place=True)
    red, green, blue = photo.convert("RGB").split()
    return np.stack([np.asarray(one) for one in (red, green, blue)], axis=-1)


# ---------------------------------------------------------------- for the network


def _network(pixels):
    values = (np.asarray(pixels, dtype=np.float32) - MEAN) / STD
    return torch.tensor(values.transpose(2, 0, 1)[None], dtype=torch.float32)


def _fitted(photo, size):
    return np.asarray(ImageOps.fit(Image.fromarray(np.asarray(photo)), (size, size))) / 255


@mutant("tf1.13.8", replaces="preprocess", fails="test_middle_of_the_photo_is_kept")
def squeezed(photo, size=299):
    """You squeeze the photo into a square: things in it become thin or flat."""
    return _network(np.asarray(Image.fromarray(np.asarray(photo)).resize((size, size))) / 255)


@mutant("tf1.13.8", replaces="preprocess", fails="test_middle_of_the_photo_is_kept")
def cut_before_scaled(photo, size=299):
    """You cut the middle out of the photo as it is: scale it first, so that its shorter side fits."""
    photo = np.asarray(photo)
    photo = np.pad(photo, [(0, max(0, size - n)) for n in photo.shape[:2]] + [(0, 0)], mode="edge")
    top, left = ((n - size) // 2 for n in photo.shape[:2])
    return _network(photo[top : top + size, left : left + size] / 255)


@mutant("tf1.13.8", replaces="preprocess", fails="test_middle_of_the_photo_is_kept")
def top_left(photo, size=299):
    """You keep the beginning of the longer side: keep its middle."""
    photo = np.asarray(photo)
    side = min(photo.shape[:2])
    return _network(_fitted(photo[:side, :side], size))


@mutant("tf1.13.8", replaces="preprocess", fails="test_colours_and_shape_are_the_networks")
def one_to_minus_one(photo, size=299):
    """Values from -1 to 1 are what other networks want: take MEAN away, and divide by STD."""
    return torch.tensor(2 * _fitted(photo, size).transpose(2, 0, 1)[None] - 1, dtype=torch.float32)


@mutant("tf1.13.8", replaces="preprocess", fails="test_colours_and_shape_are_the_networks")
def no_batch(photo, size=299):
    """The network wants a batch, be it of a single photo: add an axis in front."""
    return _network(_fitted(photo, size))[0]


@mutant("tf1.13.8", replaces="preprocess", fails="test_colours_and_shape_are_the_networks")
def bytes_as_they_are(photo, size=299):
    """MEAN and STD are meant for values from 0 to 1: divide by 255 first."""
    return _network(255 * _fitted(photo, size))


@alternative("tf1.13.8", replaces="preprocess")
def by_interpolation(photo, size=299):
    """Scales by PyTorch, then cuts."""
    values = torch.tensor(np.asarray(photo)).permute(2, 0, 1)[None].float() / 255
    height, width = values.shape[2:]
    factor = size / min(height, width)
    scaled = (max(size, round(height * factor)), max(size, round(width * factor)))
    values = torch.nn.functional.interpolate(values, scaled, mode="bilinear", antialias=True)
    top, left = (scaled[0] - size) // 2, (scaled[1] - size) // 2
    mean, std = (torch.tensor(some, dtype=torch.float32).view(1, 3, 1, 1) for some in (MEAN, STD))
    return (values[..., top : top + size, left : left + size] - mean) / std


# ---------------------------------------------------------------- names


def _logits(model, X):
    model.eval()
    with torch.no_grad():
        found = model(X)
    return found[0] if isinstance(found, tuple) else found


def _named(values, names, k):
    best = values.topk(k)
    return [
        [(names[n], float(p)) for n, p in zip(numbers, some, strict=True)]
        for numbers, some in zip(best.indices.tolist(), best.values, strict=True)
    ]


def _all_names(logits, names):
    return ["background", *names] if logits.shape[1] > len(names) else names


@mutant("tf1.13.8", replaces="most_likely", fails="test_most_likely_classes_are_named")
def logits_as_they_are(model, X, names, k=5):
    """Logits are no probabilities: a softmax makes them some."""
    logits = _logits(model, X)
    return _named(logits, _all_names(logits, names), k)


@mutant("tf1.13.8", replaces="most_likely", fails="test_most_likely_classes_are_named")
def probabilities_over_the_batch(model, X, names, k=5):
    """Your softmax goes over the pictures: the classes are the second axis."""
    logits = _logits(model, X)
    return _named(logits.softmax(dim=0), _all_names(logits, names), k)


@mutant("tf1.13.8", replaces="most_likely", fails="test_most_likely_classes_are_named")
def five_always(model, X, names, k=5):
    """You name five classes, however many are asked for."""
    logits = _logits(model, X)
    return _named(logits.softmax(dim=1), _all_names(logits, names), min(5, logits.shape[1]))


@mutant("tf1.13.8", replaces="most_likely", fails="test_logits_may_be_large")
def exponentials_of_logits(model, X, names, k=5):
    """`exp` of a large logit is infinite, and infinity by infinity is no probability: take the row's largest away."""
    logits = _logits(model, X)
    p = logits.exp()
    return _named(p / p.sum(dim=1, keepdim=True), _all_names(logits, names), k)


@mutant("tf1.13.8", replaces="most_likely", fails="test_logits_may_be_large")
def one_largest_for_all(model, X, names, k=5):
    """You take the batch's largest logit away from all: beside a sure picture nothing is left of the others. Each row
    has its own largest."""
    logits = _logits(model, X)
    p = (logits - logits.max()).exp()
    return _named(p / p.sum(dim=1, keepdim=True), _all_names(logits, names), k)


@mutant("tf1.13.8", replaces="most_likely", fails="test_background_moves_the_names")
def one_name_off(model, X, names, k=5):
    """With a background, class 0 has no name of its own: all your names are one class off."""
    return _named(_logits(model, X).softmax(dim=1), [*names, "background"], k)


@mutant("tf1.13.8", replaces="most_likely", fails="test_asked_in_evaluation_mode")
def in_training_mode(model, X, names, k=5):
    """A model in training mode drops units, and normalises by the batch: call `eval()` first."""
    with torch.no_grad():
        found = model(X)
    found = found[0] if isinstance(found, tuple) else found
    return _named(found.softmax(dim=1), _all_names(found, names), k)


@alternative("tf1.13.8", replaces="most_likely")
def by_sorting(model, X, names, k=5):
    """Sorts with NumPy, and gives lists."""
    logits = np.asarray(_logits(model, X), dtype=float)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    known = _all_names(logits, names)
    return [[[known[n], row[n]] for n in np.argsort(row)[::-1][:k]] for row in p]
