"""Reading a file that was handed in: it is bounded, and what it is instead of a notebook is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.engine.result import Status
from autograder.engine.submission import reading
from autograder.engine.submission.reading import MOST_CELLS, MOST_CODE, MOST_PARTS, Unreadable, read_notebook


def handed_in(folder: Path, content: Any) -> Path:
    path = folder / "a.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def refused(folder: Path, content: Any, megabytes: int = 20) -> tuple[Status, str]:
    with pytest.raises(Unreadable) as caught:
        read_notebook(handed_in(folder, content), megabytes)
    assert str(caught.value).endswith(".") and "a.ipynb" in str(caught.value)
    return caught.value.status, str(caught.value)


def test_as_many_cells_as_may_be_are_read_and_one_more_is_refused(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [], "execution_count": None}
    content = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell] * MOST_CELLS}
    assert len(read_notebook(handed_in(tmp_path, content), 20).cells) == MOST_CELLS
    content["cells"] = [cell] * (MOST_CELLS + 1)
    status, sentence = refused(tmp_path, content)
    assert status is Status.TOO_LARGE and f"{MOST_CELLS + 1:,} cells" in sentence and f"{MOST_CELLS:,}" in sentence


def test_cells_of_an_old_format_are_counted_too(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "input": "1", "outputs": [], "language": "python"}] * MOST_CELLS
    sheets = [{"cells": cells}, {"cells": cells[:1]}]
    content = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}
    assert refused(tmp_path, content)[0] is Status.TOO_LARGE


@pytest.mark.parametrize("source", ["x" * (MOST_CODE + 1), ["x" * MOST_CODE, "x"]])
def test_more_code_than_may_be_is_refused(tmp_path: Path, source: str | list[str]) -> None:
    content = json.loads(json.dumps(new_notebook(cells=[new_code_cell("1"), new_markdown_cell("1")])))
    content["cells"][1]["source"] = source  # a picture within a text, say
    assert read_notebook(handed_in(tmp_path, content), 20).cells[1].source == "".join(source)
    content["cells"][0]["source"] = source
    status, sentence = refused(tmp_path, content)
    assert status is Status.TOO_LARGE and "characters of code" in sentence


def test_a_file_of_very_many_brackets_is_refused_before_it_is_taken_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading.json, "loads", lambda text: pytest.fail("it was taken apart"))
    assert refused(tmp_path, b'{"cells": [' + b"[]," * MOST_PARTS)[0] is Status.TOO_LARGE


def test_a_file_larger_than_may_be_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("it was opened"))
    path = tmp_path / "a.ipynb"
    path.write_text("x" * (2 << 20))
    with pytest.raises(Unreadable) as caught:
        read_notebook(path, 1)
    assert caught.value.status is Status.TOO_LARGE


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 900_000,
        b'{"cells": 5, "metadata": [], "nbformat": 4, "nbformat_minor": 5}',
        {"cells": [5], "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
        {"cells": [{"cell_type": "code"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
        {"cells": [{"cell_type": "code", "source": 5}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
        {"cells": [{"cell_type": "code", "source": None, "metadata": {}}], "nbformat": 4, "nbformat_minor": 5},
        {"cells": [{"cell_type": "code", "source": "", "metadata": 5}], "nbformat": 4, "nbformat_minor": 5},
        {"cells": [{"cell_type": {}, "source": "", "metadata": {}}], "nbformat": 4, "nbformat_minor": 5},
        {"cells": [], "metadata": {}, "nbformat": 9, "nbformat_minor": 5},
        {"cells": [], "metadata": {}, "nbformat": "4", "nbformat_minor": None},
        {"worksheets": 5, "metadata": {}, "nbformat": 3, "nbformat_minor": 0},
        {"worksheets": [5], "metadata": {}, "nbformat": 3, "nbformat_minor": 0},
        [1, 2],
        b"5",
        b'"text"',
    ],
)
def test_what_is_no_notebook_is_unreadable_and_never_an_error_of_ours(tmp_path: Path, content: Any) -> None:
    assert refused(tmp_path, content)[0] is Status.UNREADABLE


def test_nothing_of_outputs_and_widgets_is_kept(tmp_path: Path) -> None:
    content = json.loads(json.dumps(new_notebook(cells=[new_code_cell("1")], metadata={"course": {"chapter": "c"}})))
    content["metadata"]["widgets"] = {"x": [1]}
    content["cells"][0]["outputs"] = [{"output_type": "no such"}, 5]
    notebook = read_notebook(handed_in(tmp_path, content), 20)
    assert notebook.cells[0].outputs == [] and notebook.metadata == {"course": {"chapter": "c"}}


def test_half_an_emoji_does_not_go_any_further(tmp_path: Path) -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "source": "\ud83d and \ud83d\ude00", "attachments": {"\ud83d": {}}}
    content = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]}
    notebook = read_notebook(handed_in(tmp_path, content), 20)
    assert notebook.cells[0].source == "\ufffd and \U0001f600"
    json.dumps(notebook, ensure_ascii=False).encode()
