"""What the zygote is told of a kernel to be started."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.engine.isolation.sandbox import Box
from autograder.engine.isolation.tiers import Tier


@dataclass(frozen=True)
class Request:
    """One kernel to be started.

    Attributes
    ----------
    connection : Jupyter's connection information.
    ports, descriptors : its listening sockets; one descriptor more is the socket that checks use.
    environment : its variables.
    folder : empty, private to this kernel.
    box : what it may see and use.
    tier : how it is isolated; None: as well as this machine can.
    minimum : how it must be isolated at least.
    seconds : it is ended after so many, whatever happens.
    first_uid : of the users that kernels run as under T1.
    threads : for each library that has threads of its own.
    seed : its global random numbers depend on this; empty: on chance.
    gpu_libraries : where to load cuDNN from before it is forked (see `cudnn.beforehand`); empty: it is lent no GPU.
    """

    connection: Mapping[str, Any]
    ports: Sequence[int]
    descriptors: Sequence[int]
    environment: Mapping[str, str]
    folder: str
    box: Box = field(default_factory=Box)
    tier: Tier | None = None
    minimum: Tier = Tier.T3
    seconds: float = 3600.0
    first_uid: int = 200_000
    threads: int = 2
    seed: str = ""
    gpu_libraries: str = ""

    def dump(self) -> bytes:
        """Return it as one line of JSON."""
        content = {key: value for key, value in vars(self).items() if key != "descriptors"}
        return json.dumps({**content, "box": self.box.dump(), "tier": self.tier or ""}).encode() + b"\n"
