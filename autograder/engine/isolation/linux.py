"""The Linux system calls that isolation needs and Python has no function for, through ctypes.

Importable everywhere; the functions raise `OSError` where the kernel refuses and `AttributeError` off Linux.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
from collections.abc import Sequence

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP = 0x10000000, 0x20000000, 0x40000000, 0x02000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
MS_NOATIME, MS_NODIRATIME, MS_REC, MS_PRIVATE, MS_RELATIME = 1 << 10, 1 << 11, 1 << 14, 1 << 18, 1 << 21
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NAME, _PR_CAPBSET_DROP, _PR_SET_CHILD_SUBREAPER = 1, 4, 15, 24, 36
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, _PR_SET_NO_NEW_PRIVS = 22, 2, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on every architecture
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1

# Landlock's rights on files; the comment says from which version of the interface on.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3  # 1
_MAKE_AND_REMOVE = sum(1 << bit for bit in range(4, 13))  # 1
_REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15  # 2, 3, 5
_NET_TCP = 0b11  # bind and connect, 4
_SCOPES = 0b11  # abstract Unix sockets and signals, 6

_libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` (``CLONE_NEW…``)."""
    _checked(_c().unshare(flags), "unshare")


def mount(source: str | None, target: str, kind: str | None, flags: int = 0, data: str | None = None) -> None:
    """Mount `source` (a device, a path, or a word) at `target`."""
    arguments = [text.encode() if text is not None else None for text in (source, target, kind)]
    result = _c().mount(*arguments, ctypes.c_ulong(flags), data.encode() if data is not None else None)
    _checked(result, f"mount {target}")


def pivot_root(new: str) -> None:
    """Make the mount point `new` the root and put the old one out of reach."""
    os.chdir(new)
    _checked(_c().syscall(_SYS_PIVOT_ROOT[platform.machine()], b".", b"."), "pivot_root")
    _checked(_c().umount2(b".", _MNT_DETACH), "umount the old root")
    os.chdir("/")


def die_with_parent(signum: int = 9) -> None:
    """Get `signum` when the parent ends."""
    _prctl(_PR_SET_PDEATHSIG, signum)


def set_dumpable(yes: bool) -> None:
    """Let others of the same user read this process's memory and ``/proc`` entries, or not; itself too."""
    _prctl(_PR_SET_DUMPABLE, int(yes))


def set_name(name: str) -> None:
    """Set what `ps` shows of this process, and of those it forks; 15 characters."""
    _c().prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has ended."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def no_new_privileges() -> None:
    """Give up what setuid programs could add."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def bound_capabilities() -> None:
    """Keep programs that are started later from getting any capability; needs capabilities itself."""
    for capability in range(64):
        if _c().prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            return  # beyond the last one, or not allowed to


def drop_capabilities() -> None:
    """Give up every capability."""
    _c().prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = struct.pack("II", 0x20080522, 0)
    _checked(_c().capset(ctypes.create_string_buffer(header), ctypes.create_string_buffer(24)), "capset")


def load_seccomp(program: bytes) -> None:
    """Filter system calls by a BPF program; after `no_new_privileges`."""
    code = ctypes.create_string_buffer(program, len(program))
    filter_ = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    _checked(_c().prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filter_, 0, 0), "seccomp")


def loopback_up() -> None:
    """Bring up the loopback interface of a network namespace of one's own."""
    import fcntl  # not on Windows, where this module is imported too

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, struct.pack("16sh14x", b"lo", 0))
        (flags,) = struct.unpack_from("h", request, 16)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def landlock_version() -> int:
    """Return the version of the Landlock interface, 0 where there is none."""
    try:
        return max(0, int(_c().syscall(_LANDLOCK_CREATE, None, 0, 1)))
    except AttributeError:
        return 0


def landlock(read: Sequence[str], write: Sequence[str], *, network: bool) -> None:
    """Restrict this process to reading below `read` and to anything below `write`; after `no_new_privileges`.

    Parameters
    ----------
    read, write : paths of folders or files; one that does not exist is left out.
    network : allow TCP.
    """
    version = landlock_version()
    files = EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | _MAKE_AND_REMOVE
    files |= sum(right for right, since in ((_REFER, 2), (TRUNCATE, 3), (IOCTL_DEV, 5)) if version >= since)
    tcp = _NET_TCP if version >= 4 and not network else 0
    scopes = _SCOPES if version >= 6 else 0
    # An older kernel knows a shorter record and refuses a longer one.
    record = struct.pack("QQQ", files, tcp, scopes)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules = _checked(_c().syscall(_LANDLOCK_CREATE, ctypes.create_string_buffer(record), len(record), 0), "landlock")
    try:
        for paths, rights in ((read, EXECUTE | READ_FILE | READ_DIR), (write, files)):
            for path in paths:
                _allow(rules, path, rights)
        _checked(_c().syscall(_LANDLOCK_RESTRICT, rules, 0), "landlock")
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        there = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(f"/proc/self/fd/{there}"):
            rights &= EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, there))
        _checked(_c().syscall(_LANDLOCK_ADD_RULE, rules, 1, rule, 0), f"landlock {path}")
    finally:
        os.close(there)


def _prctl(option: int, value: int) -> None:
    _checked(_c().prctl(option, value, 0, 0, 0), f"prctl {option}")


def _c() -> ctypes.CDLL:
    if _libc is None:
        raise OSError("not a Unix system")
    return _libc


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
