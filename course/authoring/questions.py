"""What is asked has to be told in prose: each function by its name, and a choice by its cases and its words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from course.authoring.inline import Definition
from course.authoring.script import Cell, Findings, parse
from course.nbgrader_plugins.clear_solutions import question_keys
from course.syllabus import Chapter

_Constants = Mapping[str, tuple[str, Definition]]  # by name: the exercise, and the answer


def check_questions(
    chapter: Chapter,
    cells: Sequence[Cell],
    definitions: Mapping[str, Mapping[str, Definition]],
    checks: Sequence[Path],
    findings: Findings,
) -> None:
    """Record each function or class that the exercise's prose does not name, and each choice with a key or an option
    that stands neither there nor in its cell.

    Parameters
    ----------
    definitions : the answers of each exercise.
    checks : the files of checks, whose ``chosen(…)`` say what the options are.
    """
    texts = _texts(cells)
    for exercise, answers in definitions.items():
        for name, one in answers.items():
            if one.shown and one.kind != "constant" and not _is_named(name, texts.get(exercise, "")):
                message = f"the prose of {exercise} does not say that {name} is asked for: name it there, as `{name}`."
                findings.add(one.path, one.line, message, exercise)
    free = {one.text_name for one in chapter.exercise}
    constants = {
        name: (exercise, one)
        for exercise, answers in definitions.items()
        for name, one in answers.items()
        if one.kind == "constant" and one.shown and name.removesuffix("_RUBRIC") not in free
    }
    options = {name: words for path in checks for name, words in _options(path, constants, findings)}
    for name, (exercise, one) in constants.items():
        text = "\n".join([texts.get(exercise, ""), *(line.text for line in one.student_lines)])
        words = dict.fromkeys([*_words(ast.parse(one.source)), *options.get(name, ())])
        if missing := [word for word in words if not _is_told(word, text)]:
            message = (
                f"{name} asks for what no student is told: {', '.join(map(repr, missing))} "
                f"{'stand' if len(missing) > 1 else 'stands'} neither in the text of {exercise} nor above the constant."
            )
            findings.add(one.path, one.line, message, exercise)


def _texts(cells: Sequence[Cell]) -> dict[str, str]:
    """What a student reads before and between the cells of each exercise."""
    texts: dict[str, str] = {}
    before: list[str] = []
    for cell in cells:
        if cell.kind == "markdown":
            before.append(cell.source)
        elif cell.kind == "exercise":
            texts[cell.exercise] = "\n".join([texts.get(cell.exercise, ""), *before])
            before = []
    return texts


def _words(tree: ast.AST) -> Iterator[str]:
    """The texts of an answer, without the keys that its cell keeps."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.value:
            kept = isinstance(node.value, ast.Dict) and question_keys(node.value)
            for part in node.value.values if isinstance(node.value, ast.Dict) and kept else [node.value]:
                for one in ast.walk(part):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield one.value
                    elif isinstance(one, ast.keyword) and one.arg:
                        yield one.arg


def _options(path: Path, constants: _Constants, findings: Findings) -> Iterator[tuple[str, list[str]]]:
    """The options of each ``chosen(student.NAME, options, …)`` of a file, if written there or at the top."""
    tree = parse(path.read_text(encoding="utf-8"), path, 1, findings)
    named = {
        target.id: node.value
        for node in (tree.body if tree else ())
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree) if tree else ():
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "chosen":
            continue
        asked = next((one.attr for one in ast.walk(node.args[0]) if isinstance(one, ast.Attribute)), "")
        listed = node.args[1] if len(node.args) > 1 else None
        listed = named.get(listed.id) if isinstance(listed, ast.Name) else listed
        if asked in constants and listed is not None:
            words = (one.value for one in ast.walk(listed) if isinstance(one, ast.Constant))
            yield asked, [word for word in words if isinstance(word, str)]


def _is_named(name: str, text: str) -> bool:
    """Whether a name stands in a text as code does, alone or with what it takes."""
    return re.search(rf"`[^`\n]*\b{re.escape(name)}\b", text) is not None


def _is_told(word: str, text: str) -> bool:
    """Whether a word stands in a text, as one, whatever its lines and letters."""
    squeezed = " ".join(text.split()).casefold()
    return re.search(rf"(?<!\w){re.escape(' '.join(word.split()).casefold())}(?!\w)", squeezed) is not None
