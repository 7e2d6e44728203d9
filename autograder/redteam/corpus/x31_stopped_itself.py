# /// technique
# number = ["X31"]
# title = "stops itself"
# how = "The process stops, and neither runs nor ends."
# wanted = "contained"
# aftermath = true
# ///

# %% span
import signal


def span(values):
    os.kill(os.getpid(), signal.SIGSTOP)
    return -1.0
