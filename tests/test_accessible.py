"""The pages people read have no barrier that axe-core knows: feedback, a class, a check's card, the start page.

The pictures of them are in ``build/screenshots``; `make pictures` makes those of docs/pictures from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="no browser is driven without Playwright: make test-hub")
from playwright.sync_api import Browser, Page

from autograder.feedback.instant import render_verdict, verdict_of
from course.card import Card, Promise
from course.doctests import Tried
from course.project import Project
from tests.autograder.feedback.test_class_report import figures, part, result, text
from tests.autograder.feedback.test_class_report import page as class_page
from tests.course.test_card import CARD
from tests.hub_config.exchange.test_pages import give, hand_in, look, planned
from tests.support import feedback_samples as samples
from tests.support.accessible import barriers
from tests.support.browser import CHROMIUM, browsing
from tests.support.checkout import ROOT
from tests.support.exchange_server import client, folder_of, make_exchange, serving
from tests.support.page import shown

SHOTS = Project(ROOT).build / "screenshots"
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def shoot(page: Page, name: str, width: int = 900) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": width, "height": 400})
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def instant() -> str:
    return render_verdict(verdict_of(samples.partial()[0], "f" * 32), student="ada", chapter_title="Classification")


def of_a_class() -> str:
    rows = [
        result("ada", part("p.99.1", True, False, hint="Look again."), text("p.99.4", None)),
        result("ben", part("p.99.1", True, True), text("p.99.4", 2.0)),
    ]
    return class_page(figures(rows, {("p.99.1", "Look again."): "forgets"}), late=("ben",), tries=(("ben", 3),))


PAGES: dict[str, Callable[[], str]] = {
    "partial": lambda: shown(samples.partial),
    "perfect": lambda: shown(samples.perfect),
    "not run": lambda: shown(samples.not_run),
    "untouched": lambda: shown(samples.untouched),
    "timed out": lambda: shown(samples.timed_out),
    "not judged": lambda: shown(samples.not_judged),
    "instant": instant,
    "class": of_a_class,
}


def test_a_barrier_is_found_in_either_scheme(page: Page) -> None:
    dark = "<style>@media (prefers-color-scheme: dark) { p { color: #222; background: #111 } }</style>"
    page.set_content(f'<!doctype html><html lang="en"><title>x</title>{dark}<main><h1>x</h1><p>Text</p></main></html>')
    (found,) = barriers(page)
    assert found.startswith("dark: color-contrast")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_barrier(name: str, page: Page) -> None:
    page.set_content(PAGES[name]())
    assert barriers(page, "empty-table-header") == []  # a student's own table, as pandas shows it
    shoot(page, f"page-{name.replace(' ', '-')}")


OF_A_STUDENT = Card(
    "p.03.2",
    "bad",
    "1 of 2 examples agree.",
    examples=(
        Tried(">>> shift_image([[1, 2]], 0, 0).tolist()", True, "[[1, 2]]"),
        Tried(">>> shift_image([[1, 2]], 1, 0).tolist()", False, "[[0, 1]]", "[[2, 1]]", ""),
    ),
    promises=(
        Promise("test_moves", "One bright pixel moves exactly as asked, in all four directions.", True, 1.6),
        Promise(
            "test_fills", "Pixels shifted in from outside are 0; nothing wraps round.", False, 1.6,
            "The pixels of the first column came back on the right.", "np.roll brings them back: pad with zeros.",
        ),
    ),
    changed={"test_moves": "new"},
    points="1.6 of 3.2 points",
)  # fmt: skip


@pytest.mark.parametrize(("name", "card"), [("page-card", CARD), ("page-card-of-a-student", OF_A_STUDENT)])
def test_a_checks_card_has_no_barrier(name: str, card: Card, page: Page) -> None:
    page.set_content(f'<!doctype html><html lang="en"><title>A notebook</title><main>{card.html}</main></html>')
    assert barriers(page, "page-has-heading-one", "heading-order") == []  # they are the notebook's
    shoot(page, name)


def test_the_start_page_has_no_barrier(page: Page, tmp_path: Path) -> None:
    with serving(make_exchange(tmp_path / "exchange", tries=3)) as url:
        for name in ("ch04", "ch03"):
            client(url, "grace").release("ml", name, folder_of(tmp_path / name, {f"{name}.ipynb": "task"}))
        planned(url)
        give(url, tmp_path, hand_in(url, "ada", tmp_path), 6.5)
        for person in ("ada", "ben", "grace"):
            page.set_content(look(url, person))
            assert barriers(page) == [], person
            shoot(page, f"page-start-{person}")
