"""What can be said of an answer that is missing: whether it was renamed, or a line of the stub was left in."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.engine.submission.cells import Placed, ReleasedCells, is_demo, is_locked

LEFT = "take out the line `raise NotImplementedError()`"
_LONGEST = 60  # characters of a name that is shown


@dataclass(frozen=True)
class Written:
    """What the text of a submission says of its answers; every name is one that stands in it.

    Attributes
    ----------
    names : what it defines, other than what was released.
    left : functions in which something is written beside the stub's `raise NotImplementedError()`.
    stopped : names that are defined below such a line, which ends their cell.
    begun : functions without a body in an answer that was begun.
    broken : names in cells that are not valid Python.
    functions : whatever was written.
    unwritten : functions that are as released, with the exercise each of them belongs to.
    """

    names: frozenset[str] = field(default=frozenset(), repr=False)
    left: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    functions: frozenset[str] = field(default=frozenset(), repr=False)
    unwritten: Mapping[str, str] = field(default_factory=dict)

    def missing(self, name: str) -> str:
        """Return what a student reads of an answer that is not there."""
        sentence = f"`{name}` is not defined in your notebook"
        if name in self.stopped:
            return f"{sentence}: its cell stops before that. Please {LEFT}, which was there before you began."
        if name in self.broken:
            return f"{sentence}: the cell that should define it is not valid Python, so that none of it was run."
        near = self._near(name)
        return f"{sentence}; did you rename it? There is `{near}`." if near else f"{sentence}."

    def not_implemented(self, function: str, exercise: str, raised: str) -> str:
        """Return what a student reads of a `NotImplementedError` that came out of `function`; empty: nothing is known.

        Parameters
        ----------
        exercise : the one that was checked.
        raised : what is said of any other error.
        """
        if function in self.left:
            return f"In `{function}`, {LEFT}: it was there before you began, and ends the function."
        if function in self.begun:
            return f"`{function}` has not been written yet: all it does is to raise NotImplementedError."
        if self.unwritten.get(function, exercise) != exercise:
            return f"Your code calls `{function}`, which has not been written yet."
        return raised if function in self.functions else ""

    def _near(self, name: str) -> str:
        """The name most like the one that was asked for."""
        fitting = {one.casefold(): one for one in sorted(self.names) if len(one) <= _LONGEST and one != name}
        longer = [one for one in fitting if name.casefold() in one]
        found = difflib.get_close_matches(name.casefold(), longer or fitting, 1, 0.5 if longer else 0.75)
        return fitting[found[0]] if found else ""


def written_of(cells: Sequence[Placed], sheet: ReleasedCells) -> Written:
    """Return what the cells of a submission say that are run when it is graded."""
    names, left, stopped, begun, broken, functions = (set[str]() for _ in range(6))
    unwritten: dict[str, str] = {}
    for cell in cells:
        released = sheet.cells.get(cell.key)
        if cell.code is None or (released is not None and (is_demo(released) or is_locked(released))):
            continue
        if cell.code.bare:
            exercise = released.metadata.get("course", {}).get("exercise", "") if released is not None else ""
            unwritten |= dict.fromkeys(cell.code.unwritten, exercise)
            continue
        names |= {name for part in cell.code.parts if part.lasting and not part.empty for name in part.names}
        left |= cell.code.left
        begun |= cell.code.unwritten
        stopped |= cell.code.names if cell.code.stops else set()
        functions |= cell.code.functions
        broken |= set() if cell.code.sound else cell.code.names
    return Written(
        frozenset(names),
        left=frozenset(left),
        stopped=frozenset(stopped),
        begun=frozenset(begun),
        broken=frozenset(broken),
        functions=frozenset(functions),
        unwritten=unwritten,
    )
