# %% right
# Intent: a label is known unless it is None; 0, False and the empty text are labels like any other.
def labelled_rows(rows: Sequence[dict[str, Any]], target: str) -> list[int]:
    found: list[int] = []
    for position in range(len(rows)):
        if rows[position].get(target) is not None:
            found.append(position)
    return found


# %% wrong: labelled_rows
# Misconception: Thinks that a label of 0 (or False) means that nothing has been entered.
def labelled_rows(rows: Sequence[dict[str, Any]], target: str) -> list[int]:
    found: list[int] = []
    for position, row in enumerate(rows):
        if row[target]:
            found.append(position)
    return found
