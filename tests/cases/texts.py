"""Answers to questions that a person reads, in the miniature chapter: `p.99.4`."""

from __future__ import annotations

import copy

from tests.cases.released import Make, Notebook, Released, Variants, at, cell, code, edit, markdown

VARIANTS: Variants = {}
BOX = "p-99-4"
WORDS = "Because distances depend on the units."


def variant(make: Make) -> Make:
    VARIANTS[make.__name__] = make
    return make


def _answered(released: Released) -> Notebook:
    return edit(released.base({}), BOX, lambda _: WORDS)


@variant
def in_the_box(released: Released) -> Notebook:
    return _answered(released)


@variant
def box_untouched(released: Released) -> Notebook:
    return released.base({})


@variant
def box_with_a_line_end(released: Released) -> Notebook:
    return edit(released.base({}), BOX, lambda text: f"{text}\r\n\r\n")


@variant
def box_emptied(released: Released) -> Notebook:
    return edit(released.base({}), BOX, lambda _: " \n\u200b")


@variant
def box_made_bold(released: Released) -> Notebook:
    return edit(released.base({}), BOX, lambda text: f"**{text}**")


@variant
def box_deleted(released: Released) -> Notebook:
    made = released.base({})
    del made["cells"][at(made, BOX)]
    return made


@variant
def below_the_box(released: Released) -> Notebook:
    made = released.base({})
    made["cells"].insert(at(made, BOX) + 1, markdown(WORDS))
    return made


@variant
def above_the_box(released: Released) -> Notebook:
    made = released.base({})
    made["cells"].insert(at(made, BOX), markdown(WORDS))
    return made


@variant
def in_place_of_the_box(released: Released) -> Notebook:
    made = released.base({})
    made["cells"][at(made, BOX)] = markdown(WORDS)
    return made


@variant
def in_place_of_the_box_without_ids(released: Released) -> Notebook:
    made = _answered(released)
    for one in made["cells"]:
        del one["id"]
        one["metadata"] = {}
    return made


@variant
def in_the_question(released: Released) -> Notebook:
    made = released.base({})
    question = made["cells"][at(made, BOX) - 1]
    question["source"] = f"{question['source']}\n\n{WORDS}"
    return made


@variant
def question_and_box_merged(released: Released) -> Notebook:
    made = _answered(released)
    place = at(made, BOX)
    made["cells"][place - 1]["source"] += "\n\n" + made["cells"][place]["source"]
    del made["cells"][place]
    return made


@variant
def box_split_in_two(released: Released) -> Notebook:
    made = _answered(released)
    place = at(made, BOX)
    second = {**copy.deepcopy(made["cells"][place]), "id": "second", "source": "And models differ in it."}
    made["cells"].insert(place + 1, second)
    return made


@variant
def an_empty_copy_below_the_box(released: Released) -> Notebook:
    made = _answered(released)
    place = at(made, BOX)
    second = {**copy.deepcopy(cell(released.notebook, BOX)), "id": "second"}
    made["cells"].insert(place + 1, second)
    return made


@variant
def in_a_raw_cell(released: Released) -> Notebook:
    made = released.base({})
    made["cells"].insert(at(made, BOX) + 1, {**markdown(WORDS), "cell_type": "raw"})
    return made


@variant
def in_a_comment(released: Released) -> Notebook:
    made = released.base({})
    made["cells"].insert(at(made, BOX) + 1, code(f"# {WORDS}"))
    return made


@variant
def in_a_string(released: Released) -> Notebook:
    made = released.base({})
    made["cells"].insert(at(made, BOX) + 1, code(f'"""{WORDS}"""'))
    return made


@variant
def words_in_a_code_cell(released: Released) -> Notebook:
    made = released.base({})
    made["cells"].insert(at(made, BOX) + 1, code(WORDS))
    return made


@variant
def box_turned_into_code(released: Released) -> Notebook:
    made = _answered(released)
    one = cell(made, BOX)
    one.update(cell_type="code", outputs=[], execution_count=None)
    return made


@variant
def at_the_top_with_its_number(released: Released) -> Notebook:
    made = released.base({})
    made["cells"].insert(1, markdown(f"**p.99.4** {WORDS}"))
    return made


@variant
def at_the_top_without_its_number(released: Released) -> Notebook:
    """Nobody can know what it belongs to: the student and the teacher are told that it is there."""
    made = released.base({})
    made["cells"].insert(1, markdown(WORDS))
    return made


@variant
def try_below_the_box(released: Released) -> Notebook:
    """A cell of code is no answer to a question that asks for words."""
    made = released.base({})
    made["cells"].insert(at(made, BOX) + 1, code("x = np.arange(3)\nprint(x / x.max())"))
    return made


@variant
def question_split_by_a_tool(released: Released) -> Notebook:
    """Each paragraph of the question has become a cell without an id."""
    made = released.base({})
    place = at(made, BOX) - 1
    parts = [markdown(line) for line in made["cells"][place]["source"].split("\n") if line]
    made["cells"][place : place + 1] = [*parts, markdown("\n".join(part["source"] for part in parts))]
    return made


@variant
def question_translated(released: Released) -> Notebook:
    made = released.base({})
    made["cells"][at(made, BOX) - 1]["source"] = "## Warum skalieren?\n\nIn eigenen Worten, bitte."
    return made
