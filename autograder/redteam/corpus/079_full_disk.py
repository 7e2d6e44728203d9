# /// technique
# number = ["79"]
# title = "disk filled"
# how = "Files are allocated wherever one can write, until the system refuses or two gigabytes are reached."
# wanted = "contained"
# promised = ["T1", "T2"]
# aftermath = true
# ///

# %% own
def fill(folder, megabytes=2048, chunk=256):
    os.makedirs(folder, exist_ok=True)
    for number in range(megabytes // chunk):
        with open(f"{folder}/{KNOWN['mark']}{number}", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, chunk << 20)
    return True


for folder in (".", os.environ["TMPDIR"], "/tmp", "/var/tmp", "/dev/shm"):
    attempt(f"2 GB in {folder if folder[0] == '/' and folder.count('/') < 3 else 'its folder'}", lambda: fill(folder))
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(KNOWN["mark"]) and name != KNOWN["mark"]:
                os.unlink(f"{folder}/{name}")
