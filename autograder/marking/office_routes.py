"""The pages of the course over HTTP: which of them is asked for, and what a form does. It knows nothing of tornado."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.marking import office_pages
from autograder.marking.desk import Unknown
from autograder.marking.hand_outs import Busy
from autograder.marking.office import Office
from autograder.marking.office_pages import Told
from autograder.marking.pages import Setting
from course.errors import CourseError, ExchangeRefusal, SetupError

HOME = "course"  # the first part of all their addresses
FORMS = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
REPORT = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_KEPT = 200  # sentences on what was done, of which each is shown on a page that was asked for next


@dataclass(frozen=True)
class Reply:
    """What is answered.

    Attributes
    ----------
    elsewhere : the address to go to instead, below the first page's; empty for none.
    file : the name under which it is to be saved; empty where it is to be shown.
    policy : Content-Security-Policy.
    """

    body: str = ""
    status: int = 200
    kind: str = "text/html"
    elsewhere: str = ""
    file: str = ""
    policy: str = FORMS


@dataclass
class Routes:
    """Answers for the pages of the course; may be used by several threads."""

    office: Office
    _told: OrderedDict[str, Told] = field(default_factory=OrderedDict)

    def get(self, setting: Setting, parts: Sequence[str], said: str) -> Reply:
        """Return a page, or what else is there.

        Parameters
        ----------
        parts : of the address, after `HOME`.
        said : which sentence is to be shown; empty for none.

        Raises
        ------
        Unknown : there is no such page.
        """
        match parts:
            case []:
                return self._page(setting, self._told.get(said))
            case ["running"]:
                last = self.office.hand_outs.last
                state = {None: "running", True: "well", False: "badly"}[last.went if last else True]
                return Reply(f"{state}\n{office_pages.said_of(setting, last) if last else ''}", kind="text/plain")
            case ["answer", chapter, exercise, student]:
                found, view = self.office.seen(chapter, exercise, student)
                return Reply(office_pages.seen_page(setting, found, student, view))
            case ["report", page]:
                return Reply(self.office.report(page), policy=REPORT)
            case ["grades", name]:
                chapter = name.removesuffix(".csv")
                return Reply(self.office.grades(chapter), kind="text/csv", file=f"{chapter}.csv")
            case [form] if form in self._forms:
                return Reply(elsewhere=HOME)
        raise Unknown("There is no such page.")

    def post(self, setting: Setting, parts: Sequence[str], fields: Mapping[str, str]) -> Reply:
        """Do what a form asks for, and lead to a page that says so; where it can't be done, a page that says why, with
        what was typed.

        Raises
        ------
        Unknown : there is no such form.
        """
        if len(parts) != 1 or parts[0] not in self._forms:
            raise Unknown("There is no such form.")
        about = fields.get("id") or fields.get("chapter", "")
        done: list[str] = []
        try:
            elsewhere = self._forms[parts[0]](setting, fields, done)
        except Busy as error:
            status, text = 409, str(error)
        except (SetupError, ExchangeRefusal) as error:
            status, text = 400, str(error)
        except CourseError as error:
            status, text = 503, str(error)
        else:
            return Reply(elsewhere=elsewhere or f"{HOME}?said={self._keep(Told(' '.join(done), about=about))}")
        told = Told("\n".join([*done, text]), True, about, fields)
        return self._page(setting, told, status)

    @property
    def _forms(self) -> Mapping[str, Callable[[Setting, Mapping[str, str], list[str]], str]]:
        return {
            "hand-out": self._hand_out,
            "due": self._due,
            "extend": self._extend,
            "answer": self._answer,
            "report": self._report,
        }

    def _hand_out(self, setting: Setting, fields: Mapping[str, str], done: list[str]) -> str:
        chapter = self.office.chapter(fields.get("chapter", ""))
        self.office.hand_outs.begin(chapter, bool(fields.get("full_size")), setting.grader)
        done.append(f"The hand-out of {chapter.name} has begun. What comes of it is told at the top.")
        return ""

    def _due(self, setting: Setting, fields: Mapping[str, str], done: list[str]) -> str:
        done.append(self.office.set_due(fields.get("chapter", ""), fields.get("when", ""), bool(fields.get("never"))))
        return ""

    def _extend(self, setting: Setting, fields: Mapping[str, str], done: list[str]) -> str:
        wanted = fields.get("chapter", ""), fields.get("student", ""), fields.get("days", "")
        done.append(self.office.extend(*wanted))
        return ""

    def _answer(self, setting: Setting, fields: Mapping[str, str], done: list[str]) -> str:
        wanted = fields.get("id", ""), fields.get("sentence", ""), fields.get("points", ""), fields.get("part", "")
        for sentence in self.office.answer(*wanted):
            done.append(sentence)
        done.append("The answer stands on the feedback page once that has been written and given out again.")
        return ""

    def _report(self, setting: Setting, fields: Mapping[str, str], done: list[str]) -> str:
        return f"{HOME}/report/{self.office.make_report(fields.get('chapter', ''))}.html"

    def _page(self, setting: Setting, told: Told | None, status: int = 200) -> Reply:
        view = self.office.view()
        places = {"", *(one.chapter.name for one in view.chapters), *(one.request.id for one in view.open)}
        if told and told.about not in places:  # a request that has its answer now, or what is there no more
            told = Told(told.text, told.bad, typed=told.typed)
        return Reply(office_pages.course_page(setting, view, self.office.hand_outs.last, told), status)

    def _keep(self, told: Told) -> str:
        name = secrets.token_urlsafe(9)
        self._told[name] = told
        while len(self._told) > _KEPT:
            self._told.popitem(last=False)
        return name
