"""The ``course`` commands of who writes a chapter: build, check, release, web."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from course.console import (
    AUTHOR,
    Json,
    Name,
    command,
    err,
    open_chapter,
    out,
    print_json,
    shown,
)
from course.errors import AuthorError, CourseError, OperatorError, Problem
from course.project import Project

if TYPE_CHECKING:
    from course.syllabus import Chapter

_PROOF_SECONDS = "240"  # what has been begun by then is waited for


@command(AUTHOR, "course new ch98_example --theme columns")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The chapter's name: ch98_example")],
    theme: Annotated[str, typer.Option(help="The exercise's file name in solutions, checks and mutants")] = "questions",
    title: Annotated[str | None, typer.Option(help="The chapter's title; default: made of its name")] = None,
) -> None:
    """Lay out the files of a new chapter, with one exercise to be written."""
    from course.authoring.new import new as new_chapter

    project = Project.find().activate()
    named = title or name.partition("_")[2].replace("_", " ").capitalize()
    for path in new_chapter(project, name, named, theme):
        out.print(f"Wrote {shown(path, project)}", highlight=False)
    out.print(f"Next: CONTRIBUTING.md tells what goes where; `course check {name}` names what is missing.")


@command(AUTHOR, "course build ch03")
def build(chapter: Name) -> None:
    """Put a chapter's text and solutions together as the instructor's notebook."""
    project, found = open_chapter(chapter)
    from course.authoring.build import build as build_chapter

    out.print(f"Built {shown(build_chapter(project, found), project)}")


@command(AUTHOR, "course check ch03 --prove")
def check(
    context: typer.Context,
    chapter: Name,
    prove: Annotated[
        bool, typer.Option("--prove", help="And try wrong and right answers on its checks, for five minutes at most")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell an author everything that is wrong with a chapter."""
    if prove and as_json:
        raise typer.BadParameter("--prove speaks to a person; `course audit --json` has its figures.")
    try:
        project, found = open_chapter(chapter)
        from course.authoring.lint import problems

        mistakes = problems(project, found)
    except AuthorError as error:
        mistakes = list(error.problems)
    if as_json:
        print_json([_problem_row(mistake, chapter) for mistake in mistakes])
    else:
        for mistake in mistakes:
            out.print(escape(str(mistake)), highlight=False)
        out.print(_conclusion(len(mistakes), found.short if not mistakes else chapter))
    if prove and not mistakes:
        # A command of the grader's, which this package must not import.
        audit = context.find_root().command.get_command(context, "audit")  # type: ignore[attr-defined]
        raise typer.Exit(audit.main([chapter, "--within", _PROOF_SECONDS], standalone_mode=False))
    raise typer.Exit(1 if mistakes else 0)


@command(AUTHOR, "course release ch03")
def release(
    chapter: Name,
    full_size: Annotated[
        bool, typer.Option("--full-size", help="Give points for the targets on all the data: course grade --full-size")
    ] = False,
    give: Annotated[
        bool, typer.Option("--hand-out", help="Then give it to the students, by the hub's or nbgrader's exchange")
    ] = False,
) -> None:
    """Make the students' notebook, and prove that it gives nothing away."""
    project, found = open_chapter(chapter)
    from course.authoring.release import release as release_chapter

    if not give:
        _say_released(project, release_chapter(project, found, full_size))
        return
    from course.nbgrader_plugins.hand_out import one_at_a_time

    with one_at_a_time(project):
        _release_and_hand_out(project, found, full_size)


def _release_and_hand_out(project: Project, chapter: Chapter, full_size: bool) -> None:
    """Release a chapter, and give it to the students; where one of the two fails, say which."""
    from course.authoring.release import release as release_chapter

    try:
        folder = release_chapter(project, chapter, full_size)
    except CourseError:
        err.print(f"{chapter.name} could not be released, so nothing was handed out:", highlight=False)
        raise
    _say_released(project, folder)
    _hand_out(project, chapter)


def _say_released(project: Project, folder: Path) -> None:
    out.print(f"Released {shown(folder, project)}: no solution, check or mutant is in it.")


def _hand_out(project: Project, chapter: Chapter) -> None:
    """Give what has just been released to the students."""
    from course.nbgrader_plugins.hand_out import hand_out

    try:
        hand_out(project, chapter)
    except OperatorError:
        err.print(
            f"{chapter.name} is released, but the students don't have it yet. Mend what is named, and run "
            f"`course release {chapter.short} --hand-out` again:",
            highlight=False,
        )
        raise
    out.print(f"The students have {chapter.name} now. Who has fetched an earlier one keeps it.", highlight=False)


@command(AUTHOR, "course web ../public")
def web(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What is pushed to a public repository")],
) -> None:
    """Fill a folder with the released chapters, to be opened in Colab or Binder by who installs nothing."""
    from course.authoring.web import Published, make_web
    from course.syllabus import load_syllabus

    project = Project.find().activate()
    if folder.resolve() in (project.root.resolve(), project.build.resolve()):
        raise typer.BadParameter("a folder of its own, please: what is in it becomes public", param_hint="FOLDER")
    names = make_web(project, folder)
    out.print(f"Wrote {len(names)} chapter{'s' * (len(names) != 1)} to {folder}: {', '.join(names)}.", highlight=False)
    syllabus = load_syllabus(project.syllabus)
    left = [chapter.short for chapter in syllabus if chapter.name not in names]
    if left:
        out.print(f"Not released, and so not in it: {', '.join(left)}.", highlight=False)
    if Published.of(syllabus) is None:
        out.print(
            "No page links to Colab or Binder: say at the top of course/syllabus.toml where the folder will be public, "
            'published = "https://github.com/OWNER/REPOSITORY", and run this again.',
            highlight=False,
        )


def _conclusion(mistakes: int, chapter: str) -> str:
    """What a check of a chapter has shown, and what it has not."""
    if mistakes:
        return f"{mistakes} problem{'s' * (mistakes != 1)} in {chapter}."
    return (
        f"No problem found in {chapter}: it can be built, the examples in its docstrings hold for our answers, and "
        "there are enough checks, mutants and alternatives. Not tried: whether the checks pass our answers and the "
        "alternatives, whether they fail each mutant, and whether the notebook runs from top to bottom. "
        f"`make test-chapter CHAPTER={chapter}` tries all that."
    )


def _problem_row(problem: Problem, chapter: str) -> dict[str, str]:
    return {"chapter": problem.chapter or chapter, "exercise": problem.exercise, "problem": str(problem)}
