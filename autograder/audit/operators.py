"""Small changes that make a right answer a wrong one: what a slip of the pen does to Python.

An operator looks at one node of the syntax tree, and yields what could stand in its place. What mistakes with machine
learning do is in `learning_operators`.

The usual ones of mutation testing (as cosmic-ray and mutmut have them), on the standard library's `ast`: a mutant is
compiled and judged in the same process, and never written to a file, so no tool that rewrites files and starts a test
run for each of them would do.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Replacement = ast.AST | None  # None: the statement is left out
Operator = Callable[[ast.AST], Iterator[Replacement]]


class Named(NamedTuple):
    """An operator and its name, which stands in the report."""

    name: str
    operator: Operator


# Arguments whose value nobody can be wrong about by a little: how often, how long, which seed; and `zip(strict=)`.
TASTE = frozenset({
    "n_init", "max_iter", "n_estimators", "random_state", "seed", "n_jobs", "verbose", "strict", "tol", "max_epochs",
    "n_epochs", "epochs", "batch_size", "patience", "n_repeats", "copy", "cache_size", "early_stopping",
    "n_iter_no_change", "decimals", "figsize", "maxlen",
})  # fmt: skip
AXES = frozenset({"axis", "dim"})
_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
}
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}


def changed(node: Any, **fields: Any) -> Any:
    """Return a copy of a node with other fields."""
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def arithmetic(node: ast.AST) -> Iterator[Replacement]:
    """a + b for a - b, and the like."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and not _is_text(node):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield changed(node, op=other())


def _is_text(node: ast.BinOp | ast.AugAssign) -> bool:
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    return any(isinstance(side, ast.JoinedStr) or isinstance(getattr(side, "value", None), str) for side in sides)


def comparison(node: ast.AST) -> Iterator[Replacement]:
    """a <= b for a < b, and the like."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _COMPARED.get(type(operator), ()):
                yield changed(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])


def logic(node: ast.AST) -> Iterator[Replacement]:
    """`or` for `and`; one side alone; no `not`; no minus sign."""
    if isinstance(node, ast.BoolOp):
        yield changed(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
        if len(node.values) == 2:
            yield from node.values
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield node.operand


def condition(node: ast.AST) -> Iterator[Replacement]:
    """A condition that always holds, or never."""
    if isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            yield changed(node, test=ast.Constant(value))
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield changed(node, ifs=[])


def number(node: ast.AST) -> Iterator[Replacement]:
    """Off by one; twice or a tenth of a fraction; True for False. Not where it is a matter of taste."""
    if isinstance(node, ast.Constant):
        yield from _other_numbers(node)
    elif isinstance(node, ast.Call) and not called(node)[:1].isupper():  # settings of an estimator are a choice
        for place, keyword in enumerate(node.keywords):
            if isinstance(keyword.value, ast.Constant) and keyword.arg not in TASTE | AXES:
                for value in _other_numbers(keyword.value):
                    other = changed(keyword, value=value)
                    yield changed(node, keywords=[*node.keywords[:place], other, *node.keywords[place + 1 :]])


def called(call: ast.Call) -> str:
    """Return the name of what a call calls."""
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _other_numbers(node: ast.Constant) -> Iterator[ast.Constant]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        if node.value > 0:
            yield ast.Constant(node.value - 1)
    elif isinstance(node.value, float):
        yield from (ast.Constant(value) for value in ((node.value * 2, node.value / 10) if node.value else (1.0,)))


def bounds(node: ast.AST) -> Iterator[Replacement]:
    """A slice without its first, its last or its step; one that is a row too long or too short."""
    if not isinstance(node, ast.Slice):
        return
    for name in ("lower", "upper", "step"):
        if getattr(node, name) is not None:
            yield changed(node, **{name: None})
    for name in ("lower", "upper"):
        edge = getattr(node, name)
        if edge is not None and not isinstance(edge, ast.Constant):
            yield changed(node, **{name: ast.BinOp(edge, ast.Add(), ast.Constant(1))})


def left_out(node: ast.AST) -> Iterator[Replacement]:
    """A statement that does something is left out."""
    if isinstance(node, ast.AugAssign | ast.Raise) or (
        isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant | ast.Yield)
    ):
        yield None
    elif isinstance(node, ast.Break | ast.Continue):
        yield ast.Pass()


_SEEDS = frozenset({"random_state", "seed"})


def _may_go(call: ast.Call, keyword: ast.keyword) -> bool:
    """Whether an argument can be left out without harm: a matter of taste, a seed that nobody has given, the type of
    numbers that are of it anyhow."""
    if keyword.arg in _SEEDS:
        return isinstance(keyword.value, ast.Constant)
    return keyword.arg in TASTE or (keyword.arg == "dtype" and called(call) in ("asarray", "array"))


_IN_ANY_ORDER = frozenset({
    "min", "max", "minimum", "maximum", "gcd", "lcm", "hypot", "logaddexp", "isclose", "allclose", "array_equal",
    "f1_score", "accuracy_score", "adjusted_rand_score",
})  # fmt: skip


def argument(node: ast.AST) -> Iterator[Replacement]:
    """Two arguments change places; an argument by name is left to its default."""
    if not isinstance(node, ast.Call):
        return
    args = node.args
    in_any_order = called(node) in _IN_ANY_ORDER
    for place in range(len(args) - 1) if not in_any_order else ():
        starred = any(isinstance(one, ast.Starred) for one in args[place : place + 2])
        # What is clipped and its lower end may change places: the larger of the two is the larger of the two.
        clipped = called(node) == "clip" and place == 0 and len(args) == 3
        if not starred and not clipped and ast.dump(args[place]) != ast.dump(args[place + 1]):
            yield changed(node, args=[*args[:place], args[place + 1], args[place], *args[place + 2 :]])
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None and not _may_go(node, keyword):
            yield changed(node, keywords=[*node.keywords[:place], *node.keywords[place + 1 :]])


_TWINS = [
    ("min", "max"), ("minimum", "maximum"), ("argmin", "argmax"), ("nanmin", "nanmax"), ("any", "all"),
    ("sum", "mean"), ("mean", "median"), ("std", "var"), ("floor", "ceil"), ("zeros", "ones"), ("hstack", "vstack"),
    ("zeros_like", "ones_like"), ("repeat", "tile"), ("append", "extend"), ("log", "log2"), ("sin", "cos"),
    ("cumsum", "cumprod"), ("left", "right"), ("columns", "index"), ("round", "floor"), ("sort", "argsort"),
    ("head", "tail"), ("lower", "upper"), ("sorted", "list"), ("var", "mean"), ("triu", "tril"), ("inner", "outer"),
    ("groupby", "set_index"), ("shift", "diff"), ("eq", "ne"), ("keys", "values"), ("cov", "corrcoef"),
]  # fmt: skip
TWINS: dict[str, list[str]] = {}
for _one, _other in _TWINS:
    TWINS.setdefault(_one, []).append(_other)
    TWINS.setdefault(_other, []).append(_one)
_DROPPED = frozenset({
    "abs", "sqrt", "exp", "log", "log1p", "expm1", "round", "sorted", "reversed", "copy", "deepcopy", "clone", "ravel",
    "astype", "clip", "square", "cumsum", "sort", "shuffle", "permutation", "strip", "casefold", "lower", "int", "set",
    "dropna", "fillna", "drop_duplicates", "transpose", "flip", "unique", "detach",
})  # fmt: skip


def twin(node: ast.AST) -> Iterator[Replacement]:
    """max for min, and the like."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            for other in TWINS.get(node.func.attr, ()):
                yield changed(node, func=changed(node.func, attr=other))
        elif isinstance(node.func, ast.Name) and node.func.id in ("min", "max", "any", "all", "sorted"):
            for other in TWINS[node.func.id]:
                yield changed(node, func=changed(node.func, id=other))


def not_called(node: ast.AST) -> Iterator[Replacement]:
    """What a function or a method would change stays as it is: no abs, no copy, no .T."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in _DROPPED:
            module = isinstance(node.func.value, ast.Name) and node.func.value.id in (
                "np",
                "math",
                "torch",
                "copy",
                "pd",
            )
            if not module:
                yield node.func.value
            elif node.args:
                yield node.args[0]
        elif isinstance(node.func, ast.Name) and node.func.id in _DROPPED and node.args and not _is_whole(node):
            yield node.args[0]
    elif isinstance(node, ast.Attribute) and node.attr == "T" and isinstance(node.ctx, ast.Load):
        yield node.value


def _is_whole(node: ast.Call) -> bool:
    """Whether it is `int` of what is whole: a place, a count, an entry of labels. NumPy's integers are as good."""
    inner = node.args[0]
    counts = isinstance(inner, ast.Call) and called(inner) in (
        "argmax",
        "argmin",
        "sum",
        "len",
        "searchsorted",
        "count_nonzero",
        "item",
        "bincount",
    )
    return called(node) == "int" and (counts or isinstance(inner, ast.Name | ast.Subscript))


def choice(node: ast.AST) -> Iterator[Replacement]:
    """Of a table of choices, one is another's; of a list, one is missing."""
    if isinstance(node, ast.Dict) and len({ast.dump(value) for value in node.values}) > 1:
        for place, value in enumerate(node.values):
            other = next(one for one in node.values[place:] + node.values if ast.dump(one) != ast.dump(value))
            yield changed(node, values=[*node.values[:place], other, *node.values[place + 1 :]])
    elif isinstance(node, ast.List | ast.Set) and len(node.elts) > 1:
        for place in range(len(node.elts)):
            yield changed(node, elts=[*node.elts[:place], *node.elts[place + 1 :]])


OPERATORS = (
    Named("arithmetic", arithmetic),
    Named("comparison", comparison),
    Named("logic", logic),
    Named("condition", condition),
    Named("number", number),
    Named("bounds of a slice", bounds),
    Named("statement left out", left_out),
    Named("argument", argument),
    Named("twin function", twin),
    Named("function not called", not_called),
    Named("choice", choice),
)
