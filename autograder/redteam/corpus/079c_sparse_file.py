# /// technique
# number = ["79"]
# title = "sparse file"
# how = "A file claims a terabyte and holds nothing."
# wanted = "contained"
# ///

# %% own
def sparse():
    with open("sparse", "wb") as file:
        os.ftruncate(file.fileno(), 1 << 40)
    return True


attempt("a file of a terabyte", sparse)
