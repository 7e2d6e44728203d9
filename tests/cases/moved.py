"""Answers that are not in the cell that was meant for them, and lines of the stub that were left in."""

from __future__ import annotations

import copy

from tests.cases.answers import AUGMENT, SHIFT, TITANIC
from tests.cases.released import (
    Make,
    Notebook,
    Released,
    Variants,
    at,
    cell,
    code,
    edit,
    is_demo,
    markdown,
    text_of,
)

VARIANTS: Variants = {}
NAMES = (SHIFT, AUGMENT, TITANIC)


def variant(make: Make) -> Make:
    VARIANTS[make.__name__] = make
    return make


def except_(released: Released, *names: str) -> Notebook:
    """Return the notebook with every answer but those named."""
    return released.base({name: text for name, text in released.answers.items() if name not in names})


@variant
def answer_in_an_own_cell_below(released: Released) -> Notebook:
    made = except_(released, SHIFT)
    made["cells"].insert(at(made, SHIFT) + 1, code(released.answers[SHIFT]))
    return made


@variant
def answer_in_an_own_cell_above(released: Released) -> Notebook:
    made = except_(released, SHIFT)
    made["cells"].insert(at(made, SHIFT), code(released.answers[SHIFT]))
    return made


@variant
def all_answers_in_one_own_cell_at_the_top(released: Released) -> Notebook:
    made = released.base({})
    made["cells"].insert(at(made, released.imports) + 1, code("\n\n".join(released.answers.values())))
    return made


@variant
def all_answers_in_one_own_cell_at_the_end(released: Released) -> Notebook:
    made = released.base({})
    made["cells"].append(code("\n\n".join(released.answers.values())))
    return made


@variant
def all_answers_beside_the_imports(released: Released) -> Notebook:
    made = released.base({})
    return edit(made, released.imports, lambda text: "\n\n".join([text, *released.answers.values()]))


@variant
def answers_in_own_cells_above_the_imports(released: Released) -> Notebook:
    made = released.base({})
    made["cells"][1:1] = [code(released.answers[name]) for name in NAMES]
    return made


@variant
def two_answers_merged_into_the_first(released: Released) -> Notebook:
    made = released.base()
    edit(made, SHIFT, lambda text: text + "\n" + released.answers[AUGMENT])
    del made["cells"][at(made, AUGMENT)]
    return made


@variant
def two_answers_in_the_first_and_the_stub_left(released: Released) -> Notebook:
    made = except_(released, AUGMENT)
    return edit(made, SHIFT, lambda text: text + "\n" + released.answers[AUGMENT])


@variant
def two_answers_in_the_second_and_the_stub_left(released: Released) -> Notebook:
    made = except_(released, SHIFT)
    return edit(made, AUGMENT, lambda text: released.answers[SHIFT] + "\n" + text)


@variant
def everything_in_the_first_answer(released: Released) -> Notebook:
    made = released.base()
    edit(made, SHIFT, lambda _: "\n".join(released.answers.values()))
    for name in (AUGMENT, TITANIC):
        del made["cells"][at(made, name)]
    return made


@variant
def cells_deleted_and_typed_again(released: Released) -> Notebook:
    made = released.base()
    for name in NAMES:
        made["cells"][at(made, name)] = code(released.answers[name])
    return made


@variant
def only_own_cells_and_one_stub(released: Released) -> Notebook:
    made = released.base()
    kept = [cell(made, released.imports), cell(made, SHIFT)]
    made["cells"] = [*kept, code(released.answers[AUGMENT]), code(released.answers[TITANIC])]
    return made


@variant
def only_own_cells(released: Released) -> Notebook:
    """A new notebook with all that is needed, typed by hand."""
    made = released.base()
    texts = [text_of(cell(made, released.imports)), *released.answers.values()]
    made["cells"] = [code(text) for text in texts]
    made["metadata"] = {}
    return made


@variant
def stub_reformatted_below_the_answer(released: Released) -> Notebook:
    """A stub is one with other spaces, other comments and no docstring, too."""
    made = except_(released, SHIFT)
    edit(made, SHIFT, lambda _: "# to do\ndef shift_image( image, dx, dy ):\n\n    raise NotImplementedError\n")
    made["cells"].insert(at(made, SHIFT), code(released.answers[SHIFT]))
    return made


@variant
def stub_with_pass_below_the_answer(released: Released) -> Notebook:
    made = except_(released, SHIFT)
    edit(made, SHIFT, lambda text: text.replace("raise NotImplementedError()", "pass"))
    made["cells"].insert(at(made, SHIFT), code(released.answers[SHIFT]))
    return made


@variant
def copy_of_the_stub_kept_below(released: Released) -> Notebook:
    """A cell was copied before it was answered; the copy has the original's metadata, or none."""
    made = released.base()
    stub = cell(released.notebook, SHIFT)
    made["cells"].insert(at(made, SHIFT) + 1, {**copy.deepcopy(stub), "id": "copied"})
    made["cells"].append(code(text_of(stub)))
    return made


@variant
def answered_in_a_copy_above_the_stub(released: Released) -> Notebook:
    made = except_(released, AUGMENT)
    copied = {**copy.deepcopy(cell(made, AUGMENT)), "id": "copied", "source": released.answers[AUGMENT]}
    made["cells"].insert(at(made, AUGMENT), copied)
    return made


@variant
def answered_in_a_look(released: Released) -> Notebook:
    made = except_(released, SHIFT)
    look = next(number for number, one in enumerate(made["cells"]) if is_demo(one) and number > at(made, SHIFT))
    made["cells"][look]["source"] = released.answers[SHIFT]
    return made


@variant
def answered_below_the_examples(released: Released) -> Notebook:
    """Typed into the cell of the examples, which nobody may change."""
    made = except_(released, SHIFT)
    return edit(made, "p-03-2-checks", lambda text: released.answers[SHIFT] + "\n\n" + text)


@variant
def answer_under_a_condition(released: Released) -> Notebook:
    made = except_(released, SHIFT)
    text = released.answers[SHIFT].replace("\n", "\n    ")
    made["cells"].insert(at(made, SHIFT), code(f"if True:\n    {text}"))
    return made


@variant
def answer_by_another_name_and_an_assignment(released: Released) -> Notebook:
    made = except_(released, SHIFT)
    text = released.answers[SHIFT].replace("def shift_image", "def moved")
    made["cells"].insert(at(made, SHIFT), code(f"{text}\nshift_image = moved"))
    return made


@variant
def draft_below_in_an_own_cell(released: Released) -> Notebook:
    """Cells run from the top to the bottom, as in Jupyter: the last definition counts."""
    made = released.base()
    edit(made, SHIFT, lambda text: text.replace("return out", "return 1 + out"))
    made["cells"].insert(at(made, SHIFT) + 1, code(released.answers[SHIFT]))
    return made


@variant
def cell_split(released: Released) -> Notebook:
    made = released.base()
    place = at(made, AUGMENT)
    second = made["cells"][place]
    first = {**copy.deepcopy(second), "id": "split"}
    line = "    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]\n"
    first["source"] = line.strip()
    second["source"] = second["source"].replace(line, "")
    made["cells"].insert(place, first)
    return made


@variant
def cell_split_below_the_answer(released: Released) -> Notebook:
    """The lower part, which holds tries, has the same marks as the answer."""
    made = released.base()
    place = at(made, AUGMENT)
    rest = {**copy.deepcopy(made["cells"][place]), "id": "rest"}
    rest["source"] = "# tries\naugment(np.zeros((2, 9)), np.array([1, 2]))[0].shape"
    made["cells"].insert(place + 1, rest)
    return made


@variant
def cell_cut_in_the_middle(released: Released) -> Notebook:
    made = released.base()
    place = at(made, AUGMENT)
    head, line, tail = made["cells"][place]["source"].partition("    moves =")
    rest = {**copy.deepcopy(made["cells"][place]), "id": "rest", "source": line + tail}
    made["cells"][place]["source"] = head
    made["cells"].insert(place + 1, rest)
    return made


@variant
def answer_turned_into_text_and_typed_below(released: Released) -> Notebook:
    made = released.base()
    place = at(made, AUGMENT)
    one = made["cells"][place]
    text = one["source"]
    one.update(cell_type="markdown", source="I answer below.")
    del one["outputs"], one["execution_count"]
    made["cells"].insert(place + 1, code(text))
    return made


@variant
def answer_turned_into_text(released: Released) -> Notebook:
    made = released.base()
    one = cell(made, AUGMENT)
    one["cell_type"] = "markdown"
    del one["outputs"], one["execution_count"]
    return made


@variant
def stub_line_left_above(released: Released) -> Notebook:
    line = "def augment(X, y):\n"
    return edit(
        released.base(),
        AUGMENT,
        lambda text: text.replace(line, f"{line}    # YOUR CODE HERE\n    raise NotImplementedError()\n"),
    )


@variant
def stub_line_left_at_cell_level(released: Released) -> Notebook:
    return edit(released.base(), AUGMENT, lambda text: f"raise NotImplementedError()\n{text}")


@variant
def stub_line_left_in_a_helper(released: Released) -> Notebook:
    helper = "def _moves():\n    raise NotImplementedError()\n    return [(0, 0)]\n\n\n"
    return edit(
        released.base(),
        AUGMENT,
        lambda text: helper + text.replace("    rows =", "    moves = _moves()\n    rows ="),
    )


@variant
def library_raises_not_implemented(released: Released) -> Notebook:
    """The student's code is there, and something that it calls is not implemented."""
    line = "    import torch\n\n    torch.nn.Module()(X)\n"
    head = "def augment(X, y):\n"
    return edit(released.base(), AUGMENT, lambda text: text.replace(head, head + line))


@variant
def renamed_function(released: Released) -> Notebook:
    return edit(released.base(), AUGMENT, lambda text: text.replace("def augment", "def augment_data"))


@variant
def renamed_in_capitals(released: Released) -> Notebook:
    return edit(released.base(), AUGMENT, lambda text: text.replace("def augment", "def Augment"))


@variant
def looks_pasted_as_own(released: Released) -> Notebook:
    made = released.base()
    made["cells"] += [code(text_of(one)) for one in list(made["cells"]) if is_demo(one) and "load(" in text_of(one)]
    return made


@variant
def everything_translated(released: Released) -> Notebook:
    """All texts are in another language; every cell has kept its id."""
    made = released.base()
    for one in made["cells"]:
        if one["cell_type"] == "markdown":
            one["source"] = "Ein ganz anderer Text."
    return made


@variant
def in_another_order(released: Released) -> Notebook:
    made = released.base()
    own = [one for one in made["cells"] if one["id"] in NAMES]
    made["cells"] = [one for one in made["cells"] if one["id"] not in NAMES]
    place = at(made, released.imports) + 1
    made["cells"][place:place] = own[::-1]
    return made


@variant
def all_texts_deleted(released: Released) -> Notebook:
    made = released.base()
    made["cells"] = [one for one in made["cells"] if one["cell_type"] == "code"]
    return made


@variant
def note_of_the_student(released: Released) -> Notebook:
    made = released.base()
    made["cells"].insert(at(made, SHIFT), markdown("My notes."))
    return made


@variant
def untouched(released: Released) -> Notebook:
    return released.base({})


@variant
def notes_in_place_of_the_imports(released: Released) -> Notebook:
    """The cell of the imports was deleted: it is put back."""
    made = released.base()
    made["cells"][at(made, released.imports)] = markdown("The imports were here.")
    return made
