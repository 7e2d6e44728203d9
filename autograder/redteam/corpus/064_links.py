# /// technique
# number = ["64"]
# title = "symbolic and hard links"
# how = "The files a grader may copy or clean up are replaced by links to its own."
# wanted = "contained"
# ///

# %% own
for number, path in enumerate(KNOWN["files"].values()):
    for name in (f"out{number}.ipynb", f"../{KNOWN['mark']}{number}"):
        with contextlib.suppress(OSError):
            os.symlink(path, name)
        with contextlib.suppress(OSError):
            os.link(path, name + ".hard")
with contextlib.suppress(OSError):
    os.symlink(KNOWN["root"], "folder")
attempt("link a file of the grader", lambda: os.path.exists("out0.ipynb") and open("out0.ipynb").read(1))
