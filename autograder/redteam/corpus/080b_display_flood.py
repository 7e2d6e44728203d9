# /// technique
# number = ["80"]
# title = "display flood"
# how = "A cell sends small messages without end."
# wanted = "contained"
# aftermath = true
# ///

# %% own
from IPython.display import display

while True:
    display({"text/plain": "x"}, raw=True)
