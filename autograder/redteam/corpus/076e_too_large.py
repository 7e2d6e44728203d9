# /// technique
# number = ["76"]
# title = "too large"
# how = "The file is larger than a submission may be."
# wanted = "contained"
# ///

# %% edit
def edit(notebook, known):
    return b'{"cells": [], "pad": "' + b"x" * (3 << 20) + b'"}'
