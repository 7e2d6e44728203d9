"""The GPUs that techniques are tried on: this machine's, or a stand-in that the tests put in their place."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from autograder.engine.gpu import nvml
from autograder.engine.gpu.lending import chosen
from autograder.engine.gpu.nvml import Gpu, inside
from autograder.engine.isolation.tiers import Tier
from autograder.engine.settings import load_settings
from autograder.redteam import target

_SLACK_MB = 64  # what a driver itself may take in the meantime
_PATIENCE = 5.0  # seconds that memory has to be free again, once its process has ended


@dataclass(frozen=True)
class Cards:
    """Those that may be lent.

    Attributes
    ----------
    stand_in : whether they are the tests' own: then a row says so, and is no word about a real one.
    """

    gpus: tuple[Gpu, ...]
    stand_in: bool

    @property
    def known(self) -> dict[str, object]:
        """What an attacker could know of them: by UUID, the device files outside and inside."""
        files = {one.uuid: [one.files[0], inside(one.files[0])] for one in self.gpus}
        return {"cards": files, "stand_in": self.stand_in, "may_mb": target.GPU_LIMITS.gpu_memory_mb}

    def used_mb(self) -> dict[str, int]:
        """Return how much of each is in use now."""
        return {one.uuid: nvml.used_mb(one.uuid) for one in self.gpus}

    def kept(self, before: dict[str, int]) -> list[str]:
        """Return what is in use still that was not before, once there has been time to give it back."""
        until = time.monotonic() + _PATIENCE
        while True:
            more = {uuid: mb - before[uuid] for uuid, mb in self.used_mb().items()}
            held = [f"{mb} MB of a GPU are still taken" for mb in more.values() if mb > _SLACK_MB]
            if not held or time.monotonic() > until:
                return held
            time.sleep(0.25)


def cards(tier: Tier) -> Cards | str:
    """Return what techniques for GPUs can be tried on here, or why they can't be."""
    fit = tuple(one for one in chosen(load_settings().gpus) if one.memory_mb >= target.GPU_LIMITS.gpu_memory_mb)
    if not fit:
        return f"no GPU with {target.GPU_LIMITS.gpu_memory_mb} MB that may be lent is here (see `course doctor`)"
    stand_in = nvml.MODULE in os.environ
    if stand_in and tier is Tier.T2:
        return "a stand-in for a GPU can't see from another user namespace who uses it"
    if not stand_in:
        import torch

        if not torch.version.cuda:
            return "there is a GPU, and a torch here that was built without CUDA"
    return Cards(fit, stand_in)
