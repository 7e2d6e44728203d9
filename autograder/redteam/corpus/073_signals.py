# /// technique
# number = ["73"]
# title = "signals ignored"
# how = "Every signal that can be is ignored, and the answer never comes."
# wanted = "contained"
# aftermath = true
# ///

# %% span
import signal


def span(values):
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
    while True:
        pass
