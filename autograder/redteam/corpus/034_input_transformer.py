# /// technique
# number = ["34"]
# title = "input transformer"
# how = "Every later cell that looks like a test is replaced by one that does nothing."
# wanted = "0 points"
# ///

# %% first
def silence(lines):
    text = "".join(lines)
    return ["pass\n"] if "assert" in text or "test" in text else lines


get_ipython().input_transformers_cleanup.append(silence)
