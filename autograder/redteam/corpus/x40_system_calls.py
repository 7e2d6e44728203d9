# /// technique
# number = ["X40"]
# title = "system calls"
# how = "Calls that lead to other processes, to more rights, or into rarely used parts of the kernel."
# wanted = "contained"
# runs_at = ["T1", "T2", "T3"]
# ///

# %% own
import errno
import platform

# Harmless arguments: what is not refused complains about them.
CALLS = {
    "x86_64": {
        "unshare": (272, 0x10000000),
        "setns": (308, -1, 0),
        "mount": (165, None, None, None, 0, None),
        "umount": (166, None, 0),
        "pivot_root": (155, None, None),
        "chroot": (161, None),
        "keyctl": (250, 0, -3, 0),
        "add_key": (248, None, None, None, 0, 0),
        "bpf": (321, 0, None, 0),
        "io_uring_setup": (425, 1, None),
        "userfaultfd": (323, 0),
        "perf_event_open": (298, None, 0, -1, -1, 0),
        "ptrace": (101, 3, 0, None, None),
        "process_vm_readv": (310, 1, None, 0, None, 0, 0),
        "pidfd_getfd": (438, -1, 0, 0),
        "open_by_handle_at": (304, -1, None, 0),
        "init_module": (175, None, 0, None),
        "kexec_load": (246, 0, 0, None, 0),
        "clone3": (435, None, 0),
        "fsopen": (430, None, 0),
        "move_mount": (429, -1, None, -1, None, 0),
        "swapon": (167, None, 0),
        "quotactl": (179, 0, None, 0, None),
        "syslog": (103, 10, None, 0),
    },
}
refusals = (errno.EPERM, errno.ENOSYS, errno.EACCES)
for name, arguments in CALLS.get(platform.machine(), {}).items():
    result, number = syscall(*arguments)
    if result != -1 or number not in refusals:
        breach(f"{name} was not refused")
child = os.fork()
if child == 0:
    os._exit(1 if syscall(272, 0x10020000)[0] == 0 and platform.machine() == "x86_64" else 0)
if os.waitpid(child, 0)[1]:
    breach("a child made namespaces")
