"""Starts a person's server as a process of this machine: with a profile, real limits, a lent GPU, and an end.

`LocalProfileSpawner` starts it as the person's own Unix account; `DemoProfileSpawner` as the hub's user, which keeps
nobody from another's files.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pwd
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from jupyterhub.spawner import LocalProcessSpawner, SimpleLocalProcessSpawner
from traitlets import Unicode

from autograder.engine.gpu.nvml import Gpu, gpus
from autograder.engine.isolation import cgroup
from hub_config.local import device_files
from hub_config.local.gpus import known, lendable
from hub_config.local.lease_file import make_place
from hub_config.local.leases import IDLE, Leases
from hub_config.local.notice import VARIABLE, Notice
from hub_config.local.waiting import InLine, clock, told
from hub_config.local.watch import Watch
from hub_config.settings.hub import Hub, load_hub
from hub_config.settings.profiles import OfferedProfile, Override, Profile, Profiles, load_profiles, memory_bytes
from hub_config.spawning import SpawnRefused

_FIELD = "profile-option-"
_PROCESSES = 2000  # of one server
_TOLD = 12 * 3600.0  # seconds for which a person reads that an idle GPU was taken back
_FOLDER = Path(__file__).parent.parent


@dataclass(frozen=True)
class Machine:
    """What all spawners of a hub share; `gpus` are those that the driver names, `watch` looks at how they are used."""

    hub: Hub
    profiles: Profiles
    leases: Leases
    gpus: Sequence[Gpu] = ()
    watch: Watch | None = None

    def stock(self, offer: OfferedProfile) -> str:
        """Return what is free of what a profile needs, in words; empty where it needs no device."""
        if not offer.available:
            return "not on this machine"
        free, asked = self.leases.free(), offer.profile.chosen({}).devices
        words = [f"{here} of {total} free" for here, total in (free[one] for one in asked if one in free)]
        waiting = sum(bool(one.asked.keys() & asked.keys()) for one in self.leases.waiting())
        if waiting:
            words.append(f"{waiting} {'waits' if waiting == 1 else 'wait'}")
        if any(not free[one][0] for one in asked if one in free) and (back := self.leases.free_at(asked)):
            words.append(f"the next is back at {clock(back)} at the latest")
        return ", ".join(words)

    def offers(self, groups: Iterable[str]) -> list[OfferedProfile]:
        """Return the profiles that a person in these groups sees."""
        devices = self.leases.devices()
        return [profile.offered(devices) for profile in self.profiles.visible_to(groups)]


@functools.cache
def machine(folder: str, state: str) -> Machine:
    """Return the machine that ``hub.toml`` and ``profiles.yaml`` in `folder` describe; its leases lie in `state`."""
    hub = load_hub(Path(folder) / "hub.toml")
    here = gpus() if hub.device else ()
    leases = Leases(make_place(Path(state)), lendable(hub.device, here), hub.weekly_gpu_hours or None)
    watch = Watch(leases, here, hub.gpu_idle_minutes)
    return Machine(hub, load_profiles(Path(folder) / "profiles.yaml"), leases, here, watch)


class ProfileSpawner(InLine, LocalProcessSpawner):  # type: ignore[misc]
    """What both spawners do. The hub calls `options_form`, `start`, `poll` and `stop`, each for one server."""

    folder = Unicode(str(_FOLDER), help="Where hub.toml and profiles.yaml are").tag(config=True)
    state_folder = Unicode(help="Where the leases are kept").tag(config=True)

    @property
    def machine(self) -> Machine:
        """What this spawner shares with all others."""
        return machine(self.folder, self.state_folder)

    async def options_form(self, spawner: ProfileSpawner) -> str:
        """Called by the hub when it shows the page to start a server; return the form's inside."""
        offers = self.machine.offers(self.groups)
        first = next((one for one in offers if one.profile.default and one.available), None)
        first = first or next((one for one in offers if one.available), None)
        quota = self.machine.leases.weekly_hours
        return _templates().get_template("profiles.html.j2").render(
            profiles=[(offer, self.machine.stock(offer)) for offer in offers], first=first, field=_FIELD,
            used=self.machine.leases.used(self.user.name), quota=quota, taken_back=self._taken_back(),
        )  # fmt: skip

    def options_from_form(self, formdata: dict[str, list[str]]) -> dict[str, Any]:
        """Called by the hub with what the form has sent; return the server's options.

        Raises
        ------
        Refused : this machine can't start that, whoever asks; the hub shows the form again with the sentence.
        """
        slug = (formdata.get("profile") or [""])[0]
        start = f"{_FIELD}{slug}--"
        choices = {name.removeprefix(start): values[0] for name, values in formdata.items() if name.startswith(start)}
        options = {"profile": slug, "choices": choices}
        self._check_devices(*self._asked(options))
        return options

    def wanted(self) -> tuple[str, Mapping[str, int], Leases, float]:
        """Called before each start; return the profile's name, the devices it asks for, the leases, and for how many
        minutes to wait."""
        profile, override = self._asked(self.user_options)
        self._check_devices(profile, override)
        return profile.display_name, override.devices, self.machine.leases, self.machine.hub.gpu_wait_minutes

    async def start(self) -> Any:
        """Called by the hub; return the server's address.

        Raises
        ------
        Refused : there is no such profile for this person, or no GPU, or its limits can't be set here.
        """
        profile, override = self._asked(self.user_options)
        self._check_devices(profile, override)
        self._take_over(override)
        seconds = profile.course.hours * 3600
        self._lend(profile, override, seconds)
        self.until = time.time() + seconds
        try:
            self._notice.withdraw()  # of a server that ended while the hub was away
            self._group = self._limited(override)
            self._follow()
            return await super().start()
        except BaseException:
            self._end()
            raise

    async def stop(self, now: bool = False) -> None:
        """Called by the hub; also ends what the server has left running."""
        await super().stop(now=now)
        self._end()

    async def poll(self) -> int | None:
        """Called by the hub every half minute; a server that has ended gives everything back."""
        status: int | None = await super().poll()
        watch = self.machine.watch
        if status is None and not self._is_ending and watch and watch.is_over(self.holder):
            self._why = IDLE
            return await self.end(f"its GPU has computed nothing for {watch.idle_minutes:g} minutes")
        if status is not None:
            self._end()
        return status

    def get_env(self) -> dict[str, str]:
        """Called by the hub; return the server's environment, with the devices that it has been lent."""
        env: dict[str, str] = super().get_env()
        # Numbers would change where the others can't be seen.
        uuids = [gpu.uuid if gpu else id for id, gpu in self._lent()]
        env["CUDA_VISIBLE_DEVICES"] = env["NVIDIA_VISIBLE_DEVICES"] = ",".join(uuids)
        env[VARIABLE] = str(self._notice.path)
        return env

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """Called by the hub; return what the server's process does first of all: go into its control group."""
        become, group = super().make_preexec_fn(name), self._group

        def first() -> None:
            if group is not None:
                group.add(os.getpid())
            become()

        return first

    def load_state(self, state: dict[str, Any]) -> None:
        """Called by the hub when it finds a server of its predecessor."""
        super().load_state(state)
        self._group = self._made_group()
        self._follow()

    _group: cgroup.Group | None = None
    _why = ""  # it is stopped, as the ledger says
    _confines = False  # whether device files are closed to it

    def _lent(self) -> list[tuple[str, Gpu | None]]:
        """What it has been lent: the ids, and what the driver names so."""
        lease = self.machine.leases.held().get(self.holder)
        return [(id, known(id, self.machine.gpus)) for id in (lease.devices if lease else ())]

    def _asked(self, options: Mapping[str, Any]) -> tuple[Profile, Override]:
        try:
            profile = self.machine.profiles.find(options.get("profile", ""), self.groups)
            return profile, profile.chosen(options.get("choices", {}))
        except (ValueError, AttributeError) as error:
            raise SpawnRefused(400, f"This server can't be started: {error}. Choose one from the list.") from error

    def _check_devices(self, profile: Profile, override: Override) -> None:
        """Refuse what can't be had here; a device that is only busy is another matter."""
        devices = self.machine.leases.devices()
        for resource, count in override.devices.items():
            if devices.get(resource, 0) < count:
                raise SpawnRefused(
                    400,
                    f"{profile.display_name}: this machine has {devices.get(resource, 0)} of {resource}, not {count}. "
                    "Choose another profile.",
                )

    def _take_over(self, override: Override) -> None:
        """Set everything a profile names; nothing of the last one is left, since each names everything."""
        self.cpu_limit, self.cpu_guarantee = override.cpu_limit, override.cpu_guarantee
        self.mem_limit, self.mem_guarantee = override.mem_limit, override.mem_guarantee
        # A process is there at once: what takes long is until it answers.
        self.start_timeout = self.http_timeout = override.start_timeout
        self.environment = {**self.config[type(self).__name__].get("environment", {}), **(override.environment or {})}

    def _lend(self, profile: Profile, override: Override, seconds: float) -> None:
        with told(profile.display_name):
            self.machine.leases.acquire(
                self.holder, self.user.name, override.devices, seconds, profile.course.gpu_share
            )

    def _limited(self, override: Override) -> cgroup.Group | None:
        """Make the server's control group, or explain why it can't be."""
        if (left := self._made_group()) is not None:
            left.remove()  # with the rules of a server that has ended badly
        try:
            group = cgroup.make(self._group_name, cpu=True)
            group.limit(memory_bytes(override.mem_limit or "1T") >> 20, _PROCESSES, kill_all=False)
            group.limit_cpu(override.cpu_limit or os.cpu_count() or 1)
        except (OSError, KeyError) as error:
            self._unlimited("memory and CPU", error)
            return None
        return self._confined(group)

    def _confined(self, group: cgroup.Group) -> cgroup.Group:
        """Close the device files of all GPUs to the server, except those of what it has been lent."""
        closed = device_files.majors() if self._confines else frozenset()
        if not closed:
            return group
        silent = [id for id, gpu in self._lent() if gpu is None]
        if silent:
            raise SpawnRefused(
                503,
                f"GPU {', '.join(silent)} does not answer. Tell whoever runs the hub; meanwhile choose a CPU profile.",
            )
        files = [file for _, gpu in self._lent() if gpu for file in gpu.files]
        try:
            group = device_files.with_devices(group)
            device_files.confine(group, closed, device_files.numbers(files))
        except OSError as error:
            self._unlimited("which GPU it opens", error)
        return group

    def _unlimited(self, what: str, error: Exception) -> None:
        if self.machine.hub.limits == "required":
            self.log.error("%s can't be limited in %s: %s", self.holder, what, error)
            raise SpawnRefused(
                500, "The limits of your server can't be set on this machine. Tell whoever runs the hub."
            ) from error
        self.log.warning("%s runs without limits of %s: %s", self.holder, what, error)

    def _made_group(self) -> cgroup.Group | None:
        with contextlib.suppress(OSError):
            group = cgroup.make(self._group_name, cpu=True)  # which finds the one that is there
            return device_files.with_devices(group) if self._confines and device_files.majors() else group
        return None

    @property
    def _group_name(self) -> str:
        hub = hashlib.sha256(self.state_folder.encode()).hexdigest()[:8]  # a machine may have two, with equal user ids
        return f"hub-{hub}-{self.user.id}-{self.name or 'default'}"

    @property
    def _notice(self) -> Notice:
        owner = pwd.getpwnam(self.user.name).pw_uid if self._confines else None
        return Notice(Path(self.state_folder) / "servers" / "notices" / self._group_name, owner)

    def _taken_back(self) -> str:
        """When a GPU was taken back from the person that was idle, where that is not long ago."""
        at = self.machine.leases.taken_back(self.user.name)
        return clock(at) if at is not None and time.time() - at < _TOLD else ""

    def _follow(self) -> None:
        if self.machine.watch and self._lent():
            self.machine.watch.follow(self.holder, self._group, self._notice)

    def _end(self) -> None:
        if self._group is not None:
            self._group.remove()
            self._group = None
        if self.machine.watch:
            self.machine.watch.forget(self.holder)
        self.machine.leases.release(self.holder, self._why)
        self._why = ""


class LocalProfileSpawner(ProfileSpawner):
    """Each server runs as the person's own Unix account; the hub runs as root."""

    _confines = True


class DemoProfileSpawner(ProfileSpawner, SimpleLocalProcessSpawner):  # type: ignore[misc]
    """All servers run as the hub's own user: for a demo, among people who trust each other."""


@functools.cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(_FOLDER / "templates"), autoescape=True)
