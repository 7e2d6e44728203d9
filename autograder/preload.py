"""What every worker needs, imported once in the process that the workers are forked from.

Only imports: a parallel region of OpenMP (one product of matrices will do) before the fork would hang the workers.
"""

from __future__ import annotations

import gc
import importlib

# The last brings all of ours; the others are what checks and our own answers use.
_MODULES = ("numpy", "pandas", "scipy.stats", "sklearn.ensemble", "sklearn.pipeline", "torch", "autograder.classroom")

for _name in _MODULES:
    importlib.import_module(_name)
gc.collect()
gc.freeze()  # the collector would write to pages that the workers share
