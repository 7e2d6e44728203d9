# %% right
# Intent: `between` decides about the task; the baseline is pandas' mode or NumPy's mean.
import pandas as pd

P_01_4_CHOICE = ["classification", "regression"]


def baseline(targets, between):
    if between:
        return "regression", np.mean(targets)
    return "classification", pd.Series(list(targets), dtype=object).value_counts().index[0]


# %% wrong: baseline
# Misconception: Thinks that numbers always mean regression, and only texts and truth values are classes.
def baseline(targets, between):
    series = pd.Series(list(targets))
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        return "regression", series.mean()
    return "classification", series.mode()[0]
