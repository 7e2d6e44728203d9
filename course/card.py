"""What the visible test of an exercise shows: a card of examples and promises, as a page and as plain text.

It takes its colours from where it is shown, light or dark, says each state in words, and fits a phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

from course.doctests import Tried

State = Literal["good", "bad", "open"]
Changed = Literal["", "new", "lost"]  # since the last time: it holds now, or no longer

# The class stands there twice to win over what JupyterLab says of lists and code.
_STYLE = """
.course-card{box-sizing:border-box;max-width:52rem;margin:.4em 0;padding:.7em .9em;line-height:1.45;color:inherit;
background:transparent;border:1px solid rgba(128,128,128,.45);border-left:6px solid #7d8590;border-radius:6px;
font-family:system-ui,sans-serif;overflow-wrap:anywhere}
.course-card.good{border-left-color:#2a9d55}.course-card.bad{border-left-color:#e5484d}
.course-card.course-card p{margin:.3em 0}.course-card [role=heading]{font-weight:700}
.course-card.course-card ul[role=list]{list-style:none;margin:.3em 0 .6em;padding:0}
.course-card.course-card li{margin:.35em 0;padding-left:.7em;border-left:4px solid #7d8590}
.course-card.course-card li.good{border-left-color:#2a9d55}.course-card.course-card li.bad{border-left-color:#e5484d}
.course-card .state{font-weight:600}.course-card .changed{font-style:italic}
.course-card.course-card .sides{display:grid;margin:0;gap:0 1em;
grid-template-columns:repeat(auto-fit,minmax(min(15rem,100%),1fr))}
.course-card.course-card .sides dt,.course-card.course-card .sides dd{float:none;width:auto;margin:0;padding:0}
.course-card.course-card .sides dt{font-size:.9em;font-weight:600}
.course-card.course-card pre{margin:.2em 0;padding:.3em .5em;color:inherit;background:rgba(128,128,128,.14);
border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.92em}
.course-card.course-card pre code{padding:0;background:transparent;color:inherit}
.course-card summary{cursor:pointer}.course-card .note{opacity:.85}
"""
_WORDS = {"new": "new since the last time", "lost": "fine the last time"}


@dataclass(frozen=True)
class Promise:
    """What the hidden checks found of one promise.

    Attributes
    ----------
    kept : None where it could not be judged.
    points : what it is worth.
    detail, hint : what the answer did instead, and how to go on; empty where kept.
    """

    name: str
    sentence: str
    kept: bool | None
    points: float
    detail: str = ""
    hint: str = ""

    @property
    def state(self) -> str:
        return {True: "kept", False: "not kept", None: "not judged"}[self.kept]


@dataclass(frozen=True)
class HandedIn:
    """What the hub says of the exercise, by the last hand-in that was judged.

    Attributes
    ----------
    when : its time; empty where nothing has been handed in.
    word : how it went; empty where that is not known.
    points : what it got; empty where that is not told.
    sentence : what is to be looked at first.
    change : what has changed since the hand-in before.
    notes : what else there is to say: that the answer is another one by now, tries that are left, how to hand in.
    """

    when: str = ""
    state: State = "open"
    word: str = ""
    points: str = ""
    sentence: str = ""
    change: str = ""
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The section's heading."""
        return f"Your hand-in of {self.when}" if self.when else "Not handed in yet"

    @property
    def found(self) -> str:
        """How it went, with the points."""
        return self.word + f" ({self.points})" * bool(self.points)


@dataclass(frozen=True)
class Card:
    """All there is to say of an exercise now.

    Attributes
    ----------
    state : whether the visible test holds; ``open`` where the answer is not begun.
    headline : in one line how it went.
    told : what is to be done first, a line each.
    examples : those that were tried.
    promises : what the hidden checks found; empty where they were not asked.
    changed : by an example's text or a promise's name, what has changed since the last time.
    points : as words; empty where not known.
    notes : further sentences.
    handed_in : what a hub says of it; None where there is none.
    """

    exercise: str
    state: State
    headline: str
    told: tuple[str, ...] = ()
    examples: tuple[Tried, ...] = ()
    promises: tuple[Promise, ...] = ()
    changed: dict[str, Changed] = field(default_factory=dict)
    points: str = ""
    notes: tuple[str, ...] = ()
    handed_in: HandedIn | None = None

    @property
    def text(self) -> str:
        """The card in plain text."""
        blocks = [f"{self.exercise}: {self.headline}", *self.told]
        for one in self.examples:
            if not one.holds:
                blocks += ["", one.text, *self._change(one.source)]
            elif self.changed.get(one.source):
                blocks += ["", one.source, f"holds ({_WORDS['new']})"]
        if self.promises:
            blocks += ["", f"Promises: {self._kept}"]
            blocks += [line for one in self.promises for line in self._promise_text(one)]
        if hub := self.handed_in:
            blocks += ["", hub.title]
            blocks += [f"- {hub.found}: {hub.sentence}" if hub.sentence else f"- {hub.found}"] * bool(hub.word)
            blocks += [f"  Since your hand-in before: {hub.change}"] * bool(hub.change)
            blocks += hub.notes
        return "\n".join([*blocks, *([""] * bool(self.notes and len(blocks) > 1)), *self.notes])

    @property
    def html(self) -> str:
        """The card as a page's part."""
        label = escape(f"Exercise {self.exercise}: {self.headline}", quote=True)
        parts = [f'<section class="course-card {self.state}" aria-label="{label}"><style>{_STYLE}</style>']
        parts.append(_heading(3, f"{escape(self.exercise)} · {escape(self.headline)}"))
        parts += [f"<p>{_code(line)}</p>" for line in self.told]
        seen = [one for one in self.examples if not one.holds or one.source in self.changed]
        if seen:
            parts += [_heading(4, "Examples"), *_listed(map(self._example, seen))]
        if rest := [one for one in self.examples if one not in seen]:
            others = f"{len(rest)} {'example holds' if len(rest) == 1 else 'examples hold'}"
            parts += [f"<details><summary>{others}</summary>", *_listed(map(self._example, rest)), "</details>"]
        if self.promises:
            parts += [_heading(4, f"Promises: {escape(self._kept)}"), *_listed(map(self._promise, self.promises))]
        if self.handed_in:
            parts += self._hand_in(self.handed_in)
        parts += [f'<p class="note">{_code(line)}</p>' for line in self.notes]
        return "\n".join([*parts, "</section>"])

    @property
    def _kept(self) -> str:
        kept = sum(one.kept is True for one in self.promises)
        return f"{kept} of {len(self.promises)} kept" + f", {self.points}" * bool(self.points)

    def _change(self, key: str) -> list[str]:
        word = self.changed.get(key, "")
        return [f"({_WORDS[word]})"] if word else []

    def _promise_text(self, one: Promise) -> Iterator[str]:
        yield " ".join([f"- {one.state} ({_points(one.points)}):", one.sentence, *self._change(one.name)])
        yield from (f"  {line}" for line in one.detail.splitlines())
        if one.hint:
            yield f"  Hint: {one.hint}"

    def _example(self, one: Tried) -> str:
        state = "holds" if one.holds else "does not hold"
        sides = {"expected": one.expected, "got": one.got, "printed on the way": one.printed} if not one.holds else {}
        shown = "".join(
            f"<div><dt>{name}</dt> <dd><pre>{escape(text)}</pre></dd></div> " for name, text in sides.items() if text
        )
        why = f" <p>{_code(one.why)}</p>" if one.why else ""
        mark = "good" if one.holds else "bad"
        return (
            f'<li class="{mark}"><span class="state">{state}</span>{self._changed(one.source)}'
            f" <pre>{escape(one.source)}</pre>" + (f' <dl class="sides">{shown}</dl>' if shown else "") + f"{why}</li>"
        )

    def _promise(self, one: Promise) -> str:
        mark = {True: "good", False: "bad", None: ""}[one.kept]
        detail = f" <pre>{escape(one.detail)}</pre>" if one.detail else ""
        hint = f" <details><summary>Hint</summary> <p>{_code(one.hint)}</p></details>" if one.hint else ""
        return (
            f'<li class="{mark}"><span class="state">{one.state}</span> ({_points(one.points)}): {_code(one.sentence)}'
            f"{self._changed(one.name)}{detail}{hint}</li>"
        )

    def _hand_in(self, hub: HandedIn) -> Iterator[str]:
        yield _heading(4, escape(hub.title))
        if hub.word:
            said = f": {_code(hub.sentence)}" if hub.sentence else ""
            change = f' <p class="changed">Since your hand-in before: {_code(hub.change)}</p>' if hub.change else ""
            state = f'<span class="state">{escape(hub.found)}</span>'
            yield from _listed([f'<li class="{hub.state}">{state}{said}{change}</li>'])
        yield from (f"<p>{_code(line)}</p>" for line in hub.notes)

    def _changed(self, key: str) -> str:
        return "".join(f' <span class="changed">{escape(word)}</span>' for word in self._change(key))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}  # IPython asks for this


@dataclass(frozen=True)
class Reading:
    """Something to read: parts with a title each, and whether each is code."""

    parts: tuple[tuple[str, str, bool], ...]

    @property
    def text(self) -> str:
        """The parts in plain text."""
        return "\n\n".join(f"{title}\n\n{text}" for title, text, _ in self.parts)

    @property
    def html(self) -> str:
        """The parts as a page's part."""
        shown = [f'<section class="course-card" aria-label="{escape(self.parts[0][0], quote=True)}">']
        shown.append(f"<style>{_STYLE}</style>")
        for title, text, is_code in self.parts:
            lines = [f"<pre><code>{escape(text)}</code></pre>"] if is_code else _paragraphs(text)
            shown += [_heading(3, escape(title)), *lines]
        return "\n".join([*shown, "</section>"])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def _heading(level: int, html: str) -> str:
    # No <h3>: JupyterLab would list it among the notebook's own.
    return f'<p role="heading" aria-level="{level}">{html}</p>'


def _listed(items: Iterable[str]) -> list[str]:
    # A list whose bullets are taken away is none to some screen readers, unless it is said.
    return ['<ul role="list">', *items, "</ul>"]


def _paragraphs(text: str) -> list[str]:
    return [f"<p>{_code(one)}</p>" for one in text.split("\n\n") if one.strip()]


def _code(text: str) -> str:
    """Text with `code` in it, as HTML."""
    pieces = escape(text).split("`")
    if len(pieces) % 2 == 0:
        return escape(text)
    return "".join(f"<code>{one}</code>" if number % 2 else one for number, one in enumerate(pieces))


def _points(points: float) -> str:
    return "1 point" if points == 1 else f"{points:g} points"
