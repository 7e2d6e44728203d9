# /// technique
# number = ["X42"]
# title = "interpreter changed"
# how = "Files are put beside Python's own, where every later process would load them."
# wanted = "contained"
# runs_at = ["T1", "T2", "T3"]
# aftermath = true
# ///

# %% own
import site
import sys
import sysconfig

for folder in {
    *site.getsitepackages(),
    *map(sysconfig.get_path, ("stdlib", "purelib", "scripts")),
    KNOWN["checkout"],
    "/usr",
    "/etc",
}:
    path = f"{folder}/{KNOWN['mark']}.txt"
    if attempt(f"write to {folder}", lambda: open(path, "w").close() or True):
        os.unlink(path)
