# /// technique
# number = ["X29"]
# title = "everything killed"
# how = "Every process that can be signalled is ended."
# wanted = "contained"
# aftermath = true
# runs_at = ["T1", "T2"]
# ///

# %% own
if not outside():
    with contextlib.suppress(OSError):
        os.kill(-1, 9)
