"""What a person is told in the notebook: a file that the hub writes, and the person's server reads and shows."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from course.files import write_atomically

VARIABLE = "COURSE_NOTICE"  # in a server's environment: where its file is


@dataclass(frozen=True)
class Notice:
    """One server's.

    Attributes
    ----------
    path : of the file, in a folder that others go through and see no names in.
    owner : the person's user id, where that is not the hub's own; who alone may read it.
    """

    path: Path
    owner: int | None = None

    def tell(self, sentence: str) -> None:
        """Have it shown, until it is withdrawn."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.parent.chmod(0o711)
        write_atomically(self.path, json.dumps({"sentence": sentence}))
        if self.owner is not None:
            os.chown(self.path, self.owner, -1)

    def withdraw(self) -> None:
        """Show nothing any more. Harmless when nothing was."""
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
