"""Submissions to show: results and notebooks as the engine hands them over, friendly and hostile ones."""

from __future__ import annotations

import base64
import io

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status

SHIFT = '''def shift_image(image, dx, dy):
    """Return `image` moved by dx columns to the right and dy rows down."""
    picture = np.asarray(image).reshape(28, 28)
    # roll moves every row and column
    return np.roll(picture, (dy, dx), axis=(0, 1))
'''
FRAME = """<div><style scoped>.dataframe tbody tr th { vertical-align: top; }</style>
<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>Pclass</th><th>Sex</th>
<th>Survived</th></tr></thead><tbody><tr><th>0</th><td>3</td><td>male</td><td>0</td></tr>
<tr><th>1</th><td>1</td><td>female</td><td>1</td></tr></tbody></table></div>"""
ANSWER = """Recall matters more here: a missed tumour costs a life, a false alarm costs a second look.

So I would move the threshold *down* until recall reaches $0.99$ and then read precision off the curve:

| threshold | precision | recall |
|---|---|---|
| 0.5 | 0.91 | 0.88 |
| 0.2 | 0.74 | 0.99 |
"""


def png(width: int = 320, height: int = 120) -> str:
    """Return a picture as base64."""
    image = Image.linear_gradient("L").resize((width, height))
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def check(name: str, outcome: Outcome, sentence: str, **more: object) -> CheckResult:
    return CheckResult.model_validate({"check": name, "outcome": outcome, "sentence": sentence, **more})


def exercise(
    number: int, title: str, status: ExerciseStatus, score: float | None, *checks: CheckResult
) -> ExerciseResult:
    return ExerciseResult(
        exercise=f"p.03.{number}",
        grade_id=f"p-03-{number}" if status is ExerciseStatus.MANUAL else f"p-03-{number}-checks",
        title=title,
        status=status,
        score=score,
        max_score=4,
        checks=checks,
    )


def code(exercise_id: str, source: str, *outputs: NotebookNode, name: str = "answer") -> NotebookNode:
    """Return an answer cell as the builder makes it."""
    cell: NotebookNode = new_code_cell(source, outputs=list(outputs))
    grade_id = f"{exercise_id.replace('.', '-')}-{name}"
    cell.metadata = nbformat.from_dict(
        {
            "course": {"exercise": exercise_id},
            "nbgrader": {"grade": False, "solution": True, "locked": False, "grade_id": grade_id},
        }
    )
    return cell


def tests_of(exercise_id: str, *outputs: NotebookNode) -> NotebookNode:
    """Return the locked cell with the visible tests."""
    cell = code(exercise_id, "assert shift_image is not None", *outputs, name="checks")
    cell.metadata.nbgrader.update(grade=True, solution=False, locked=True, points=4)
    return cell


def text(exercise_id: str, source: str) -> NotebookNode:
    """Return the cell of a free-text answer."""
    cell: NotebookNode = new_markdown_cell(source)
    cell.metadata = nbformat.from_dict(
        {
            "course": {"exercise": exercise_id},
            "nbgrader": {"grade": True, "solution": True, "points": 4, "grade_id": exercise_id.replace(".", "-")},
        }
    )
    return cell


def stream(printed: str, name: str = "stdout") -> NotebookNode:
    output: NotebookNode = new_output("stream", name=name, text=printed)
    return output


def shown(**data: str) -> NotebookNode:
    """Return a shown value; `text_html` stands for ``text/html``."""
    output: NotebookNode = new_output(
        "display_data", data={kind.replace("_", "/", 1): value for kind, value in data.items()}
    )
    return output


def error(name: str, value: str, frames: int = 30) -> NotebookNode:
    trace = [f"\x1b[31mframe {number}\x1b[39m" for number in range(frames)] + [f"\x1b[31m{name}\x1b[39m: {value}"]
    output: NotebookNode = new_output("error", ename=name, evalue=value, traceback=trace)
    return output


WRAPS = check(
    "test_fills_with_background",
    Outcome.FAILED,
    "Pixels shifted in from outside are 0; nothing wraps round.",
    core=True,
    detail="The pixels of the first column came back on the right.",
    hint="np.roll brings pixels back in on the other side. Cut the picture and pad it with zeros instead.",
)
MOVES = check("test_moves", Outcome.PASSED, "One bright pixel moves exactly as asked, in all four directions.")
KEEPS = check("test_keeps", Outcome.PASSED, "The picture handed in is left as it was.", weight=0.5)


def partial() -> tuple[Result, NotebookNode]:
    """Full marks, partial marks with hints, no marks though something passed, and an answer in words."""
    accuracy = check("test_accuracy", Outcome.PASSED, "Accuracy on 2,000 pictures you have not seen is at least 0.94.")
    tuned = check("test_tuned", Outcome.PASSED, "The search tried more than one value of n_neighbors and of weights.")
    moves, wraps = MOVES.model_copy(update={"core": True}), WRAPS.model_copy(update={"core": False})
    figure = shown(image_png=png(), text_plain="<Figure size 640x480 with 1 Axes>")
    wide = SHIFT + "\nwide = " + "+".join(f"column_{n}" for n in range(30))
    frame = shown(text_html=FRAME, text_plain="  Pclass")
    warning, trouble = stream("FutureWarning: x\n", "stderr"), error("KeyError", "'Cabin'")
    result = Result(
        chapter="ch03_classification",
        student="ada",
        status=Status.GRADED,
        exercises=(
            exercise(1, "A digit classifier above 97%", ExerciseStatus.FULL, 4, accuracy, tuned),
            exercise(2, "One-pixel shifts", ExerciseStatus.PARTIAL, 2.4, moves, wraps, KEEPS),
            exercise(3, "Who survived the Titanic", ExerciseStatus.NONE, 0, WRAPS, KEEPS),
            exercise(4, "Precision or recall?", ExerciseStatus.MANUAL, None),
        ),
        data=("MNIST (real)", "Titanic (stand-in: seeded generator)"),
    )  # fmt: skip
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# Classification"),
            new_code_cell("print('hello')", outputs=[stream("hello\n")]),
            code("p.03.1", "best = search.fit(X_train, y_train)", figure),
            tests_of("p.03.1", stream("3 examples, all right\n")),
            code("p.03.2", "def augment(X, y):\n    return X, y\n", name="augment"),
            code("p.03.2", wide, stream("\r 10%\r100%\n" + "step\n" * 4)),
            tests_of("p.03.2", error("AssertionError", "shift_image(image, 1, 0): expected [0, 9], got [9, 9]", 2)),
            code("p.03.3", "train.head(2)", frame, warning, trouble),
            text("p.03.4", ANSWER),
        ]
    )  # fmt: skip
    return result, notebook


def perfect() -> tuple[Result, NotebookNode]:
    result, notebook = partial()
    full = tuple(
        e.model_copy(update={"status": ExerciseStatus.FULL, "score": 4.0, "checks": (MOVES, KEEPS)})
        for e in result.exercises[:3]
    )
    return result.model_copy(update={"exercises": full}), notebook


def not_run() -> tuple[Result, NotebookNode]:
    """Everything passed but for what is asked on all the data, which nobody has run."""
    result, notebook = perfect()
    target = exercise(1, "A digit classifier above 97%", ExerciseStatus.NOT_RUN, None)
    target = target.model_copy(update={"grade_id": "p-03-1-full-size", "max_score": 2.0})
    return result.model_copy(update={"exercises": (*result.exercises, target)}), notebook


def untouched() -> tuple[Result, NotebookNode]:
    begun = {"outcome": Outcome.FAILED, "detail": "This exercise has not been begun.", "hint": ""}
    idle = tuple(c.model_copy(update=begun) for c in (WRAPS, MOVES))
    return (
        Result(
            chapter="ch03_classification",
            student="bob",
            status=Status.GRADED,
            exercises=(exercise(2, "One-pixel shifts", ExerciseStatus.NOT_BEGUN, 0, *idle),),
        ),
        new_notebook(cells=[code("p.03.2", "def shift_image(image, dx, dy):\n    raise NotImplementedError")]),
    )


def timed_out() -> tuple[Result, NotebookNode]:
    late = "Your function did not answer within 10 s."
    checks = tuple(c.model_copy(update={"outcome": Outcome.FAILED, "detail": late, "hint": ""}) for c in (WRAPS, MOVES))
    return (
        Result(
            chapter="ch03_classification",
            student="eve",
            status=Status.TIMED_OUT,
            notes=("Cell 4 ran longer than 60 s and was interrupted.",),
            exercises=(exercise(2, "One-pixel shifts", ExerciseStatus.NONE, 0, *checks),),
        ),
        new_notebook(cells=[code("p.03.2", "while True: print('.')", stream(".\n" * 50_000))]),
    )


def not_judged() -> tuple[Result, NotebookNode]:
    lost = check("test_accuracy", Outcome.NOT_JUDGED, "It finds the digits.", trouble="/srv/secret: disk full")
    return (
        Result(
            chapter="ch03_classification",
            student="kim",
            status=Status.GRADED,
            exercises=(
                exercise(1, "A digit classifier", ExerciseStatus.NOT_JUDGED, None, lost, MOVES),
                exercise(2, "One-pixel shifts", ExerciseStatus.FULL, 4, MOVES, KEEPS),
            ),
        ),
        new_notebook(cells=[code("p.03.1", "x = 1"), code("p.03.2", SHIFT)]),
    )


ATTACK = (
    "</code></pre></style></title></textarea><script>alert(1)</script><img src=x onerror=alert(2)>"
    '<iframe src="https://evil.example/"></iframe><svg onload=alert(3)><a xlink:href="javascript:1">x</a></svg>'
    '<form action="https://evil.example/"><input name=a></form><link rel=stylesheet href="https://evil.example/a.css">'
    "<style>body{display:none}</style><div id=main class=total style='position:fixed'>You have 100 points</div>"
    '{{ 7*7 }}{% raw %}<meta http-equiv="refresh" content="0;url=https://evil.example/"><base href="https://evil.example/">'
)


def hostile() -> tuple[Result, NotebookNode]:
    """Everything a student may set, set to something nasty."""
    bad = check("t", Outcome.FAILED, "It works.", detail=ATTACK + "y" * 99_999, hint="Read \x1b[31mthis\x1b[0m \ud800.")
    cell = code(
        "p.03.1",
        ATTACK + "\ud800\x00",
        stream(ATTACK + "z" * 200_000),
        stream("\x1b]8;;https://evil.example/\x07click\x1b]8;;\x07" + ATTACK, "stderr"),
        shown(text_html=f"<table id=main class=x><tr onclick=alert(1)><td>{ATTACK}</td></tr></table>"),
        shown(text_html="<table>" + "<td>1</td>" * 50_000, text_plain="a big table"),
        shown(text_html=ATTACK, text_plain=ATTACK),
        shown(**{"image_svg+xml": "<svg onload=alert(1)></svg>"}),
        shown(image_png='"><script>alert(1)</script>'),
        shown(image_png=base64.b64encode(b"\x89PNG\r\n\x1a\n" + ATTACK.encode()).decode()),
        shown(image_jpeg=png()),
        shown(text_markdown=ATTACK + "[x](javascript:alert(1)) [y](data:text/html,1) ![z](https://evil.example/z.png)"),
        error(ATTACK, ATTACK, 500),
        name='"><script>alert(1)</script>',
    )
    odd = nbformat.from_dict(
        {"cell_type": "code", "metadata": "none", "source": 7, "outputs": [3, {"output_type": []}]}
    )
    worse = nbformat.from_dict(
        {
            "cell_type": "code",
            "metadata": {"course": [], "nbgrader": {"grade_id": 5}},
            "source": [1, "x"],
            "outputs": {},
        }
    )
    result = Result(
        chapter="ch03_classification",
        student=ATTACK,
        status=Status.CRASHED,
        notes=(ATTACK,),
        exercises=(
            exercise(1, ATTACK, ExerciseStatus.PARTIAL, 1, bad, MOVES),
            exercise(4, "Words", ExerciseStatus.MANUAL, None),
        ),
    )
    notebook = new_notebook()
    notebook["cells"] = [cell, odd, worse, text("p.03.4", ATTACK + "\n\n[a](javascript:alert(1)) <b onclick=x>b</b>\n")]
    return result, notebook
