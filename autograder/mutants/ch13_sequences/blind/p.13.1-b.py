# %% right
# Intent: Look up "vector" or "sequence" for either side; the applications are sorted by what one time step is there.
def sequence_kind(n_in, n_out):
    sides = ["vector" if n == 1 else "sequence" for n in (n_in, n_out)]
    return " to ".join(sides)


P_13_1_CHOICE = {
    **dict.fromkeys(["translation", "word classes", "tomorrow, every day"], "sequence to sequence"),
    **dict.fromkeys(["review", "composer", "tomorrow"], "sequence to vector"),
    **dict.fromkeys(["caption", "tune", "product text"], "vector to sequence"),
}

# %% wrong: sequence_kind
# Misconception: Thinks that a sequence-to-sequence network must give one output per input step, so that a network
# which shortens what it reads makes a vector of it, and one that lengthens it starts from a vector.
def sequence_kind(n_in, n_out):
    if n_in == n_out:
        return "sequence to sequence" if n_in > 1 else "vector to vector"
    return "sequence to vector" if n_in > n_out else "vector to sequence"


# %% wrong: P_13_1_CHOICE
# Misconception: Thinks that a forecast is always one value, hence a vector, even if one is made after every day.
P_13_1_CHOICE = {
    "translation": "sequence to sequence",
    "word classes": "sequence to sequence",
    "tomorrow, every day": "sequence to vector",
    "review": "sequence to vector",
    "composer": "sequence to vector",
    "tomorrow": "sequence to vector",
    "caption": "vector to sequence",
    "tune": "vector to sequence",
    "product text": "vector to sequence",
}
