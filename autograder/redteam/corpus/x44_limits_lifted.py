# /// technique
# number = ["X44"]
# title = "limits lifted"
# how = """
# The process raises its own limits, leaves its control group, and asks for a better place in the queue.
# """
# wanted = "contained"
# runs_at = ["T1", "T2", "T3"]
# ///

# %% own
import resource

for name in ("RLIMIT_DATA", "RLIMIT_NPROC", "RLIMIT_FSIZE"):
    limit = getattr(resource, name)
    hard = resource.getrlimit(limit)[1]
    if hard != resource.RLIM_INFINITY:
        attempt(f"raise {name}", lambda: resource.setrlimit(limit, (hard + 1, hard + 1)) or True)
attempt("a negative niceness", lambda: os.nice(-5) < 0)
attempt("real-time scheduling", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) or True)
for path in ("/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/cgroup.subtree_control"):
    attempt(f"open {path}", lambda: os.close(os.open(path, os.O_WRONLY)) or True)
