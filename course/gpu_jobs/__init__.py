"""Sends a notebook or a cell to a GPU of the hub, and brings the outputs back: ``%load_ext course.gpu_jobs``."""

from __future__ import annotations

from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Called by IPython for ``%load_ext``."""
    from course.gpu_jobs.magic import gpu  # what a command needs is not needed here, and the other way round

    shell.register_magic_function(gpu, "cell", "gpu")
