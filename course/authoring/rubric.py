"""What the points of a free-text answer are for: the lines of its rubric."""

from __future__ import annotations

import re
from dataclasses import dataclass

FORM = "lines '- N points: what earns them'"
_LINE = re.compile(r"^- (?P<points>\d+) points?: (?P<earned>\S.*)$")


@dataclass(frozen=True)
class RubricLine:
    """One line of a rubric.

    Attributes
    ----------
    earned : what earns the points; Markdown.
    """

    points: int
    earned: str


def read_rubric(text: str) -> tuple[RubricLine, ...]:
    """Return the lines of a rubric; what is indented goes on with the line above.

    Raises
    ------
    ValueError : it is empty, or has another form than `FORM`.
    """
    lines: list[RubricLine] = []
    for line in filter(str.strip, text.split("\n")):
        found = _LINE.match(line)
        if found:
            lines.append(RubricLine(int(found["points"]), found["earned"].strip()))
        elif lines and line.startswith((" ", "\t")):
            lines[-1] = RubricLine(lines[-1].points, f"{lines[-1].earned} {line.strip()}")
        else:
            raise ValueError(f"not {FORM}: {line.strip()!r}")
    if not lines:
        raise ValueError(f"no {FORM}")
    return tuple(lines)
