# /// technique
# number = ["31"]
# title = "clocks patched"
# how = "Every clock stands still, so that a limit of time is never reached."
# wanted = "0 points"
# ///

# %% own
import time

for name in ("time", "monotonic", "perf_counter", "process_time"):
    setattr(time, name, lambda: 0.0)
