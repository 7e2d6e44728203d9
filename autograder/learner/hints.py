"""Hints in steps, made from what there is: a promise's sentence, what is said where it is broken, our own answer."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable

from course.authoring.inline import Definition

_MOST = 8  # calls that are named of one answer
_FORMS = {
    "a loop": (ast.For, ast.AsyncFor, ast.While),
    "a comprehension": (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    "a branch": (ast.If, ast.IfExp),
}


def steps(exercise: str, sentence: str, hint: str, answers: Iterable[Definition]) -> list[tuple[str, str]]:
    """Return the hints for an exercise, each with its title: a question, the idea, and a sketch.

    Parameters
    ----------
    sentence, hint : of the promise that they are about.
    answers : our own.
    """
    question = (
        f"One promise is: “{sentence}” What is the smallest case in which you can see, by hand, whether it is kept?"
    )
    last = f'That is all. Once you have tried: `from course.examples import solution; solution("{exercise}")`.'
    sketches = [sketch(one) for one in answers if one.shown and one.kind != "constant"]
    idea = hint or "Look at what the docstring promises of the value that is returned: its shape, its type, its order."
    return [
        (f"{exercise}: a question", question),
        ("The idea", idea),
        ("A sketch of our answer", "\n\n".join([*sketches, last])),
    ]


def sketch(answer: Definition) -> str:
    """Say what an answer of ours is made of, without showing it: how long it is, and what it calls."""
    tree = ast.parse(answer.source)
    lines = sum(bool(line.text.strip()) and line not in answer.student_lines for line in answer.lines if line.origin)
    calls = dict.fromkeys(name for node in ast.walk(tree) if isinstance(node, ast.Call) and (name := _name(node.func)))
    named = [name for name in calls if not name.startswith("_") and name not in (*dir(builtins), answer.name)]
    forms = [form for form, kinds in _FORMS.items() if any(isinstance(node, kinds) for node in ast.walk(tree))]
    made = [f"calls {', '.join(f'`{name}`' for name in named[:_MOST])}"] if named else []
    made += [f"has {' and '.join(forms)}"] if forms else []
    size = f"`{answer.name}` is {lines} {'line' if lines == 1 else 'lines'} of code"
    return f"{size}: it {', and '.join(made)}." if made else f"{size}."


def _name(node: ast.expr) -> str:
    """``np.roll`` of what is called; of a method on something computed, its own name."""
    if isinstance(node, ast.Name):
        return node.id
    if not isinstance(node, ast.Attribute):
        return ""
    owner = _name(node.value)
    return f"{owner}.{node.attr}" if owner else node.attr
