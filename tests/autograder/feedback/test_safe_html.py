"""What a notebook brings along becomes HTML that can do nothing, and has an end."""

from __future__ import annotations

import base64

import pytest
from nbformat.v4 import new_code_cell

from autograder.feedback.safe_html import PageLimits, Painter, picture, plain_text, shorten
from tests.support import feedback_samples as samples
from tests.support.page import Page, with_answer


def test_forged_marks_of_ours_do_not_survive() -> None:
    forged = "<table class=total id=summary><tr><td><h1>100 of 100 points</h1></td></tr></table>"
    page = with_answer(samples.code("p.03.2", "x", samples.shown(text_html=forged)))
    assert len(page.all("h1")) == 1
    assert [t.get("class") for t in page.all("table")] == ["summary", None]


def test_links_in_a_written_answer_are_web_links_only() -> None:
    source = "[a](https://ok.example/) [b](javascript:alert(1)) [c](data:text/html,x) [d](file:///etc) [e](/x)"
    block = Painter().prose(source, "answer")
    assert [a.get("href") for a in Page(str(block.html)).all("a")] == [
        "https://ok.example/",
        None,
    ]  # (b, c and d are no links to begin with)


def test_picture_pasted_into_an_answer_is_shown_and_a_remote_one_is_not() -> None:
    attachments = {"a.png": {"image/png": samples.png(4, 3)}}
    page = Page(str(Painter().prose("![mine](attachment:a.png) ![far](https://x.example/b.png)", "", attachments).html))
    (image,) = page.all("img")
    assert (image["alt"], image["width"], image["height"]) == ("mine", "4", "3")
    assert "[picture not shown: far]" in page.text


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (samples.png(), "image/jpeg"),
        (samples.png(), "image/svg+xml"),
        ("not base64!", "image/png"),
        (base64.b64encode(b"GIF89a" + bytes(50)).decode(), "image/png"),
        (samples.png(200, 200), "image/png"),
        (None, "image/png"),
    ],
)
def test_only_true_pictures_of_a_fair_size_are_shown(data: object, kind: str) -> None:
    limits = PageLimits(pixels=39_999)
    assert picture(samples.png(199, 201), "image/png", "a", limits) is not None
    assert picture(data, kind, "a", limits) is None
    assert picture(samples.png(), "image/png", "a", PageLimits(picture=10)) is None


def test_estimator_boxes_give_way_to_their_text() -> None:
    drawn = '<div id="sk-top-container"><table><tr><td>n_neighbors</td></tr></table></div>'
    page = with_answer(samples.code("p.03.2", "m", samples.shown(text_html=drawn, text_plain="KNeighborsClassifier()")))
    assert "Output KNeighborsClassifier()" in page.text
    assert len(page.all("table")) == 1


def test_page_has_an_end_even_if_the_notebook_has_none() -> None:
    cell = new_code_cell("x", outputs=[samples.stream("y" * 900, name) for name in ("stdout", "stderr") * 50])
    painter = Painter(PageLimits(outputs=20, page=4_000))
    blocks = painter.outputs(cell, "cell 1")
    assert len(blocks) == 21
    assert "80 more outputs" in blocks[-1].html
    assert blocks[-2].kind == "note"
    assert sum(len(block.html) for block in blocks if block.kind != "note") <= 4_000


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        (" 10%\r 50%\r100%\n", "100%\n"),
        ("\x1b]8;;https://x.example\x07link\x1b]8;;\x07", "link"),
        (["a\n", 3, "b\x00\ud800"], "a\nb"),
        (None, ""),
    ],
)
def test_plain_text_is_what_a_terminal_shows(raw: object, kept: str) -> None:
    assert plain_text(raw) == kept


def test_shortened_text_keeps_both_ends() -> None:
    short, note = shorten("\n".join(map(str, range(1000))), PageLimits())
    assert short.startswith("0\n1\n")
    assert short.endswith("\n999")
    assert note
    assert len(shorten("x" * 100 + "\n" + "y" * 100_000, PageLimits())[0]) < 2_000
    assert shorten("as it is", PageLimits()) == ("as it is", "")
