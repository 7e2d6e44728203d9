# /// technique
# number = ["X18"]
# title = "just before the deadline"
# how = "Every call takes almost as long as a call may."
# wanted = "contained"
# aftermath = true
# ///

# %% span
import time


def span(values):
    time.sleep(4)
    return -1.0
