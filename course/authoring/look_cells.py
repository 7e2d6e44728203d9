"""Cells to look at: each works alone, from the imports and the answers that its first line names."""

from __future__ import annotations

import ast
import dis
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from pyflakes import checker, messages

from course.authoring.script import Cell, Findings

IMPORT = "from course.look import needs"


def shown_answers(cell: Cell, answers: Collection[str]) -> list[str]:
    """Return which of the answers a cell uses, in their order."""
    tree = _tree(cell.source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree else set()
    return [name for name in answers if name in used]


def notebook_sources(cells: Sequence[Cell], answers: Collection[str]) -> list[str]:
    """Return the text of each cell as a notebook has it: with its first line, and what that needs among the imports."""
    named = [shown_answers(cell, answers) if cell.kind == "demo" else [] for cell in cells]
    home = next((number for number, cell in enumerate(cells) if cell.kind == "code"), len(cells))
    sources = [cell.source for cell in cells]
    if any(named) and home < len(cells):
        sources[home] = f"{sources[home]}\n{IMPORT}"
    for number, names in enumerate(named):
        if names:
            call = f"needs({', '.join(map(json.dumps, names))})"
            sources[number] = (
                f"{call}\n{sources[number]}" if number > home else f"{IMPORT}\n\n{call}\n{sources[number]}"
            )
    return sources


def given_names(cells: Iterable[Cell]) -> set[str]:
    """Return the names that plain cells bind, as far as these are Python."""
    return {name for cell in cells if cell.kind == "code" and _tree(cell.source) for name in _stored(cell.source)}


def check_alone(cells: Sequence[Cell], answers: Collection[str], path: Path, findings: Findings) -> None:
    """Record where a cell to look at needs another one, or gives a name of all cells a meaning of its own."""
    given = [cell.source for cell in cells if cell.kind == "code"]
    looks = [cell for cell in cells if cell.kind == "demo"]
    if not all(_tree(text) for text in [*given, *(cell.source for cell in looks)]):
        return  # reported already
    shared = {name for text in given for name in _stored(text)}
    told = {problem.message.partition(" is used here")[0] for problem in findings.problems}
    homes = {name: cell.line for cell in reversed(looks) for name in _stored(cell.source)}
    before = "\n".join([*given, *(f"{name} = 0" for name in answers)])
    for cell in looks:
        lacking = {name: line for name, line in _undefined(before, cell) if name in homes and name not in told}
        if lacking:
            where = " and ".join(str(line) for line in sorted({homes[name] for name in lacking}))
            message = (
                f"only other cells to look at define {', '.join(lacking)} (line {where}): each of them works by "
                "itself, so define it here, or in a plain cell."
            )
            findings.add(path, min(lacking.values()), message)
        again = {alias.asname or alias.name for node in ast.walk(ast.parse(cell.source)) for alias in _imported(node)}
        for name in dict.fromkeys(_stored(cell.source)):
            if name not in again and (name in shared or name in answers):
                what = "an answer" if name in answers else "what all cells share"
                message = f"{name} is {what}: a cell to look at may give it no other meaning; rename it here."
                findings.add(path, cell.line, message)


def _undefined(before: str, cell: Cell) -> Iterator[tuple[str, int]]:
    """Each name that a cell lacks, and the line of the script that uses it first."""
    lines = before.count("\n") + 1
    seen: set[str] = set()
    for message in sorted(checker.Checker(ast.parse(f"{before}\n{cell.source}")).messages, key=lambda one: one.lineno):
        if isinstance(message, messages.UndefinedName) and message.lineno > lines:
            name = str(message.message_args[0])
            if name not in seen:
                seen.add(name)
                yield name, cell.first + message.lineno - lines - 1


def _stored(text: str) -> Iterator[str]:
    """The names that a cell leaves behind."""
    code = compile(text, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    yield from (step.argval for step in dis.get_instructions(code) if step.opname == "STORE_NAME")


def _imported(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []


def _tree(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None
