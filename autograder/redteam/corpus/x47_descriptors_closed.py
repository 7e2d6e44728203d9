# /// technique
# number = ["X47"]
# title = "descriptors closed"
# how = "Every open file of the process is closed, the sockets to the grader too."
# wanted = "contained"
# aftermath = true
# ///

# %% span
def span(values):
    os.closerange(0, 1024)
    return -1.0
