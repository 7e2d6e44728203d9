"""In a notebook: a cell that Python can't read is told as just that by the cells that need it."""

import json
import subprocess
import sys

# A shell of its own, as a kernel has it; what each session's last cell shows of an error comes back, one text for each.
SHELL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell, shown, last = InteractiveShell.instance(), [], []
shell._showtraceback = lambda kind, error, trace: shown.append(chr(10).join(trace))
for session in json.load(sys.stdin):
    shell.reset(new_session=True)
    for cell in session:
        shown.clear()
        shell.run_cell(cell, store_history=True)
    last.append(list(shown))
sys.__stdout__.write("\\n" + json.dumps(last))
"""
CHECKS = "from course.examples import run\n\nrun(\n    r'''\n>>> double(2)\n4\n>>> double(3)\n6\n''',\n)"
CARD = 'from course.examples import check\n\ncheck("p.99.1", "double")'
CHOICE = 'from course.examples import filled\n\nfilled("double")'
LOOK = 'from course.look import needs\nneeds("double")\nprint(double(2))'
GOOD = "def double(x):\n    return 2 * x"
STUB = "def double(x):\n    raise NotImplementedError()"


def shown_at_last(tmp_path, *sessions):
    done = subprocess.run(
        [sys.executable, "-c", SHELL], input=json.dumps(sessions), cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


UNREAD = {
    "def double(x)\n    return 2 * x": "line 1 of the cell of double: `def double(x)` (expected ':')",
    "# mine\ndef double(x):\n    k = [(1, 0)\n    return k": "line 3 of the cell of double: `k = [(1, 0)` (",
    "deff double(x):\n    return 2 * x": "line 1 of the cell of double: `deff double(x):` (",
    "%%time\ndef double(x):\n    return x x": "line 3 of the cell of double: `return x x` (",
    "%matplotlib inline\ndef double(x):\n    return x x": "`return x x` (",
    "def double(x):\n    return await x": "line 2 of the cell of double: `return await x` (",
    "def double(x, x):\n    return x": "line 1 of the cell of double: `def double(x, x):` (",
    "double = [1, 2": "line 1 of the cell of double: `double = [1, 2` (",
}


def test_a_cell_that_python_cant_read_is_told_in_one_line(tmp_path):
    asked = [(answer, cell) for answer in UNREAD for cell in (CHECKS, CARD, CHOICE, LOOK)]
    for (answer, _), shown in zip(asked, shown_at_last(tmp_path, *asked), strict=True):
        (said,) = shown
        assert said.startswith("Python can't read line")
        assert UNREAD[answer] in said
        assert said.endswith("and run that cell again.")
        assert "\n" not in said


def test_also_where_an_older_answer_would_do_instead(tmp_path):
    for (said,) in shown_at_last(tmp_path, *((GOOD, f"{GOOD} x", cell) for cell in (CHECKS, LOOK))):
        assert "Python can't read line 2 of the cell of double: `return 2 * x x`" in said


def test_what_was_mended_since_is_forgotten(tmp_path):
    before = [["def double(x)\n    return x"], ["print(double(1)"], ["doubled = (", STUB], ["%%bash\ndouble = ("], []]
    asked = [(*cells, GOOD, cell) for cells in before for cell in (CHECKS, LOOK)]
    assert shown_at_last(tmp_path, *asked) == [[]] * len(asked)


def test_a_cell_that_was_not_run_is_told_in_one_line(tmp_path):
    checks, look = shown_at_last(tmp_path, [CHECKS], [LOOK])
    assert checks == ["(run the cell that defines double first)"]
    assert look == ["double: not there yet; run the cell of your answer first, then this one."]


def test_an_error_of_an_answer_is_shown_in_full(tmp_path):
    wrong = "def double(x):\n    return x['no']"
    left = "def double(x):\n    y = 2 * x\n    raise NotImplementedError()\n    return y"
    one, other = shown_at_last(tmp_path, [wrong, LOOK], [left, LOOK])
    assert "TypeError" in one[0]
    assert "NotImplementedError" in other[0]
    assert min(len(text[0].splitlines()) for text in (one, other)) > 5
