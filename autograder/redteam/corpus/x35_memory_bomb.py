# /// technique
# number = ["X35"]
# title = "memory bomb"
# how = "Memory is asked for and written to until the system refuses, or four times the limit is reached."
# wanted = "contained"
# aftermath = true
# ///

# %% own
def bomb():
    kept = []
    for _ in range(40):
        kept.append(bytearray(b"x") * (100 << 20))
    return True


attempt("4 GB of memory", bomb)
