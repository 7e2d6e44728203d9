# %% right
# Intent: Moreau's identity: what the absolute value leaves of w is w minus its projection onto the interval [-t, t];
# the square then divides by 1 plus its strength.
def shrunk(w: Array, alpha: float, l1_ratio: float) -> Array:
    kink, bowl = alpha * l1_ratio, alpha * (1 - l1_ratio)
    w = np.asarray(w, dtype=float)
    return (w - np.clip(w, -kink, kink)) / (1 + bowl)


P_04_10_CHOICE: list[str] = ["lasso", "elastic net", "ridge", "elastic net"]

# %% wrong: shrunk
# Misconception: Thinks that a mixture of two penalties gives the same mixture of their solutions, and averages what
# lasso and ridge make of each weight.
def shrunk(w: Array, alpha: float, l1_ratio: float) -> Array:
    lasso = np.sign(w) * np.maximum(np.abs(w) - alpha, 0)
    ridge = w / (1 + alpha)
    return l1_ratio * lasso + (1 - l1_ratio) * ridge

# %% wrong: shrunk
# Misconception: Thinks that the two penalties can be applied one after the other in any order, and lets ridge shrink
# the weight first and lasso cut the whole threshold off what is left.
def shrunk(w: Array, alpha: float, l1_ratio: float) -> Array:
    ridge = w / (1 + alpha * (1 - l1_ratio))
    return np.sign(ridge) * np.maximum(np.abs(ridge) - alpha * l1_ratio, 0)
