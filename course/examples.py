"""The visible test of an exercise: does the student's code agree with the examples in its docstrings?

This runs in a student's notebook, and it never decides a point: the hidden checks do, in another process. Where these
are at hand, in the reader's own checkout, they are asked what they find of the saved notebook; a hub with feedback at
once is asked what they found of the last hand-in.
"""

from __future__ import annotations

import doctest
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from course.card import Card, Changed, Promise, Reading, State
from course.doctests import NoExamples, Trial, Tried, examples_of, not_begun, try_examples, unfilled
from course.hub_card import ask_hub, handed_in, question
from course.notebook_cells import cell_trouble, shell
from course.own_checkout import NotAsked, OwnCheckout, is_read, own_checkout

_DECIDED = "Hidden checks on other inputs decide the points."
_ELSEWHERE = (
    "Other hints are made from the hidden checks, which are not here: hand in and read the feedback page, or open this "
    "notebook in a checkout of the course."
)
_STEPS = 3  # a question, the idea, a sketch

_last: dict[str, Card] = {}  # what was shown of each exercise the last time, in this session
_hinted: dict[str, int] = {}  # how many hints were


class Disagreement(AssertionError):
    """The examples and the answer don't agree; the text says which, and a notebook shows only that text.

    Attributes
    ----------
    brief : what is shown below a card that says it all already; empty where there is none.
    """

    brief = ""

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this: frames of this module would tell a student nothing.
        return (self.brief or str(self)).splitlines()


def check(exercise: str, *answers: str, filled: Sequence[str] = (), namespace: Mapping[str, Any] | None = None) -> None:
    """Show how an exercise stands: the examples in its docstrings, and what the hidden checks find, if at hand.

    Parameters
    ----------
    exercise : its number, ``"p.03.2"``.
    answers : names of the functions and classes whose docstrings hold examples.
    filled : names of those that are to be given a value other than ``...``.
    namespace : the names the examples may use; by default those of the caller's notebook. It is not changed.

    Raises
    ------
    Disagreement : an ``AssertionError`` that lists each example with the expected and the actual outcome, or says
        that the answer is not begun yet. What hidden checks find, or have found, raises nothing.
    """
    scope = _caller() if namespace is None else namespace
    grader = own_checkout(scope)
    from_hub = ask_hub(scope) if grader is None else None  # it answers while the examples are tried
    trial = _tried(answers, filled, scope)
    card = _card(exercise, trial, len(filled))
    place = _display(card)
    if grader and trial.begun:
        card = _judged(card, grader, (*answers, *filled), place)
    elif from_hub and (standing := from_hub()):
        hand_in = handed_in(standing, exercise, (*answers, *filled), begun=trial.begun)
        card = _shown(replace(card, handed_in=hand_in), place)
    _last[exercise] = card
    if trial.message:
        error = Disagreement(trial.message)
        error.brief = f"{exercise}: {card.headline}" if place is not None and is_read(scope) else ""
        raise error
    if place is None:
        print(card.text)


def hint(exercise: str, namespace: Mapping[str, Any] | None = None) -> None:
    """Show the next hint for an exercise: first a question, then the idea, then a sketch.

    Parameters
    ----------
    namespace : the notebook's names; by default the caller's.
    """
    scope = _caller() if namespace is None else namespace
    grader = own_checkout(scope)
    if grader is None:
        parts = [*_look_again(exercise, question(ask_hub(scope)(), exercise)), ("What is not here", _ELSEWHERE, False)]
    else:
        step = min(_hinted.get(exercise, 0) + 1, _STEPS)
        last = _last.get(exercise)
        broken = next((one for one in last.promises if one.kept is False), None) if last else None
        try:
            said = grader.ask("hint", exercise, str(step), broken.name if broken else "", broken.hint if broken else "")
            parts = [(title, text, False) for title, text in said["steps"]]
            _hinted[exercise] = step
        except NotAsked as why:
            parts = [(f"{exercise}: no hint", str(why), False)]
    _read(parts)


def solution(exercise: str, namespace: Mapping[str, Any] | None = None) -> None:
    """Show how an exercise can be solved and other right ways, once it has been tried in the saved notebook.

    Parameters
    ----------
    namespace : the notebook's names; by default the caller's.
    """
    grader = own_checkout(_caller() if namespace is None else namespace)
    title = f"{exercise}: no solution"
    if grader is None:
        said = "Our solutions are not here: the feedback page may show one after the due date, and a checkout has them."
        parts = [(title, said, False)]
    else:
        try:
            answer = grader.ask("solution", exercise)
            parts = [(str(title), str(text), bool(is_code)) for title, text, is_code in answer["parts"]]
        except NotAsked as why:
            parts = [(title, str(why), False)]
    _read(parts)


def run(text: str, namespace: Mapping[str, Any] | None = None, *, answers: Sequence[str] = ()) -> None:
    """Run doctest examples and say how many agree: what notebooks that were released without `check` call.

    An example that states a value is compared with the value, whatever is printed on the way and whatever type a
    library hands the value out in; one that states a text is compared with what is shown.

    Parameters
    ----------
    text : doctest examples, ``>>> double(2)`` and so on.
    namespace : the names the examples may use; by default those of the caller's notebook. It is not changed.
    answers : names of those that are to be given a value other than ``...``.

    Raises
    ------
    Disagreement : an ``AssertionError`` that lists each example with the expected and the actual outcome, or says
        that the answer is not begun yet.
    """
    examples = doctest.DocTestParser().get_examples(text, "examples")
    if not examples:
        # Never a pass: something has removed the prompts, and silence would read as success.
        raise Disagreement("this cell holds no examples any more: fetch the notebook again to restore it.")
    trial = try_examples(examples, _caller() if namespace is None else namespace, answers)
    if trial.message:
        raise Disagreement(trial.message)
    print(_agreed(trial, len(answers)))


def filled(*names: str, namespace: Mapping[str, Any] | None = None) -> None:
    """Say whether each of the answers called `names` has been given a value other than ``...``: see `run`.

    Parameters
    ----------
    names : names of answers.
    namespace : where to look; by default the caller's notebook.

    Raises
    ------
    Disagreement : an ``AssertionError`` that lists the answers not begun yet.
    """
    scope = _caller() if namespace is None else namespace
    if missing := unfilled(names, scope):
        broken = [trouble for name in missing if (trouble := cell_trouble(name, mentions=True))]
        raise Disagreement("\n".join(broken) or not_begun(missing, []))
    print(f"{len(names)} of {len(names)} answers filled in.")


def _tried(answers: Iterable[str], filled: Sequence[str], scope: Mapping[str, Any]) -> Trial:
    """Run the examples of those answers that are there."""
    examples: list[doctest.Example] = []
    absent, faults = [], []
    for name in answers:
        if name not in scope:
            absent.append(name)
            continue
        try:
            examples += examples_of(name, scope[name])
        except NoExamples as why:
            faults.append(str(why))
    return try_examples(examples, scope, filled, absent, faults)


def _agreed(trial: Trial, filled: int) -> str:
    lines = [f"{trial.agreed} of {trial.total} examples agree."] * bool(trial.total)
    return "\n".join([*lines, *[f"{filled} of {filled} answers filled in."] * bool(filled)])


def _card(exercise: str, trial: Trial, filled: int) -> Card:
    state: State
    if not trial.message:
        headline, state = " ".join(_agreed(trial, filled).splitlines()), "good"
    elif trial.begun:
        headline = f"{trial.agreed} of {trial.total} examples agree." if trial.total else "no examples to try."
        state = "bad"
    else:
        headline, state = "nothing to try yet.", "open"
    changed = _changes({one.source: one.holds for one in trial.tried}, _examples_before(exercise))
    return Card(exercise, state, headline, trial.told, trial.tried, changed=changed, notes=(_DECIDED,))


def _examples_before(exercise: str) -> dict[str, bool | None]:
    last = _last.get(exercise)
    return {one.source: one.holds for one in last.examples} if last else {}


def _changes(now: Mapping[str, bool | None], before: Mapping[str, bool | None]) -> dict[str, Changed]:
    """What holds now and did not the last time, and the other way round."""
    found: dict[str, Changed] = {}
    for name, holds in now.items():
        if before.get(name) is False and holds is True:
            found[name] = "new"
        elif before.get(name) is True and holds is False:
            found[name] = "lost"
    return found


def _judged(card: Card, grader: OwnCheckout, names: tuple[str, ...], place: Any) -> Card:
    """The card with what the hidden checks find of the saved notebook."""
    if grader.notebook is None:
        return _shown(card, place, "Where this notebook is saved can't be told here: `course learn` judges it.")
    if grader.unsaved(names):
        return _shown(
            card,
            place,
            "What you have run is not what is saved: run your answer, save the notebook, then run this cell again.",
        )
    if place is not None:
        _shown(card, place, "Asking the hidden checks …")
    try:
        said = grader.ask("judge", card.exercise)
    except NotAsked as why:
        return _shown(card, place, str(why))
    promises = tuple(Promise(**one) for one in said["promises"])
    last = _last.get(card.exercise)
    before = {one.name: one.kept for one in last.promises} if last and last.promises else said["before"]
    changed = {**card.changed, **_changes({one.name: one.kept for one in promises}, before)}
    kept = sum(one.kept is True for one in promises)
    notes, state, headline = list(said["notes"]), card.state, card.headline
    if promises:
        headline = f"{headline} {kept} of {len(promises)} promises kept."
    if any(one.kept is False for one in promises):
        state = "bad"
        then = f'`from course.examples import solution; solution("{card.exercise}")`'
        notes.append(f'Stuck? `hint("{card.exercise}")`, in steps; once you have tried, {then}.')
    card = replace(card, state=state, headline=headline, promises=promises, points=said["points"], changed=changed)
    return _shown(card, place, *notes)


def _shown(card: Card, place: Any, *notes: str) -> Card:
    card = replace(card, notes=(*([] if card.promises else card.notes), *notes))
    if place is not None:
        place.update(card)
    return card


def _look_again(exercise: str, said: list[tuple[str, str, bool]]) -> list[tuple[str, str, bool]]:
    """What the examples alone can tell, and what is `said` of a hand-in."""
    last = _last.get(exercise)
    failed: Tried | None = next((one for one in last.examples if not one.holds), None) if last else None
    if failed is None and said:
        return said
    if failed is None:
        return [(f"{exercise}: a question", "Run the cell with check(…) first: what does it say?", False)]
    asked = "Work this example out by hand, line by line of your code. Which line gives something else than you expect?"
    return [(f"{exercise}: a question", asked, False), ("The example", failed.text, True), *said]


def _read(parts: list[tuple[str, str, bool]]) -> None:
    reading = Reading(tuple(parts))
    if _display(reading) is None:
        print(reading.text)


def _display(shown: Card | Reading) -> Any:
    """Show it in a notebook, and return what can show it anew in its place; None where this is none."""
    if getattr(shell(), "kernel", None) is None:
        return None
    from IPython.display import display

    return display(shown, display_id=True)  # type: ignore[no-untyped-call]


def _caller() -> dict[str, Any]:
    """The global names of the notebook that called a function of this module."""
    return sys._getframe(2).f_globals
