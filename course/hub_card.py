"""What a hub with feedback at once adds to the card of the visible test, and to a hint: what the last hand-in was told.

Nothing is judged here, since points are at stake; nothing is said that the page of that hand-in does not say; and
nothing is asked where nobody sits in front of the notebook, nor in a checkout of one's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.card import HandedIn
from course.notebook_cells import run_otherwise
from course.own_checkout import is_read, notebook_file

if TYPE_CHECKING:
    from course.exchange.standing import Standing, Watch

_watches: list[Watch] = []  # one, as soon as a hub is asked
_SINCE = {True: "You have changed your answer since.", False: "Your answer here is the one you handed in."}
_HOW = (
    "To hand in, save the notebook and press “Hand in” on the start page, or “Submit” in the menu Nbgrader, Assignment "
    "List; in a terminal it is `course submit {short}`."
)


def ask_hub(scope: Mapping[str, Any]) -> Callable[[], Standing | None]:
    """Begin to ask the hub; return what waits for the answer, a second at most.

    Parameters
    ----------
    scope : the notebook's names.
    """
    if not is_read(scope):
        return lambda: None
    try:
        from course.exchange.session import exchange_at, exchange_named
        from course.exchange.standing import Watch
    except ImportError:  # a notebook elsewhere, without what a hub needs
        return lambda: None
    url, token = exchange_named()
    if not url or not token:
        return lambda: None
    if not _watches:
        _watches.append(Watch())
    notebook = notebook_file(scope)
    folder = notebook.parent if notebook else _here()
    return _watches[0].ask(exchange_at(url), token, folder.name, folder.parent.name)


def handed_in(standing: Standing, exercise: str, names: tuple[str, ...], *, begun: bool) -> HandedIn | None:
    """Return what the card says of the hand-in; None where nothing is handed in, nor begun.

    Parameters
    ----------
    names : of the exercise's answers.
    """
    how = [" ".join(filter(None, (_sentence(standing.tries), standing.why_not or _how(standing))))]
    if not standing.when:
        return HandedIn(notes=tuple(how)) if begun else None
    changed = run_otherwise(names, standing.cells) if begun and standing.cells is not None else None
    notes = [_SINCE[changed]] if changed is not None else []
    if standing.newer:
        state = standing.newer
        notes.append(f"{state[0].upper()}{state[1:]}." if standing.told is None else f"A newer hand-in: {state}.")
    if standing.returned:
        notes.append("Your teacher has returned it: read the feedback page, by the start page.")
    told = standing.told.get(exercise) if standing.told is not None else None
    if told is None:
        return HandedIn(standing.when, notes=(*standing.sentences, *notes, *how))
    return HandedIn(standing.when, told.mark, told.word, told.points, told.sentence, told.change, notes=(*notes, *how))


def question(standing: Standing | None, exercise: str) -> list[tuple[str, str, bool]]:
    """Return what to ask oneself about the promise that the last hand-in did not keep; nothing where it kept all."""
    told = (standing.told or {}).get(exercise) if standing else None
    if standing is None or told is None or told.mark != "bad" or not told.sentence:
        return []
    asked = "Is that still so? Which line of your answer sees to it, and for which input might it not?"
    return [(f"{exercise}: what your hand-in of {standing.when} was told", f"{told.sentence}\n\n{asked}", False)]


def _how(standing: Standing) -> str:
    return _HOW.format(short=standing.assignment.split("_")[0])


def _sentence(text: str) -> str:
    return f"{text}." if text else ""


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it has been removed
        return Path("/")
