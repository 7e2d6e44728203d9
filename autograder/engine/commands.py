"""The ``course doctor`` command: what isolation this machine offers."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import typer
from rich.markup import escape

from course.console import (
    HUB,
    Json,
    command,
    needs_grader,
    out,
    print_json,
)
from course.errors import EngineError
from course.project import Project


@command(HUB, "course doctor --json")
def doctor(as_json: Json = False) -> None:
    """Tell what isolation this machine offers to submissions, and what is missing for more."""
    project = Project.find().activate()
    needs_grader()
    from autograder.engine.gpu.lending import chosen
    from autograder.engine.isolation.tiers import Tier
    from autograder.engine.settings import load_settings

    report, settings = _probed(project), load_settings()
    tier = Tier(report["tier"])
    report |= {"meaning": tier.meaning, "minimum_tier": settings.minimum_tier, "grades": tier <= settings.minimum_tier}
    report["kernels"] = "cold" if tier is Tier.T4 else _kind_of_kernels()
    report["gpus"] = [{"name": one.name, "uuid": one.uuid, "memory_mb": one.memory_mb} for one in chosen(settings.gpus)]
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
        names = ", ".join(f"{one['name']} ({one['memory_mb']} MB)" for one in report["gpus"])
        out.print(f"GPUs that may be lent: {names or 'none'}.", highlight=False)
        verdict = "grades" if report["grades"] else "REFUSES to grade"
        out.print(
            f"The engine {verdict} here: hub_config/grading.toml demands {settings.minimum_tier}.", highlight=False
        )
    raise typer.Exit(0 if report["grades"] else 1)


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
