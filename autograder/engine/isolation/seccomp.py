"""The filter of system calls a submission runs under, made with libseccomp."""

from __future__ import annotations

import contextlib
import ctypes.util
import errno
import os
import socket
import sys
from typing import Any

# Ways to other processes, to more rights, or into rarely used parts of the kernel. What is not known to an
# architecture or to libseccomp is left out.
_REFUSED = (
    "acct add_key adjtimex bpf chroot clock_adjtime clock_settime delete_module fanotify_init finit_module fsconfig "
    "fsmount fsopen fspick init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp "
    "kexec_file_load kexec_load keyctl lookup_dcookie mount mount_setattr move_mount move_pages name_to_handle_at "
    "nfsservctl open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root process_madvise process_vm_readv "
    "process_vm_writev ptrace quotactl quotactl_fd reboot request_key setdomainname sethostname setns settimeofday "
    "swapoff swapon syslog umount umount2 unshare userfaultfd vhangup vm86 vm86old "
)
_NAMESPACES = 0x7E020000  # the flags of `clone` that make namespaces
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_LIBRARY = "libseccomp.so.2"  # as `make wheels` packs it
_AF_NETLINK, _NETLINK_ROUTE = 16, 0
_FAMILIES = 64  # no address family has a higher number


def available() -> bool:
    """Whether libseccomp can be used here."""
    return _library() is not None


def program(*, network: bool) -> bytes:
    """Return the filter as a BPF program for this machine's architecture.

    Parameters
    ----------
    network : allow internet sockets: in a network namespace of its own, where they reach nobody.
    """
    library = _library()
    if library is None:
        raise OSError(errno.ENOSYS, "libseccomp is missing")
    rules = library.SyscallFilter(library.ALLOW)
    refused = library.ERRNO(errno.EPERM)
    for name in _REFUSED.split():
        _refuse(rules, refused, name)
    for bit in range(32):
        if _NAMESPACES >> bit & 1:
            rules.add_rule(refused, "clone", library.Arg(0, library.MASKED_EQ, 1 << bit, 1 << bit))
    # Its flags are in memory, out of a filter's sight; the C library then falls back to `clone`.
    _refuse(rules, library.ERRNO(errno.ENOSYS), "clone3")
    for request in (_TIOCSTI, _TIOCLINUX):
        rules.add_rule(refused, "ioctl", library.Arg(1, library.MASKED_EQ, 0xFFFFFFFF, request))
    allowed = {int(socket.AF_UNIX)} | ({int(socket.AF_INET), int(socket.AF_INET6), _AF_NETLINK} if network else set())
    denied = library.ERRNO(errno.EACCES)
    for family in range(_FAMILIES):
        if family not in allowed:
            rules.add_rule(denied, "socket", library.Arg(0, library.EQ, family))
    rules.add_rule(denied, "socket", library.Arg(0, library.GE, _FAMILIES))
    if network:  # what interfaces there are, which gloo asks for; not to firewalls, audits or devices
        route = library.Arg(2, library.NE, _NETLINK_ROUTE)
        rules.add_rule(denied, "socket", library.Arg(0, library.EQ, _AF_NETLINK), route)
    return _exported(rules)


def _refuse(rules: Any, action: int, name: str) -> None:
    with contextlib.suppress(OSError, ValueError, RuntimeError):  # not a system call of this architecture
        rules.add_rule(action, name)


def _exported(rules: Any) -> bytes:
    reader, writer = os.pipe()
    with open(reader, "rb") as file:
        with open(writer, "wb") as target:
            rules.export_bpf(target)
        return file.read()


def _library() -> Any:
    find = ctypes.util.find_library
    ctypes.util.find_library = lambda name: find(name) or (_carried() if name == "seccomp" else None)
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError):  # the package, or the C library it is over
        return None
    finally:
        ctypes.util.find_library = find
    return pyseccomp


def _carried() -> str | None:
    """The C library beside Python's packages, where none can be installed."""
    found = (os.path.join(entry, _LIBRARY) for entry in sys.path if entry)
    return next((path for path in found if os.path.exists(path)), None)
