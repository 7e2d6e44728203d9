# /// technique
# number = ["76"]
# title = "strange metadata"
# how = "Cells and metadata have types that the format does not know, and numbers beyond all bounds."
# wanted = "contained"
# ///

# %% edit
def edit(notebook, known):
    import json

    content = json.loads(json.dumps(notebook))
    content["metadata"] = {"kernelspec": None, "language_info": [1], "widgets": {"a": float("inf")}}
    for cell in content["cells"]:
        cell["metadata"]["nbgrader"] = {"grade_id": ["p-98-1-span"], "points": 1e308, "schema_version": "x"}
        cell["id"] = "p-98-1-span"
        cell["outputs"] = [{"output_type": "execute_result", "data": {"text/html": [[1]]}, "metadata": 7}]
    return json.dumps(content).encode()
