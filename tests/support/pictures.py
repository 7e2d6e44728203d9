"""The pictures of the site, ``docs/pictures``: what the browser tests have seen, and a simulated class, made small.

    make test-hub                            # takes the screenshots, in build/screenshots
    export COURSE_BUILD=build/class          # then, for the class: release, due, simulate, grade, feedback, report
    make pictures CLASS=build/class

What is not there is left as it is, and said.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PICTURES, SHOTS = ROOT / "docs" / "pictures", ROOT / "build" / "screenshots"
MOST = 120_000  # bytes of a picture
WIDEST = 1280  # pixels
_COLOURS = 128


@dataclass(frozen=True)
class Shot:
    """Where a picture comes from.

    Attributes
    ----------
    file : in ``build/screenshots``.
    taken_by : the browser test that leaves it there.
    height : of the picture, counted from the top; 0 for all of it.
    page : of a simulated class, the page that is looked at first to take the screenshot: a file of its build folder,
        with ``*`` for a student.
    parts : the parts of that page that are left; empty for all of it.
    holds : what the page has to hold to be chosen.
    """

    file: str
    taken_by: str = ""
    height: int = 0
    page: str = ""
    parts: str = ""
    holds: str = ""


SOURCES: Mapping[str, Shot] = {
    "start": Shot("page-start-ada.png", "tests/test_accessible.py"),
    "card": Shot("page-card-of-a-student.png", "tests/test_accessible.py"),
    "feedback": Shot(
        "class-feedback.png",
        height=900,
        page="feedback/*/{chapter}/{chapter}.html",
        parts="section.exercise:has(.hint)",
        holds='class="hint"',
    ),
    "mark": Shot("mark-answer-desktop-light.png", "tests/autograder/marking/test_browser.py"),
    "report": Shot("class-report.png", height=1500, page="report/{chapter}.html"),
    "profiles": Shot("profiles-bob.png", "tests/hub_config/test_browser.py", 900),
    "line": Shot("gpu-busy.png", "tests/hub_config/test_browser.py", 250),
}


def make(source: Path, target: Path, height: int = 0) -> None:
    """Write a screenshot as a picture of few colours, cut below `height`.

    Raises
    ------
    ValueError : it stays larger than a page should wait for.
    """
    with Image.open(source) as image:
        shown = image.convert("RGB")
    shown = shown.crop((0, 0, shown.width, min(height or shown.height, shown.height)))
    small = shown.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(target, optimize=True)
    if (size := target.stat().st_size) > MOST or shown.width > WIDEST:
        raise ValueError(f"{target.name} has {size} bytes and {shown.width} pixels a line: take less of the page.")


def look_at_class(build: Path, shots: Path) -> Iterator[str]:
    """Take the screenshots of a simulated class, and yield their files."""
    from tests.support.browser import browsing  # not for who has no browser

    (truth,) = (build / "simulated").glob("*.json")
    with browsing() as browser:
        page = browser.new_context(viewport={"width": 900, "height": 1000}).new_page()
        for shot in SOURCES.values():
            if shot.page:
                found = sorted(build.glob(shot.page.format(chapter=truth.stem)))
                chosen = next(path for path in found if shot.holds in path.read_text(encoding="utf-8"))
                page.goto(chosen.as_uri())
                if shot.parts:
                    page.evaluate(
                        "name => document.querySelectorAll(`header ~ * > :not(${name}), body > header, a.skip`)"
                        ".forEach(one => one.remove())",
                        shot.parts,
                    )
                page.screenshot(path=shots / shot.file, full_page=True)
                yield shot.file


def main() -> None:
    """Make all pictures that there are screenshots of."""
    parser = argparse.ArgumentParser(description="Make the pictures of the site.")
    parser.add_argument("--class", dest="build", type=Path, help="the build folder of a simulated class")
    build = parser.parse_args().build
    SHOTS.mkdir(parents=True, exist_ok=True)
    if build:
        print("seen:", *look_at_class(build, SHOTS))
    for name, shot in SOURCES.items():
        if (SHOTS / shot.file).is_file():
            make(SHOTS / shot.file, PICTURES / f"{name}.png", shot.height)
            print(f"{name}.png: {(PICTURES / f'{name}.png').stat().st_size:,} bytes")
        else:
            print(f"{name}.png stays as it is: there is no {shot.file} in {SHOTS}")


if __name__ == "__main__":
    main()
