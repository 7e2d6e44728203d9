"""What each operator makes of a piece of code."""

from __future__ import annotations

import ast

import pytest

from autograder.audit.learning_operators import LEARNING_OPERATORS
from autograder.audit.operators import OPERATORS

ROWS = [
    ("arithmetic", "a + b", ["a - b"]),
    ("arithmetic", "'a' + b", []),
    ("comparison", "a < b", ["a <= b", "a > b"]),
    ("comparison", "a in b", ["a not in b"]),
    ("logic", "a and b", ["a or b", "a", "b"]),
    ("logic", "not a", ["a"]),
    ("condition", "a if b else c", ["a if True else c", "a if False else c"]),
    ("number", "3", ["4", "2"]),
    ("number", "0", ["1"]),
    ("number", "True", ["False"]),
    ("number", "0.5", ["1.0", "0.05"]),
    ("number", "'text'", []),
    ("number", "f(n=3, k=n)", ["f(n=4, k=n)", "f(n=2, k=n)"]),
    ("number", "f(max_iter=300, strict=True)", []),
    ("number", "SVC(C=3)", []),
    ("argument", "zip(a, b, strict=True)", ["zip(b, a, strict=True)"]),
    ("argument", "KMeans(n_init=10, random_state=42)", []),
    ("argument", "KMeans(n_init=10, random_state=seed)", ["KMeans(n_init=10)"]),
    ("argument", "np.clip(a, b, c)", ["np.clip(a, c, b)"]),
    ("argument", "a.clip(b, c)", ["a.clip(c, b)"]),
    ("argument", "np.asarray(a, dtype=float)", []),
    ("function not called", "int(np.argmax(a))", []),
    ("function not called", "int(a / b)", ["a / b"]),
    ("bounds of a slice", "a[1:n]", ["a[:n]", "a[1:]", "a[1:n + 1]"]),
    ("argument", "f(a, b)", ["f(b, a)"]),
    ("argument", "f(a, a)", []),
    ("argument", "max(a, b)", []),
    ("argument", "f(a, key=b)", ["f(a)"]),
    ("twin function", "np.argmax(a)", ["np.argmin(a)"]),
    ("twin function", "max(a)", ["min(a)"]),
    ("function not called", "np.sqrt(a)", ["a"]),
    ("function not called", "a.copy()", ["a"]),
    ("function not called", "a.T", ["a"]),
    ("choice", "{1: 'a', 2: 'b'}", ["{1: 'b', 2: 'b'}", "{1: 'a', 2: 'a'}"]),
    ("choice", "['a', 'b']", ["['b']", "['a']"]),
    ("axis", "f(a, axis=0)", ["f(a, axis=1)"]),
    ("axis", "f(a, dim=-1)", ["f(a, dim=0)"]),
    ("setting", "loss(a, reduction='mean')", ["loss(a, reduction='sum')"]),
    ("setting", "SGD(a, lr=0.1)", ["SGD(a, lr=0.0)"]),
    ("seed ignored", "KFold(random_state=seed)", ["KFold(random_state=0)"]),
    ("seed ignored", "KFold(random_state=42)", []),
    ("seed ignored", "np.random.default_rng(seed)", ["np.random.default_rng(0)"]),
    ("wrong rows", "X_train", ["X_test", "X_val", "X_valid", "X_new", "X_held_out"]),
    ("other method", "scaler.transform(X)", ["scaler.fit_transform(X)"]),
    ("other method", "net.eval()", ["net.train()"]),
    ("step left out", "make_pipeline(a, b)", ["make_pipeline(b)", "make_pipeline(a)"]),
    ("step left out", "Pipeline([a, b])", ["Pipeline([b])", "Pipeline([a])"]),
]


@pytest.mark.parametrize(("name", "code", "wanted"), ROWS, ids=[f"{name}: {code}" for name, code, _ in ROWS])
def test_what_an_operator_makes(name: str, code: str, wanted: list[str]) -> None:
    (operator,) = (one.operator for one in (*OPERATORS, *LEARNING_OPERATORS) if one.name == name)
    tree = ast.parse(code, mode="eval")
    node = tree.body.slice if isinstance(tree.body, ast.Subscript) else tree.body
    found = []
    for other in operator(node):
        assert isinstance(other, ast.expr | ast.Slice)
        made = ast.Subscript(tree.body.value, other) if isinstance(tree.body, ast.Subscript) else other
        found.append(ast.unparse(ast.fix_missing_locations(made)))
    assert found == wanted
    assert ast.unparse(tree) == ast.unparse(ast.parse(code, mode="eval"))  # what was looked at is as it was


def test_every_operator_is_tried_here() -> None:
    assert {one.name for one in (*OPERATORS, *LEARNING_OPERATORS)} - {name for name, *_ in ROWS} == {
        "statement left out"
    }
