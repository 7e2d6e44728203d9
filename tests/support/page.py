"""A feedback page taken apart, and pages of the samples."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from types import MappingProxyType

from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from autograder.engine.result import Result
from autograder.feedback.page import ManualGrade, ModelAnswer, render_feedback
from tests.support import feedback_samples as samples

Sample = Callable[[], tuple[Result, NotebookNode]]
SAMPLES = [
    samples.partial, samples.perfect, samples.not_run, samples.untouched, samples.timed_out, samples.not_judged,
    samples.hostile,
]  # fmt: skip
VOID = {"meta", "img", "br", "hr", "col", "input", "link", "base"}
OURS = {
    "html", "head", "meta", "title", "style", "body", "a", "header", "main", "footer", "section", "h1", "h2", "h3",
    "p", "bdi", "table", "thead", "tbody", "tr", "th", "td", "span", "ul", "ol", "li", "div", "pre", "code", "figure",
    "img", "details", "summary", "strong", "em", "b", "i", "blockquote", "br",
}  # fmt: skip


class Page(HTMLParser):
    """A page taken apart: its tags with attributes, its visible text, and whether every tag is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text, self.open, self.badly_closed = "", [""], [""]
        self.feed(page)
        self.close()
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.badly_closed.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open[-1] not in ("style", "title"):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@functools.cache
def shown(sample: Sample) -> str:
    return shown_with(sample)


def shown_with(
    sample: Sample,
    manual: Mapping[str, ManualGrade] = MappingProxyType({}),
    model_answers: Mapping[str, ModelAnswer] = MappingProxyType({}),
) -> str:
    result, notebook = sample()
    title = "Chapter 3: Classification"
    return render_feedback(result, notebook, chapter_title=title, manual=manual, model_answers=model_answers)


def with_answer(cell: NotebookNode) -> Page:
    result, _ = samples.untouched()
    return Page(render_feedback(result, new_notebook(cells=[cell]), chapter_title="Chapter 3"))
