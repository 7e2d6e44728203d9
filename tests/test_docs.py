"""The site of `docs/`: made without a warning, whole, and nothing in it is loaded from elsewhere."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.checkout import ROOT


class Page(HTMLParser):
    """What a page loads, and where it leads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in ("script", "img", "iframe"):
            self.loads.append(found.get("src", ""))
        elif tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.append(found.get("href", ""))
        elif tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "h1":
            self.headings.append(tag)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--fail-on-warning", "--builder", "html", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, str(ROOT / "docs"), str(folder / "html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_every_page_is_there_and_loads_nothing_from_elsewhere(site: Path) -> None:
    sources = {path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")}
    assert {Path(name) for name in ("learner", "student", "teacher", "author", "hub")} < sources
    for source in sources:
        page = Page(site / source.with_suffix(".html"))
        assert page.headings, source
        assert not [one for one in page.loads if "//" in one], source


def test_who_comes_by_finds_their_page(site: Path) -> None:
    links = Page(site / "index.html").links
    assert {"learner.html", "student.html", "teacher.html", "author.html", "hub.html"} <= set(links)


def test_links_between_pages_lead_to_one(site: Path) -> None:
    for path in site.rglob("*.html"):
        for link in Page(path).links:
            target = link.partition("#")[0]
            if target.endswith(".html") and "//" not in target:
                assert (path.parent / target).is_file(), (path.name, link)
