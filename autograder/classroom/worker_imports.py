"""What every worker needs, imported once in the process that the workers are forked from, and the zygote before them.

Only imports: a parallel region of OpenMP (one product of matrices will do) before a fork would hang the child.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys

from autograder.engine.warm.branch import IMPORTS, KERNEL_IMPORTS, PARENT, fork_zygote

_names = ["autograder.classroom.hand_in", *os.environ.get(IMPORTS, "").split()]
if _path := os.environ.pop(PARENT, ""):
    _names.append("autograder.engine.session.kernel")
    from autograder.engine.warm.preload import preload

    preload(os.environ[KERNEL_IMPORTS].split())
    with contextlib.suppress(OSError):  # nobody wants it any more; who does starts one
        fork_zygote(_path)
sys.dont_write_bytecode = False  # kernels write none, workers do
for _name in _names:
    with contextlib.suppress(Exception):  # said by the worker that needs it
        importlib.import_module(_name)
gc.collect()
gc.freeze()  # the collector would write to pages that the workers share
