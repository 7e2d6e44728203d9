"""A class is graded in a real browser by keyboard alone, and by two people at once.

The pictures are in ``build/screenshots``, to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from tornado.httpserver import HTTPServer

pytest.importorskip("playwright.sync_api", reason="no browser is driven without Playwright: make test-hub")
from playwright.sync_api import Browser, Page, expect

from autograder.marking.desk import Desk
from autograder.marking.ledger import Verdict
from autograder.marking.service import application
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project
from tests.support.accessible import barriers
from tests.support.browser import CHROMIUM, browsing
from tests.support.checkout import ROOT
from tests.support.exchange_server import client
from tests.support.marking_class import TEXT, exchange_of
from tests.support.minichapter import NAME
from tests.support.tornado_thread import serving

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]
SHOTS = Project(ROOT).build / "screenshots"
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
EQUAL = "One scale lets the steps be equal."
ANSWERS = {"ada": EQUAL, "ben": EQUAL.lower(), "cleo": EQUAL.replace("lets", "let"), "eve": "No idea."}
TOKEN = "a-token-for-this-test"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def page(project: Project, browser: Browser) -> Iterator[Page]:
    with serving(lambda: HTTPServer(application(project, "grace", TOKEN))) as url:
        page = browser.new_context(viewport=SIZES["desktop"]).new_page()
        page.set_default_timeout(60_000)
        trouble: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(f"{url}/{NAME}?token={TOKEN}")
        yield page
        assert not trouble


def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    for size, viewport in SIZES.items():
        for scheme in ("light", "dark"):
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=SHOTS / f"mark-{name}-{size}-{scheme}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= viewport["width"], f"{name}: it has to be scrolled sideways on a {size}"
    page.set_viewport_size(SIZES["desktop"])
    assert barriers(page) == [], name


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def leave(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait for that."""
    with page.expect_navigation():
        page.keyboard.press(key)


def tab_to(page: Page, text: str) -> None:
    """Go on by Tab to what has this text; the focus is seen at each step."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if focus.count():
            assert focus.evaluate("one => getComputedStyle(one).outlineStyle") != "none", focus.inner_html()
            if text in focus.inner_text():
                return
    raise AssertionError(f"no Tab leads to {text!r}")


def book(project: Project) -> dict[str, tuple[float | None, str | None]]:
    with Gradebook(gradebook_url(project)) as found:
        return {
            name: (
                found.find_grade(TEXT, NAME, NAME, name).manual_score,
                found.find_comment(TEXT, NAME, NAME, name).manual_comment,
            )
            for name in ANSWERS
        }


def test_a_class_is_graded_by_keyboard_alone(page: Page, project: Project) -> None:
    shoot(page, "chapter")
    tab_to(page, "Why scale?")
    leave(page, "Enter")
    while not page.locator("#equal").count():
        leave(page, "j")
    press(page, "1")
    expect(page.locator("#score")).to_have_value("1")
    press(page, "2")
    expect(page.locator("#score")).to_have_value("2")
    press(page, "2", "g", "g", "c")
    page.keyboard.type("And 1 step?")
    press(page, "Escape")
    expect(page.locator("#save")).to_have_text("Save for 2 answers and next")
    shoot(page, "answer")
    leave(page, "Enter")
    expect(page.locator("#said")).to_have_text("Saved for 2 answers.")
    assert [book(project)[name] for name in ("ada", "ben")] == [(1, "And 1 step?")] * 2

    press(page, "p")
    page.keyboard.type("7")
    press(page, "Enter")
    expect(page.locator("#said")).to_contain_text("give points from 0 to 2")
    press(page, "Control+a")
    page.keyboard.type("0,5")
    leave(page, "Enter")
    press(page, "0")
    leave(page, "Enter")
    page.wait_for_url(f"**/{NAME}")
    expect(page.locator("#said")).to_have_text("Saved.")
    assert sorted(book(project)[name][0] or 0 for name in ("cleo", "eve")) == [0, 0.5]


def test_what_is_not_saved_is_kept_and_who_was_quicker_is_shown(page: Page, project: Project) -> None:
    tab_to(page, "Why scale?")
    leave(page, "Enter")
    while "No idea." not in page.locator(".answer").inner_text():
        leave(page, "j")
    press(page, "2")
    leave(page, "n")
    expect(page.locator("#answer")).to_have_text("The answer of eve")
    expect(page.locator("#said")).to_have_text("You had not saved this yet.")
    expect(page.locator("#score")).to_have_value("1")

    desk = Desk(project)
    pile = desk.pile(NAME)
    key = pile.answers.pseudonym("eve")
    version = pile.sheets(pile.questions["p.99.4"])[key].version
    desk.give(pile, "p.99.4", {key: version}, Verdict(2, "Well said.", (), "gil"))
    press(page, "Enter")
    expect(page.locator("#conflict")).to_contain_text("2 points, by gil")
    expect(page.locator("#conflict")).to_contain_text("Well said.")
    assert book(project)["eve"] == (2, "Well said.")
    shoot(page, "conflict")
    tab_to(page, "Save mine instead")
    leave(page, "Enter")
    assert book(project)["eve"] == (1, None)


def test_the_keys_are_told_and_can_be_turned_off(page: Page) -> None:
    tab_to(page, "Why scale?")
    leave(page, "Enter")
    press(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    shoot(page, "keys")
    expect(page.locator("#letters")).to_be_focused()
    press(page, "Space", "Escape")
    expect(page.locator("#keys")).to_be_hidden()
    press(page, "1")
    expect(page.locator("#line-1")).not_to_be_checked()


def test_the_course_is_run_by_keyboard_alone(
    page: Page, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with exchange_of(project, tmp_path) as url:
        for name, value in {"EXCHANGE_URL": url, "HUB_TOKEN": "grace", "ID": "ml"}.items():
            monkeypatch.setenv(f"COURSE_{name}", value)
        client(url, "ada").request_regrade("ml", NAME, "p.99.4", "The text asks for one reason, and I gave one.")
        page.goto(page.url.replace(NAME, "course"))
        tab_to(page, "A miniature chapter")
        press(page, "Enter", "Tab", "Tab")
        page.locator("input[name=when]").fill("2026-11-30T12:00")
        leave(page, "Enter")
        expect(page.locator("#told")).to_contain_text("is due Mon 30 Nov 2026, 12:00 UTC")
        expect(page.locator("#told")).to_be_focused()
        page.locator("input[name=student]").focus()
        page.keyboard.type("eva")
        press(page, "Tab")
        page.keyboard.type("3")
        leave(page, "Enter")
        expect(page.locator("#told")).to_contain_text("Not done: The gradebook does not know eva")
        expect(page.locator("input[name=student]")).to_have_value("eva")
        page.locator("input[name=student]").fill("eve")
        leave(page, "Enter")
        expect(page.locator(".more")).to_contain_text("eve: Thu 3 Dec 2026, 12:00 UTC")
        shoot(page, "course")
        page.get_by_role("link", name="The answer of ada").click()
        expect(page.locator("#answer")).to_have_text("The answer of ada")
        shoot(page, "seen")
        page.go_back()
        page.locator("textarea").focus()
        page.keyboard.type("You are right: one is enough.")
        press(page, "Tab", "p", "Tab")
        page.keyboard.type("2")
        leave(page, "Enter")
        expect(page.locator("#told")).to_contain_text("In the gradebook: 2 points for p-99-4 of ada.")
        assert book(project)["ada"][0] == 2
