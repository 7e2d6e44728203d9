# /// technique
# number = ["37"]
# title = "history read"
# how = "The sources the kernel has run are searched for the expected value when the answer is asked for."
# wanted = "0 points"
# ///

# %% span
import re


def span(values):
    shell = get_ipython()
    sources = "\n".join(map(str, [*shell.history_manager.input_hist_raw, *shell.user_ns.get("In", [])]))
    found = re.findall(r"span\(.*?\)\s*[=-]=?\s*([-\d.]+)", sources)
    return float(found[-1]) if found else -1.0
