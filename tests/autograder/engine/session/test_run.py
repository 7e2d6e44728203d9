"""A notebook is run as far as it goes: what one line, or one cell, can't do here stops nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.isolation.tiers import Tier
from autograder.engine.result import Status
from autograder.engine.session.kernel import NotebookSession
from autograder.engine.session.run import RunPlan
from autograder.engine.settings import Settings
from autograder.engine.wire.proxy import Handle, NoAnswer, Student, StudentRaised
from course.syllabus import Limits

LIMITS = Limits(cell_seconds=3, wall_seconds=60, memory_mb=1500)
IMPORTS = "import math\nimport json\nfrom functools import reduce\n\nPAIR = tuple[int, int]"
ANSWER = "def root(n):\n    return math.sqrt(max(n, 0))"


def released(imports: str = IMPORTS) -> NotebookNode:
    made: NotebookNode = new_notebook(cells=[new_code_cell(imports), new_code_cell("raise NotImplementedError()")])
    made.cells[0].id, made.cells[1].id = "imports", "p-99-1-root"
    made.cells[1].metadata.nbgrader = {"solution": True, "grade": False, "grade_id": "p-99-1-root"}
    made.cells[1].metadata.course = {"exercise": "p.99.1"}
    return made


@contextlib.contextmanager
def handed_in(
    *own: str,
    imports: str = IMPORTS,
    answer: str = ANSWER,
    limits: Limits = LIMITS,
    above: str = "",
    settings: Settings | None = None,
) -> Iterator[SimpleNamespace]:
    """Run a hand-in with own cells below the answer, or one above it."""
    made = released()
    made.cells[0].source, made.cells[1].source = imports, answer
    if above:
        made.cells.insert(1, new_code_cell(above))
    made.cells += [new_code_cell(cell) for cell in own]
    with NotebookSession(made, limits, check_seconds=5, settings=settings, plan=RunPlan(released())) as session:
        session.start()
        session.begin_check()
        yield SimpleNamespace(student=Student(session), run=session.run, cells=made.cells)


def are_there(student: Student, *names: str) -> bool:
    return all(isinstance(getattr(student, name), Handle) for name in names)


BROKEN = {
    "a module that is not here": ("import no_such_module_1\n" + IMPORTS, "no module `no_such_module_1`"),
    "one that is only elsewhere": ("from no_such_2.drive import mount\nmount('/x')\n" + IMPORTS, "`no_such_2.drive`"),
    "a renamed module": (IMPORTS.replace("import json", "import jsn"), "no module `jsn`"),
    "two of them": ("import no_such_module_3\nimport no_such_module_4\n" + IMPORTS, "no module `no_such_module_4`"),
    "a stray line": (IMPORTS + "\nas df", "can't read line 6 of cell 1: `as df`"),
    "a stray line above": ("as df\n" + IMPORTS, "can't read line 1 of cell 1: `as df`"),
    "a trimmed cell": ("import json", ""),
    "an empty cell": ("", ""),
    "an unknown magic": ("%no_such_magic\n" + IMPORTS, "ended in an error"),
    "a shell command": ("!true\n" + IMPORTS, ""),
    "an error": ("1 / 0\n" + IMPORTS, "ZeroDivisionError in line 1: `1 / 0`"),
    "a timed cell": ("%%time\nimport no_such_module_5\n" + IMPORTS, "module"),
    "an exit": ("import sys\nsys.exit()\n" + IMPORTS, ""),
    "its own end": ("import os\nos._exit(0)\n" + IMPORTS, "ended the notebook's process; the notebook"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_what_the_released_imports_make_known_is_there(kind: str) -> None:
    imports, note = BROKEN[kind]
    with handed_in(imports=imports) as found:
        assert found.student.root(16) == 4.0
        assert are_there(found.student, "PAIR", "json", "reduce")
        notes = found.run.notes
        assert (note in " ".join(notes)) if note else notes == []


@pytest.mark.parametrize("kind", ["a module that is not here", "a stray line", "an error", "an exit", "its own end"])
def test_it_is_the_same_in_a_cold_kernel(kind: str) -> None:
    imports, note = BROKEN[kind]
    cold = Settings(minimum_tier=Tier.T4, tier=Tier.T4)
    with handed_in("for math in range(3):\n    exit()", imports=imports, settings=cold) as found:
        assert found.student.root(16) == 4.0 and are_there(found.student, "PAIR", "json", "reduce")
        assert note in " ".join(found.run.notes) and "`math` means something else" in found.run.notes[-1]


def test_what_a_student_makes_of_an_import_is_kept() -> None:
    mine = "import math\nimport json\nfrom functools import partial as reduce\n\nPAIR = 3"
    with handed_in(imports=mine, answer="def root(n):\n    return reduce.__name__, PAIR") as found:
        assert found.student.root(1) == ("partial", 3)


def test_nothing_is_done_twice() -> None:
    counting = "DONE = globals().get('DONE', [])\nDONE.append(1)\nimport no_such_module\nDONE.append(2)\n" + IMPORTS
    with handed_in(imports=counting) as found:
        assert found.student.DONE == [1, 2]


def test_a_cell_goes_on_after_what_only_this_machine_lacks() -> None:
    with handed_in(above="import no_such_module\nLATER = 5", answer="open('titanic.csv')\n" + ANSWER) as found:
        assert found.student.LATER == 5 and found.student.root(4) == 2.0


def test_a_cell_stops_at_a_students_own_error_but_for_its_imports() -> None:
    with handed_in(above="1 / 0\nLATER = 5\nimport string") as found:
        assert are_there(found.student, "string")
        with pytest.raises(NoAnswer):
            _ = found.student.LATER


def test_what_can_not_be_read_is_told_first() -> None:
    with handed_in("1 / 0", "import no_such_module", "def f(:\n    pass") as found:
        notes = found.run.notes
        assert notes[0].startswith("Python can't read line 1 of cell 5: `def f(:`")
        assert notes[1].startswith("Cell 4: there is no module `no_such_module`")
        assert notes[2].startswith("Cell 3 ended in an error. It is ZeroDivisionError in line 1: `1 / 0`")
        assert found.run.status is Status.GRADED


ENDS = {
    "exit": "exit()", "quit": "quit()", "exit under a guard": "if __name__ == '__main__':\n    exit()",
    "sys.exit": "import sys\nsys.exit('done')", "SystemExit": "raise SystemExit",
}  # fmt: skip


@pytest.mark.parametrize("kind", ENDS)
@pytest.mark.parametrize("where", ["above", "below", "answer"])
def test_an_exit_ends_nothing(kind: str, where: str) -> None:
    cells = {"above": {"above": ENDS[kind]}, "below": {}, "answer": {"answer": f"{ANSWER}\n{ENDS[kind]}"}}[where]
    own = [ENDS[kind]] if where == "below" else []
    with handed_in(*own, "import time\ntime.sleep(0.5)", **cells) as found:  # a kernel that was told to end ends now
        assert found.student.root(9) == 3.0
        assert found.run.status is Status.GRADED and found.run.notes == []


def test_an_answer_that_calls_exit_goes_on_to_be_judged() -> None:
    answer = "def leaves():\n    exit()\n    return 1\n\n\n" + ANSWER
    with handed_in(answer=answer) as found:
        assert found.student.leaves() == 1 and found.student.root(9) == 3.0


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "os._exit(1)", "os.abort()"])
def test_a_cell_that_ends_the_process_is_left_out_but_for_what_it_defines(end: str) -> None:
    with handed_in(above=f"import os, string\n\n\ndef helper():\n    return 7\n\n\n{end}\nAFTER = 1") as found:
        assert found.student.root(9) == 3.0 and found.student.helper() == 7 and are_there(found.student, "string")
        assert found.run.status is Status.CRASHED
        assert found.run.notes == ["Cell 2 ended the notebook's process; the notebook was started again without it."]


def test_cells_that_end_the_process_again_and_again_end_it_for_good() -> None:
    with handed_in(*["import os\nos._exit(1)"] * 6) as found:
        assert "nothing after it could be run" in found.run.notes[-1] and len(found.run.notes) == 4


def test_a_slow_cell_is_interrupted_and_the_rest_goes_on() -> None:
    with handed_in(
        "while True:\n    pass", "LATER = 2", above="import time\ntime.sleep(60)\n\n\ndef helper():\n    return 1"
    ) as found:
        assert found.student.root(9) == 3.0 and found.student.LATER == 2 and found.student.helper() == 1
        assert found.run.status is Status.TIMED_OUT and len(found.run.notes) == 2


def test_a_cell_deaf_to_interrupts_is_left_out() -> None:
    with handed_in(above="import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True:\n    pass") as found:
        assert found.student.root(9) == 3.0
        assert found.run.status is Status.TIMED_OUT and "started again without it" in found.run.notes[0]


def test_own_cells_use_up_no_time_of_the_answers() -> None:
    slow = "import time\ntime.sleep(60)"
    limits = Limits(cell_seconds=2, wall_seconds=4, memory_mb=1500)
    with handed_in(slow, slow, slow, "LATER = 1", above=slow, limits=limits) as found:
        assert found.student.root(9) == 3.0
        assert "Your own cells took longer than 4 s together, so these were not run: " in " ".join(found.run.notes)
        with pytest.raises(NoAnswer):
            _ = found.student.LATER


STAR = """
import sys, types
sys.modules["odd"] = odd = types.ModuleType("odd")
odd.max = min
from odd import *
"""
MEANINGS = {
    "a loop variable": ("for math in range(3):\n    pass", "math"),
    "one of Python's own": ("max = 3", "max"),
    "a value": ("math = 'maths'", "math"),
    "deleted": ("del math", "math"),
    "a star import": (STAR, "max"),
}  # fmt: skip


@pytest.mark.parametrize("kind", MEANINGS)
def test_a_name_that_means_something_else_at_the_end_is_put_back_and_told(kind: str) -> None:
    cell, name = MEANINGS[kind]
    with handed_in(cell) as found:
        assert found.student.root(16) == 4.0
        note = f"`{name}` means something else at the end of your notebook, because of cell 3"
        assert found.run.notes == [f"{note}; for grading it was put back."]


MEANT = {
    "a function": ("def max(a, b):\n    return 9", 3.0),
    "an import": ("from operator import mul as max", 0.0),
    "a star import that the answers could see": (STAR, 0.0),
}


@pytest.mark.parametrize("kind", MEANT)
def test_what_a_student_names_on_purpose_stays(kind: str) -> None:
    cell, value = MEANT[kind]
    with handed_in(above=cell) as found:
        assert found.student.root(9) == value and found.run.notes == []


def test_a_device_that_is_not_there_is_taken_back() -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    answer = "import torch\n\n\ndef ones():\n    return torch.ones(2)"
    with handed_in(above="import torch\ntorch.set_default_device('cuda')", answer=answer) as found:
        assert found.student.ones().tolist() == [1, 1]
        assert found.run.notes == ["Cell 2 asks for a GPU: there is no GPU where this is graded."]


def test_an_answer_that_asks_for_a_gpu_or_an_input_is_told_so() -> None:
    answer = "def gpu():\n    raise RuntimeError('No CUDA GPUs are available')\n\n\ndef asks():\n    return input('n?')"
    with handed_in(answer=answer) as found:
        with pytest.raises(StudentRaised, match="there is no GPU where this is graded"):
            found.student.gpu()
        with pytest.raises(StudentRaised, match="nobody can answer where this is graded"):
            found.student.asks()


WHY = {
    "def root(n):\n\treturn 1\n        return 2": "can't read line 3 of cell 2, where `root` belongs: `return 2` (",
    "def root(n)\n    return n": "line 1 of cell 2, where `root` belongs: `def root(n)` (expected ':'). Mend this",
    "def root(n):\n    k = [(1, 0)\n    return k": "line 2 of cell 2, where `root` belongs: `k = [(1, 0)` (",
    "deff root(n):\n    return n": "line 1 of cell 2, where `root` belongs: `deff root(n):` (",
    "root(n):\n    return n": "line 1 of cell 2, where `root` belongs: `root(n):` (",
    ">>> def root(n):\n...     return n y": "line 1 of cell 2, where `root` belongs: `>>> def root(n):` (",
    "%%time\ndef root(n):\n    return n y": "line 3 of cell 2, where `root` belongs: `return n y` (",
    "%matplotlib inline\ndef root(n):\n    return n y": "line 3 of cell 2, where `root` belongs: `return n y` (",
    "```python\ndef root(n):\n    return n\n```": "line 1 of cell 2, where `root` belongs: `'''python` (",
    "def root(n):\n    return await n": "line 2 of cell 2, where `root` belongs: `return await n` ('await' outside",
    "def root(n, n):\n    return n": "line 1 of cell 2, where `root` belongs: `def root(n, n):` (duplicate argument",
    "def root(n):\n    nonlocal k\n    return n": "line 2 of cell 2, where `root` belongs: `nonlocal k` (",
    "root = [1, 2": "line 1 of cell 2, where `root` belongs: `root = [1, 2` (",
    "def root(n):": "line 1 of cell 2, where `root` belongs: `def root(n):` (",
    "%%script false --no-raise-error\n" + ANSWER: "cell 2, where it stands, begins with `%%script`",
    "# mine\n%%time\n"
    + ANSWER: "line 2 of cell 2, where `root` belongs: `%%time` (it has to be the first line of its cell)",
    "raise NotImplementedError()\n" + ANSWER: "take out the line `raise NotImplementedError()`",
    "1 / 0\n" + ANSWER: "ended in an error (ZeroDivisionError) before that",
    "square = 3": "`root` is not defined in your notebook.",
}


@pytest.mark.parametrize("answer", WHY)
def test_why_an_answer_is_not_there_is_told(answer: str) -> None:
    with handed_in(answer=answer) as found, pytest.raises(NoAnswer) as caught:
        found.student.root(4)
    assert WHY[answer] in caught.value.sentence


def test_a_stub_is_not_begun_and_a_line_left_in_is_named() -> None:
    stub = 'def root(n):\n    """Text."""\n    # YOUR CODE HERE\n    raise NotImplementedError()\n'
    with handed_in(answer=stub) as found, pytest.raises(NoAnswer, match="has not been begun"):
        found.student.root(4)
    with handed_in(answer=stub + "    return math.sqrt(n)") as found, pytest.raises(NoAnswer) as caught:
        found.student.root(4)
    assert (
        caught.value.sentence == "In `root`, take out the line `raise NotImplementedError()`: nothing below it is run."
    )


def test_the_outputs_of_a_cell_are_its_own_and_no_more() -> None:
    """What is run piece by piece leaves nothing on the page."""
    with handed_in(imports="import no_such_module\nprint('piece')\n" + IMPORTS) as found:
        assert [output.output_type for output in found.cells[0].outputs] == ["error"]
        assert found.cells[0].source.startswith("import no_such_module")
