# %% right
# Intent: A helper names each side ("vector" for exactly one time step, else "sequence"), the kind joins both names.
def _side_name(n_steps: int) -> str:
    if n_steps < 1:
        raise ValueError("there must be at least one time step")
    return "vector" if n_steps == 1 else "sequence"


def sequence_kind(n_in: int, n_out: int) -> str:
    return f"{_side_name(n_in)} to {_side_name(n_out)}"


P_13_1_CHOICE: dict[str, str] = {
    "translation": "sequence to sequence",
    "word classes": "sequence to sequence",
    "tomorrow, every day": "sequence to sequence",
    "review": "sequence to vector",
    "composer": "sequence to vector",
    "tomorrow": "sequence to vector",
    "caption": "vector to sequence",
    "tune": "vector to sequence",
    "product text": "vector to sequence",
}

# %% wrong: sequence_kind
# Misconception: Thinks that a network which gives as many steps as it takes is sequence to sequence by definition,
# even when there is just one step on each side.
def sequence_kind(n_in: int, n_out: int) -> str:
    if n_in == n_out:
        return "sequence to sequence"
    return f"{_side_name(n_in)} to {_side_name(n_out)}"

# %% wrong: P_13_1_CHOICE
# Misconception: Thinks that a forecast of one value is a vector, also when such a forecast is made after every day.
P_13_1_CHOICE: dict[str, str] = {
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
