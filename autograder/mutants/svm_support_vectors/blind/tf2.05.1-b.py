# %% right
# Intent: The width is 2 over the Euclidean norm of w; the cost uses NumPy's clip for the hinge, summed over all
# rows.
def street_width(w):
    return float(2 / np.linalg.norm(w))


def soft_margin_cost(X, t, w, b, C):
    w = np.asarray(w, dtype=float)
    margins = np.asarray(t) * (np.asarray(X) @ w + b)
    return float(w @ w / 2 + C * np.clip(1 - margins, 0, None).sum())


# %% wrong: soft_margin_cost
# Misconception: Thinks that a row on the wrong side is simply one mistake, so that its violation can't exceed 1,
# however far beyond the boundary it lies.
def soft_margin_cost(X, t, w, b, C):
    w = np.asarray(w, dtype=float)
    margins = np.asarray(t) * (np.asarray(X) @ w + b)
    return float(w @ w / 2 + C * np.clip(1 - margins, 0, 1).sum())


# %% wrong: street_width
# Misconception: Thinks that the length of the weight vector is the sum of its absolute weights.
def street_width(w):
    return float(2 / np.abs(w).sum())
