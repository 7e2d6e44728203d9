"""Which GPUs a machine lends: the rows of hub.toml, held against what the driver names."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.engine.gpu.nvml import Gpu
from hub_config.settings.device import Device

_SLICE = "nvidia.com/mig-"


def known(id: str, here: Sequence[Gpu]) -> Gpu | None:
    """Return the GPU that a row's `id` means; None where the driver does not name it. A number is a whole GPU's."""
    for one in here:
        if one.uuid == id or (id == str(one.number) and not one.profile):
            return one
    return None


def lendable(rows: Sequence[Device], here: Sequence[Gpu]) -> tuple[Device, ...]:
    """Return what is lent, each with its id: what is named, and with an ``auto`` row all else that is there."""
    named = tuple(row for row in rows if not row.auto)
    taken = {found.uuid for row in named if (found := known(row.id, here))}
    others = (
        Device(id=one.uuid, resource=_resource(one, row), people=row.people)
        for row in rows
        if row.auto
        for one in here
        if one.uuid not in taken
    )
    return (*named, *others)


def remarks(rows: Sequence[Device], here: Sequence[Gpu]) -> list[str]:
    """Return what whoever runs the hub should know of its GPUs, in sentences."""
    found = []
    if any(row.auto for row in rows):
        lent = lendable(rows, here)
        kinds = {one.resource: sum(each.resource == one.resource for each in lent) for one in lent}
        counted = ", ".join(f"{count} of {resource}" for resource, count in sorted(kinds.items()))
        found.append(
            f"GPUs to lend: {counted}."
            if lent
            else "hub.toml says auto = true for GPUs, and this machine has none that its driver names: profiles that "
            "ask for one can't be chosen. Where `nvidia-smi -L` lists some, start the hub again."
        )
    if here:
        found += [
            f"hub.toml lends GPU {row.id}, which this machine's driver does not name: compare `nvidia-smi -L`."
            for row in rows
            if not row.auto and known(row.id, here) is None
        ]
    return found


def _resource(one: Gpu, row: Device) -> str:
    """As NVIDIA's device plugin for Kubernetes names it: ``1g.10gb+me`` is asked for as ``mig-1g.10gb.me``."""
    return _SLICE + one.profile.replace("+", ".") if one.profile else row.resource
