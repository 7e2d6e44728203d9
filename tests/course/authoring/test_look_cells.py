"""Where the first line of a cell to look at gets its name from."""

from course.authoring.look_cells import IMPORT, notebook_sources, shown_answers
from course.authoring.script import Cell

ANSWERS = ["double", "halve"]
LOOK = Cell("demo", "print(halve(double(2)))", 1, 2)
PLAIN = Cell("demo", "print(2)", 1, 2)
IMPORTS = Cell("code", "import math", 1, 2)


def test_it_names_the_answers_in_their_order():
    assert shown_answers(LOOK, ANSWERS) == ANSWERS
    assert shown_answers(PLAIN, ANSWERS) == []
    assert shown_answers(Cell("demo", "print(", 1, 2), ANSWERS) == []


def test_the_first_plain_cell_imports_what_the_line_needs():
    first = f'needs("double", "halve")\n{LOOK.source}'
    assert notebook_sources([IMPORTS, LOOK, IMPORTS], ANSWERS) == [f"import math\n{IMPORT}", first, "import math"]


def test_where_no_plain_cell_is_above_it_imports_it_itself():
    first = f'{IMPORT}\n\nneeds("double", "halve")\n{LOOK.source}'
    assert notebook_sources([LOOK], ANSWERS) == [first]
    assert notebook_sources([LOOK, IMPORTS], ANSWERS)[0] == first


def test_nothing_is_added_where_no_answer_is_shown():
    assert notebook_sources([IMPORTS, PLAIN], ANSWERS) == ["import math", "print(2)"]
