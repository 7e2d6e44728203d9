# /// technique
# number = ["79"]
# title = "inodes used up"
# how = "Empty files are made by the ten thousand, and one in folders three thousand deep."
# wanted = "contained"
# aftermath = true
# ///

# %% own
os.makedirs("many", exist_ok=True)
with contextlib.suppress(OSError):
    for number in range(100_000):
        open(f"many/{KNOWN['mark']}{number}", "w").close()
with contextlib.suppress(OSError):
    for _ in range(3000):
        os.mkdir(KNOWN["mark"])
        os.chdir(KNOWN["mark"])
