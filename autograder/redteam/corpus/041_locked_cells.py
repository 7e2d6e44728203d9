# /// technique
# number = ["41"]
# title = "locked cells and metadata edited"
# how = """
# Test cells are changed, deleted and retyped; points, ids and flags in the metadata say something else.
# """
# wanted = "flagged"
# ///

# %% edit
def edit(notebook, known):
    import copy

    for cell in list(notebook.cells):
        grading = cell.metadata.get("nbgrader")
        if grading and grading["grade"]:
            grading.update(points=100, grade=False, locked=False)
            cell.source = "pass"
            cell.metadata["tags"] = ["skip-execution"]
        elif grading:
            twin = copy.deepcopy(cell)
            twin.source = "PASSED = True"
            notebook.cells.append(twin)
    last = notebook.cells[-2]
    last.cell_type = "markdown"
    last.pop("outputs", None)
    last.pop("execution_count", None)
    notebook.cells.remove(next(cell for cell in notebook.cells if cell.id.endswith("-checks")))
    notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}
