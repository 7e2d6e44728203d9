# %% right
# Intent: the time is in proportion to n * log2(n); take the ratio of the two sizes and multiply.
def hours_with_more_rows(hours, n_rows, new_rows):
    old, new = (float(n) * np.log2(float(n)) for n in (n_rows, new_rows))
    return hours * (new / old)


P_05_5_HOURS = round(float(hours_with_more_rows(1.0, 10**6, 10**7)), 2)


# %% wrong: hours_with_more_rows, P_05_5_HOURS
# Misconception: A tree has only whole levels, so the depth has to be rounded up before the times are compared.
def hours_with_more_rows(hours, n_rows, new_rows):
    old, new = (n * np.ceil(np.log2(float(n))) for n in (n_rows, new_rows))
    return hours * (new / old)


P_05_5_HOURS = 12.0


# %% wrong: hours_with_more_rows, P_05_5_HOURS
# Misconception: Thinks that to find a split, each row is compared with each other row, so that the time grows with the
# square of the number of rows.
def hours_with_more_rows(hours, n_rows, new_rows):
    return hours * (new_rows / n_rows) ** 2


P_05_5_HOURS = 100.0
