# /// technique
# number = ["X57"]
# title = "very many cells"
# how = "So many cells that to put them into the released shape would take the grader hours, outside every limit."
# wanted = "contained"
# ///

# %% edit
def edit(notebook, known):
    import json

    content = json.loads(json.dumps(notebook))
    answer = next(cell for cell in content["cells"] if cell["metadata"].get("nbgrader", {}).get("solution"))
    content["cells"] += [{**answer, "id": f"c{number}", "source": ""} for number in range(20_000)]
    return json.dumps(content).encode()
