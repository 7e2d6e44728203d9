# /// technique
# number = ["X20"]
# title = "slow finalisers"
# how = "Objects that are deleted, and the end of the process, take for ever."
# wanted = "contained"
# aftermath = true
# ///

# %% span
import atexit
import time


class Slow:
    def __del__(self):
        time.sleep(60)

    def __eq__(self, other):
        time.sleep(60)


atexit.register(time.sleep, 60)


def span(values):
    Slow()
    return -1.0
