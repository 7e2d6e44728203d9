# %% right
# Intent: the body once; each head gets a copy of what it gave, so that a head that works in place can't spoil the next one's input.
def all_heads(body, heads, x):
    hidden = body(x)
    outputs = []
    for head in heads:
        outputs.append(head(hidden.clone()))
    return outputs

TF1_09_3_CHOICE = {
    "outputs": "the same",
    "dropout": "not the same",
    "time": "not the same",
    "running statistics": "not the same",
}

# %% wrong: all_heads
# Misconception: the framework sees that body(x) is the same expression each time and computes it once.
def all_heads(body, heads, x):
    return [head(body(x)) for head in heads]

# %% wrong: TF1_09_3_CHOICE
# Misconception: with the seed set, dropout drops the same units at every call; and the same rows give the same running mean.
TF1_09_3_CHOICE = {
    "outputs": "the same",
    "dropout": "the same",
    "time": "not the same",
    "running statistics": "the same",
}
