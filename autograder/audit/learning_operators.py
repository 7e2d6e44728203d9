"""What mistakes with machine learning do to a right answer, at one place: axes, splits, modes, losses, seeds, steps.

They are operators like those in `operators`. What is made around a whole answer is in `habits`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.audit.operators import AXES, Named, Replacement, called, changed

_SETTINGS: dict[str, tuple[str | float, ...]] = {  # an option's other values
    "reduction": ("sum", "mean"),
    "average": ("macro", "micro", "weighted"),
    "voting": ("hard", "soft"),
    "method": ("predict", "predict_proba"),
    "kernel": ("linear", "rbf"),
    "strategy": ("mean", "median", "most_frequent"),
    "handle_unknown": ("error", "ignore"),
    "padding_side": ("left", "right"),
    "how": ("left", "inner"),
    "lr": (0.0,),
    "learning_rate": (1e-9,),
    "eta0": (1e-9,),
}
_PARTS = ("train", "test", "val", "valid", "new", "held_out")
_RANDOM = ("random_state", "seed", "generator", "rng")


def axis(node: ast.AST) -> Iterator[Replacement]:
    """Another axis, or all of them."""
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            if keyword.arg in AXES and isinstance(keyword.value, ast.Constant | ast.UnaryOp):
                found = ast.unparse(keyword.value)
                for other in ({"0": ("1",), "1": ("0",), "-1": ("0",)}).get(found, ("0",)):
                    replaced = changed(keyword, value=ast.Constant(int(other)))
                    yield changed(node, keywords=[*node.keywords[:place], replaced, *node.keywords[place + 1 :]])


def setting(node: ast.AST) -> Iterator[Replacement]:
    """Another value of a well-known option: a loss's reduction, a kernel, a learning rate of zero."""
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            for value in _SETTINGS.get(keyword.arg or "", ()):
                if getattr(keyword.value, "value", None) != value:
                    replaced = changed(keyword, value=ast.Constant(value))
                    yield changed(node, keywords=[*node.keywords[:place], replaced, *node.keywords[place + 1 :]])


def seed_ignored(node: ast.AST) -> Iterator[Replacement]:
    """Always the same random numbers, whatever the seed."""
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            if keyword.arg in _RANDOM and not isinstance(keyword.value, ast.Constant):
                replaced = changed(keyword, value=ast.Constant(0))
                yield changed(node, keywords=[*node.keywords[:place], replaced, *node.keywords[place + 1 :]])
        seeded = called(node) in ("default_rng", "RandomState", "manual_seed") and bool(node.args)
        if seeded and not isinstance(node.args[0], ast.Constant):
            yield changed(node, args=[ast.Constant(0)])


def wrong_part(node: ast.AST) -> Iterator[Replacement]:
    """The training rows for the test rows, and the like."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        words = node.id.split("_")
        for place, word in enumerate(words):
            for other in _PARTS if word in _PARTS else ():
                if other != word:
                    yield changed(node, id="_".join([*words[:place], other, *words[place + 1 :]]))


_CALLS = {
    "fit_transform": ("transform",),
    "transform": ("fit_transform",),
    "predict": ("fit_predict",),
    "predict_proba": ("predict",),
    "decision_function": ("predict",),
    "train": ("eval",),
    "eval": ("train",),
    "softmax": ("log_softmax",),
    "log_softmax": ("softmax",),
    "StandardScaler": ("MinMaxScaler",),
    "StratifiedKFold": ("KFold",),
    "StratifiedShuffleSplit": ("ShuffleSplit",),
    "normal": ("uniform",),
    "uniform": ("normal",),
}


def other_method(node: ast.AST) -> Iterator[Replacement]:
    """Fitted again to what is only to be transformed; training mode for evaluation; another scaler."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            for other in _CALLS.get(node.func.attr, ()):
                yield changed(node, func=changed(node.func, attr=other))
        elif isinstance(node.func, ast.Name):
            for other in _CALLS.get(node.func.id, ()):
                yield changed(node, func=changed(node.func, id=other))


_STEPS = ("Pipeline", "make_pipeline", "Sequential", "make_column_transformer", "ColumnTransformer", "make_union")


def step_left_out(node: ast.AST) -> Iterator[Replacement]:
    """A pipeline or a network without one of its steps: no scaling, no encoding, no activation."""
    if isinstance(node, ast.Call) and called(node) in _STEPS:
        listed = node.args[0] if len(node.args) == 1 and isinstance(node.args[0], ast.List) else None
        steps = listed.elts if listed else node.args
        for place in range(len(steps)) if len(steps) > 1 else ():
            rest = [*steps[:place], *steps[place + 1 :]]
            yield changed(node, args=[changed(listed, elts=rest)] if listed else rest)


LEARNING_OPERATORS = (
    Named("axis", axis),
    Named("setting", setting),
    Named("seed ignored", seed_ignored),
    Named("wrong rows", wrong_part),
    Named("other method", other_method),
    Named("step left out", step_left_out),
)
