# /// technique
# number = ["X67"]
# title = "GPUs opened by number"
# how = '''Device files of all GPUs are opened by their names, by what /proc and /dev have of them, and made anew by their
#     numbers, the lent one's too.'''
# wanted = "contained"
# gpu = "lent"
# runs_at = ["T1", "T2", "T3"]
# ///

# %% own
import glob
import stat

mine = KNOWN["cards"][os.environ["CUDA_VISIBLE_DEVICES"]]
names = [path for paths in KNOWN["cards"].values() for path in paths if path not in mine]
names += [f"/dev/nvidia{number}" for number in range(16) if f"/dev/nvidia{number}" not in mine]
names += [f"{root}{path}" for root in ("/proc/1/root", "/proc/self/root", "/proc/self/cwd/../..") for path in names]
names += [f"/dev/char/195:{number}" for number in range(16)]
names += [path for path in glob.glob("/dev/dri/*") + glob.glob("/dev/nvidia-caps/*") if os.path.exists(path)]


def opened(path):
    os.close(os.open(path, os.O_RDWR))
    return True


for path in names:
    attempt(f"open {path}", lambda: opened(path))
majors = {195}
for line in open("/proc/devices") if os.path.exists("/proc/devices") else []:
    major, _, name = line.strip().partition(" ")
    if name.startswith("nvidia"):
        majors.add(int(major))
for folder in (".", os.environ["TMPDIR"], "/dev", "/dev/shm"):
    for major in majors:
        for number in (*range(4), 254, 255):
            path = f"{folder}/{KNOWN['mark']}-{major}-{number}"
            attempt(f"make {path}", lambda: os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(major, number)) or True)
            if os.path.exists(path):
                attempt(f"open {path}", lambda: opened(path))
