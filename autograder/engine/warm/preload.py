"""What every forked kernel has imported already, and how a child makes it its own.

Nothing here may run a parallel region before the fork: an OpenMP runtime that has made its threads hangs in the
child. So everything is imported with one thread, and the child gets its threads back.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import random
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

USUAL = (
    "numpy", "numpy.testing", "pandas", "scipy.sparse", "scipy.stats", "scipy.ndimage", "scipy.optimize",
    "matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib_inline.config",
    "sklearn.base", "sklearn.cluster", "sklearn.compose", "sklearn.datasets", "sklearn.decomposition",
    "sklearn.ensemble", "sklearn.feature_extraction.text", "sklearn.impute", "sklearn.linear_model", "sklearn.manifold",
    "sklearn.metrics", "sklearn.mixture", "sklearn.model_selection", "sklearn.naive_bayes", "sklearn.neighbors",
    "sklearn.pipeline", "sklearn.preprocessing", "sklearn.svm", "sklearn.tree",
    "torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.utils.data", "torch._dynamo",
    "course.datasets", "psutil", "threadpoolctl",
)  # fmt: skip
# Only where a chapter names them: together they would take every parent of kernels a second or more, and memory.
DEEP = (
    "transformers.models.clip.modeling_clip", "transformers.models.vit.modeling_vit", "transformers.models.auto",
    "transformers.models.bert.modeling_bert", "transformers.models.gpt2.modeling_gpt2", "fastapi", "httpx",
    "uvicorn.config", "uvicorn.protocols.http.auto", "uvicorn.lifespan.on", "optuna", "safetensors.torch",
    "gymnasium",
)  # fmt: skip
MODULES = (*USUAL, *DEEP)
# A process's first optimizer imports it, which takes a second of its own.
_OF_OPTIMIZERS = "torch._dynamo"
# When they are imported they look for a shell, and there is none yet: kernels import them again.
_LOOK_FOR_A_SHELL = ("matplotlib_inline.backend_inline", "tqdm.auto", "tqdm.autonotebook")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

_IMPORT = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)

_controller: Any = None


def named_in(sources: Iterable[str]) -> list[str]:
    """Return those of `MODULES` whose package one of the sources imports, and what every kernel needs.

    A chapter's kernels start sooner without the packages that it has no use for; a submission can import them still.
    """
    texts = list(sources)
    packages = {"threadpoolctl", "psutil", *(found for text in texts for found in _IMPORT.findall(text))}
    left_out = set() if any("optim" in text for text in texts) else {_OF_OPTIMIZERS}
    return [name for name in MODULES if name.partition(".")[0] in packages and name not in left_out]


def preload(modules: Sequence[str] = USUAL) -> list[str]:
    """Import `modules`; return those that could not be."""
    global _controller
    missing = []
    with _unheard():
        for name in modules:
            try:
                importlib.import_module(name)
            except Exception:
                missing.append(name)
        if "threadpoolctl" in sys.modules:
            _controller = sys.modules["threadpoolctl"].ThreadpoolController()
    return missing


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Show no warning, but keep the filters that libraries set when they are imported: kernels are to have them."""
    shown = warnings.showwarning
    warnings.showwarning = lambda *_, **__: None
    try:
        yield
    finally:
        warnings.showwarning = shown


def forget() -> None:
    """Forget what has looked for a shell in vain; called when everything is imported, before a kernel is forked."""
    for name in _LOOK_FOR_A_SHELL:
        if sys.modules.pop(name, None):
            parent, _, child = name.rpartition(".")
            vars(sys.modules[parent]).pop(child, None)


def adopt(threads: int, seed: str) -> None:
    """In the child: get the threads back, and random numbers that depend on `seed` alone.

    Parameters
    ----------
    threads : for each library that has threads of its own.
    seed : any text; empty: the operating system's randomness.
    """
    for name in ONE_THREAD:
        os.environ[name] = str(threads)
    set_threads(threads)
    digest = hashlib.sha256(seed.encode()).digest() if seed else os.urandom(32)
    number = int.from_bytes(digest[:4], "big")
    random.seed(number)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(number)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(number)


def set_threads(threads: int) -> None:
    """Have each library that was imported here use so many threads."""
    if _controller is not None:
        _controller.limit(limits=threads)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)


def canary(threads: int = 2) -> None:
    """Use what is known to hang in a child when the parent was not careful; raise or hang if it does."""
    if os.environ.get("COURSE_CANARY") == "dies":  # for the test of what happens then
        raise ArithmeticError("as demanded")
    adopt(threads, "canary")
    torch = sys.modules.get("torch")
    if torch and not torch.isfinite(torch.ones(512, 512) @ torch.ones(512, 512)).all():
        raise ArithmeticError("torch can't multiply in a forked process")
    if cluster := sys.modules.get("sklearn.cluster"):
        import numpy as np

        cluster.KMeans(2, n_init=1, max_iter=3).fit(np.random.default_rng(0).normal(size=(2000, 8)))
