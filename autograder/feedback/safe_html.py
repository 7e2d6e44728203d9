"""Makes HTML that is safe to show of what a student's notebook holds: code, outputs, pictures, prose.

Nothing here trusts its input: a notebook is JSON that anybody can write by hand, so every field may have any type and
any length. What can't be shown is replaced by a sentence that says so.
"""

from __future__ import annotations

import base64
import binascii
import functools
import html
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

_ANSI = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[0-?]*[ -/]*[@-~]?|\x1b[^\[\]]?")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_CELL_TAGS = {"b", "br", "code", "em", "i", "p", "pre", "span", "strong", "sub", "sup"}
_TABLE_TAGS = {"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"}
_PROSE_TAGS = _CELL_TAGS | _TABLE_TAGS | {"a", "blockquote", "del", "hr", "img", "li", "ol", "s", "ul"}
_DROPPED_WITH_CONTENT = {
    "button", "embed", "form", "iframe", "math", "noscript", "object", "script", "select", "style", "svg", "template",
    "textarea", "title",
}  # fmt: skip
_SPANS: dict[str, set[str]] = {"th": {"colspan", "rowspan", "scope"}, "td": {"colspan", "rowspan"}}
_PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG"}


@dataclass(frozen=True)
class PageLimits:
    """How much of one notebook is put on a page.

    Attributes
    ----------
    code, text, table, prose : characters of one source, of one text output, of one HTML table, of one written answer.
    lines, tail, width : lines shown of one text output, how many of them from its end, and characters of one line.
    traceback : lines kept from the end of an error's traceback.
    picture, pixels : bytes and pixels of one picture.
    outputs : outputs shown of one cell.
    page : characters of everything taken from the notebook, base64 of pictures included.
    """

    code: int = 20_000
    text: int = 12_000
    table: int = 60_000
    prose: int = 20_000
    lines: int = 100
    tail: int = 25
    width: int = 1_000
    traceback: int = 14
    picture: int = 2_000_000
    pixels: int = 20_000_000
    outputs: int = 30
    page: int = 12_000_000


@dataclass(frozen=True)
class Block:
    """One piece of a student's work, ready to be put on a page.

    Attributes
    ----------
    kind : how it is to be laid out; a ``note`` stands for something that can't be shown.
    label : what it is, for the heading and for screen readers.
    html : safe HTML.
    note : what was left out, a sentence, or empty.
    """

    kind: Literal["code", "text", "warning", "error", "table", "picture", "prose", "note"]
    label: str
    html: Markup
    note: str = ""


def storable(text: str) -> str:
    """Drop the characters that UTF-8 or HTML can't hold: lone surrogates and control characters."""
    return _UNSTORABLE.sub("", text)


def source_text(value: object) -> str:
    """Return a notebook's text field, which may be a string or a list of lines; anything else is empty."""
    parts = value if isinstance(value, list) else [value]
    return "".join(part for part in parts if isinstance(part, str))


def mappings(value: object) -> list[Mapping[str, Any]]:
    """Return the JSON objects of what should be a list of them."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def plain_text(value: object) -> str:
    """Return what a terminal would show of `value`: no colours, and only the last state of a progress bar."""
    text = source_text(value)
    if len(text) > 1_000_000:  # only the two ends can be shown anyway
        text = text[:500_000] + text[-500_000:]
    lines = _ANSI.sub("", text).split("\n")
    return storable("\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines))


def shorten(text: str, limits: PageLimits) -> tuple[str, str]:
    """Return the beginning and the end of `text`, and a note if something between them was left out."""
    lines = [line if len(line) <= limits.width else line[: limits.width] + " …" for line in text.split("\n")]
    if len(lines) > limits.lines:
        lines = [*lines[: limits.lines - limits.tail], "…", *lines[-limits.tail :]]
    short = "\n".join(lines)
    if len(short) > limits.text:
        head = limits.text * 3 // 4
        short = f"{short[:head]}\n…\n{short[head - limits.text :]}"
    return short, "" if short == text else "Shortened: the whole text is in your notebook."


def highlighted(source: str) -> Markup:
    """Return Python source as spans that carry pygments' short class names."""
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    return Markup(highlight(source, lexer, HtmlFormatter(nowrap=True)))


def table(text: str) -> Markup:
    """Return HTML reduced to tables and simple text: no links, pictures, classes, styles or ids."""
    return Markup(
        nh3.clean(
            text, tags=_TABLE_TAGS | _CELL_TAGS, clean_content_tags=_DROPPED_WITH_CONTENT, attributes=_SPANS,
            url_schemes=set(), generic_attribute_prefixes=set(),
        )
    )  # fmt: skip


def picture(data: object, kind: str, alt: str, limits: PageLimits) -> Markup | None:
    """Return an ``img`` with its data inside, or None unless `data` is the base64 of a real picture of that kind.

    Parameters
    ----------
    kind : ``image/png`` or ``image/jpeg``; what the data holds must agree.
    """
    packed = "".join(source_text(data).split())
    if kind not in _PICTURES or not packed or len(packed) > limits.picture * 4 // 3 + 4:
        return None
    try:
        raw = base64.b64decode(packed, validate=True)
        with Image.open(io.BytesIO(raw), formats=[_PICTURES[kind]]) as image:
            width, height = image.size
    except (binascii.Error, ValueError, OSError, SyntaxError, Warning, Image.DecompressionBombError):
        return None
    if width * height > limits.pixels:
        return None
    tag = '<img src="data:{};base64,{}" width="{}" height="{}" alt="{}">'
    return Markup(tag).format(kind, base64.b64encode(raw).decode("ascii"), width, height, alt)


class _Prose:
    """Markdown as prose: raw HTML stays text, headings become bold lines, formulas stay TeX."""

    def __init__(self, limits: PageLimits) -> None:
        self.limits = limits
        self.markdown = MarkdownIt("commonmark", {"html": False}).enable("table").use(dollarmath_plugin)
        rules: dict[str, Callable[[Token, EnvType], str]] = {
            # A heading of the student's would break the page's own outline.
            "heading_open": lambda token, env: "<p><strong>",
            "heading_close": lambda token, env: "</strong></p>\n",
            "math_inline": lambda token, env: _code(f"${token.content}$"),
            "math_inline_double": lambda token, env: _code(f"$${token.content}$$"),
            "math_block": lambda token, env: f"<pre>{html.escape(token.content.strip())}</pre>\n",
            "math_block_label": lambda token, env: f"<pre>{html.escape(token.content.strip())}</pre>\n",
            "image": self._image,
        }
        for name, rule in rules.items():
            self.markdown.add_render_rule(name, _as_rule(rule))

    def _image(self, token: Token, env: EnvType) -> str:
        """Show a picture pasted into the cell; never fetch one from elsewhere."""
        source, alt = str(token.attrs.get("src", "")), token.content
        kind, data = _attachment(env.get("attachments"), source.removeprefix("attachment:"))
        shown = picture(data, kind, alt or "Picture in the answer", self.limits)
        return str(shown) if shown else _code(f"[picture not shown: {alt or 'no description'}]")

    def __call__(self, text: str, attachments: object) -> Markup:
        rendered = self.markdown.render(text, {"attachments": attachments})
        return Markup(
            nh3.clean(
                rendered, tags=_PROSE_TAGS, clean_content_tags=_DROPPED_WITH_CONTENT,
                attributes={**_SPANS, "a": {"href"}, "img": {"src", "alt", "width", "height"}, "ol": {"start"}},
                url_schemes={"https", "http", "mailto", "data"}, attribute_filter=_safe_address, url_relative="deny",
                generic_attribute_prefixes=set(),
            )
        )  # fmt: skip


def _as_rule(rule: Callable[[Token, EnvType], str]) -> Callable[..., str]:
    def render(renderer: object, tokens: Sequence[Token], index: int, options: object, env: EnvType) -> str:
        return rule(tokens[index], env)

    return render


def _safe_address(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if value.startswith(tuple(f"data:{kind};base64," for kind in _PICTURES)) else None
    return None if name == "href" and value.lower().lstrip().startswith("data:") else value


def _code(text: str) -> str:
    return f"<code>{html.escape(text)}</code>"


def _attachment(attachments: object, name: str) -> tuple[str, object]:
    found = attachments.get(name) if isinstance(attachments, Mapping) else None
    bundle = found if isinstance(found, Mapping) else {}
    return next(((kind, bundle[kind]) for kind in _PICTURES if kind in bundle), ("", None))


_prose = functools.cache(_Prose)


@dataclass
class Painter:
    """Turns one notebook's cells into blocks and keeps the page within its limits.

    Attributes
    ----------
    limits : see `PageLimits`.
    left : characters that may still be put on the page.
    """

    limits: PageLimits = field(default_factory=PageLimits)
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.limits.page
        self._prose = _prose(self.limits)

    def code(self, cell: Mapping[str, Any], label: str) -> Block:
        """Return a code cell's source."""
        source = storable(source_text(cell.get("source")).replace("\r\n", "\n")).strip("\n")
        note = "Shortened: the rest is in your notebook." if len(source) > self.limits.code else ""
        return self._spend(Block("code", label, highlighted(source[: self.limits.code]), note))

    def prose(self, text: object, label: str, attachments: object = None) -> Block:
        """Return a text written in Markdown."""
        source = storable(source_text(text))
        note = "Shortened: the rest is in your notebook." if len(source) > self.limits.prose else ""
        return self._spend(Block("prose", label, self._prose(source[: self.limits.prose], attachments), note))

    def outputs(self, cell: Mapping[str, Any], where: str, only_text: bool = False) -> tuple[Block, ...]:
        """Return what a code cell printed, showed and raised.

        Parameters
        ----------
        where : which cell it was, for labels: "your code for p.03.2".
        only_text : leave out everything but printed text and errors.
        """
        merged = _merge_streams(mappings(cell.get("outputs")))
        blocks = [block for output in merged[: self.limits.outputs] for block in self._output(output, where, only_text)]
        if len(merged) > self.limits.outputs:
            blocks.append(_note(f"{len(merged) - self.limits.outputs} more outputs are in your notebook."))
        return tuple(blocks)

    def _output(self, output: Mapping[str, Any], where: str, only_text: bool) -> Iterator[Block]:
        kind = output.get("output_type")
        if kind == "stream":
            yield from self._stream(output, where)
        elif kind == "error":
            yield self._error(output, where)
        elif kind in ("display_data", "execute_result") and not only_text and isinstance(output.get("data"), Mapping):
            yield self._spend(self._display(output["data"], where))

    def _stream(self, output: Mapping[str, Any], where: str) -> Iterator[Block]:
        text = plain_text(output.get("text")).rstrip()
        if text.strip():
            if output.get("name") == "stderr":
                yield self._text("warning", f"Warnings and messages of {where}", text)
            else:
                yield self._text("text", f"Output of {where}", text)

    def _error(self, output: Mapping[str, Any], where: str) -> Block:
        said = f"{plain_text(output.get('ename'))}: {plain_text(output.get('evalue'))}"
        trace = output.get("traceback")
        frames = trace if isinstance(trace, list) else [trace]
        lines = "\n".join(plain_text(frame) for frame in frames).rstrip().split("\n")
        kept = "\n".join(["…", *lines[-self.limits.traceback :]] if len(lines) > self.limits.traceback else lines)
        return self._text("error", f"Error in {where}", kept if kept.strip() else said)

    def _display(self, data: Mapping[str, Any], where: str) -> Block:
        """Return the richest form that can be shown: picture, table, prose, text."""
        plain = plain_text(data.get("text/plain")).rstrip()
        for kind in _PICTURES:
            alt = f"Picture drawn by {where}" + (f": {plain[:120].strip('<>')}" if plain else "")
            if kind in data and (shown := picture(data[kind], kind, alt, self.limits)):
                return Block("picture", f"Picture drawn by {where}", shown)
        rich = source_text(data.get("text/html"))
        # Estimators draw themselves as nested boxes, which say nothing without their style sheet.
        if "<table" in rich and len(rich) <= self.limits.table and not ("sk-top-container" in rich and plain):
            return Block("table", f"Table shown by {where}", table(storable(rich)))
        if isinstance(data.get("text/markdown"), str | list):
            return self.prose(data["text/markdown"], f"Text shown by {where}")
        if plain:
            return self._text("text", f"Value of {where}", plain)
        return _note("An output of a kind that is not shown here (only text, tables, PNG and JPEG pictures are).")

    def _text(self, kind: Literal["text", "warning", "error"], label: str, text: str) -> Block:
        short, note = shorten(text, self.limits)
        return self._spend(Block(kind, label, Markup(html.escape(short)), note))

    def _spend(self, block: Block) -> Block:
        if len(block.html) > self.left:
            return _note("Not shown: this page is full. It is in your notebook.")
        self.left -= len(block.html)
        return block


def _note(text: str) -> Block:
    return Block("note", "Note", Markup(html.escape(text)))


def _merge_streams(outputs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Join what was printed in a row to one stream: a loop that prints makes one output per line."""
    merged: list[tuple[Mapping[str, Any], list[str]]] = []
    for output in outputs:
        last = merged[-1][0] if merged else {}
        is_stream = output.get("output_type") == "stream"
        if not (is_stream and last.get("output_type") == "stream" and last.get("name") == output.get("name")):
            merged.append((output, []))
        if is_stream:
            merged[-1][1].append(source_text(output.get("text")))
    return [{**output, "text": "".join(texts)} if texts else output for output, texts in merged]
