"""What pods have in common."""

from __future__ import annotations


def amounts(cpu: float | None, memory: str | None) -> dict[str, str]:
    """Return what of both is given, as Kubernetes writes it: what JupyterHub calls ``4G`` is 4Gi there."""
    found = {"cpu": cpu, "memory": f"{memory}i" if memory and not memory.isdecimal() else memory}
    return {name: str(value) for name, value in found.items() if value is not None}
