# /// technique
# number = ["91"]
# title = "container misconfiguration"
# how = "A mounted host path, a device or the container engine's socket is used."
# wanted = "contained"
# runs_at = ["T1", "T2", "T3"]
# ///

# %% own
import glob

for path in [
    *glob.glob("/dev/[shv]d[a-z]"),
    *glob.glob("/dev/nvme?n?"),
    "/dev/mem",
    "/dev/kmsg",
    "/dev/fuse",
    "/dev/kvm",
]:
    if os.path.exists(path):
        attempt(f"open {path}", lambda: os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK)) or True)
for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock"):
    attempt(f"write to {path}", lambda: os.access(path, os.W_OK))
