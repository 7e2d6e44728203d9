# /// technique
# number = ["76"]
# title = "bad encoding"
# how = "The file is not UTF-8."
# wanted = "contained"
# ///

# %% edit
def edit(notebook, known):
    return b"\xff\xfe{\x00\x80" * 1000
