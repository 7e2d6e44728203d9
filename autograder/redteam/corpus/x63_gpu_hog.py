# /// technique
# number = ["X63"]
# title = "GPU hog"
# how = "More of the lent GPU's memory than the chapter allows is taken, step by step, and kept."
# wanted = "contained"
# gpu = "lent"
# runs_at = ["T1", "T2", "T3"]
# aftermath = true
# ///

# %% own
import time

taken = []
for _ in range(6):
    taken.append(take(KNOWN["may_mb"] // 4))
time.sleep(3)
breach("more of the GPU's memory was kept than it may")
