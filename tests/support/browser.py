"""The hub as people see it: a real browser, without a screen, and what a person does in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in _NAMES if (found := shutil.which(name))), "")
_QUIET = (
    "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update "
    "disable-sync"
)
_SECONDS = 90_000  # ms: two cores may be busy with other tests


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run the machine's own Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[f"--{name}" for name in _QUIET.split()])
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A person in a browser of their own."""

    page: Page
    url: str
    name: str

    @classmethod
    def log_in(cls, browser: Browser, url: str, name: str, code: str) -> Visitor:
        """Open a new browser and log in with an invitation's code."""
        page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        page.set_default_timeout(_SECONDS)
        page.on("dialog", lambda dialog: dialog.accept())  # a page that asks whether to leave it
        page.goto(f"{url}/hub/login")
        page.fill("input[name=username]", name)
        page.fill("input[name=password]", code)
        page.click("#login_submit")
        page.wait_for_url(lambda address: "/hub/login" not in address)
        return cls(page, url, name)

    def shot(self, folder: Path, name: str) -> None:
        """Take a picture, to be looked at."""
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png")

    def choose(self, profile: str) -> None:
        """Choose a profile on the page that offers them, and start the server."""
        self.page.goto(f"{self.url}/hub/spawn")
        self.page.check(f"input[name=profile][value={profile}]")
        self.page.click("button[type=submit], input[type=submit]")

    def lab(self) -> None:
        """Wait until JupyterLab is there."""
        self.page.wait_for_url(f"**/user/{self.name}/lab**")
        self.page.wait_for_selector("#jp-main-dock-panel")
        self.page.wait_for_selector(".lm-MenuBar-itemLabel:has-text('Nbgrader')")

    def start_page(self) -> None:
        """Open the course's start page."""
        self.page.goto(f"{self.url}/services/exchange/start")

    def card(self, assignment: str) -> Locator:
        """An assignment on the start page."""
        return self.page.locator(".card", has_text=assignment)

    def follow(self, link: Locator) -> Page:
        """Follow a link that opens a tab; return that."""
        with self.page.context.expect_page() as opened:
            link.click()
        opened.value.set_default_timeout(_SECONDS)
        return opened.value

    def stop(self) -> None:
        """Stop the server."""
        self.page.goto(f"{self.url}/hub/home")
        self.page.click("#stop")
        self.page.wait_for_selector("#stop", state="hidden")

    def menu(self, menu: str, entry: str) -> None:
        """Choose an entry of Lab's menu."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=menu).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=entry).first.click()

    def assignments(self, kind: str, assignment: str) -> Locator:
        """A row of nbgrader's Assignment List; `kind` is ``released``, ``fetched`` or ``submitted``."""
        return self.page.locator(f"#{kind}_assignments_list .list_item", has_text=assignment).first

    def open_list(self) -> None:
        """Open nbgrader's Assignment List."""
        self.menu("Nbgrader", "Assignment List")
        self.page.wait_for_selector("#released_assignments_list")

    def open(self, path: str) -> None:
        """Open a notebook in Lab by its address, and wait for its kernel: a cell that is run before asks for one."""
        self.page.goto(f"{self.url}/user/{self.name}/lab/tree/{path}?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_selector("#jp-bottom-panel :text('| Idle')")

    def cell(self, text: str) -> Locator:
        """The notebook's cell that has this text."""
        return self.page.locator(".jp-Notebook .jp-Cell", has_text=text).first

    def write(self, cell: Locator, text: str) -> None:
        """Type `text` over what is in a cell, and run it."""
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Control+Enter")

    def save(self) -> None:
        """Save the notebook, and wait until it is."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_selector("text=Saving completed")

    def validate(self) -> str:
        """Press nbgrader's button that runs the visible examples; return what the box then says."""
        self.page.locator(".jp-Toolbar").get_by_text("Validate", exact=True).click()
        said = self.page.locator(".jp-Dialog .jp-Dialog-body").inner_text()
        self.page.locator(".jp-Dialog button").last.click()
        return said

    def formgrader(self, course: str, page: str = "") -> None:
        """Open a page of a course's formgrader."""
        self.page.goto(f"{self.url}/services/course-{course}/formgrader{page}")

    def press(self, row: str, action: str) -> str:
        """Press an icon in formgrader's row for an assignment or a student; return what the box then says."""
        self.page.locator("tbody tr", has_text=row).locator(f".{action} a").click()
        said = self.page.locator(".modal .modal-body").inner_text()
        self.page.locator(".modal .modal-header .close").click()
        self.page.wait_for_selector(".modal", state="detached")
        return said

    def type_in_terminal(self, address: str, command: str) -> None:
        """Open a terminal in the Lab at `address`, and have a command run there."""
        self.page.goto(f"{self.url}{address}/lab?reset")
        self.page.locator(".jp-LauncherCard", has_text="Terminal").first.click()
        self.page.locator(".jp-Terminal .xterm").first.click()
        self.page.keyboard.type(f"{command}\n")
