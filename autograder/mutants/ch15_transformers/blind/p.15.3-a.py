# %% right
# Intent: ask for each pair of places by itself.
def may_look(kind, n_source, n_target):
    T = n_source + n_target
    table = np.zeros((T, T), dtype=bool)
    for i in range(T):
        for j in range(T):
            if kind == "encoder":
                table[i, j] = True
            elif kind == "decoder":
                table[i, j] = j <= i
            else:
                if i < n_source:
                    table[i, j] = j < n_source
                else:
                    table[i, j] = j <= i
    return table


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
# Misconception: what is given is always read both ways; a decoder is causal only in what it writes itself (a prompt is free).
def may_look(kind, n_source, n_target):
    T = n_source + n_target
    if kind == "encoder":
        return np.ones((T, T), dtype=bool)
    table = np.tri(T, dtype=bool)
    table[:n_source, :n_source] = True
    return table

# %% wrong: P_15_3_CHOICE
# Misconception: whatever has a text and an answer to it, two texts, needs an encoder for the one and a decoder for the other.
P_15_3_CHOICE = {
    "spam or not": "encoder",
    "names of people in a contract": "encoder",
    "a vector for a search": "encoder",
    "which words of a page answer a question": "encoder-decoder",
    "go on with a story": "decoder",
    "chat": "encoder-decoder",
    "translate a letter": "encoder-decoder",
    "a summary of a report": "encoder-decoder",
}
