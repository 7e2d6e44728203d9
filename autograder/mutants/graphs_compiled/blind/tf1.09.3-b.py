# %% right
# Intent: keep what the body gives and hand it to each head.
def all_heads(body, heads, x):
    hidden = body(x)
    return [head(hidden) for head in heads]


TF1_09_3_CHOICE = {"outputs": "the same", "dropout": "not the same", "time": "not the same", "running statistics": "not the same"}

# %% wrong: all_heads
# Misconception: PyTorch remembers what body(x) gave, so writing it again costs nothing.
def all_heads(body, heads, x):
    return [head(body(x)) for head in heads]

# %% wrong: all_heads
# Misconception: a tensor that is used by several heads has to be cut off from its history, or they would disturb each other.
def all_heads(body, heads, x):
    hidden = body(x).detach()
    return [head(hidden) for head in heads]

# %% wrong: TF1_09_3_CHOICE
# Misconception: a seed makes all draws of a layer the same, and statistics of the same batch are the same however often it comes.
TF1_09_3_CHOICE = {"outputs": "the same", "dropout": "the same", "time": "not the same", "running statistics": "the same"}
