# /// technique
# number = ["68"]
# title = "early clean exit"
# how = "The answer ends the program with status 0 before anything is compared."
# wanted = "0 points"
# ///

# %% span
def span(values):
    raise SystemExit(0)
