# /// technique
# number = ["40"]
# title = "magics shadowed"
# how = "Cell magics and the shell's own way to run a cell are replaced."
# wanted = "0 points"
# ///

# %% first
from IPython.core.magic import register_cell_magic, register_line_magic


def nothing(line="", cell=""):
    return None


for name in ("time", "timeit", "capture", "run", "pytest"):
    register_cell_magic(name)(nothing)
    register_line_magic(name)(nothing)
