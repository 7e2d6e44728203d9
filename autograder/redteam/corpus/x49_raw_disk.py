# /// technique
# number = ["X49"]
# title = "devices made"
# how = "A device file is made for the machine's disk, in a folder of one's own."
# wanted = "contained"
# runs_at = ["T1", "T2", "T3"]
# ///

# %% own
import stat

for number in (os.makedev(8, 0), os.makedev(254, 0), os.makedev(1, 1)):
    attempt("make a device file", lambda: os.mknod(f"device{number}", stat.S_IFBLK | 0o600, number) or True)
    if os.path.exists(f"device{number}"):
        attempt("open it", lambda: os.close(os.open(f"device{number}", os.O_RDONLY)) or True)
