"""The hub as its people see it, in a real browser: one class, from the first page to the feedback that is read.

Its schedule hands the chapter out some seconds after the hub's start, and would close it at once; people have set
another due date, and that holds until they take it away, at the end.

The pictures that `make test-hub` takes are in ``build/screenshots``, to be looked at; `make pictures` makes
those of the site from them.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.checkout import ROOT

pytest.importorskip("playwright.sync_api", reason="no browser is driven without Playwright: make test-hub")
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from course.project import Project
from hub_config.local import start
from hub_config.local.assembly import Place
from hub_config.settings.schedule import KINDS
from tests.support.browser import CHROMIUM, Visitor, browsing
from tests.support.checkout import Checkout, make_checkout
from tests.support.lti_platform import FakePlatform, member
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
time_zone = "UTC"

[[course.schedule]]
chapter = "ch99"
release = {release}
due = {due}
late_until = {late_until}
solutions = {solutions}
"""
ONE_GPU = '\n[[device]]\nid = "0"\n'
DOUBLE = "def double(values):\n    return 2 * np.asarray(values)"
SQUARE = "def double(values):\n    return np.asarray(values) ** 2"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Where the course is graded: the miniature chapter, made and not handed out yet, is due in the far future."""
    checkout = make_checkout(tmp_path_factory.mktemp("course"))
    checkout.run("course", "release", NAME)
    checkout.run("course", "due", NAME, "2199-01-01 12:00", COURSE_TIME_ZONE="UTC")
    return checkout


@pytest.fixture(scope="module")
def place(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = start.demo_place(Project(ROOT, tmp_path_factory.mktemp("hub")), start.free_ports(8, 25_000))
    soon = datetime.now(UTC).replace(microsecond=0, tzinfo=None) + timedelta(seconds=15)
    times = {kind: (soon + timedelta(seconds=later)).isoformat() for later, kind in enumerate(KINDS)}
    (place.folder / "courses.toml").write_text(COURSES.format(folder=checkout.root, **times))
    hub = place.folder / "hub.toml"
    hub.write_text(hub.read_text() + ONE_GPU)
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


def shots_of_the_start_page(person: Visitor, name: str) -> None:
    """Take pictures of it, light and dark, on a desktop and on a phone."""
    for scheme in ("light", "dark"):
        for device, size in (("desktop", (1280, 900)), ("phone", (390, 844))):
            person.page.emulate_media(color_scheme=scheme)
            person.page.set_viewport_size({"width": size[0], "height": size[1]})
            person.shot(SHOTS, f"{name}-{scheme}-{device}")
            assert person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    person.page.set_viewport_size({"width": 1280, "height": 1000})


def wait_on_the_start_page(person: Visitor, text: str) -> None:
    """Load it again and again until the chapter's card is there and has this text."""
    person.start_page()
    until = time.monotonic() + 120
    while not person.card(NAME).filter(has_text=text).count():
        assert time.monotonic() < until, person.page.locator("main").inner_text()
        person.page.wait_for_timeout(500)
        person.start_page()


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
    person.start_page()
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
    shots_of_the_start_page(person, "start")


def answer_in_the_notebook(person: Visitor, answer: str) -> str:
    """Answer one exercise, save, and validate; return what validating has said."""
    person.open(f"{NAME}/{NAME}.ipynb")
    person.write(person.cell("import numpy as np"), "import numpy as np")
    person.write(person.cell("def double("), answer)
    person.save()
    validated = person.validate()
    person.shot(SHOTS, f"work-{person.name}")
    return validated


def test_the_schedule_hands_out_and_what_people_have_set_stays(running: start.Running, ada: Visitor) -> None:
    ada.page.wait_for_url("**/services/exchange/start")
    wait_on_the_start_page(ada, "not opened yet")
    expect(ada.card(NAME)).to_contain_text("Due Tue 1 Jan 2199, 12:00 UTC")
    expect(ada.card(NAME)).to_contain_text("Nothing is taken after that")
    shots_of_the_start_page(ada, "schedule-released")


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
    person.page.goto(f"{person.url}/user/{person.name}/lab?reset")  # what is open there stays as it was fetched
    person.lab()
    person.open_list()
    person.assignments("submitted", NAME).get_by_text("Fetch Feedback").click()
    person.page.locator("#submitted_assignments_list").get_by_text("view feedback").click()
    person.page.locator(".jp-DirListing-item", has_text=f"{NAME}.html").dblclick()
    page = person.page.frame_locator(".jp-HTMLViewer iframe")
    expect(page.locator("body")).to_contain_text("checks passed")
    person.shot(SHOTS, f"feedback-{person.name}")
    return page.locator("body").inner_text()


def in_the_courses_terminal(grace: Visitor, checkout: Checkout, command: str) -> str:
    """Have a command run in the terminal of the course's server; return what it prints."""
    done = checkout.root / "printed"
    done.unlink(missing_ok=True)
    grace.type_in_terminal("/services/course-ml", f"({command}) > printed.tmp; mv printed.tmp {done}")
    until = time.monotonic() + 90
    while not done.exists():
        assert time.monotonic() < until
        grace.page.wait_for_timeout(200)
    return done.read_text()


def test_a_class_is_graded_by_a_command_in_the_courses_terminal(
    browser: Browser, running: start.Running, checkout: Checkout
) -> None:
    """After the walk above: both hand-ins are there, and what was graded then is not judged again."""
    grace = visitor(browser, running, "grace")
    give_back = f"(course feedback {NAME} && nbgrader release_feedback {NAME}) >&2"
    rows = in_the_courses_terminal(
        grace, checkout, f"course collect {NAME} >&2 && course grade {NAME} --json && {give_back}"
    )
    assert {row["student"]: row["score"] for row in json.loads(rows)} == {"ada": 2.0, "ben": 0.0}


def way_to_the_form(page: Page | FrameLocator) -> Locator:
    """Unfold what a feedback page says of asking again; return the link to the form."""
    page.locator("summary", has_text="Have p.99.1 looked at again").click()
    return page.get_by_role("link", name="ask about p.99.1")


def ask_for_another_look(person: Visitor, form: Page) -> None:
    why = f"It does what the text says, says {person.name}."
    form.get_by_label("Why should it be looked at again?").fill(why)
    form.screenshot(path=SHOTS / f"regrade-form-{person.name}.png")
    form.get_by_role("button", name="Ask").click()
    expect(form.locator("blockquote")).to_have_text(why)
    expect(form.locator("main")).to_contain_text("Not answered yet.")
    form.close()


def test_a_feedback_page_leads_to_its_form(ada: Visitor, ben: Visitor) -> None:
    """After the grading above: from the start page, from Lab, and where no server runs."""
    ada.start_page()
    ada.card(NAME).get_by_role("link", name="Feedback").click()
    ask_for_another_look(ada, ada.follow(way_to_the_form(ada.page)))
    assert "squares instead of doubling" in read_feedback(ben)
    ask_for_another_look(ben, ben.follow(way_to_the_form(ben.page.frame_locator(".jp-HTMLViewer iframe"))))
    expect(ben.page.locator(".jp-HTMLViewer")).not_to_contain_text("Action disabled")
    ben.stop()
    ben.start_page()
    ben.card(NAME).get_by_role("link", name="Feedback").click()
    form = ben.follow(way_to_the_form(ben.page))
    form.check("input[name=profile][value=cpu]")
    form.click("button[type=submit], input[type=submit]")
    form.wait_for_url("**/user/ben/course/regrade-request?**")
    expect(form.locator("main")).to_contain_text("Not answered yet.")
    form.close()


def test_grades_travel_once_to_a_platform_that_fetches_the_key_from_the_hub(
    browser: Browser, running: start.Running, checkout: Checkout
) -> None:
    """After the walk above; sent twice in the course's terminal."""
    grace, address = visitor(browser, running, "grace"), f"{running.url}/services/exchange/lti/ml/jwks.json"
    people = [member("u-1", "Ada Lovelace"), member("u-2", "Ben Example"), member("u-3", "Grace Hopper", "Instructor")]
    send = "course roster --lti && course export ch99 --lti"
    with FakePlatform(members=people, jwks_url=address).serving() as platform:
        platform.connect(checkout.root, domain="example.org")
        printed = in_the_courses_terminal(grace, checkout, f"course lti && {send} && echo AGAIN && {send}")
        first, _, again = printed.partition("AGAIN")
        assert address in first
        assert "Added 0, changed 2; 0 are as they were." in first
        assert "Grades of ch99: 2 sent, 0 there already." in first
        assert "Added 0, changed 0; 2 are as they were." in again
        assert "Grades of ch99: 0 sent, 2 there already." in again
    assert [(column["resourceId"], column["scoreMaximum"]) for column in platform.columns.values()] == [(NAME, 10)]
    assert sorted((score["userId"], score["scoreGiven"]) for _, score in platform.requests) == [("u-1", 2), ("u-2", 0)]


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


def test_the_schedule_closes_and_shows_solutions_once_nobody_has_more_time(
    running: start.Running, checkout: Checkout, ada: Visitor, ben: Visitor
) -> None:
    """Both have been graded, above; the due date that people have set lies behind now."""
    checkout.run("course", "due", NAME, "2020-01-01 12:00", COURSE_TIME_ZONE="UTC")
    wait_on_the_start_page(ben, "Nothing more is taken since")
    expect(ben.card(NAME)).not_to_contain_text("Hand in …")
    shots_of_the_start_page(ben, "schedule-closed")
    ada.start_page()
    ada.card(NAME).get_by_role("link", name="Feedback").click()
    until = time.monotonic() + 120
    while not ada.page.locator("body").filter(has_text="The worked solution").count():
        assert time.monotonic() < until
        ada.page.wait_for_timeout(500)
        ada.page.reload()
    ada.shot(SHOTS, "schedule-solutions")
