"""A command that serves pages until it is interrupted, and what it says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.support.checkout import Checkout


@dataclass
class Running:
    """The command, and what it has said."""

    url: str
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def page(self, name: str) -> str:
        reply = requests.get(f"{self.url}{name}", timeout=30)
        assert reply.status_code == 200, name
        return reply.text

    def says(self, pattern: str) -> str:
        """Read what it says until a line is like `pattern`, and return that."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if re.search(pattern, line):
                return line
        raise AssertionError(f"it ended: {self.said}")


@contextmanager
def serving(course: Checkout, *words: str) -> Iterator[Running]:
    """Run ``course`` with these words until its pages are made; interrupt it in the end."""
    environment = {**os.environ, "PYTHONPATH": str(course.root), "HOME": str(course.root / "home")}
    command = [sys.executable, "-u", "-m", "course", *words, "--port", "0"]
    with subprocess.Popen(
        command, cwd=course.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        made = Running("", process)
        made.url = made.says("http://").split()[0]
        made.says("Made ")
        yield made
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
