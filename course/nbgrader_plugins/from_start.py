"""What the course's start page leads to, in a person's own server: open an assignment there, hand it in.

    GET  course/open      the notebook in Lab; fetched first, where it is not there
    GET  course/hand-in   asks whether this is what is to be handed in
    POST course/fetch, course/submit   do it, as nbgrader's Assignment List would
    GET  course/start     back to the start page

The hub can't write to a person's home, and its pages know nothing of the files there. Each change is a POST with
Jupyter's token against forged requests. Of fetching, the page sends it by itself where the browser says that its person
has come from a page of this hub.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_escape, url_path_join
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from nbgrader.server_extensions.assignment_list.handlers import AssignmentList
from pydantic import TypeAdapter, ValidationError
from tornado import web

from course.exchange.bundle import Name

T = TypeVar("T")
_NAME = TypeAdapter(Name)
_PAGE = Environment(autoescape=True).from_string("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ title }}</title>
<style nonce="{{ nonce }}">
body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
h1, p, li { overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25 }
.actions { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; margin-top: 1.5rem }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.2rem; cursor: pointer }
</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
{% for one in said %}<p>{{ one }}</p>
{% endfor %}
{% if files %}<ul>{% for one in files %}<li>{{ one }}</li>{% endfor %}</ul>
{% endif %}
<div class="actions">
{% if button %}<form method="post" action="{{ action }}" id="do">
<input type="hidden" name="_xsrf" value="{{ xsrf }}">
<input type="hidden" name="course" value="{{ course }}">
<input type="hidden" name="assignment" value="{{ assignment }}">
<button>{{ button }}</button>
</form>
{% endif %}
{% for text, address in links %}<a href="{{ address }}">{{ text }}</a>
{% endfor %}
</div>
</main>
<script nonce="{{ nonce }}">
const form = document.getElementById("do");
form?.addEventListener("submit", () => { form.querySelector("button").disabled = true; });
{% if at_once %}form.requestSubmit();{% endif %}
</script>
</body>
</html>
""")


def start_page() -> str:
    """Return the address of the course's start page, as a browser knows it; empty without a hub."""
    path = urlsplit(os.environ.get("COURSE_EXCHANGE_URL", "")).path
    return f"{path}/start" if path else ""


class _Handler(JupyterHandler):
    """Knows the assignment that is meant, and where it is in this person's home."""

    @property
    def root(self) -> Path:
        """Where this person's files are."""
        return Path(self.settings["server_root_dir"]).expanduser().resolve()

    @property
    def course(self) -> str:
        return self._named("course")

    @property
    def assignment(self) -> str:
        return self._named("assignment")

    def _named(self, what: str) -> str:
        try:
            return str(_NAME.validate_python(self.get_argument(what, "")))
        except ValidationError:
            raise web.HTTPError(400, reason=f"The address does not name the {what}") from None

    def exchange(self, kind: str, what: Callable[[Any], T]) -> T | ExchangeError:
        """Call `what` with nbgrader's ``FetchAssignment`` or ``Submit``, as its Assignment List would: configured by
        the same files, in the folder of the assignments."""
        manager = AssignmentList(parent=self.serverapp)
        manager.root_dir = str(self.root)
        with manager.get_assignment_dir_config():
            config = manager.load_config()
            config.CourseDirectory.course_id = self.course
            config.CourseDirectory.assignment_id = self.assignment
            parts = {"coursedir": CourseDirectory(config=config), "authenticator": Authenticator(config=config)}
            try:
                return what(getattr(ExchangeFactory(config=config), kind)(**parts, config=config))
            except ExchangeError as error:  # in here: else nbgrader does not go back to where it was
                return error

    def home(self) -> Path:
        """The folder of the assignment; it need not be there."""
        found = self.exchange("FetchAssignment", lambda fetch: Path(fetch.home(self.course, self.assignment)))
        assert isinstance(found, Path)
        return found

    def address(self, name: str) -> str:
        """Of one of these pages, for this assignment."""
        asked = urlencode({"course": self.course, "assignment": self.assignment})
        return f"{url_path_join(self.base_url, 'course', name)}?{asked}"

    def in_lab(self, folder: Path) -> str:
        """The address of the assignment's notebook in Lab; of its folder, where it has none."""
        notebooks = sorted(folder.glob("*.ipynb"), key=lambda one: (one.stem != self.assignment, one.name))
        place = (notebooks or [folder])[0].relative_to(self.root)
        return str(url_path_join(self.base_url, "lab", "tree", url_escape(place.as_posix())))

    def show(self, title: str, *said: str, status: int = 200, **more: Any) -> None:
        """Finish with a page that loads nothing from anywhere, and can't be framed."""
        nonce = secrets.token_urlsafe(16)
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'",
        )
        links = [*more.pop("links", ()), ("To the start page", start_page())]
        values = {"files": (), "button": "", "at_once": False, "course": self.course, "assignment": self.assignment}
        xsrf = self.xsrf_token
        self.finish(
            _PAGE.render(
                values | more, title=title, said=said, nonce=nonce, links=[one for one in links if one[1]],
                xsrf=xsrf.decode() if isinstance(xsrf, bytes) else xsrf,
            )
        )  # fmt: skip


class _Open(_Handler):
    @web.authenticated
    def get(self) -> None:
        folder = self.home()
        if folder.is_dir():
            self.redirect(self.in_lab(folder))
            return
        self.show(
            f"Open {self.assignment}",
            "It is brought to your home first.",
            button="Fetch it and open it",
            action=url_path_join(self.base_url, "course", "fetch"),
            at_once=self.request.headers.get("Sec-Fetch-Site") == "same-origin",
        )


class _Fetch(_Handler):
    @web.authenticated
    def post(self) -> None:
        folder = self.home()
        if not folder.is_dir():
            failed = self.exchange("FetchAssignment", lambda fetch: fetch.start())
            if failed:
                self.show(f"{self.assignment} could not be fetched", str(failed), status=409)
                return
        self.redirect(self.in_lab(folder), status=303)


class _HandIn(_Handler):
    @web.authenticated
    def get(self) -> None:
        folder = self.home()
        found = sorted(folder.glob("*.ipynb"))
        if not found:
            self.show(
                f"{self.assignment} is not here",
                "What is handed in here is a folder in the home of your server, and there is none of this assignment. "
                "Open it first; or, if you work on your own machine, hand in from there with course submit.",
                links=[("Open it", self.address("open"))],
            )
            return
        self.show(
            f"Hand in {self.assignment}?",
            "This is handed in as it was last saved. If the notebook is open in Lab, save it first (Ctrl-S).",
            files=[f"{one.name}, saved {_moment(one)}" for one in found],
            button="Hand in",
            action=url_path_join(self.base_url, "course", "submit"),
            links=[("Look at it again", self.in_lab(folder))],
        )


class _Submit(_Handler):
    @web.authenticated
    def post(self) -> None:
        receipt = self.exchange("Submit", lambda submit: submit.start())
        if isinstance(receipt, ExchangeError):
            self.show(f"{self.assignment} is not handed in", str(receipt), status=409)
            return
        if receipt.left_out:
            said = [
                f"Handed in at {receipt.time:%H:%M} UTC.",
                receipt.tries_sentence,
                "Not handed in, or not as it was:",
            ]
            self.show(f"{self.assignment} is handed in", *filter(None, said), files=list(map(str, receipt.left_out)))
            return
        self.redirect(start_page() or self.in_lab(self.home()), status=303)


class _Start(_Handler):
    @web.authenticated
    def get(self) -> None:
        self.redirect(start_page() or self.base_url)


def _moment(path: Path) -> str:
    """When a file was changed, by this machine's clock, and how long ago that is."""
    saved = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    minutes = int((datetime.now().astimezone() - saved).total_seconds() // 60)
    ago = "just now" if minutes < 1 else f"{minutes} min ago" if minutes < 120 else f"{saved:%Y-%m-%d}"
    return f"{saved:%H:%M %Z} ({ago})"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Called by Jupyter's server."""
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by Jupyter's server at its start."""
    places = {"open": _Open, "fetch": _Fetch, "hand-in": _HandIn, "submit": _Submit, "start": _Start}
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(".*$", [(url_path_join(base, "course", name), one) for name, one in places.items()])
