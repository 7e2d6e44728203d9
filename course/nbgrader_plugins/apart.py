"""What the exchange's plug-ins do for one student, or one file, without a harm to the others."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from course.errors import CourseError
from course.exchange.client import ExchangeClient, Received


@contextlib.contextmanager
def kept_apart(client: ExchangeClient, who: str, troubles: dict[str, str]) -> Iterator[None]:
    """Note one person's trouble in `troubles`, so that a loop goes on; but not that of the exchange itself.

    Raises
    ------
    CourseError : the exchange is away, or does not know us: nothing else would go better.
    """
    try:
        yield
    except (CourseError, OSError) as error:
        if isinstance(error, CourseError):
            client.whoami()
        troubles[who] = str(error).rstrip(".")


def short_text(path: Path) -> str:
    """Return what stands in a small file; empty where it is none."""
    return path.read_text(encoding="utf-8", errors="replace")[:200].strip() if path.is_file() else ""


def fill_in(client: ExchangeClient, release: Received, home: Path) -> None:
    """Put back what is missing from the student's folder."""
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".fetch.") as draft:
        fresh = client.fetch(release, Path(draft) / "fresh")
        for path in _missing(fresh, home):
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fresh / path, home / path)


def _missing(fresh: Path, home: Path) -> Iterable[Path]:
    found = (path.relative_to(fresh) for path in sorted(fresh.rglob("*")) if path.is_file())
    return [path for path in found if not (home / path).exists()]
