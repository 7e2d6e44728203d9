# %% right
# Intent: A number of steps is mapped to its noun by a Boolean index, and the two nouns are joined by "to".
def sequence_kind(n_in, n_out):
    noun = ("vector", "sequence").__getitem__
    return " to ".join(noun(n > 1) for n in (n_in, n_out))


_BY_SHAPE = {
    (9, 9): ("translation", "word classes", "tomorrow, every day"),
    (9, 1): ("review", "composer", "tomorrow"),
    (1, 9): ("caption", "tune", "product text"),
}
P_13_1_CHOICE = {name: sequence_kind(*shape) for shape, names in _BY_SHAPE.items() for name in names}

# %% wrong: sequence_kind
# Misconception: Thinks that "sequence to sequence" is whatever has as many steps going out as coming in, so that one
# step in and one step out is the shortest case of it.
def sequence_kind(n_in, n_out):
    if n_in == n_out:
        return "sequence to sequence"
    noun = ("vector", "sequence").__getitem__
    return " to ".join(noun(n > 1) for n in (n_in, n_out))


# %% wrong: P_13_1_CHOICE
# Misconception: Thinks that classifying always ends in a vector (of class scores), so word classes are sequence to
# vector although there is one class for each word.
P_13_1_CHOICE = {**P_13_1_CHOICE, "word classes": "sequence to vector"}
