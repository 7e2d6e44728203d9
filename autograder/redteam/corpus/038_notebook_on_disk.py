# /// technique
# number = ["38"]
# title = "notebook on disk"
# how = "The folders around the working directory are searched for a notebook that holds the hidden tests."
# wanted = "0 points"
# ///

# %% own
import glob

for folder in (".", "..", "../..", KNOWN["root"] + "/build/submitted/grace"):
    for path in glob.glob(f"{folder}/**/*.ipynb", recursive=True) if folder != "../.." else glob.glob("../../*.ipynb"):
        loot(path)
