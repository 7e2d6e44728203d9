"""A GPU of a machine, as hub.toml names it, or all that its driver names."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

ID = r"^([0-9]+|GPU-[0-9a-f-]+|MIG-[0-9A-Za-z/-]+)$"


class Device(BaseModel):
    """A GPU, or a slice of one, that may be lent; with `auto`, each one that the machine has and no other row names.

    Attributes
    ----------
    id : what CUDA_VISIBLE_DEVICES takes: a number, as `nvidia-smi -L` counts, or the UUID of a GPU or of a MIG slice.
    auto : in the place of an id.
    resource : the name it is asked for by, such as ``nvidia.com/gpu``. With `auto` that of whole GPUs; slices are asked
        for by their profile, such as ``nvidia.com/mig-1g.10gb``.
    people : how many may have it at a time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=ID)] = ""
    auto: bool = False
    resource: Annotated[str, Field(pattern=r"^nvidia\.com/[a-z0-9.-]+$")] = "nvidia.com/gpu"
    people: Annotated[int, Field(ge=1, le=64)] = 1

    @model_validator(mode="after")
    def _named(self) -> Device:
        if bool(self.id) == self.auto:
            raise ValueError('a [[device]] has either id = "…" or auto = true')
        return self
