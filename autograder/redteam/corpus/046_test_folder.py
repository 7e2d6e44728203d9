# /// technique
# number = ["46"]
# title = "test folder walked"
# how = "The grader's checkout is searched for the hidden checks."
# wanted = "0 points"
# ///

# %% own
loot(KNOWN["files"]["the hidden checks"])
loot(KNOWN["files"]["the solutions"])
loot(KNOWN["files"]["the mutants"])
for folder in ("autograder/checks", "autograder/mutants", "autograder/redteam", "solutions", "source"):
    attempt(f"list the grader's {folder}", lambda: os.listdir(f"{KNOWN['checkout']}/{folder}"))
