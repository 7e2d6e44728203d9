# /// technique
# number = ["64"]
# title = "linked hand-in"
# how = "What is handed in is a link to a file of the grader, or to another student's folder."
# wanted = "contained"
# ///

# %% collect
def collect(folder, known):
    (folder / "ada.ipynb").symlink_to(known["files"]["the course key"])
    (folder / "bob").mkdir()
    (folder / "bob" / "ch98_redteam.ipynb").symlink_to(known["files"]["the gradebook"])
    (folder / "eve").symlink_to(known["root"] + "/build/submitted/grace/ch98_redteam")
