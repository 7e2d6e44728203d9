# /// technique
# number = ["X52"]
# title = "restarts used up"
# how = "The process ends whenever it is asked, and starts slowly each time."
# wanted = "contained"
# aftermath = true
# ///

# %% first
import time

time.sleep(2)


# %% span
def span(values):
    os.kill(os.getpid(), 9)
