# /// technique
# number = ["X43"]
# title = "system files"
# how = "Files of the system that are root's own are opened; nothing in them is read."
# wanted = "contained"
# runs_at = ["T1", "T2", "T3"]
# ///

# %% own
import sys

for path in (
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/ssh/ssh_host_rsa_key",
    "/proc/kcore",
):
    attempt(f"open {path}", lambda: os.path.exists(path) and not open(path, "rb").close())
# Python itself and the data sets may be in there: that much of it has to be seen.
shown = f"{sys.base_prefix}/{os.environ.get('COURSE_DATA_CACHE', '')}".split("/")
attempt("list root's home", lambda: [name for name in os.listdir("/root") if name not in shown])
for path in (
    "/proc/sys/kernel/core_pattern",
    "/proc/sysrq-trigger",
    "/proc/sys/kernel/hostname",
    "/sys/kernel/mm/ksm/run",
):
    attempt(f"open {path} for writing", lambda: os.close(os.open(path, os.O_WRONLY)) or True)
