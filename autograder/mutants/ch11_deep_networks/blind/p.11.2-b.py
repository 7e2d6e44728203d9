# %% right
# Intent: units stay twins if all that goes in, the bias and all that goes out are the same; count the unique columns.
def different_units(W_in: ArrayLike, b: ArrayLike, W_out: ArrayLike) -> int:
    units = np.column_stack([np.asarray(W_in, float), np.asarray(b, float), np.asarray(W_out, float).T])
    return len(pd.DataFrame(units).drop_duplicates())

P_11_2_CHOICE: list[str] = ["a", "e"]

# %% wrong: different_units
# Misconception: units with the same incoming weights and bias give the same output, so they stay the same for ever.
def different_units(W_in: ArrayLike, b: ArrayLike, W_out: ArrayLike) -> int:
    return len(np.unique(np.column_stack([np.asarray(W_in, float), np.asarray(b, float)]), axis=0))

# %% wrong: P_11_2_CHOICE
# Misconception: it is enough that the layers differ from each other.
P_11_2_CHOICE: list[str] = ["a", "c", "e"]
