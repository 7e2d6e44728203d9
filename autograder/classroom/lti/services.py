"""A learning platform's services, as it offers them to tools (LTI 1.3 Advantage): who is in its course (NRPS), its
columns of grades and what stands in them (AGS), each asked for with a token that the tool's key is good for.

What fails for a while (no connection, no answer in time, 429, 5xx) is asked again, with growing pauses or when the
platform says; all requests may be sent twice but the one for a new column, after which the columns are looked at again.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from autograder.classroom.lti.settings import Platform, settings_file
from autograder.classroom.lti.tool_key import ToolKey
from course.addresses import safe_address
from course.errors import OperatorError, SetupError
from course.exchange.session import Token, session_to

_SECONDS = (10.0, 60.0)
_ATTEMPTS, _LONGEST_PAUSE = 6, 120
PAUSE = 1.0
_PAGES = 1000
_AGS, _NRPS = "https://purl.imsglobal.org/spec/lti-ags/scope", "https://purl.imsglobal.org/spec/lti-nrps/scope"
SCOPES = (f"{_AGS}/lineitem", f"{_AGS}/score", f"{_NRPS}/contextmembership.readonly")
_DEPLOYMENT = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"
_MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_COLUMN, _COLUMNS = ("application/vnd.ims.lis.v2.lineitem+json", "application/vnd.ims.lis.v2.lineitemcontainer+json")
_SCORE = "application/vnd.ims.lis.v1.score+json"


class Refused(Exception):
    """The platform has refused one request, and may take others; its text is what it says.

    Attributes
    ----------
    status : HTTP's.
    again : whether the request had been sent before, without an answer that told what became of it.
    """

    def __init__(self, reply: requests.Response) -> None:
        super().__init__(f"{reply.status_code} {reply.reason}: {_excerpt(reply)}")
        self.status = reply.status_code
        retries = getattr(reply.raw, "retries", None)
        self.again = isinstance(retries, Retry) and bool(retries.history)


@dataclass(frozen=True)
class Column:
    """A column of grades there (a "line item")."""

    url: str
    most: float


@dataclass
class Services:
    """A platform's services for one of its courses.

    Parameters
    ----------
    pause : seconds before the third attempt at something; twice as long before each further one.
    seconds : to connect, and for an answer.

    Methods raise `OperatorError` where the platform can't be reached or answers what nobody understands, and
    `SetupError` where it does not take the course for one of its tools.
    """

    platform: Platform
    key: ToolKey
    pause: float = field(default_factory=lambda: PAUSE)
    seconds: tuple[float, float] = _SECONDS
    _token: str = field(default="", init=False, repr=False)
    _until: float = field(default=0.0, init=False, repr=False)

    def __post_init__(self) -> None:
        retry = Retry(
            _ATTEMPTS, backoff_factor=self.pause, status_forcelist=(429, 500, 502, 503, 504), allowed_methods=None,
            raise_on_status=False, redirect=0, retry_after_max=_LONGEST_PAUSE,
        )  # fmt: skip
        self._once, self._patient = (session_to(self.platform.token_url) for _ in range(2))
        for scheme in ("https://", "http://"):
            self._patient.mount(scheme, HTTPAdapter(max_retries=retry))

    def check(self) -> None:
        """Ask for a token, whether or not there is one."""
        self._token = ""
        self._authorized()

    def members(self) -> Iterator[Mapping[str, Any]]:
        """Yield who is in the course there, as the platform describes them."""
        for page in self._pages(self.platform.memberships_url, {}, _MEMBERS):
            rows = page.get("members") if isinstance(page, dict) else None
            if not isinstance(rows, list):
                raise _odd("the list of its course's members")
            yield from (row for row in rows if isinstance(row, dict) and row.get("user_id"))

    def column(self, chapter: str, title: str, most: float) -> Column:
        """Return the column of a chapter, which is made where there is none."""
        new = {"scoreMaximum": most, "label": title, "resourceId": chapter, "tag": "grade"}
        for number in range(_ATTEMPTS):
            if found := self._column(chapter):
                return found
            time.sleep(self.pause * 2 ** (number - 1) if number else 0)
            try:
                reply = self._once.post(
                    self.platform.line_items_url, json=new, timeout=self.seconds, allow_redirects=False,
                    headers={"Content-Type": _COLUMN, "Accept": _COLUMN}, auth=self._authorized(),
                )  # fmt: skip
            except requests.RequestException:
                continue  # whether it has been made, the next look tells
            if reply.ok:
                return self._read_column(_json(reply, "a new column of grades"))
            if reply.status_code < 500 and reply.status_code != 429:
                raise SetupError(
                    f"The learning platform makes no column of grades for {chapter} ({Refused(reply)}). Its "
                    "administrator has to let this tool manage columns (AGS), or line_items_url in "
                    f"{settings_file()} is not this course's."
                )
        raise OperatorError(
            f"The learning platform has not made a column of grades for {chapter}, in {_ATTEMPTS} attempts: try again."
        )

    def columns(self) -> int:
        """Return how many columns of grades the course has there."""
        return sum(len(page) for page in self._column_pages({}))

    def send(self, column: Column, score: Mapping[str, Any]) -> None:
        """Put a student's score into a column; raises `Refused` where the platform does not take it."""
        parts = urlsplit(column.url)
        url = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))
        self._ask("POST", url, json=score, headers={"Content-Type": _SCORE, "Accept": "application/json"})

    def _column(self, chapter: str) -> Column | None:
        for page in self._column_pages({"resource_id": chapter}):
            for row in page:
                if isinstance(row, dict) and row.get("resourceId") == chapter:
                    return self._read_column(row)
        return None

    def _column_pages(self, query: Mapping[str, str]) -> Iterator[list[Any]]:
        for page in self._pages(self.platform.line_items_url, query, _COLUMNS):
            if not isinstance(page, list):
                raise _odd("the list of its columns of grades")
            yield page

    def _read_column(self, row: Any) -> Column:
        try:
            return Column(safe_address(row["id"]), float(row["scoreMaximum"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _odd("a column of grades") from error

    def _pages(self, url: str, query: Mapping[str, str], accept: str) -> Iterator[Any]:
        seen: set[str] = set()
        while url and url not in seen and len(seen) < _PAGES:
            seen.add(url)
            try:
                reply = self._ask("GET", url, params=query, headers={"Accept": accept})
            except Refused as error:
                raise SetupError(
                    f"The learning platform refuses {url} ({error}). Its administrator has to let this tool see names "
                    f"and roles (NRPS) and grades (AGS), or the address in {settings_file()} is not this course's."
                ) from error
            yield _json(reply, "a page of a list")
            following = reply.links.get("next", {}).get("url", "")
            url, query = (_followed(url, following) if following else ""), {}

    def _ask(self, method: str, url: str, **what: Any) -> requests.Response:
        reply = self._reply(method, url, auth=self._authorized(), **what)
        if reply.status_code == 401:  # a token may be withdrawn before its time
            self._token = ""
            reply = self._reply(method, url, auth=self._authorized(), **what)
        if not reply.ok:
            raise Refused(reply)
        return reply

    def _reply(self, method: str, url: str, **what: Any) -> requests.Response:
        try:
            reply = self._patient.request(method, url, timeout=self.seconds, allow_redirects=False, **what)
        except requests.RequestException as error:
            raise OperatorError(
                f"The learning platform does not answer at {url} ({type(error).__name__}), and was asked "
                f"{_ATTEMPTS + 1} times: look whether it runs, and try again."
            ) from error
        if reply.status_code in (429, *range(500, 600)):
            raise OperatorError(
                f"The learning platform is in trouble, or has too much to do ({Refused(reply)}): try again later."
            )
        if reply.is_redirect:
            raise SetupError(f"{url} leads elsewhere: write the address it leads to into {settings_file()}.")
        return reply

    def _authorized(self) -> Token:
        if not self._token or time.monotonic() > self._until:
            self._token, seconds = self._new_token()
            self._until = time.monotonic() + 0.8 * seconds
        return Token(self._token, "Bearer")

    def _new_token(self) -> tuple[str, float]:
        now, me = int(time.time()), self.platform.client_id
        claims: dict[str, Any] = {
            "iss": me, "sub": me, "aud": self.platform.audience or self.platform.token_url,
            "iat": now - 5, "exp": now + 300, "jti": uuid.uuid4().hex,
        }  # fmt: skip
        if self.platform.deployment_id:
            claims[_DEPLOYMENT] = self.platform.deployment_id
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.key.signed(claims),
            "scope": " ".join(SCOPES),
        }
        reply = self._reply("POST", self.platform.token_url, data=form, auth=lambda request: request)
        if not reply.ok:
            raise SetupError(
                f"The learning platform gives no token ({Refused(reply)}). Compare client_id and token_url in "
                f"{settings_file()} with what it says, and the key there with that of `course lti`."
            )
        found = _json(reply, "a token")
        try:
            return str(found["access_token"]), float(found.get("expires_in") or 600)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise _odd("a token") from error


def _followed(url: str, following: str) -> str:
    try:
        return safe_address(urljoin(url, following))
    except ValueError as error:
        raise _odd("a list's next page") from error


def _json(reply: requests.Response, what: str) -> Any:
    try:
        return reply.json()
    except ValueError as error:
        raise _odd(what) from error


def _odd(what: str) -> OperatorError:
    return OperatorError(
        f"The learning platform's answer, where {what} was expected, is not as LTI 1.3 has it: look at the "
        f"addresses in {settings_file()}; if they are right, its administrator has to know."
    )


def _excerpt(reply: requests.Response) -> str:
    return " ".join(reply.text.split())[:200] or "it says no more"
