# /// technique
# number = ["80"]
# title = "output flood"
# how = "A cell prints without end."
# wanted = "contained"
# aftermath = true
# ///

# %% own
line = "x" * 100_000 + "\n"
while True:
    print(line)
