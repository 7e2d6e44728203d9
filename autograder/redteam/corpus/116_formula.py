# /// technique
# number = ["116"]
# title = "formula in an export"
# how = "A student's name begins a formula, or is a path."
# wanted = "contained"
# ///

# %% collect
def collect(folder, known):
    (folder / "=HYPERLINK(1).ipynb").write_text("{}")
    (folder / "@SUM(1).ipynb").write_text("{}")
