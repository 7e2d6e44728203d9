"""Archives that are hostile."""

from __future__ import annotations

import bz2
import io
import tarfile
from pathlib import Path

import pytest

from course.datasets import load
from course.datasets.archive import Archive
from course.datasets.places import Places
from course.errors import DataError
from tests.support.archives import jpeg, tarred, write, zipped


@pytest.mark.parametrize("name", ["../../evil.jpg", "/etc/evil.jpg", "flower_photos/../../evil.jpg"])
def test_a_member_that_leads_out_is_refused(name: str, places: Places) -> None:
    write(places.cache / "flowers" / "flower_photos.tgz", tarred({name: jpeg()}))
    with pytest.raises(DataError, match="leads out of the archive"):
        load("flowers")


def test_a_zip_member_that_leads_out_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", zipped({"../evil.csv": b""}))
    with pytest.raises(DataError, match="leads out of the archive"):
        list(Archive((path,)).members())


def test_links_and_monsters_are_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        link = tarfile.TarInfo("data.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    path = write(tmp_path / "a.tgz", packed.getvalue())
    with pytest.raises(DataError, match="neither a file nor a folder"):
        list(Archive((path,)).members())
    header = tarfile.TarInfo("data.csv")
    header.size = 1 << 40
    path = write(tmp_path / "b.tar.bz2", bz2.compress(header.tobuf() + bytes(1024)))
    with pytest.raises(DataError, match="claims 1,099,511,627,776 bytes"):
        list(Archive((path,)).members())
