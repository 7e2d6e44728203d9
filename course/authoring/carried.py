"""Imports that travel with an answer: what our own solution needs is no tool that every reader has to be handed.

A name that the solutions import and no plain cell of the notebook brings in goes where the student sees none of it:
into the body of the function that uses it, or above a definition that is hidden as a whole.
"""

from __future__ import annotations

import ast
import symtable
import textwrap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from course.authoring.inline import BEGIN, Definition, Function, SourceLine, imported_name

Imports = Mapping[str, ast.Import | ast.ImportFrom]
_OURS = ("__future__", "autograder", "solutions")  # which a notebook has no use for, or must not have


def imports_of(tree: ast.Module) -> dict[str, ast.Import | ast.ImportFrom]:
    """Return the names that a file imports at its top, each with its statement; ours are left out."""
    found: dict[str, ast.Import | ast.ImportFrom] = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                module = (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
                if module.split(".")[0] not in _OURS:
                    found[imported_name(alias)] = node
    return found


def carry(definition: Definition, imports: Imports, given: Collection[str]) -> Definition:
    """Return an answer with the imports that it needs inside of what students don't see.

    Parameters
    ----------
    imports : the names that its file of solutions imports.
    given : the names that the notebook's plain cells bind.
    """
    wanted = {name: node for name, node in imports.items() if name not in given}
    if definition.text is not None or not wanted:
        return definition
    put = {row: names & wanted.keys() for row, names in _places(definition)}
    lines: list[SourceLine] = []
    for row, line in enumerate(definition.lines, 1):
        if names := put.get(row):
            indent = line.text[: len(line.text) - len(line.text.lstrip())]
            lines += [replace(one, text=indent + one.text) for one in _statements(names, wanted)]
            lines += [SourceLine("", lines[-1].origin)] * (1 if indent else 2)
        lines.append(line)
    return replace(definition, lines=tuple(lines))


def _places(definition: Definition) -> Iterator[tuple[int, set[str]]]:
    """Yield each row, counted from 1, that unseen imports may stand above, and the names that are needed there."""
    source = definition.source
    if not definition.shown:  # hidden as a whole
        yield 2, _used(symtable.symtable(source, "<answer>", "exec"))
        return
    (node,) = ast.parse(source).body
    rows = source.split("\n")
    for function in [node] if isinstance(node, Function) else getattr(node, "body", []):
        if isinstance(function, Function):
            stated = ast.get_docstring(function, clean=False) is not None
            body = function.body[stated:]
            if not body:
                continue
            first = min([body[0].lineno, *(one.lineno for one in getattr(body[0], "decorator_list", []))])
            while rows[first - 2].lstrip().startswith("#") and rows[first - 2].strip() != BEGIN:
                first -= 1
            if _is_hidden(rows, first):
                yield first, _inside(rows, function)


def _is_hidden(rows: list[str], number: int) -> bool:
    marks = [row.strip() for row in rows[: number - 1] if row.strip().startswith("### ")]
    return bool(marks) and marks[-1] == BEGIN


def _inside(rows: list[str], function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names from outside that the body of a function uses."""
    text = textwrap.dedent("\n".join(rows[function.lineno - 1 : function.end_lineno]))
    tables = symtable.symtable(text, "<answer>", "exec").get_children()
    return set().union(*(_used(one) for one in tables if one.get_name() == function.name))


def _used(table: symtable.SymbolTable) -> set[str]:
    """The names of a scope, and of those within, that are looked for at the top of the notebook."""
    top = table.get_type() == "module"
    names = {one.get_name() for one in table.get_symbols() if one.is_referenced() and (top or one.is_global())}
    return names.union(*map(_used, table.get_children()))


def _statements(names: Collection[str], imports: Imports) -> Iterator[SourceLine]:
    """The imports of some names: modules first, then what comes from each."""
    modules: dict[tuple[bool, str], list[tuple[str, int]]] = {}
    for name in sorted(names):
        node = imports[name]
        alias = next(one for one in node.names if imported_name(one) == name)
        written = alias.name + (f" as {alias.asname}" if alias.asname else "")
        key = (True, node.module or "") if isinstance(node, ast.ImportFrom) else (False, written)
        modules.setdefault(key, []).append((written, node.lineno))
    for (is_from, module), found in sorted(modules.items()):
        words = ", ".join(written for written, _ in found)
        yield SourceLine(f"from {module} import {words}" if is_from else f"import {module}", found[0][1])
