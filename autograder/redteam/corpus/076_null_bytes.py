# /// technique
# number = ["76"]
# title = "null bytes"
# how = "A cell holds null bytes, lone surrogates and a literal of ten thousand brackets."
# wanted = "contained"
# ///

# %% edit
def edit(notebook, known):
    texts = ["x = '\x00\x00'", "y = '\\ud800'", "(" * 10_000, "z = " + "9" * 1_000_000, "w = " + "-" * 100_000 + "1"]
    for cell in notebook.cells:
        if cell.id.startswith("p-98-1-") and texts:
            cell.source = texts[0]
    for text in texts[1:]:
        twin = notebook.cells[0].copy()
        twin["id"], twin["source"] = f"bad-{len(text)}", text
        notebook.cells.append(twin)
