# /// technique
# number = ["103"]
# title = "forbidden routine laundered"
# how = "A routine that the text rules out is called by a name put together at run time."
# wanted = "flagged"
# attacks = ["p.98.2"]
# limit = "nothing forbids a routine: checks ask what an answer does, not how; a ban by name would not hold"
# ///

# %% softmax
def softmax(scores):
    import importlib

    return getattr(importlib.import_module("scipy." + "special"), "soft" + "max")(scores, axis=1)
