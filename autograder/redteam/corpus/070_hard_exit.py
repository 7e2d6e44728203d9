# /// technique
# number = ["70"]
# title = "exit at import"
# how = "The process ends, with status 0, while the notebook is run."
# wanted = "contained"
# aftermath = true
# ///

# %% own
os._exit(0)
