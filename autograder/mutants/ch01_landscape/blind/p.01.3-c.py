# %% right
# Intent: a lazy mask over a counter keeps the positions whose label is not None; features are not looked at.
from itertools import compress, count


def labelled_rows(rows: Sequence[dict[str, Any]], target: str) -> list[int]:
    return list(compress(count(), (row[target] is not None for row in rows)))


# %% wrong: labelled_rows
# Misconception: Thinks that an empty or zero label is a gap too, and asks for the truth of the value instead of
# whether it is None; a price of 0 or a label False falls out.
def labelled_rows(rows: Sequence[dict[str, Any]], target: str) -> list[int]:
    return [i for i, row in enumerate(rows) if row[target]]
