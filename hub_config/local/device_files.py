"""Which of the GPUs' device files a server may open: a rule of its control group, which it can't leave.

In version 2 of control groups a program in the kernel (BPF) is asked at each open, in version 1 a list. All other
device files stay as they are.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import re
import struct
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from autograder.engine.isolation.cgroup import ROOT, Group

Number = tuple[int, int]  # major, minor
_Step = tuple[int, int, int, int | str, int]  # code, register, register read, offset or where it jumps, number
_DEVICES = Path("/proc/devices")
_MAJORS = range(512)  # of character devices: all that there can be
_SYS_BPF = {"x86_64": 321, "aarch64": 280}
_LOAD, _ATTACH = 5, 8
_CGROUP_DEVICE, _PROGRAM_KIND, _ALLOW_MULTI = 6, 15, 2
_CHARACTER = 2
_RECORD = 128  # bytes


def majors() -> frozenset[int]:
    """Return the majors of NVIDIA's device files on this machine; empty where there is no driver."""
    return frozenset(_majors().values())


def numbers(files: Collection[str]) -> frozenset[Number]:
    """Return the numbers of these device files."""
    found = set()
    for file in files:
        name = os.path.basename(file)
        try:
            device = os.stat(file).st_rdev
            found.add((os.major(device), os.minor(device)))
        except OSError:
            if name in _majors():  # `nvidia-uvm`, which may be made when it is first used
                found.add((_majors()[name], 0))
    return frozenset(found)


def _majors() -> dict[str, int]:
    text = ""
    with contextlib.suppress(OSError):
        text = _DEVICES.read_text(encoding="ascii").partition("Block devices:")[0]
    return {name: int(major) for major, name in re.findall(r"^ *(\d+) (nvidia\S*)$", text, re.MULTILINE)}


def with_devices(group: Group, root: Path = ROOT) -> Group:
    """Return the group with what restricts its device files, which version 1 has in a folder of its own.

    Raises
    ------
    OSError : there is none on this machine.
    """
    folder = group.folders["memory"]
    if group.version == 1:
        folder = root / "devices" / folder.name
        folder.mkdir(exist_ok=True)
    return replace(group, folders={**group.folders, "devices": folder})


def confine(group: Group, closed: Collection[int], lent: Collection[Number]) -> None:
    """Let members of the group open no device file of the majors `closed`, except those with the numbers `lent`.

    Parameters
    ----------
    group : as `with_devices` returns it, new.

    Raises
    ------
    OSError : that can't be done here.
    """
    folder = group.folders["devices"]
    if group.version == 1:
        _list(folder, closed, lent)
    else:
        _attach(folder, _program(closed, lent))


def _list(folder: Path, closed: Collection[int], lent: Collection[Number]) -> None:
    """Version 1: nothing, then all that is not closed, since a list of what is closed knows no exceptions."""
    (folder / "devices.deny").write_text("a")
    rules = ["b *:* rwm", *(f"c {major}:* rwm" for major in _MAJORS if major not in closed)]
    for rule in [*rules, *(f"c {major}:{minor} rwm" for major, minor in sorted(lent))]:
        (folder / "devices.allow").write_text(rule)


def _program(closed: Collection[int], lent: Collection[Number]) -> bytes:
    """The rule for the kernel's BPF machine, which returns 1 for yes.

    Registers: r1 where the question is (kind and access, major, minor), r2 the kind, r3 the major, r4 the minor.
    """
    steps: list[_Step] = [_load(2, 0), _load(3, 4), _load(4, 8)]
    steps += [(0x57, 2, 0, 0, 0xFFFF), (0x55, 2, 0, "yes", _CHARACTER)]  # of no other kind
    for major, minor in sorted(lent):
        steps += [(0x55, 3, 0, 1, major), (0x15, 4, 0, "yes", minor)]  # another major: skip one; that minor: yes
    steps += [(0x15, 3, 0, "no", major) for major in sorted(closed)]
    ends = {"yes": len(steps), "no": len(steps) + 2}
    steps += [(0xB7, 0, 0, 0, 1), (0x95, 0, 0, 0, 0), (0xB7, 0, 0, 0, 0), (0x95, 0, 0, 0, 0)]
    lines = (
        (code, to | source << 4, ends[jump] - number - 1 if isinstance(jump, str) else jump, value)
        for number, (code, to, source, jump, value) in enumerate(steps)
    )
    return b"".join(struct.pack("=BBhi", *line) for line in lines)


def _load(register: int, offset: int) -> _Step:
    return 0x61, register, 1, offset, 0


def _attach(folder: Path, program: bytes) -> None:
    """Version 2: the rule stays with the group until that is removed; groups above may have rules of their own."""
    text, license_ = ctypes.create_string_buffer(program, len(program)), ctypes.create_string_buffer(b"BSD")
    places = (ctypes.addressof(text), ctypes.addressof(license_))
    rule = _bpf(_LOAD, struct.pack("=IIQQ", _PROGRAM_KIND, len(program) // 8, *places))
    try:
        there = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _bpf(_ATTACH, struct.pack("=IIII", there, rule, _CGROUP_DEVICE, _ALLOW_MULTI))
        finally:
            os.close(there)
    finally:
        os.close(rule)


def _bpf(what: int, record: bytes) -> int:
    number = _SYS_BPF.get(platform.machine())
    if number is None:
        raise OSError(f"no rule for device files is known for {platform.machine()}")
    libc = ctypes.CDLL(None, use_errno=True)
    done = int(libc.syscall(number, what, ctypes.create_string_buffer(record, _RECORD), _RECORD))
    if done < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"bpf: {os.strerror(error)}")
    return done
