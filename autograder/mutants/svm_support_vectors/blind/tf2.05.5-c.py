# %% right
# Intent: H is square with one side per unknown (bias included in the primal); times scale with a power of the ratio
# of the row numbers.
_UNKNOWNS = {"primal": lambda m, n: n + 1, "dual": lambda m, n: m}
_EXPONENTS = {"primal": (1, 1), "dual": (2, 3)}


def numbers_in_h(form: str, m: int, n: int) -> int:
    return _UNKNOWNS[form](int(m), int(n)) ** 2


def training_seconds(form: str, m: int, measured_m: int, measured_seconds: float) -> tuple[float, float]:
    ratio = float(m) / float(measured_m)
    low, high = sorted(float(measured_seconds) * ratio**power for power in _EXPONENTS[form])
    return low, high


TF2_05_5_CHOICE: dict[str, str] = {
    "millions of rows, hundreds of columns": "primal",
    "an RBF kernel": "dual",
    "200 rows, 100,000 columns": "dual",
}


# %% wrong: training_seconds
# Misconception: Thinks that one first scales the time in proportion and then squares (or cubes) the seconds, instead
# of squaring the ratio only.
def training_seconds(form: str, m: int, measured_m: int, measured_seconds: float) -> tuple[float, float]:
    straight = measured_seconds * m / measured_m
    low, high = sorted(straight**power for power in _EXPONENTS[form])
    return low, high


# %% wrong: numbers_in_h, TF2_05_5_CHOICE
# Misconception: Thinks that the bias is an unknown in the dual as well, and that a table with very many columns
# belongs to the primal form because that is "the linear one".
def numbers_in_h(form: str, m: int, n: int) -> int:
    return (1 + {"primal": n, "dual": m}[form]) ** 2


TF2_05_5_CHOICE: dict[str, str] = {
    "millions of rows, hundreds of columns": "primal",
    "an RBF kernel": "dual",
    "200 rows, 100,000 columns": "primal",
}
