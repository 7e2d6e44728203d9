"""The ``course`` commands about the machine: what it offers, what its grading survives, how fast it is."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from course.console import Json, needs_grader, out, print_json, with_progress
from course.errors import EngineError
from course.project import Project

Only = Annotated[list[str] | None, typer.Option("--only", help="Only this one (repeatable)")]


def doctor(as_json: Json = False) -> None:
    """Tell what isolation this machine offers to submissions, and what is missing for more."""
    project = Project.find().activate()
    needs_grader()
    from autograder.engine.isolation.tiers import Tier
    from autograder.engine.settings import load_settings

    report, settings = _probed(project), load_settings()
    tier = Tier(report["tier"])
    report |= {"meaning": tier.meaning, "minimum_tier": settings.minimum_tier, "grades": tier <= settings.minimum_tier}
    report["kernels"] = "cold" if tier is Tier.T4 else _kind_of_kernels()
    if as_json:
        print_json(report)
    else:
        out.print(f"This machine offers {tier}: {tier.meaning}.", highlight=False)
        for name, fact in report["facts"].items():
            out.print(f"  {name}: {escape(fact)}", highlight=False)
        for better, why in report["refused"].items():
            out.print(f"  not {better}: {escape(why)}", highlight=False)
        for sentence in report["missing"]:
            out.print(f"Missing: {escape(sentence)}", highlight=False)
        out.print(f"Kernels: {report['kernels']}.", highlight=False)
        verdict = "grades" if report["grades"] else "REFUSES to grade"
        out.print(
            f"The engine {verdict} here: hub_config/grading.toml demands {settings.minimum_tier}.", highlight=False
        )
    raise typer.Exit(0 if report["grades"] else 1)


def redteam(
    tier: Annotated[str | None, typer.Option(help="T1, T2, T3 or T4 instead of the best this machine offers")] = None,
    only: Only = None,
    lookups: Annotated[
        bool, typer.Option("--lookups", help="Instead, try what knows public data by heart; --only takes chapters")
    ] = False,
    as_json: Json = False,
) -> None:
    """Attack the grader with every technique we know, and tell which ones hold."""
    project = Project.find().activate()
    needs_grader()
    from autograder.redteam import lookups as by_heart
    from autograder.redteam import names, run

    if lookups:
        found = by_heart.lookups(project, frozenset(only or ()))
        table = [row.model_dump() for row in with_progress(found, None, "Look-ups", hide=as_json)]
        _show_rows(table, ("chapter", "exercise", "lookup", "gain", "holds"), "Gain of look-ups", as_json)
    total = None if only else len(names())
    rows = [
        row.model_dump() for row in with_progress(run(tier, frozenset(only or ())), total, "Red team", hide=as_json)
    ]
    _show_rows(rows, ("technique", "tier", "wanted", "got", "holds", "promised"), "Red team", as_json)


def bench(
    only: Only = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A few submissions: proves that it runs, measures little")
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure the grader beside nbgrader's own autograde, on the same submissions."""
    Project.find().activate()
    needs_grader()
    from benchmarks import run

    rows = [
        row.model_dump() for row in with_progress(run(frozenset(only or ()), quick=quick), None, "Benchmarks", as_json)
    ]
    _show_rows(rows, ("benchmark", "ours", "nbgrader", "ratio", "target", "holds"), "Benchmarks", as_json)


def _show_rows(rows: list[dict[str, Any]], columns: tuple[str, ...], title: str, as_json: bool) -> None:
    """Print rows, and exit with 1 where one does not hold."""
    if as_json:
        print_json(rows)
    else:
        table = Table(*columns, title=title)
        for row in rows:
            table.add_row(*(_cell(row[column]) for column in columns))
        out.print(table)
    broken = [row for row in rows if row["holds"] is False and row.get("promised", True)]
    raise typer.Exit(1 if broken else 0)


def _cell(value: object) -> str:
    words = {True: "yes", False: "NO", None: "–"}
    return words[value] if value is None or isinstance(value, bool) else escape(str(value))


def _kind_of_kernels() -> str:
    """Start a parent of kernels, let its canary sing, and return ``warm`` or ``cold``."""
    from autograder.engine.warm.launcher import start

    zygote = start()
    try:
        return zygote.state()
    finally:
        zygote.close()


def _probed(project: Project) -> dict[str, Any]:
    """Probe in a process of its own: with one thread, and not to be left in a namespace."""
    command = [sys.executable, "-m", "autograder.engine.isolation.probe"]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise EngineError(f"This machine could not be probed: {last[0]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report
