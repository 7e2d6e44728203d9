"""Notebooks as other editors save them."""

from __future__ import annotations

import ast
from typing import Any

from tests.cases.answers import AUGMENT, SHIFT, TITANIC
from tests.cases.released import Cell, Make, Notebook, Released, Variants, cell, is_demo, text_of

VARIANTS: Variants = {}


def variant(make: Make) -> Make:
    VARIANTS[make.__name__] = make
    return make


@variant
def as_jupyter_saves_it(released: Released) -> Notebook:
    return released.base()


@variant
def colab(released: Released) -> Notebook:
    """The ids are in `metadata.id`."""
    made = released.base()
    made["nbformat_minor"] = 0
    made["metadata"] = {
        "colab": {"provenance": [], "gpuType": "T4"},
        "accelerator": "GPU",
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    for one in made["cells"]:
        one["metadata"]["id"] = one.pop("id")
        if one["cell_type"] == "code":
            one["metadata"]["colab"] = {"base_uri": "https://localhost:8080/"}
    return made


@variant
def colab_without_other_metadata(released: Released) -> Notebook:
    made = colab(released)
    assert isinstance(made, dict)
    for one in made["cells"]:
        one["metadata"] = {"id": one["metadata"]["id"]}
    return made


@variant
def colab_with_ids_of_its_own(released: Released) -> Notebook:
    """Neither an id nor any of nbgrader's metadata is left: only the texts are."""
    made = colab(released)
    assert isinstance(made, dict)
    for number, one in enumerate(made["cells"]):
        one["metadata"] = {"id": f"x{number:011d}"}
    return made


@variant
def deepnote(released: Released) -> Notebook:
    made = released.base()
    made["nbformat_minor"] = 0
    made["metadata"] = {"deepnote_notebook_id": "0" * 32, "deepnote": {}, "orig_nbformat": 2}
    for number, one in enumerate(made["cells"]):
        _bare(one)
        kind = one["cell_type"]
        one["metadata"] = {"cell_id": f"{number:032x}", "deepnote_cell_type": kind, "deepnote_to_be_reexecuted": False}
    return made


@variant
def deepnote_keeping_ids(released: Released) -> Notebook:
    made = released.base()
    made["nbformat_minor"] = 0
    for one in made["cells"]:
        name = one["id"]
        _bare(one)
        one["metadata"] = {"cell_id": name, "deepnote_cell_type": one["cell_type"]}
    return made


@variant
def kaggle(released: Released) -> Notebook:
    """Ids of its own beside ours, and a cell of its own on top."""
    made = released.base()
    made["metadata"]["kaggle"] = {"accelerator": "none", "dataSources": [], "isGpuEnabled": False}
    for number, one in enumerate(made["cells"]):
        del one["id"]
        one["metadata"]["_uuid"] = f"{number:08x}-0000-4000-8000-000000000000"
        one["metadata"]["_cell_guid"] = one["metadata"]["_uuid"]
    listing = "import os\nfor folder, _, names in os.walk('/kaggle/input'):\n    print(folder, names)"
    made["cells"].insert(0, {"cell_type": "code", "metadata": {}, "source": listing, "outputs": []})
    return made


@variant
def vscode(released: Released) -> Notebook:
    made = released.base()
    made["nbformat_minor"] = 2
    made["metadata"] = {
        "kernelspec": {"display_name": ".venv (3.12.3)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "codemirror_mode": {"name": "ipython", "version": 3}},
    }
    for one in made["cells"]:
        del one["id"]
        one["source"] = one["source"].splitlines(keepends=True)
    return made


@variant
def vscode_and_a_look_changed(released: Released) -> Notebook:
    """A *Look* that the student has changed stays one, though it has no id and another text."""
    made = vscode(released)
    assert isinstance(made, dict)
    for one in made["cells"]:
        if is_demo(one):
            one["source"] = [*one["source"], "\n1 / 0\n"]
    return made


@variant
def no_metadata_of_the_notebook(released: Released) -> Notebook:
    return {**released.base(), "metadata": {}}


@variant
def no_metadata_of_the_cells(released: Released) -> Notebook:
    """The ids alone are left."""
    made = released.base()
    for one in made["cells"]:
        one["metadata"] = {}
    return made


@variant
def nbstripout(released: Released) -> Notebook:
    """It numbers the cells."""
    made = released.base()
    for number, one in enumerate(made["cells"]):
        one["id"] = str(number)
    return made


@variant
def nbstripout_of_all_metadata(released: Released) -> Notebook:
    made = nbstripout(released)
    assert isinstance(made, dict)
    for one in made["cells"]:
        one["metadata"] = {}
    return made


@variant
def jupytext_and_back(released: Released) -> Notebook:
    """New ids, no spaces at the ends, one line's end fewer."""
    made = released.base()
    for number, one in enumerate(made["cells"]):
        one["id"] = f"{number:08x}"
        one["source"] = "\n".join(line.rstrip() for line in one["source"].split("\n")).strip("\n")
        one["metadata"].pop("tags", None)
    return made


@variant
def formatted_and_no_ids(released: Released) -> Notebook:
    """As a formatter leaves code (other quotes, other breaks), in an editor that has lost the ids."""
    made = released.base()
    for one in made["cells"]:
        _bare(one)
        one["metadata"] = {}
        if one["cell_type"] == "code":
            one["source"] = ast.unparse(ast.parse(one["source"]))
    return made


@variant
def format_3(released: Released) -> Notebook:
    cells: list[Cell] = []
    for one in released.base()["cells"]:
        if one["cell_type"] == "code":
            old: dict[str, Any] = {"language": "python", "input": one["source"], "outputs": [], "collapsed": False}
        else:
            old = {"source": one["source"]}
        cells.append({"cell_type": one["cell_type"], "metadata": one["metadata"], **old})
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}


@variant
def ids_doubled_and_null(released: Released) -> Notebook:
    made = released.base()
    for one in made["cells"]:
        if one["cell_type"] == "markdown":
            one["id"] = "same"
    made["cells"][3]["id"] = None
    return made


@variant
def ids_are_numbers(released: Released) -> Notebook:
    made = released.base()
    for number, one in enumerate(made["cells"]):
        one["id"] = number
    return made


@variant
def widget_state_broken(released: Released) -> Notebook:
    made = released.base()
    state = {"abc": {"model_module": "@jupyter-widgets/controls"}}
    made["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    return made


@variant
def sources_are_lists(released: Released) -> Notebook:
    made = released.base()
    for one in made["cells"]:
        one["source"] = one["source"].splitlines(keepends=True)
    return made


@variant
def outputs_of_no_form(released: Released) -> Notebook:
    """What a program has left in the outputs is none of the grader's business."""
    made = released.base()
    for one in made["cells"]:
        if one["cell_type"] == "code":
            one["outputs"] = [{"output_type": "stream"}, {"data": {"text/html": 5}}, None]
            one["execution_count"] = "7"
    return made


@variant
def answers_are_raw_cells(released: Released) -> Notebook:
    made = released.base()
    for name in (SHIFT, AUGMENT, TITANIC):
        one = cell(made, name)
        one["cell_type"] = "raw"
        del one["outputs"], one["execution_count"]
    return made


@variant
def merged_by_a_tool(released: Released) -> Notebook:
    """Two versions of a cell stand one below the other, with marks between them."""
    made = released.base()
    place = next(number for number, one in enumerate(made["cells"]) if one["id"] == AUGMENT)
    mark = {"cell_type": "markdown", "metadata": {}, "source": '<span style="color:red">**<<<<<<< local**</span>'}
    old = {**made["cells"][place], "id": "remote", "source": text_of(cell(released.notebook, AUGMENT))}
    end = {**mark, "source": '<span style="color:red">**>>>>>>> remote**</span>'}
    made["cells"][place:place] = [mark]
    made["cells"][place + 2 : place + 2] = [old, end]
    return made


@variant
def everything_pasted_twice(released: Released) -> Notebook:
    """All cells, selected and pasted below: the second ones have ids of their own."""
    made = released.base()
    made["cells"] += [{**one, "id": f"{number:08x}"} for number, one in enumerate(made["cells"])]
    return made


@variant
def everything_pasted_without_metadata(released: Released) -> Notebook:
    """The answers are in the second half, the stubs in the first."""
    made, again = released.base({}), released.base()
    for one in again["cells"]:
        one["metadata"] = {}
        del one["id"]
    made["cells"] += again["cells"]
    return made


@variant
def an_earlier_release(released: Released) -> Notebook:
    """Fetched before the chapter was released again: other texts, other docstrings, looks that are gone now."""
    made = released.base()
    for number, one in enumerate(made["cells"]):
        if one["id"].startswith("cell-"):
            one["id"] = f"cell-{number:012x}"
            one["source"] = f"A text of then, number {number}." if one["cell_type"] == "markdown" else one["source"]
        elif one["metadata"]["nbgrader"]["solution"]:
            one["source"] = one["source"].replace("Examples", "For instance")
    gone = {"course": {"demo": True}, "tags": ["demo"]}
    old = {"cell_type": "code", "metadata": gone, "id": "cell-0123456789ab", "source": "1 / 0", "outputs": []}
    made["cells"].insert(3, old)
    return made


def _bare(one: Cell) -> None:
    for key in ("id", "outputs", "execution_count"):
        one.pop(key, None)
