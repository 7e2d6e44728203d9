"""Where a network computes: one idiom for every chapter."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from course.errors import SetupError

if TYPE_CHECKING:
    import torch

VARIABLE = "COURSE_DEVICE"


def device() -> torch.device:
    """Return the device that a network should be moved to: CUDA's, else Apple's (MPS), else the CPU.

    ``COURSE_DEVICE`` overrides it: ``cpu``, ``mps``, ``cuda``, ``cuda:1``. To ask makes no CUDA context, so that
    processes forked later can use the GPU still. Each answer is looked up anew.

    Raises
    ------
    SetupError : ``COURSE_DEVICE`` names none, or one that this machine lacks.

    Examples
    --------
    >>> import torch
    >>> layer = torch.nn.Linear(2, 3).to(device())
    >>> layer(torch.zeros(4, 2, device=device())).cpu().shape
    torch.Size([4, 3])
    """
    # Asked by NVML: to ask CUDA itself would spoil it for processes that are forked later.
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    import torch

    wanted = os.environ.get(VARIABLE, "").strip()
    if not wanted:
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if _count(kind)))
    try:
        chosen = torch.device(wanted)
    except RuntimeError:
        raise SetupError(f"{VARIABLE} is {wanted!r}: no device is called so. Try cpu, cuda, cuda:1 or mps.") from None
    if (chosen.index or 0) >= _count(chosen.type):
        raise SetupError(f"{VARIABLE} is {wanted!r}: this machine has no such device. Take another, or leave it out.")
    return chosen


def _count(kind: str) -> int:
    """How many devices of a kind there are."""
    import torch

    if kind == "cuda":
        return torch.cuda.device_count() if torch.cuda.is_available() else 0
    return {"mps": int(torch.backends.mps.is_available()), "cpu": 1}.get(kind, 0)
