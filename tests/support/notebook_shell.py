"""A notebook as the visible test sees it: IPython's shell with a kernel, and what is shown in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import IPython
import pytest


@dataclass
class Kernel:
    """What a front-end's message has brought; an exception is raised in its place."""

    parent: Any

    def get_parent(self, channel: str = "shell") -> Any:
        if isinstance(self.parent, Exception):
            raise self.parent
        return self.parent


@dataclass
class History:
    input_hist_raw: list[str] = field(default_factory=lambda: [""])


@dataclass
class Shell:
    """What `IPython.get_ipython` returns here.

    Attributes
    ----------
    shown : the texts of what was displayed or displayed anew, in order.
    """

    kernel: Kernel
    history_manager: History = field(default_factory=History)
    shown: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def typed(self, *cells: str) -> None:
        """Have these cells run before the one that asks."""
        self.history_manager.input_hist_raw = ["", *cells, "check(…)"]

    def transform_cell(self, cell: str) -> str:
        return cell

    def display(self, shown: Any, display_id: bool = False) -> Shell:
        self.update(shown)
        return self

    def update(self, shown: Any) -> None:
        self.shown.append(shown.text)
        self.pages.append(shown.html)

    @property
    def last(self) -> str:
        return self.shown[-1]


def in_notebook(monkeypatch: pytest.MonkeyPatch, parent: Any) -> Shell:
    """Let this process be the kernel of a notebook whose editor has sent the message `parent`."""
    shell = Shell(Kernel(parent))
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr("IPython.display.display", shell.display)
    return shell
