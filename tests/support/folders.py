"""Folders for those who are not the one who runs the tests."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, with all that is made in it here, whatever the umask. Pytest's own are closed,
    and opened ones are closed again by whatever test starts another pytest."""
    before = os.umask(0o022)
    folder = Path(tempfile.mkdtemp(prefix="course-open-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        os.umask(before)
        subprocess.run(["rm", "-rf", str(folder)], check=False)  # a hundred thousand links, it may be, take Python long
