# /// technique
# number = ["109"]
# title = "score of one's own"
# how = "The notebook computes its score, and stores it in its variables, its metadata and its outputs."
# wanted = "0 points"
# ///

# %% own
score = points = total = 100
PASSED = True


# %% edit
def edit(notebook, known):
    notebook.metadata["score"] = 100
    notebook.metadata["otter"] = {"OK_FORMAT": True, "tests": {}}
    for cell in notebook.cells:
        cell.metadata["score"] = 100
        cell.outputs = [{"output_type": "stream", "name": "stdout", "text": "score: 100"}]
