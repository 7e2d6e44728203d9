# %% right
# Intent: np.diff of the four errors, compared with the gap, picks the words.
def diagnose(wanted, train, train_dev, validation, gap):
    steps = np.diff([wanted, train, train_dev, validation])
    return np.array(["underfitting", "overfitting", "mismatch"])[steps > gap].tolist()


# %% wrong: diagnose
# Misconception: Thinks that any large difference between two errors is a sign of trouble, in whichever direction.
def diagnose(wanted, train, train_dev, validation, gap):
    steps = np.abs(np.diff([wanted, train, train_dev, validation]))
    return np.array(["underfitting", "overfitting", "mismatch"])[steps > gap].tolist()
