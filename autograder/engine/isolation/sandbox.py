"""Shuts a process in: what it sees of the file system, whom it can reach, what it may ask of the kernel.

`enter` is called once, in a fresh single-threaded child, before anything of the submission runs. It needs the new
process namespace of T1 and T2 made by the caller (a process can't move itself into one).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import resource
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.engine.gpu.nvml import inside
from autograder.engine.isolation import linux
from autograder.engine.isolation.tiers import Tier

HOME = "/home/student"
LANDLOCK = 6  # the version that keeps signals in
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("ld.so.cache", "localtime", "timezone", "nsswitch.conf", "mime.types", "fonts", "ssl",
             "alternatives", "ca-certificates")  # fmt: skip
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SMALL_PROC = ("cpuinfo", "meminfo", "stat", "loadavg", "uptime", "version", "filesystems", "sys")
_DRIVER = ("/usr/local/nvidia", "/run/nvidia", "/run/nvidia-persistenced")  # where its libraries may be, beside /usr
_INODES = 50_000
_NAME = "student"  # of the user that the submission runs as, whatever its number


@dataclass(frozen=True)
class Box:
    """What one submission may see and use.

    Attributes
    ----------
    read : folders it may read, beside the system's and Python's own.
    overlay : a folder it sees with its content and may write to; what it writes is gone with it.
    memory_mb : data it may allocate beyond what is there at its start.
    disk_mb : size of its home and of ``/tmp``; they are in memory.
    file_mb, processes, cpu_seconds : largest file, number of processes and threads, CPU time of one process.
    uid : the user it becomes; 0: stays what the caller is.
    devices : files of the GPU that it is lent.
    gpu, gpu_memory_mb : which one that is, by its UUID, and how much of its memory it may use; empty: none.
    """

    read: tuple[str, ...] = ()
    overlay: str = ""
    memory_mb: int = 4096
    disk_mb: int = 512
    file_mb: int = 512
    processes: int = 256
    cpu_seconds: int = 1200
    uid: int = 0
    devices: tuple[str, ...] = ()
    gpu: str = ""
    gpu_memory_mb: int = 0

    def dump(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    @classmethod
    def load(cls, content: dict[str, Any]) -> Box:
        """Return what `dump` was made from."""
        fields: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in content.items()}
        return cls(**fields)


def enter(tier: Tier, box: Box, filter_: bytes, folder: str) -> None:
    """Shut this process in. `folder` is its own on the host, empty, and used as a mount point or as its home.

    Raises
    ------
    OSError : a step is refused; the process must end then, because it is half shut in.
    """
    if tier is Tier.T4:  # one's own work, which is not shut in
        for name in ("work", "home"):
            os.makedirs(f"{folder}/{name}", exist_ok=True)
        os.chdir(f"{folder}/work")
        return
    if tier in (Tier.T1, Tier.T2):
        _own_namespaces(tier)
        home = _private_root(box, folder)
        writable = [HOME, "/tmp", "/dev", "/proc", *([box.overlay] if box.overlay else [])]
        readable = ["/"]
    else:
        home, devices = _plain_home(folder), (*_DEVICES, "tty", "shm")
        writable = [folder, *(f"/dev/{name}" for name in devices), *box.devices]
        readable = [*_present(_readable(box)), *_present(("/etc/passwd", "/etc/group")), *_own_proc()]
    linux.bound_capabilities()
    if tier is Tier.T1:
        os.setgroups([])
        os.setresgid(box.uid, box.uid, box.uid)
        os.setresuid(box.uid, box.uid, box.uid)
    # In T3 the system counts all that the user runs, and neighbours come and go: a coarse bound beside the watchdog.
    _limit(box, _tasks() + 8 * box.processes if tier is Tier.T3 else 0)
    linux.no_new_privileges()
    linux.drop_capabilities()
    if linux.landlock_version() >= LANDLOCK:
        linux.landlock(readable, writable, network=tier is not Tier.T3)
    elif tier is Tier.T3:  # the others have namespaces as well
        raise OSError(f"Landlock version {linux.landlock_version()} is here, {LANDLOCK} is needed")
    linux.load_seccomp(filter_)
    os.chdir(box.overlay if box.overlay and tier is not Tier.T3 else f"{home}/work")


def environment(tier: Tier, folder: str) -> dict[str, str]:
    """Return the variables that name places inside."""
    home = HOME if tier in (Tier.T1, Tier.T2) else folder
    temporary = "/tmp" if tier in (Tier.T1, Tier.T2) else f"{folder}/tmp"
    names = {"USER": _NAME, "LOGNAME": _NAME}  # asked before `/etc/passwd`, which may not know the number
    folders = {"HOME": home, "IPYTHONDIR": f"{home}/.ipython", "TMPDIR": temporary}
    return {**names, **folders, "MPLCONFIGDIR": f"{home}/.matplotlib"}


def _own_namespaces(tier: Tier) -> None:
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS)
    with contextlib.suppress(OSError):
        linux.loopback_up()
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)


def _private_root(box: Box, root: str) -> str:
    """Make a root of its own below `root`, out of read-only views, and move into it; return the home folder."""
    quiet = linux.MS_NOSUID | linux.MS_NODEV
    os.umask(0o022)  # whatever the grader's is: another user has to read what is made here
    linux.mount("tmpfs", root, "tmpfs", quiet, "size=4m,mode=755")
    for path in _SYSTEM:
        if os.path.islink(path):
            os.symlink(os.readlink(path), root + path)
    for path, size in ((HOME, box.disk_mb), ("/tmp", box.disk_mb), ("/dev/shm", box.memory_mb)):
        os.makedirs(root + path, exist_ok=True)
        linux.mount("tmpfs", root + path, "tmpfs", quiet, f"size={size}m,nr_inodes={_INODES},mode=1777")
    for path in _outermost(_present([*_readable(box), *box.read])):
        _show(path, root)
    _name_users(f"{root}/etc", box.uid)
    if box.overlay:
        _show_writable(box.overlay, root, box.uid)
    for source in (*(f"/dev/{name}" for name in _DEVICES), *_present(box.devices)):
        place = root + inside(source)
        _touch(place)
        linux.mount(source, place, None, linux.MS_BIND)
    os.makedirs(f"{root}/dev/pts")
    linux.mount("devpts", f"{root}/dev/pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, "newinstance,ptmxmode=0666")
    for link, target in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
                         ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")):  # fmt: skip
        os.symlink(target, f"{root}/dev/{link}")
    os.makedirs(f"{root}/proc")
    linux.mount("proc", f"{root}/proc", "proc", quiet | linux.MS_NOEXEC)
    for path in ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"):
        with contextlib.suppress(OSError):
            linux.mount(root + path, root + path, None, linux.MS_BIND)
            linux.mount(None, root + path, None, linux.MS_BIND | linux.MS_REMOUNT | linux.MS_RDONLY)
    os.makedirs(f"{root}{HOME}/work", mode=0o700)
    if box.uid:
        for path in ("", "/work"):
            os.chown(f"{root}{HOME}{path}", box.uid, box.uid)
    os.chmod(root + HOME, 0o700)
    linux.mount(None, root, None, linux.MS_REMOUNT | linux.MS_RDONLY | quiet, "size=4m,mode=755")
    linux.pivot_root(root)
    return HOME


def _name_users(folder: str, uid: int) -> None:
    """Write who there is inside: the submission's user, root, nobody. The machine's own users are nobody's business."""
    number, group = uid or os.getuid(), uid or os.getgid()
    users = {"root": (0, 0, "/root"), "nobody": (65534, 65534, "/nonexistent"), _NAME: (number, group, HOME)}
    # Who asks for a number gets the first line that has it.
    lines = {name: f"{name}:x:{user}:{of}::{home}:/bin/sh\n" for name, (user, of, home) in reversed(users.items())}
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/passwd", "w", encoding="utf-8") as file:
        file.writelines(lines.values())
    with open(f"{folder}/group", "w", encoding="utf-8") as file:
        file.writelines(f"{name}:x:{of}:\n" for name, (_, of, _) in reversed(users.items()))


def _show(path: str, root: str) -> None:
    """Make `path` visible below `root`, read-only."""
    if os.path.isdir(path):
        os.makedirs(root + path, exist_ok=True)
    else:
        _touch(root + path)
    linux.mount(path, root + path, None, linux.MS_BIND | linux.MS_REC)
    # A mount in a user namespace has to keep what its source has.
    had = os.statvfs(path).f_flag
    kept = had & (linux.MS_NOEXEC | linux.MS_NOATIME | linux.MS_NODIRATIME) | (linux.MS_RELATIME if had & 4096 else 0)
    flags = linux.MS_BIND | linux.MS_REMOUNT | linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV
    linux.mount(None, root + path, None, flags | kept)


def _show_writable(path: str, root: str, uid: int) -> None:
    """Make a folder visible with its content, such that what is written goes to memory; all in it is the user's `uid`,
    whoever's alone it is outside (0: the same user's)."""
    os.makedirs(root + path, exist_ok=True)
    scratch = f"{root}{HOME}/.changes"
    for part in ("upper", "work"):
        os.makedirs(f"{scratch}/{part}")
    os.chmod(f"{scratch}/upper", 0o777)
    options = f"lowerdir={path},upperdir={scratch}/upper,workdir={scratch}/work"
    try:  # who owns a file can change without a copy of what is in it
        linux.mount("overlay", root + path, "overlay", linux.MS_NOSUID | linux.MS_NODEV, f"{options},metacopy=on")
    except OSError:
        linux.mount("overlay", root + path, "overlay", linux.MS_NOSUID | linux.MS_NODEV, options)
    if uid:
        _give(root + path, uid)


def _give(folder: str, uid: int) -> None:
    """Make all in a folder the user's: half as many files as a submission may have, as each takes one's place."""
    inside = (os.path.join(place, name) for place, *names in os.walk(folder) for name in itertools.chain(*names))
    for path in itertools.islice(inside, _INODES // 2):
        with contextlib.suppress(OSError):  # no room for a copy of it
            os.chown(path, uid, uid, follow_symlinks=False)


def _plain_home(folder: str) -> str:
    for name in ("work", "tmp"):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
    return folder


def _readable(box: Box) -> list[str]:
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(os.__file__).parent)}
    settings = [f"/etc/{name}" for name in _SETTINGS]
    driver = _DRIVER if box.gpu else ()
    return [*_SYSTEM, *settings, "/sys/devices/system", *driver, *sorted(python), *box.read]


def _own_proc() -> list[str]:
    """What a submission may read of ``/proc`` where it has none of its own: of itself, and of the machine."""
    own = f"/proc/{os.getpid()}"
    return [*(f"{own}/{name}" for name in ("status", "stat", "statm", "maps", "fd", "task", "cmdline", "cgroup",
            "mounts", "mountinfo", "limits")), *(f"/proc/{name}" for name in _SMALL_PROC)]  # fmt: skip


def _present(paths: Iterable[str]) -> list[str]:
    return [path for path in dict.fromkeys(paths) if os.path.exists(path) and not os.path.islink(path)]


def _outermost(paths: list[str]) -> list[str]:
    """Leave out what is below another path of the list."""
    return [path for path in sorted(paths) if not any(path != one and path.startswith(one + "/") for one in paths)]


def _touch(path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8"):
        pass


def _limit(box: Box, others: int) -> None:
    """Set the limits of this process and its children; `others` is how many the user runs beside this one."""
    with open("/proc/self/status", encoding="utf-8") as status:
        used = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData"))
    for kind, amount in (
        (resource.RLIMIT_DATA, used + (box.memory_mb << 20)),
        (resource.RLIMIT_FSIZE, box.file_mb << 20),
        (resource.RLIMIT_NPROC, others + box.processes),
        (resource.RLIMIT_CPU, box.cpu_seconds),
        (resource.RLIMIT_NOFILE, 1024),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        bound = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (bound, bound))


def _tasks() -> int:
    """Return how many processes and threads this user runs on the machine."""
    count = 0
    for entry in os.scandir("/proc"):
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                count += len(os.listdir(f"{entry.path}/task"))
    return count
