"""Puts names back that mean something else at a notebook's end than they did for its answers.

A loop over ``np`` in a cell of one's own, or a star import in the last cell, changes what the answers above call. The
answers are right all the same, so for grading such a name gets back what the released imports (or Python itself) made
of it: where what it means now can't be used as the answers use it, and, after a star import, where it means something
else. What a student names on purpose (a function, a class, an import of their own) stays.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.engine.submission.restore import is_answer
from autograder.engine.submission.sources import ALL_CHARACTERS, bound, statements

# Run in the submission's process; it holds nothing secret, and what it returns is a claim.
_MEND = """
def mend(table, star, shell):
    import builtins
    names, changed, nothing = shell.user_ns, [], object()
    def fits(value, attributes, called):
        return (not called or callable(value)) and all(hasattr(value, one) for one in attributes)
    for name, attributes, called, text in table:
        try:
            box = {}
            exec(text, box)
            meant = box[name] if text else getattr(builtins, name)
            now = names.get(name, nothing if text else meant)
            if now is meant or not fits(meant, attributes, called):
                continue
            if now is nothing or not fits(now, attributes, called) or name in star:
                if text:
                    names[name] = meant
                else:
                    del names[name]
                changed.append(name)
        except Exception:
            pass
    return changed
"""
# One that asks for a GPU where there is none would make every tensor of the answers an error.
DEVICE = """
def mend():
    import sys
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    try:
        torch.ones(1) + 1
        return False
    except Exception:
        torch.set_default_device("cpu")
        return True
"""


@dataclass(frozen=True)
class Use:
    """A name that answers use and have not made themselves.

    Attributes
    ----------
    attributes : what is asked of it, as in ``np.zeros``.
    called : whether it is called.
    text : the import that gives it its meaning; empty for one of Python's own.
    """

    name: str
    attributes: tuple[str, ...]
    called: bool
    text: str


def uses_of(notebook: NotebookNode, release: NotebookNode) -> list[Use]:
    """Return the names of the released imports, and of Python's own, that the answers of a notebook use."""
    given = dict(_imports(release))
    attributes: dict[str, set[str]] = {}
    called: set[str] = set()
    theirs: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type != "code" or not is_answer(cell):
            continue
        for piece in statements(cell.source):
            theirs.update(_made(piece.node))
            for node in ast.walk(piece.node):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    attributes.setdefault(node.id, set())
                elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    attributes.setdefault(node.value.id, set()).add(node.attr)
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    called.add(node.func.id)
    known = (name for name in attributes if name not in theirs and (name in given or hasattr(builtins, name)))
    return [Use(name, tuple(sorted(attributes[name])), name in called, given.get(name, "")) for name in known]


def starred(notebook: NotebookNode, uses: Sequence[Use]) -> set[str]:
    """Return the names that a star import below all answers may have changed, and nothing else of the student's."""
    last = max((number for number, cell in enumerate(notebook.cells) if is_answer(cell)), default=-1)
    below = {number: statements(cell.source) for number, cell in _own_code(notebook) if number > last}
    if not any(_is_star(piece.node) for pieces in below.values() for piece in pieces):
        return set()
    above = {
        name
        for number, cell in _own_code(notebook)
        for piece in (below[number] if number in below else statements(cell.source))
        for name in (["*"] if _is_star(piece.node) and number < last else _made(piece.node))
    }
    return set() if "*" in above else {use.name for use in uses if use.name not in above}


def mending(uses: Sequence[Use], star: set[str]) -> str:
    """Return the expression which, evaluated in the submission's process, puts names back and lists them."""
    table = [(use.name, use.attributes, use.called, use.text) for use in uses]
    return _call(_MEND, f"{table!r}, {sorted(star)!r}, get_ipython()")


def mending_device() -> str:
    """Return the expression that takes back a default device which is not there, and tells whether it did."""
    return _call(DEVICE, "")


def culprit(notebook: NotebookNode, name: str) -> int:
    """Return the number of the last cell of a student's own that gives `name` a meaning; 0 if none is found."""
    found = 0
    for number, cell in _own_code(notebook):
        if any(name in _made(piece.node) or _is_star(piece.node) for piece in statements(cell.source)):
            found = number + 1
    return found


def listed(text: object) -> list[str]:
    """Return the names in what the process says it has changed."""
    found: object = None
    if isinstance(text, str) and len(text) < 10_000:
        with contextlib.suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            found = ast.literal_eval(text)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _call(source: str, arguments: str) -> str:
    return f"(lambda box: (exec({source!r}, box), box['mend']({arguments}))[1])({{}})"


def _imports(release: NotebookNode) -> Iterator[tuple[str, str]]:
    for cell in release.cells:
        if cell.cell_type == "code" and not is_answer(cell):
            for piece in statements(cell.source):
                if piece.is_import:
                    yield from ((name, ast.unparse(piece.node)) for name in bound(piece.node))


def _own_code(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Yield the code cells beside the answers and the tests, with their positions; of a huge notebook the first."""
    left = ALL_CHARACTERS
    for number, cell in enumerate(notebook.cells):
        left -= len(cell.source)
        if left < 0:
            return
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and not nbgrader and not cell.metadata.get("course", {}).get("demo"):
            yield number, cell


def _is_star(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)


def _made(node: ast.stmt) -> set[str]:
    """Return the names that a statement at the top level gives a meaning."""
    made = set(bound(node))
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            made.add(one.id)
    return made
