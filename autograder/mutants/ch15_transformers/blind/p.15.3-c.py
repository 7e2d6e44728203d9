# %% right
# Intent: broadcast place numbers: i >= j is causal; a column of the source is open to all unless it is a decoder only.
import numpy as np


def may_look(kind, n_source, n_target):
    place = np.arange(n_source + n_target)
    back = place[:, None] >= place[None, :]
    if kind == "decoder":
        return back
    if kind == "encoder":
        return np.ones_like(back)
    if kind == "encoder-decoder":
        return back | (place < n_source)[None, :]
    raise ValueError(f"unknown kind: {kind}")


P_15_3_CHOICE = {
    "spam or not": "encoder",
    "names of people in a contract": "encoder",
    "a vector for a search": "encoder",
    "which words of a page answer a question": "encoder",
    "go on with a story": "decoder",
    "chat": "decoder",
    "translate a letter": "encoder-decoder",
    "a summary of a report": "encoder-decoder",
}

# %% wrong: may_look
# Misconception: a decoder reads what is given (the prompt) in both directions; only what it writes is causal.
def may_look(kind, n_source, n_target):
    place = np.arange(n_source + n_target)
    back = place[:, None] >= place[None, :]
    if kind == "encoder":
        return np.ones_like(back)
    return back | (place < n_source)[None, :]

# %% wrong: may_look
# Misconception: in an encoder-decoder, a target token sees the source and itself, not the target tokens before it: what was
# written so far is thought to be in the decoder's state.
def may_look(kind, n_source, n_target):
    place = np.arange(n_source + n_target)
    back = place[:, None] >= place[None, :]
    if kind == "encoder":
        return np.ones_like(back)
    if kind == "decoder":
        return back
    return np.eye(len(place), dtype=bool) | (place < n_source)[None, :]
