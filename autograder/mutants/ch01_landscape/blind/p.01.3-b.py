# %% right
# Intent: Put the labels into a pandas Series of objects and take the positions where they are not None.
import pandas as pd


def labelled_rows(rows, target):
    labels = pd.Series([row[target] for row in rows], dtype=object)
    return np.flatnonzero(labels.notna())


# %% wrong: labelled_rows
# Misconception: Thinks that a label of 0 (or False, or an empty text) is as good as none.
def labelled_rows(rows, target):
    return [i for i, row in enumerate(rows) if row[target]]
