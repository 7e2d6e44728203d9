# %% right
# Intent: H has one row and column per unknown, so its size is the square of their number; times scale by a power of
# m.
def numbers_in_h(form, m, n):
    return {"primal": n + 1, "dual": m}[form] ** 2


def training_seconds(form, m, measured_m, measured_seconds):
    powers = {"primal": (1, 1), "dual": (2, 3)}[form]
    return tuple(measured_seconds * (m / measured_m) ** power for power in powers)


TF2_05_5_CHOICE = {
    "millions of rows, hundreds of columns": "primal",
    "an RBF kernel": "dual",
    "200 rows, 100,000 columns": "dual",
}


# %% wrong: numbers_in_h
# Misconception: Thinks that the bias is one of the unknowns in the dual form too, beside one alpha per row.
def numbers_in_h(form, m, n):
    return {"primal": n + 1, "dual": m + 1}[form] ** 2


# %% wrong: TF2_05_5_CHOICE
# Misconception: Thinks that the primal form is the one for large tables of any shape, and the dual form is for
# kernels only.
TF2_05_5_CHOICE = {
    "millions of rows, hundreds of columns": "primal",
    "an RBF kernel": "dual",
    "200 rows, 100,000 columns": "primal",
}
