"""What a pod that should start is waiting for, read from what Kubernetes says of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Pod = Mapping[str, Any]  # as the API server describes it
_IMAGE = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError")
_NEVER = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")


@dataclass(frozen=True)
class Condition:
    """Of a pod.

    Attributes
    ----------
    kind : ``place``: no node has room for it; ``volume``: a volume it needs is not there; ``image``: its image can't be
        fetched; ``broken``: a container can't be made; ``ended``: its container has ended; ``starting``: anything else.
    detail : Kubernetes's own words, for whoever runs the hub.
    """

    kind: Literal["place", "volume", "image", "broken", "ended", "starting"]
    detail: str = ""


def condition(pod: Pod | None) -> Condition:
    """Return what keeps `pod` from running; None is one that is not there yet."""
    status = (pod or {}).get("status") or {}
    for waiting in _states(status, "waiting"):
        reason = waiting.get("reason") or ""
        if reason in _IMAGE:
            return Condition("image", _words(waiting))
        if reason in _NEVER:
            return Condition("broken", _words(waiting))
        if reason == "CrashLoopBackOff":
            return Condition("ended", _words(waiting))
    for ended in _states(status, "terminated", init=False):
        return Condition("ended", f"exit code {ended.get('exitCode')}: {_words(ended)}")
    if status.get("phase") == "Failed":  # evicted, or refused by the node
        return Condition("ended", _words(status))
    for one in status.get("conditions") or ():
        if one.get("type") == "PodScheduled" and one.get("status") == "False":
            words = _words(one)
            return Condition("volume" if "persistentvolumeclaim" in words.lower() else "place", words)
    return Condition("starting")


def _states(status: Mapping[str, Any], kind: str, *, init: bool = True) -> Iterator[Mapping[str, Any]]:
    """The states of that kind of a pod's containers; one that prepares the pod may well have ended."""
    for name in ("initContainerStatuses", "containerStatuses") if init else ("containerStatuses",):
        for container in status.get(name) or ():
            if state := (container.get("state") or {}).get(kind):
                yield state


def _words(part: Mapping[str, Any]) -> str:
    return " ".join(str(part[name]) for name in ("reason", "message") if part.get(name))
