"""What a student wrote, as digests: two answers are the same if theirs are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from autograder.feedback.safe_html import mappings, source_text

_BETWEEN = "\n\n"  # the texts of several cells that are one answer


def text_of(cells: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of an answer's cells."""
    return _BETWEEN.join(source_text(cell.get("source")) for cell in cells)


def pictures_of(cells: Iterable[Mapping[str, Any]]) -> str:
    """Return a digest of the pictures pasted into an answer's cells; empty where there are none."""
    attached = [cell["attachments"] for cell in cells if cell.get("attachments")]
    return _sha256(json.dumps(attached, sort_keys=True)) if attached else ""


def digest_of(text: str, pictures: str) -> str:
    """Return the digest of an answer: of its text, and of what `pictures_of` says."""
    return _sha256(f"{pictures}\x1f{text}")


def answers_by_id(cells: Any, grade_ids: Iterable[str]) -> Mapping[str, list[Mapping[str, Any]]]:
    """Return the cells with each of nbgrader's ids; a copied cell has its original's."""
    wanted = frozenset(grade_ids)
    found: dict[str, list[Mapping[str, Any]]] = {}
    for cell, mark, _ in _marked(cells):
        if (name := source_text(mark.get("grade_id"))) in wanted:
            found.setdefault(name, []).append(cell)
    return found


def written(cells: Any) -> Mapping[str, str]:
    """Return, by graded cell of a notebook in the released shape, a digest of what its points are for: its own text, or
    the code of its exercise."""
    marked = list(_marked(cells))
    graded = [(source_text(mark.get("grade_id")), mark, exercise) for _, mark, exercise in marked if mark.get("grade")]
    texts = answers_by_id(cells, (name for name, mark, _ in graded if mark.get("solution")))
    found = {}
    for name, mark, exercise in graded:
        code = [
            cell
            for cell, one, of in marked
            if of == exercise and one.get("solution") and cell.get("cell_type") == "code"
        ]
        mine = texts[name] if mark.get("solution") else code
        found[name] = digest_of(text_of(mine), pictures_of(mine))
    return found


def _marked(cells: Any) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any], str]]:
    """Yield the cells that are nbgrader's, with its marks and the exercise that each belongs to."""
    for cell in mappings(cells):
        for meta in mappings([cell.get("metadata")]):
            for mark in mappings([meta.get("nbgrader")]):
                exercises = mappings([meta.get("course")])
                yield cell, mark, source_text(exercises[0].get("exercise")) if exercises else ""


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
