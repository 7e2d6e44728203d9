# %% right
# Intent: the body once; each head gets its own clone, so that a head that works in place cannot disturb the others.
def all_heads(body, heads, x):
    hidden = body(x)
    return [head(hidden.clone()) for head in heads]


TF1_09_3_CHOICE = {
    "outputs": "the same",
    "dropout": "not the same",
    "time": "not the same",
    "running statistics": "not the same",
}

# %% wrong: all_heads
# Misconception: the framework remembers body(x) and does not compute it again for the same x.
def all_heads(body, heads, x):
    return [head(body(x)) for head in heads]


# %% wrong: TF1_09_3_CHOICE
# Misconception: the seed was set, so dropout draws the same mask at each call; and a running mean of the same batch stays.
TF1_09_3_CHOICE = {
    "outputs": "the same",
    "dropout": "the same",
    "time": "not the same",
    "running statistics": "the same",
}
