"""A GPU of a machine, as hub.toml names it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Device(BaseModel):
    """A GPU, or a slice of one, that may be lent.

    Attributes
    ----------
    id : what CUDA_VISIBLE_DEVICES takes: a number, or the UUID of a GPU or of a MIG slice.
    resource : the name it is asked for by, such as ``nvidia.com/gpu``.
    people : how many may have it at a time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^([0-9]+|GPU-[0-9a-f-]+|MIG-[0-9A-Za-z/-]+)$")]
    resource: Annotated[str, Field(pattern=r"^nvidia\.com/[a-z0-9.-]+$")] = "nvidia.com/gpu"
    people: Annotated[int, Field(ge=1, le=64)] = 1
