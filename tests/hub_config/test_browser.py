"""The hub as its people see it, in a real browser: one class, from the first page to the feedback that is read.

The pictures that `make test-hub` takes are in ``build/screenshots``, to be looked at; `make pictures` makes
those of the site from them.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator

import pytest

from tests.support.checkout import ROOT

pytest.importorskip("playwright.sync_api", reason="no browser is driven without Playwright: make test-hub")
from playwright.sync_api import Browser, expect

from course.project import Project
from hub_config.local import start
from hub_config.local.assembly import Place
from tests.support.browser import CHROMIUM, Visitor, browsing
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")
SHOTS = Project(ROOT).build / "screenshots"
COURSES = """
[[course]]
id = "ml"
title = "Machine learning"
folder = "{folder}"
graders = ["grace"]
students = ["ada", "ben", "ann", "bob"]
"""
ONE_GPU = '\n[[device]]\nid = "0"\n'
DOUBLE = "def double(values):\n    return 2 * np.asarray(values)"
SQUARE = "def double(values):\n    return np.asarray(values) ** 2"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Where the course is graded: the miniature chapter, released."""
    checkout = make_checkout(tmp_path_factory.mktemp("course"))
    checkout.run("course", "release", NAME)
    return checkout


@pytest.fixture(scope="module")
def place(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = start.demo_place(Project(ROOT, tmp_path_factory.mktemp("hub")), start.free_ports(8, 25_000))
    (place.folder / "courses.toml").write_text(COURSES.format(folder=checkout.root))
    hub = place.folder / "hub.toml"
    hub.write_text(hub.read_text() + ONE_GPU)
    _, courses = place.load()
    start.release_to(place, courses.course[0], NAME, checkout.project.build / "release" / NAME)
    return place


@pytest.fixture(scope="module")
def running(place: Place) -> Iterator[start.Running]:
    with start.running(place, log=place.state / "hub.log") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


def visitor(browser: Browser, running: start.Running, name: str) -> Visitor:
    return Visitor.log_in(browser, running.url, name, running.invitations[name])


@pytest.fixture(scope="module")
def ada(browser: Browser, running: start.Running) -> Visitor:
    return visitor(browser, running, "ada")


@pytest.fixture(scope="module")
def ben(browser: Browser, running: start.Running) -> Visitor:
    return visitor(browser, running, "ben")


def fetch_from_the_list(person: Visitor) -> None:
    """Choose a profile on the hub's page, and fetch the chapter in nbgrader's list."""
    person.page.goto(f"{person.url}/hub/spawn")
    person.shot(SHOTS, f"profiles-{person.name}")
    person.choose("cpu")
    person.lab()
    person.open_list()
    person.assignments("released", NAME).get_by_text("Fetch", exact=True).click()
    person.assignments("fetched", NAME).wait_for()


def fetch_from_the_start_page(person: Visitor) -> None:
    """Press one button where the login has led to: it starts the server, and ends in the notebook."""
    person.page.wait_for_url("**/services/exchange/start")
    expect(person.card(NAME)).to_contain_text("not opened yet")
    expect(person.card(NAME)).not_to_contain_text("Hand in")
    person.card(NAME).get_by_role("link", name="Open").click()
    person.page.check("input[name=profile][value=cpu]")
    person.page.click("button[type=submit], input[type=submit]")
    person.page.wait_for_url(f"**/user/{person.name}/lab/tree/{NAME}/{NAME}.ipynb")


def submit_from_the_list(person: Visitor) -> None:
    person.open_list()
    person.assignments("fetched", NAME).get_by_text("Submit", exact=True).click()
    person.assignments("submitted", NAME).wait_for()
    person.shot(SHOTS, f"submitted-{person.name}")


def submit_from_the_start_page(person: Visitor) -> None:
    person.start_page()
    person.card(NAME).get_by_role("link", name="Hand in").click()
    expect(person.page.locator("main")).to_contain_text(f"{NAME}.ipynb, saved")
    person.page.get_by_role("button", name="Hand in").click()
    person.page.wait_for_url("**/services/exchange/start")
    expect(person.card(NAME)).to_contain_text("handed in")
    for scheme in ("light", "dark"):
        for device, size in (("desktop", (1280, 900)), ("phone", (390, 844))):
            person.page.emulate_media(color_scheme=scheme)
            person.page.set_viewport_size({"width": size[0], "height": size[1]})
            person.shot(SHOTS, f"start-{scheme}-{device}")
            assert person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    person.page.set_viewport_size({"width": 1280, "height": 1000})


def answer_in_the_notebook(person: Visitor, answer: str) -> str:
    """Answer one exercise, save, and validate; return what validating has said."""
    person.open(f"{NAME}/{NAME}.ipynb")
    person.write(person.cell("import numpy as np"), "import numpy as np")
    person.write(person.cell("def double("), answer)
    person.save()
    validated = person.validate()
    person.shot(SHOTS, f"work-{person.name}")
    return validated


def test_a_class_from_the_first_page_to_the_feedback(
    browser: Browser, running: start.Running, checkout: Checkout, ada: Visitor, ben: Visitor
) -> None:
    """One student by the start page, one by nbgrader's list in Lab."""
    fetch_from_the_start_page(ada)
    assert "halve: not begun yet" in answer_in_the_notebook(ada, DOUBLE)
    submit_from_the_start_page(ada)
    fetch_from_the_list(ben)
    assert "its docstring holds no examples any more" in answer_in_the_notebook(ben, SQUARE)
    submit_from_the_list(ben)

    grace = visitor(browser, running, "grace")
    grace.formgrader("ml")
    assert "Successfully" in grace.press(NAME, "collect")
    for name in ("ada", "ben"):
        grace.formgrader("ml", f"/manage_submissions/{NAME}")
        for action in ("autograde", "generate-feedback", "release-feedback"):
            assert "Successfully" in grace.press(name, action)
    grace.shot(SHOTS, "formgrader")

    ada.start_page()
    expect(ada.card(NAME)).to_contain_text("returned")
    ada.card(NAME).get_by_role("link", name="Feedback").click()
    expect(ada.page.locator("body")).to_contain_text("passed: Every value comes back doubled.")
    for person, sentence in ((ada, "passed: Every value comes back doubled."), (ben, "squares instead of doubling")):
        assert sentence in read_feedback(person)


def read_feedback(person: Visitor) -> str:
    """Fetch the feedback and open it in Lab; return what it says."""
    person.page.goto(f"{person.url}/user/{person.name}/lab")
    person.lab()
    person.open_list()
    person.assignments("submitted", NAME).get_by_text("Fetch Feedback").click()
    person.page.locator("#submitted_assignments_list").get_by_text("view feedback").click()
    person.page.locator(".jp-DirListing-item", has_text=f"{NAME}.html").dblclick()
    page = person.page.frame_locator(".jp-HTMLViewer iframe")
    expect(page.locator("body")).to_contain_text("checks passed")
    person.shot(SHOTS, f"feedback-{person.name}")
    return page.locator("body").inner_text()


def test_a_class_is_graded_by_a_command_in_the_courses_terminal(
    browser: Browser, running: start.Running, checkout: Checkout
) -> None:
    """After the walk above: both hand-ins are there, and what was graded then is not judged again."""
    grace, done = visitor(browser, running, "grace"), checkout.root / "graded.json"
    grace.type_in_terminal(
        "/services/course-ml", f"course collect {NAME} && course grade {NAME} --json > graded.tmp; mv graded.tmp {done}"
    )
    until = time.monotonic() + 90
    while not done.exists():
        assert time.monotonic() < until
        grace.page.wait_for_timeout(200)
    assert {row["student"]: row["score"] for row in json.loads(done.read_text())} == {"ada": 2.0, "ben": 0.0}


def test_a_text_is_graded_by_hand_in_the_courses_server(
    browser: Browser, running: start.Running, checkout: Checkout
) -> None:
    """After the walk above: the grade has the name of who is logged in."""
    grace = visitor(browser, running, "grace").page
    grace.goto(f"{running.url}/services/course-ml/mark/{NAME}/p.99.4")
    expect(grace.locator("#answer")).to_contain_text("The answer of")
    grace.keyboard.press("1")
    grace.keyboard.press("Enter")
    grace.wait_for_url(f"**/services/course-ml/mark/{NAME}")
    expect(grace.locator("#said")).to_have_text("Saved.")
    with contextlib.closing(sqlite3.connect(checkout.project.build / "gradebook.db")) as book:
        assert book.execute("SELECT grader, earned FROM course_marking").fetchall() == [
            ("grace", '["names the scale of the features"]')
        ]


def test_two_students_do_not_see_each_other(running: start.Running, ada: Visitor, ben: Visitor) -> None:
    """Both have handed in, above; a demo hub keeps servers and the exchange apart, if not the Unix account."""
    for me, other in ((ada, "ben"), (ben, "ada")):
        reply = me.page.goto(f"{running.url}/user/{other}/lab")
        assert reply is not None
        assert reply.status == 403
        for path in ("formgrader", f"mark/{NAME}"):
            assert me.page.goto(f"{running.url}/services/course-ml/{path}").status == 403
        me.page.goto(f"{running.url}/user/{me.name}/lab")
        me.lab()
        me.open_list()
        me.assignments("submitted", NAME).wait_for()
        assert me.page.locator("#submitted_assignments_list").get_by_text(" UTC").count() == 1


def test_who_finds_no_gpu_waits_in_line_and_may_give_up(browser: Browser, running: start.Running) -> None:
    ann, bob = visitor(browser, running, "ann"), visitor(browser, running, "bob")
    ann.choose("gpu")
    ann.lab()
    bob.page.goto(f"{running.url}/hub/spawn")
    expect(bob.page.locator("body")).to_contain_text("0 of 1 free")
    bob.shot(SHOTS, "profiles-bob")
    bob.choose("gpu")
    expect(bob.page.locator("#place-in-line")).to_contain_text("you are first in line", timeout=30_000)
    bob.shot(SHOTS, "gpu-busy")
    bob.page.click("#give-up")
    bob.page.wait_for_url("**/hub/spawn/**")
    bob.choose("cpu")
    bob.lab()
