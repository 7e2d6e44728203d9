"""``python -m autograder.resident ROOT SURROUNDINGS``, started by `course.resident.start`."""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.resident.server import main

if __name__ == "__main__":
    job = main(Path(sys.argv[1]), sys.argv[2])
    if job is not None:  # in a process that was forked for a command
        job()
