"""Wrong and right answers of chapter 16: photos that are read (p.16.13)."""

from pathlib import Path

from PIL import Image, ImageFile, ImageOps

from autograder.testing import alternative, mutant
from solutions.ch16_vision_language.photos import open_photo

OPEN = "open_photo"


@mutant("p.16.13", replaces=OPEN, fails="test_what_cannot_be_read_is_skipped")
def opened_only(path):
    """Pillow's `open` looks at the head of a file only: what is missing shows when the pixels are read."""
    try:
        with Image.open(path) as photo:
            photo.verify()
        photo = Image.open(path)
    except (OSError, SyntaxError, ValueError):
        return None
    whole, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        return ImageOps.exif_transpose(photo).convert("RGB")
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = whole


@mutant("p.16.13", replaces=OPEN, fails="test_what_cannot_be_read_is_skipped")
def cut_off_is_an_error(path):
    """You expect trouble when a file is opened, but half a file is trouble only when it is read."""
    try:
        photo = Image.open(path)
    except OSError:
        return None
    return ImageOps.exif_transpose(photo).convert("RGB")


@mutant("p.16.13", replaces=OPEN, fails="test_what_cannot_be_read_is_skipped")
def grey_for_the_missing(path):
    """You put a grey picture in the place of one that can't be read: searches would find it."""
    return open_photo(path) or Image.new("RGB", (8, 8), (128, 128, 128))


@mutant("p.16.13", replaces=OPEN, fails="test_photos_are_turned_and_made_rgb")
def as_it_lies(path):
    """The camera has noted how it was held: turn the photo by that."""
    try:
        with Image.open(path) as photo:
            return photo.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None


@mutant("p.16.13", replaces=OPEN, fails="test_photos_are_turned_and_made_rgb")
def as_it_is_coded(path):
    """Photos may be grey or transparent: make each of them RGB."""
    try:
        with Image.open(path) as photo:
            photo.load()
            return ImageOps.exif_transpose(photo)
    except (OSError, SyntaxError, ValueError):
        return None


@mutant("p.16.13", replaces=OPEN, fails="test_what_cannot_be_read_is_skipped")
def a_path_is_wanted(path):
    """The path may be a text, which has no `exists` or `is_file`: make a `Path` of it first."""
    return open_photo(path) if path.is_file() else None


@mutant("p.16.13", replaces=OPEN, fails="test_photos_are_turned_and_made_rgb")
def turned_one_way(path):
    """A camera may be turned to either side, and upside down: you look at one of its notes only, and
    `ImageOps.exif_transpose` knows them all."""
    try:
        with Image.open(path) as photo:
            found = photo.convert("RGB")
            return found.rotate(270, expand=True) if photo.getexif().get(0x0112) == 6 else found
    except (OSError, SyntaxError, ValueError):
        return None


@mutant("p.16.13", replaces=OPEN, fails="test_photos_are_turned_and_made_rgb")
def grey_and_transparent_only(path):
    """There are more modes than grey and transparent, palettes for one: `convert("RGB")` whatever the mode is."""
    try:
        with Image.open(path) as photo:
            photo = ImageOps.exif_transpose(photo)
            return photo.convert("RGB") if photo.mode in ("L", "RGBA") else photo
    except (OSError, SyntaxError, ValueError):
        return None


@alternative("p.16.13", replaces=OPEN)
def rgb_first(path):
    """Makes it RGB, and turns it then."""
    try:
        return ImageOps.exif_transpose(Image.open(path).convert("RGB"))
    except Exception:
        return None


@alternative("p.16.13", replaces=OPEN)
def on_white(path):
    """Lays transparent photos on white."""
    try:
        photo = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    except (OSError, SyntaxError, ValueError):
        return None
    return Image.alpha_composite(Image.new("RGBA", photo.size, "white"), photo).convert("RGB")


@alternative("p.16.13", replaces=OPEN)
def in_two_steps(path):
    """Reads first, then turns a copy."""
    if not Path(path).is_file():
        return None
    try:
        photo = Image.open(path)
        photo.load()
    except Exception:
        return None
    ImageOps.exif_transpose(photo, in_place=True)
    return Image.merge("RGB", photo.convert("RGBA").split()[:3])
