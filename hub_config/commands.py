"""The ``course`` commands of who runs a hub: hub, backup, restore, gpu; and what it does for a course: schedule."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from course.console import GRADE, HUB, Json, command, needs_grader, out, print_json
from course.files import write_atomically
from course.project import Project

if TYPE_CHECKING:
    from hub_config.local.assembly import Place


_MADE = (
    "# Made by `course hub --values` of cluster.toml, courses.toml and profiles.yaml: change those, and make it anew.\n"
)


@command(HUB, "course hub --demo")
def hub(
    demo: Annotated[
        bool, typer.Option("--demo", help="A small hub to try out, with a course and three people")
    ] = False,
    port: Annotated[
        int | None, typer.Option(min=1, max=65000, help="Of a demo hub; default: the first free one")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Where the hub keeps its data; may hold hub.toml, courses.toml, profiles.yaml")
    ] = None,
    invite: Annotated[
        list[str] | None, typer.Option("--invite", help="Make a new code for this person, and end (repeatable)")
    ] = None,
    account: Annotated[
        str | None, typer.Option("--name-of", help="Say what whoever has this account elsewhere is called, and end")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Say whether it could start, or everything that keeps it from that, and end")
    ] = False,
    values: Annotated[
        Path | None,
        typer.Option("--values", help="Write values for a Kubernetes cluster's chart to this file (-: print), and end"),
    ] = None,
) -> None:
    """Run a JupyterHub with profiles, an exchange and formgrader on this machine, until Ctrl-C."""
    project = Project.find().activate()
    if values:
        _write_values(state, values)
        return
    needs_grader()
    from hub_config.local import start

    place = start.demo_place(project, port) if demo else start.class_place(project, state)
    if check:
        for line in start.in_order(place):
            out.print(line, highlight=False)
        return
    if account:
        out.print(start.name_of(place, account), highlight=False)
        return
    if invite:
        _show_codes(start.invite(place, invite, again=True))
        return
    if demo:
        _release_demo(project, place)
    log = place.state / "hub.log"
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with start.running(place, log=log, tell=out.print) as running:
        if place.load()[0].login.kind == "invite":
            _show_codes(running.invitations)
        out.print(f"Ready after {running.seconds:.0f} s: {running.url}   (log: {log})", highlight=False)
        if place.load()[0].accounts == "demo":
            out.print("A demo: all servers run as your own user, so everybody can read all files, the solutions too.")
        out.print("Ctrl-C ends the hub and every server.")
        with contextlib.suppress(KeyboardInterrupt):
            while not stop.wait(0.5) and running.process.poll() is None:
                pass
    out.print("The hub has ended.")


State = Annotated[Path | None, typer.Option(help="Where the hub keeps its data; default: as for `course hub`")]


@command(HUB, "course backup course.tar.gz")
def backup(
    archive: Annotated[Path, typer.Argument(metavar="FILE", help="The archive; it holds secrets")], state: State = None
) -> None:
    """Save gradebook, key, hand-ins, exchange and logins in one archive, also while everything runs."""
    from hub_config.local.backup import save
    from hub_config.local.start import state_folder

    project = Project.find()
    saved = save(project, state_folder(project, state), archive)
    out.print(f"Saved {len(saved.files)} files in {archive}: keep it where nobody else can read it.", highlight=False)
    for remark in saved.remarks:
        out.print(remark, highlight=False)


@command(HUB, "course restore course.tar.gz")
def restore(
    archive: Annotated[Path, typer.Argument(metavar="FILE", help="An archive of `course backup`")],
    state: State = None,
    replace: Annotated[bool, typer.Option("--replace", help="Move aside what is there already")] = False,
) -> None:
    """Put back what `course backup` has saved; end the hub first."""
    from hub_config.local.backup import restore as put_back
    from hub_config.local.start import state_folder

    project = Project.find()
    saved = put_back(project, state_folder(project, state), archive, replace=replace)
    out.print(f"Put back {len(saved.files)} files.", highlight=False)
    for remark in saved.remarks:
        out.print(remark, highlight=False)


@command(HUB, "course gpu")
def gpu(
    state: State = None,
    as_json: Json = False,
) -> None:
    """Show who has which GPU of the hub's machine, what is free, who waits, and each person's hours of this week."""
    from hub_config.local.gpu_report import make_report
    from hub_config.local.start import state_folder

    found = make_report(state_folder(Project.find(), state))
    if as_json:
        print_json(found)
        return
    _show_leases(found["leases"])
    for resource, count in found["free"].items():
        out.print(f"{resource}: {count['free']} of {count['of']} free", highlight=False)
    if not found["free"]:
        out.print("This hub lends no GPUs: name some in hub.toml, [[device]].")
    if found["waiting"]:
        people = (f"{one['person']} (since {one['since'][11:16]})" for one in found["waiting"])
        out.print(f"In line: {', '.join(people)}", highlight=False)
    if found["week"]:
        table = Table(
            "person", "GPU hours", "mean use", "most memory", "taken back", title="This week (since Monday, UTC)"
        )
        for one in found["week"]:
            used = (_of(one["percent"], "%"), _of(one["peak_mb"], " MB"), str(one["taken_back"] or ""))
            table.add_row(one["person"], f"{one['hours']:.2f}", *used)
        out.print(table)


@command(GRADE, "course schedule")
def schedule(as_json: Json = False) -> None:
    """Show what the hub does for the course and when: planned, done, or why not. In the course's server."""
    needs_grader()
    import dataclasses

    from hub_config.schedule.__main__ import told
    from hub_config.schedule.memory import Memory
    from hub_config.schedule.service import utc_now
    from hub_config.schedule.table import rows
    from hub_config.settings.schedule import plan_of

    project = Project.find().activate()
    planned, zone = plan_of(told().schedule, None, project.root)
    found = list(rows(planned, Memory.of(project), zone, utc_now()))
    if as_json:
        print_json([dataclasses.asdict(one) for one in found])
    else:
        table = Table("when", "chapter", "what", "", title=f"The schedule ({zone.key})")
        for one in found:
            style = "bold red" if one.trouble else ""
            table.add_row(one.when, one.chapter, one.what, escape(one.state), style=style)
        out.print(table)
    raise typer.Exit(1 if any(one.trouble for one in found) else 0)


def _show_leases(leases: Iterable[Mapping[str, Any]]) -> None:
    heads = ("person", "GPU", "asked as", "since", "until", "use now (mean)", "idle", "memory now (most)")
    table = Table(*heads, title="Lent")
    for one in leases:
        table.add_row(
            f"{one['person']}{' (a job)' if one['job'] else ''}",
            one["gpu"], one["resource"], one["since"][11:16], one["until"][11:16],
            f"{_of(one['percent_now'], '%')} ({_of(one['percent'], '%')})",
            _of(one["idle_minutes"], " min"),
            f"{_of(one['mb_now'], '')} of {_of(one['mb_of'], ' MB')} ({_of(one['peak_mb'], ' MB')})",
        )  # fmt: skip
    if table.rows:
        out.print(table)


def _of(figure: float | None, unit: str) -> str:
    """A figure, where the driver has told one."""
    return "–" if figure is None else f"{figure}{unit}"


def _write_values(state: Path | None, target: Path) -> None:
    """Write what `helm` needs for a cluster's hub, made of three files in `state`, or of our own."""
    import yaml

    from hub_config import kubernetes
    from hub_config.kubernetes.cluster import load_cluster
    from hub_config.kubernetes.network import policies
    from hub_config.kubernetes.services import make_services
    from hub_config.kubernetes.values import make_values
    from hub_config.settings.hub import load_courses
    from hub_config.settings.profiles import load_profiles

    home = Path(kubernetes.__file__).parent
    cluster = load_cluster((state or home) / "cluster.toml")
    others = state or home.parent
    courses = load_courses(others / "courses.toml")
    profiles = load_profiles(others / "profiles.yaml")
    made = make_values(cluster, courses, profiles)
    beside = {"network": policies(cluster, courses), "services": make_services(cluster, courses, profiles)}
    text = _MADE + yaml.safe_dump(_plainly(made), sort_keys=False, allow_unicode=True, width=120)
    if str(target) == "-":
        sys.stdout.write(text)
        return
    write_atomically(target, text)
    out.print(f"{target} is written, for {cluster.host}. Next:", highlight=False)
    command = (
        f"helm upgrade --install hub jupyterhub/jupyterhub --version {cluster.chart} --values {target} "
        "--namespace course --create-namespace --timeout 30m"
    )
    out.print(command, highlight=False, soft_wrap=True)
    for name, objects in beside.items():
        if objects:
            file = target.with_name(f"{target.stem}-{name}.yaml")
            write_atomically(file, _MADE + yaml.safe_dump_all(_plainly(objects), sort_keys=False))
            out.print(f"kubectl apply --namespace course --filename {file}", highlight=False, soft_wrap=True)


def _plainly(made: Any) -> Any:
    """Return a copy of plain data in which nothing is there twice: YAML would refer to it by a number."""
    return json.loads(json.dumps(made))


def _release_demo(project: Project, place: Place) -> None:
    from course.authoring.release import release
    from course.syllabus import load_syllabus
    from hub_config.local import start

    chapter = load_syllabus(project.syllabus).find(start.DEMO_CHAPTER)
    _, courses = place.load()
    start.release_to(place, courses.course[0], chapter.name, release(project, chapter))


def _show_codes(codes: Mapping[str, str]) -> None:
    if not codes:
        out.print("Everybody has an invitation already. `course hub --invite NAME` makes a new code.")
        return
    table = Table("log in as", "with the code", title="Invitations: shown only now")
    for name, code in codes.items():
        table.add_row(name, code)
    out.print(table)
