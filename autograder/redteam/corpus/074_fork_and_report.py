# /// technique
# number = ["74"]
# title = "fork and report twice"
# how = "The process is doubled in the call; both halves answer on the same channel."
# wanted = "0 points"
# aftermath = true
# ///

# %% span
def span(values):
    return -1.0 if os.fork() else -2.0
