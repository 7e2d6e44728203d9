"""Bars in a statement: ``{bar:test_name}`` and ``{naive:test_name}`` become figures of the calibration file.

``{bar:test_name}`` is the figure that an answer must reach, ``{naive:test_name}`` what the best naive rule reaches on
average, ``{naive:test_name/rule}`` what a certain naive rule does. A format may follow: ``{bar:test_name:.0%}``. Where
a check is calibrated on real data and on a stand-in, the figure is the one on real data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from pathlib import Path

from course.authoring.script import Cell, Findings
from course.authoring.thresholds import Calibration
from course.errors import near

_BAR = re.compile(r"\{(?P<what>bar|naive):(?P<check>[^{}:/]*)(?:/(?P<rule>[^{}:]*))?(?::(?P<format>[^{}]*))?\}")
_FORMAT = ".1%"
_DATA = ("real", "any", "stand-in")  # in this order

Calibrations = Mapping[tuple[str, str], Calibration]


def stated_bars(cells: Iterable[Cell]) -> dict[str, frozenset[str]]:
    """Return the names of the checks whose bar stands in each exercise's statement: the prose up to its last cell."""
    found: dict[str, frozenset[str]] = {}
    following = ""
    for cell in reversed(tuple(cells)):
        following = cell.exercise or following
        if cell.kind == "markdown" and following:
            names = {match["check"] for match in _BAR.finditer(cell.source) if match["what"] == "bar"}
            found[following] = found.get(following, frozenset()) | names
    return found


def filled(cell: Cell, rows: Calibrations, path: Path, findings: Findings) -> str:
    """Return the text of `cell` as students read it: in prose, with the figures filled in.

    Parameters
    ----------
    rows : the chapter's calibration, by check and data.
    path, findings : the script, and where it is recorded what can't be filled in; that stays as it is.
    """

    def figure(found: re.Match[str]) -> str:
        try:
            return _figure(found, rows)
        except ValueError as error:
            line = cell.first + cell.source.count("\n", 0, found.start())
            findings.add(path, line, f"{found[0]}: {error}")
            return found[0]

    return _BAR.sub(figure, cell.source) if cell.kind == "markdown" else cell.source


def bar_as_text(threshold: float, spec: str, at_least: bool) -> str:
    """Return a threshold in a format such as ``.1%``, rounded so that who reaches what is written has passed."""
    with localcontext(rounding=ROUND_CEILING if at_least else ROUND_FLOOR):
        return format(Decimal(repr(threshold)), spec)


def _figure(found: re.Match[str], rows: Calibrations) -> str:
    """Return what stands for one ``{bar:…}`` or ``{naive:…}``; a ValueError says why there is nothing."""
    row = _row(found["check"], rows)
    spec = found["format"] or _FORMAT
    if found["what"] == "bar":
        if found["rule"] is not None:
            raise ValueError("only {naive:…} takes a rule.")
        return bar_as_text(row.threshold, spec, row.at_least)
    return format(_mean_of_rule(row, found["rule"]), spec)


def _row(check: str, rows: Calibrations) -> Calibration:
    found = next((rows[check, data] for data in _DATA if (check, data) in rows), None)
    if found is None:
        known = {name for name, _ in rows}
        raise ValueError(f"thresholds.toml has no check of this name.{near(check, known)} Is it calibrated?")
    return found


def _mean_of_rule(row: Calibration, rule: str | None) -> float:
    best = row.best_naive
    if best is None:
        raise ValueError("no naive rule was measured: mark one with @naive, and run `course calibrate`.")
    if rule is None:
        return best.mean
    naive = {rival.name: rival.mean for rival in row.rivals if rival.kind == "naive"}
    if rule not in naive:
        raise ValueError(f"no naive rule is called {rule}.{near(rule, naive)}")
    return naive[rule]
