"""Chapter 16, photos that are read (p.16.13): the answer."""

from pathlib import Path

from PIL import Image, ImageOps


def open_photo(path: str | Path) -> Image.Image | None:
    """Read a photo, whole, as RGB, and turned as the camera says; None if that can't be
    done: there is no such file, it is no picture, or a part of it is missing. Which
    colours transparent places get is up to you.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "grey.png"
    >>> Image.new("L", (3, 2), 90).save(path)
    >>> open_photo(path).mode, open_photo(path.with_name("nowhere.png"))
    ('RGB', None)
    """
    try:
        with Image.open(path) as photo:
            return ImageOps.exif_transpose(photo).convert("RGB")  # reads all of the file
    except (OSError, SyntaxError, ValueError):
        return None
