"""The site of `docs/`: made without a warning, whole, and nothing in it is loaded from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from tests.support.checkout import ROOT
from tests.support.pictures import MOST, PICTURES, SOURCES, WIDEST, make


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


def test_each_picture_is_told_in_words_and_can_be_made_again() -> None:
    named = [
        (path.name, *found)
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
        for found in re.findall(r"!\[([^]]*)\]\(([^)]+)\)", path.read_text(encoding="utf-8"))
    ]
    assert all(len(alt) > 40 and alt.endswith(".") for _, alt, _ in named), "who can't see it reads a sentence"
    there = {f"pictures/{path.name}" for path in PICTURES.iterdir()}
    assert {picture for _, _, picture in named} == there == {f"pictures/{name}.png" for name in SOURCES}
    assert re.search(r"^pictures: setup\n.*-m tests\.support\.pictures ", (ROOT / "Makefile").read_text("utf-8"), re.M)
    for shot in SOURCES.values():
        assert shot.page or (ROOT / shot.taken_by).is_file()


def test_each_picture_is_small() -> None:
    for path in PICTURES.iterdir():
        with Image.open(path) as image:
            assert path.stat().st_size <= MOST and image.width <= WIDEST, path.name


def test_a_picture_is_cut_and_one_that_stays_too_large_is_refused(tmp_path: Path) -> None:
    noise = Image.effect_noise((600, 600), 90)
    noise.save(tmp_path / "shot.png")
    with pytest.raises(ValueError, match=r"picture.png has \d+ bytes and 600 pixels a line: take less of the page"):
        make(tmp_path / "shot.png", tmp_path / "picture.png")
    make(tmp_path / "shot.png", tmp_path / "picture.png", 100)
    with Image.open(tmp_path / "picture.png") as made:
        assert made.size == (600, 100)
