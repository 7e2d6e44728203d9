"""Archives and pictures in miniature."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

from PIL import Image

from course.datasets.archive import Archive


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def tarred(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def jpeg(width: int = 320, height: int = 200) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(data, "JPEG")
    return data.getvalue()


def png(mode: str, value: int) -> bytes:
    data = io.BytesIO()
    Image.new(mode, (8, 6), value if mode == "L" else (value,) * 3).save(data, "PNG")
    return data.getvalue()


def bundle(path: Path, data: bytes) -> Archive:
    return Archive((write(path, data),))
