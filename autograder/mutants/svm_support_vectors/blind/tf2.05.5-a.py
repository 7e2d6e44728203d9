# %% right
# Intent: the side of H is the number of unknowns; times are scaled by powers of the ratio of the row counts.
def numbers_in_h(form: str, m: int, n: int) -> int:
    if form == "primal":
        unknowns = int(n) + 1
    elif form == "dual":
        unknowns = int(m)
    else:
        raise ValueError(f"unknown form: {form}")
    return unknowns * unknowns


def training_seconds(form: str, m: int, measured_m: int, measured_seconds: float) -> tuple[float, float]:
    ratio = m / measured_m
    if form == "primal":
        return measured_seconds * ratio, measured_seconds * ratio
    if form == "dual":
        return measured_seconds * ratio**2, measured_seconds * ratio**3
    raise ValueError(f"unknown form: {form}")


TF2_05_5_CHOICE = {
    "millions of rows, hundreds of columns": "primal",
    "an RBF kernel": "dual",
    "200 rows, 100,000 columns": "dual",
}


# %% wrong: numbers_in_h
# Misconception: Thinks that the bias is an unknown in both forms, so that the dual one has one more than there are
# rows.
def numbers_in_h(form: str, m: int, n: int) -> int:
    unknowns = (n if form == "primal" else m) + 1
    return unknowns * unknowns


# %% wrong: training_seconds
# Misconception: Thinks that "the square" is taken of the time itself: first works out the time in proportion to the
# rows, then raises it to the second and third power.
def training_seconds(form: str, m: int, measured_m: int, measured_seconds: float) -> tuple[float, float]:
    proportional = measured_seconds * m / measured_m
    if form == "primal":
        return proportional, proportional
    return proportional**2, proportional**3
