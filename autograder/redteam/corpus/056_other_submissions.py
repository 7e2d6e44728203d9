# /// technique
# number = ["56"]
# title = "other submissions"
# how = "Other students' files, results and what they left in temporary folders are read."
# wanted = "contained"
# ///

# %% own
for what in ("another submission", "the results", "the gradebook", "the exchange"):
    loot(KNOWN["files"][what])
for what in ("what a learning platform was sent", "the regrade requests", "the schedule"):
    loot(KNOWN["files"][what])
attempt("list the hand-ins", lambda: os.listdir(KNOWN["root"] + "/build/submitted"))
