"""Starts a person's server as a pod: with a profile, nothing left of the last one, an end, and words for what fails."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from jupyterhub.utils import maybe_future
from kubernetes_asyncio.client.exceptions import ApiException
from kubespawner import KubeSpawner
from pydantic import ValidationError
from traitlets import Float, Integer

from course.errors import SetupError
from hub_config.kubernetes.condition import Condition, condition
from hub_config.settings.profiles import GPU, Override, Profile, Profiles
from hub_config.spawning import Ending, SpawnRefused

_ADDED = ("volumes", "volume_mounts", "tolerations")  # a profile's stand beside the hub's own
_GRACE = 30  # seconds that the hub waits longer than we do, so that the words are ours
_ENDS = "course-server-ends"  # a pod's annotation
_TELL = "Tell whoever runs the hub."


class PodProfileSpawner(Ending, KubeSpawner):  # type: ignore[misc]  # traitlets' classes have no types
    """KubeSpawner with the profiles of ``profiles.yaml``: its ``profile_list``, with the section ``course`` of each.

    KubeSpawner itself merges what a profile names into what the spawner has. A spawner is used again for a person's
    next server when a start has failed, and so a CPU server would go on waiting for the GPU that was not free. Here
    everything that a profile may name is put back first, and lists of volumes are added to the hub's: the home stays.
    """

    image_seconds = Integer(60, help="For how long fetching an image may fail before we give up").tag(config=True)
    look_seconds = Float(1.0, help="Between two looks at a pod that starts").tag(config=True)
    clock: Callable[[], float] = staticmethod(time.monotonic)
    profile_list: Any  # KubeSpawner's, as the next
    extra_annotations: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._profiles = _profiles(self.profile_list)
        self.profile_list = self._visible  # KubeSpawner calls it for the form, and for each start
        self._patience = self.start_timeout
        self._configured = {name: copy.deepcopy(getattr(self, name)) for name in Override.model_fields}

    @property
    def profile(self) -> Profile:
        """What the person has chosen.

        Raises
        ------
        Refused : it is not for them.
        """
        try:
            return self._profiles.find(self.user_options.get("profile") or "", self.groups)
        except (ValueError, AttributeError) as error:
            raise _no(error) from error

    async def load_user_options(self) -> None:
        """Called by KubeSpawner before it makes a pod, and by us before the hub asks how long that may take.

        Raises
        ------
        Refused : there is no such profile for this person, or no such choice.
        """
        hours = self.profile.course.hours
        for name, value in self._configured.items():
            setattr(self, name, copy.deepcopy(value))
        try:
            await super().load_user_options()
        except (ValueError, KeyError, TypeError) as error:
            raise _no(error) from error
        for name in _ADDED:
            setattr(self, name, [*_listed(self._configured[name]), *_listed(getattr(self, name))])
        if not any(name.startswith(GPU) for name in self.extra_resource_limits):
            # Else a pod on a node with GPUs sees them all, where its image asks for that.
            self.environment["NVIDIA_VISIBLE_DEVICES"] = "void"
        # The cluster ends it too, in case the hub is away then.
        self.extra_pod_config["activeDeadlineSeconds"] = int(hours * 3600)
        self._patience = self.start_timeout
        self.start_timeout += _GRACE

    async def run_pre_spawn_hook(self) -> None:
        """Called by the hub before `start`, after which it reads `start_timeout`: the profile's has to be there."""
        await self.load_user_options()
        await maybe_future(super().run_pre_spawn_hook())

    def start(self) -> Any:
        """Called by the hub; return a future of the server's address.

        Raises
        ------
        Refused : there is no such profile for this person, or their pod does not start.
        """
        self.until = time.time() + self.profile.course.hours * 3600
        self.extra_annotations = {**self.extra_annotations, _ENDS: str(self.until)}
        return asyncio.ensure_future(self._watched(super().start()))

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Called by the hub while a server starts; yield what is shown meanwhile, with our words for a full cluster."""
        async for event in super().progress():
            if event.get("raw_event", {}).get("reason") == "FailedScheduling":
                event["message"] = f"Waiting for a place for {self.profile.display_name}, {self._patience} s at most."
            yield event

    async def _watched(self, starting: asyncio.Future[str]) -> str:
        """Wait for the pod, or for a reason to give up."""
        giving_up = asyncio.ensure_future(self._reason())
        try:
            await asyncio.wait((starting, giving_up), return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                raise self._refusal(giving_up.result())
            return await starting
        except (ApiException, TimeoutError) as error:
            self.log.exception("The cluster has not taken the pod of %s", self.holder)
            raise SpawnRefused(503, f"The cluster has not taken your server. Try again in a minute. {_TELL}") from error
        finally:
            await _cancelled(starting, giving_up)

    async def _reason(self) -> Condition:
        """Look at the pod until there is no use in waiting, and return why."""
        begun, broken = self.clock(), 0.0
        while True:
            await asyncio.sleep(self.look_seconds)
            found = condition(self._pod())
            if found.kind != "image":
                broken = 0.0
            elif not broken:
                broken = self.clock()
            if found.kind in ("ended", "broken") or self.clock() - begun >= self._patience:
                return found
            if broken and self.clock() - broken >= self.image_seconds:
                return found

    def _pod(self) -> dict[str, Any] | None:
        reflector = self.pod_reflector
        found = reflector.pods.get(f"{self.namespace}/{self.pod_name}") if reflector else None
        # The last server's has the same name, and may still be there.
        mine = found and (found["metadata"].get("annotations") or {}).get(_ENDS) == str(self.until)
        return found if mine else None

    def _refusal(self, found: Condition) -> SpawnRefused:
        self.log.warning("%s does not start: %s", self.holder, found)
        name = self.profile.display_name
        sentences = {
            "place": f"{name}: no place was free within {self._patience} seconds. Choose a smaller profile, or one "
            "without a GPU, or come back later: your files are there in each of them.",
            "volume": f"{name}: a volume that your server needs is not there. Trying again will not help. {_TELL}",
            "image": f"{name}: the image of your server can't be fetched. Trying again will not help. {_TELL}",
            "broken": f"{name}: your server can't be set up. Trying again will not help. {_TELL}",
            "ended": f"{name}: your server has ended while it was starting. Try again; if it ends again, your home may "
            f"be full. {_TELL}",
            "starting": f"{name}: your server was not ready within {self._patience} seconds. Its image may still be on "
            f"the way: try again in a minute. If that does not help: {_TELL}",
        }
        return SpawnRefused(503, sentences[found.kind])

    def _visible(self, spawner: PodProfileSpawner) -> list[dict[str, Any]]:
        """The profiles that `spawner`'s person may start, as KubeSpawner wants them."""
        return [profile.kubespawner() for profile in spawner._profiles.visible_to(spawner.groups)]


async def _cancelled(*tasks: asyncio.Future[Any]) -> None:
    """End them; again and again, since Python 3.11's ``wait_for`` may swallow a cancellation."""
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=0.1)
    await asyncio.gather(*tasks, return_exceptions=True)  # whose exceptions are known by now, or of no interest


def _profiles(rows: Any) -> Profiles:
    try:
        return Profiles.model_validate({"profiles": rows})
    except ValidationError as error:
        raise SetupError(
            f"singleuser.profileList is not what `course hub --values` writes, so no server can start: {error}"
        ) from error


def _listed(value: Any) -> list[Any]:
    """What KubeSpawner takes as a list, or as a dict that it sorts by its keys."""
    return [value[key] for key in sorted(value)] if isinstance(value, dict) else list(value)


def _no(error: Exception) -> SpawnRefused:
    return SpawnRefused(400, f"This server can't be started: {error}. Choose one from the list.")
