# %% right
# Intent: walk down the four errors; each step that rises by more than the gap has its own name.
def diagnose(wanted: float, train: float, train_dev: float, validation: float, gap: float) -> list[str]:
    errors = [wanted, train, train_dev, validation]
    names = ["underfitting", "overfitting", "mismatch"]
    found: list[str] = []
    for step in range(3):
        if errors[step + 1] - errors[step] > gap:
            found.append(names[step])
    return found


# %% wrong: diagnose
# Misconception: Thinks that any large difference between two sets is suspicious, whichever of the errors is the larger
# one.
def diagnose(wanted: float, train: float, train_dev: float, validation: float, gap: float) -> list[str]:
    steps = {
        "underfitting": train - wanted,
        "overfitting": train_dev - train,
        "mismatch": validation - train_dev,
    }
    return [name for name, step in steps.items() if abs(step) > gap]


# %% wrong: diagnose
# Misconception: Thinks that there is a mismatch only if real pictures are worse than everything drawn: compares the
# validation error with the larger one of the two errors on drawings.
def diagnose(wanted: float, train: float, train_dev: float, validation: float, gap: float) -> list[str]:
    found: list[str] = []
    if train - wanted > gap:
        found.append("underfitting")
    if train_dev - train > gap:
        found.append("overfitting")
    if validation - max(train, train_dev) > gap:
        found.append("mismatch")
    return found
