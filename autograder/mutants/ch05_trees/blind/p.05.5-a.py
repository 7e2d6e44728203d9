# %% right
# Intent: Time is rows times levels, n * log2(n); the new time is the old one times the ratio of the two.
def row_levels(n_rows: int) -> float:
    return n_rows * math.log2(n_rows)


def hours_with_more_rows(hours: float, n_rows: int, new_rows: int) -> float:
    if n_rows < 2 or new_rows < 2:
        raise ValueError("two rows or more are needed")
    ratio: float = row_levels(new_rows) / row_levels(n_rows)
    return float(hours * ratio)


P_05_5_HOURS: float = 11.67


# %% wrong: hours_with_more_rows, P_05_5_HOURS
# Misconception: Thinks that the number of levels must be a whole number, as a tree cannot have half a level.
def hours_with_more_rows(hours: float, n_rows: int, new_rows: int) -> float:
    old_levels: int = (n_rows - 1).bit_length()
    new_levels: int = (new_rows - 1).bit_length()
    return float(hours * ((new_rows * new_levels) / (n_rows * old_levels)))


P_05_5_HOURS: float = 12.0


# %% wrong: hours_with_more_rows, P_05_5_HOURS
# Misconception: Thinks that each doubling of the rows costs one more full training, as it adds a level, and forgets
# that there have been many levels before.
def hours_with_more_rows(hours: float, n_rows: int, new_rows: int) -> float:
    ratio: float = new_rows / n_rows
    return float(hours * ratio * (1 + math.log2(ratio)))


P_05_5_HOURS: float = 43.22
