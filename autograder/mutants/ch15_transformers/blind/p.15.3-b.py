# %% right
# Intent: numpy's tril for the decoder, ones for the encoder; tril plus full source columns for both.
import numpy as np


def may_look(kind, n_source, n_target):
    T = n_source + n_target
    if kind == "encoder":
        return np.ones((T, T), dtype=bool)
    look = np.tri(T, dtype=bool)
    if kind == "encoder-decoder":
        look[:, :n_source] = True
    return look


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
# Misconception: a decoder's causal mask is for what it writes only; the prompt, which is given, it reads both ways.
def may_look(kind, n_source, n_target):
    T = n_source + n_target
    look = np.tri(T, dtype=bool)
    look[:n_source, :n_source] = True
    return np.ones((T, T), dtype=bool) if kind == "encoder" else look

# %% wrong: P_15_3_CHOICE
# Misconception: where something is asked and something answered, there are two texts, so it takes encoder and decoder.
P_15_3_CHOICE = P_15_3_CHOICE | {"which words of a page answer a question": "encoder-decoder", "chat": "encoder-decoder"}
