# /// technique
# number = ["X19"]
# title = "deaf to interrupts"
# how = "A cell blocks the interrupt and never ends."
# wanted = "contained"
# aftermath = true
# ///

# %% own
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
