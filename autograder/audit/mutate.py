"""Automatic mutants of a right answer: its module, compiled again with one place of one function changed.

What an answer's function calls in its own module is changed as well, so a slip in a helper is a mutant of every answer
that uses it. Left alone is what no check could or should see: docstrings, annotations, default values (the notebook
gives them), f-strings, and other answers' functions.
"""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import symtable
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.audit.habits import HABITS
from autograder.audit.learning_operators import LEARNING_OPERATORS
from autograder.audit.operators import OPERATORS, Replacement

# Of a function: its parameters, whose default values the notebook gives.
_SKIPPED = ("annotation", "returns", "decorator_list", "args", "type_params", "target", "targets")
_WRITTEN = ("solutions.", "autograder.mutants.")  # ours: what comes from a library is not changed
_LONGEST = 60  # characters of a changed place in the report, and
_AROUND = 15  # of what stands on each side of a change in a longer one


@dataclass(frozen=True)
class AutomaticMutant:
    """One change to a right answer.

    Attributes
    ----------
    place : the function or the constant that is changed.
    operator : what was done to it.
    before, after : the code of the changed place; both empty for a habit.
    time : 2 where the same change of the same function is made in a second place, and so on.
    names : the answers that differ by it.
    build : makes them; may raise whatever the changed code raises when it is compiled or imported.
    """

    place: str
    operator: str
    before: str = ""
    after: str = ""
    time: int = 1
    names: frozenset[str] = frozenset()
    build: Callable[[], dict[str, Any]] = field(default=dict, repr=False, compare=False)

    @property
    def key(self) -> str:
        """What names it in a list of equivalent mutants: it outlives a change elsewhere in the module."""
        change = f": {' -> '.join(_told_apart(self.before, self.after))}" if self.before or self.after else ""
        return f"{self.place}: {self.operator}{change}" + (f" (time {self.time})" if self.time > 1 else "")


def mutants_of(answers: Mapping[str, Any], modules: Iterable[types.ModuleType]) -> list[AutomaticMutant]:
    """Return all automatic mutants of some answers to one exercise: changed places, and habits.

    Parameters
    ----------
    answers : functions, classes and constants by name.
    modules : where they are defined.
    """
    found: list[AutomaticMutant] = []
    for name, answer in answers.items():
        if inspect.isfunction(answer):
            found += [
                AutomaticMutant(
                    name, habit, names=frozenset({name}), build=functools.partial(_with, name, make, answer)
                )
                for habit, make in HABITS.items()
                if make.is_wrong_for(answer)
            ]
    for module in modules:
        found += _changes(module, answers.keys())
    return _numbered(found)


def mutants_of_alternative(answers: Mapping[str, Any]) -> list[AutomaticMutant]:
    """Return the automatic mutants of an alternative's functions and classes, by the names that they answer for."""
    called: dict[types.ModuleType, dict[str, str]] = {}
    for name, answer in answers.items():
        module = sys.modules.get(getattr(answer, "__module__", None) or "")
        if module and module.__name__.startswith(_WRITTEN) and (inspect.isfunction(answer) or inspect.isclass(answer)):
            called.setdefault(module, {})[answer.__name__] = name
    return [
        replace(
            one,
            names=frozenset(names[each] for each in one.names),
            build=functools.partial(_renamed, one, names),
        )
        for module, names in called.items()
        for one in _numbered(_changes(module, names.keys()))
    ]


def _renamed(mutant: AutomaticMutant, called: Mapping[str, str]) -> dict[str, Any]:
    return {called[name]: answer for name, answer in mutant.build().items()}


def _with(name: str, make: Callable[[Any], Any], answer: Any) -> dict[str, Any]:
    return {name: make(answer)}


def _numbered(found: list[AutomaticMutant]) -> list[AutomaticMutant]:
    seen: Counter[str] = Counter()
    numbered = []
    for one in found:
        seen[one.key] += 1
        numbered.append(replace(one, time=seen[one.key]))
    return numbered


@dataclass
class _Site:
    """A place in a module's syntax tree that can be changed: the field of a node, and where in it."""

    parent: ast.AST
    name: str
    index: int | None
    node: ast.AST

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.name, node)
        else:
            getattr(self.parent, self.name)[self.index] = node


def _changes(module: types.ModuleType, wanted: Set[str]) -> list[AutomaticMutant]:
    """Return one mutant for each change of a definition that an answer among `wanted` needs."""
    path = Path(inspect.getsourcefile(module) or "")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    definitions = _definitions(tree)
    uses = {name: _names_in(node) & definitions.keys() for name, node in definitions.items()}
    found = []
    for place, definition in definitions.items():
        needing = frozenset(name for name in wanted if place in _reached(name, uses))
        if not needing:
            continue
        there = {one.id for one in ast.walk(definition) if isinstance(one, ast.Name)} | _parameters(definition)
        for address, site in enumerate(_sites(definition)):
            for operator in (*OPERATORS, *LEARNING_OPERATORS):
                for number, after in enumerate(operator.operator(site.node)):
                    if isinstance(after, ast.Name) and after.id not in there:
                        continue  # whoever types a name that there is not, is told so by Python
                    if _says_the_default(module, site.node, after):
                        continue
                    build = functools.partial(_built, module, path, _Change(place, address, operator.name, number))
                    found.append(
                        AutomaticMutant(
                            place,
                            operator.name,
                            _code(site.node),
                            _code(after),
                            names=needing,
                            build=functools.partial(_picked, build, needing),
                        )
                    )
    return found


def _says_the_default(module: types.ModuleType, before: ast.AST, after: Replacement) -> bool:
    """Return whether all that has gone from a call is an argument by name with the value that it has by default."""
    if not (isinstance(before, ast.Call) and isinstance(after, ast.Call)):
        return False
    gone = next((one for one in before.keywords if one not in after.keywords), None)
    if gone is None or len(after.keywords) == len(before.keywords):
        return False
    try:
        function = eval(ast.unparse(before.func), vars(module)) if _is_dotted(before.func) else None  # noqa: S307  # our own solutions
        default = inspect.signature(function).parameters[gone.arg or ""].default  # type: ignore[arg-type]
        return type(default) is not type and bool(default == ast.literal_eval(gone.value))
    except (NameError, AttributeError, TypeError, ValueError, KeyError):  # not known, or of no signature
        return False


def _is_dotted(node: ast.AST) -> bool:
    """Whether it is a name, or a name of a name: nothing that computes."""
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and _is_dotted(node.value))


def _parameters(definition: ast.AST) -> set[str]:
    return {one.arg for one in ast.walk(definition) if isinstance(one, ast.arg)}


def _definitions(tree: ast.Module) -> dict[str, ast.AST]:
    """Return the functions, classes and constants that a module defines."""
    found: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if len(targets) == 1 and isinstance(targets[0], ast.Name):
                found[targets[0].id] = node
    return found


def _picked(build: Callable[[], dict[str, Any]], names: Set[str]) -> dict[str, Any]:
    namespace = build()
    return {name: namespace[name] for name in names}


def _names_in(definition: ast.AST) -> set[str]:
    """Return the names of its module that a definition needs, none of its own variables; its decorators may name other
    answers."""
    bare = copy.copy(definition)
    if isinstance(bare, ast.FunctionDef | ast.ClassDef):
        bare.decorator_list = []
    top = symtable.symtable(ast.unparse(bare), "definition", "exec")
    found, tables = {one.get_name() for one in top.get_symbols() if one.is_referenced()}, top.get_children()
    while tables:
        table = tables.pop()
        found |= {one.get_name() for one in table.get_symbols() if one.is_global()}
        tables += table.get_children()
    return found


def _reached(name: str, uses: Mapping[str, Set[str]]) -> set[str]:
    """Return the definitions of its module that `name` needs, itself among them."""
    found, left = {name}, [name]
    while left:
        for used in uses.get(left.pop(), ()):
            if used not in found:
                found.add(used)
                left.append(used)
    return found


def _sites(definition: ast.AST) -> Iterator[_Site]:
    """Yield the places within a definition, in the order in which they are written."""
    for name, value in ast.iter_fields(definition):
        if name in _SKIPPED and isinstance(definition, ast.FunctionDef | ast.ClassDef | ast.AnnAssign | ast.Assign):
            continue
        several = isinstance(value, list)
        for index, node in enumerate(value if several else [value]):
            if not isinstance(node, ast.AST) or isinstance(node, ast.JoinedStr) or _is_docstring(definition, node):
                continue
            if isinstance(node, ast.Constant) and _is_setting(definition, node):
                continue
            yield _Site(definition, name, index if several else None, node)
            yield from _sites(node)


def _is_setting(parent: ast.AST, node: ast.Constant) -> bool:
    """Whether a constant is an argument by name, which `number` looks at in its call, or one of a list to choose from,
    where one more or less is none."""
    grid = isinstance(parent, ast.List | ast.Tuple) and isinstance(node.value, int | float) and abs(node.value) >= 20
    return isinstance(parent, ast.keyword) or grid


def _is_docstring(parent: ast.AST, node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@dataclass(frozen=True)
class _Change:
    """Which change: of a definition, of the place with that number in it, and of all that an operator makes there."""

    place: str
    address: int
    operator: str
    number: int


def _built(module: types.ModuleType, path: Path, change: _Change) -> dict[str, Any]:
    """Run a module with one place changed, and return its names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    definition = _definitions(tree)[change.place]
    site = next(site for address, site in enumerate(_sites(definition)) if address == change.address)
    (operator,) = (one.operator for one in (*OPERATORS, *LEARNING_OPERATORS) if one.name == change.operator)
    after = list(operator(site.node))[change.number]
    site.put(ast.Pass() if after is None else after)
    namespace: dict[str, Any] = {"__name__": module.__name__, "__file__": str(path)}
    exec(compile(ast.fix_missing_locations(tree), str(path), "exec", dont_inherit=True), namespace)  # noqa: S102  # our own solutions
    return namespace


def _code(node: Replacement) -> str:
    if node is None:
        return "(left out)"
    if isinstance(node, ast.comprehension):
        node = node.iter if not node.ifs else node.ifs[0]
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())


def _same_for(one: str, other: str) -> int:
    """Return how many characters at the beginning of two texts are the same."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _told_apart(before: str, after: str) -> tuple[str, str]:
    """Return two texts short enough for a line: of long ones, where they differ."""
    if max(len(before), len(after)) <= _LONGEST:
        return before, after
    start = _same_for(before, after)
    end = _same_for(before[start:][::-1], after[start:][::-1])
    first = start - _AROUND if start > _AROUND + 1 else 0
    last = max(0, end - _AROUND) if end > _AROUND + 1 else 0

    def middle(text: str) -> str:
        return "…" * bool(first) + text[first : len(text) - last] + "…" * bool(last)

    return middle(before), middle(after)
