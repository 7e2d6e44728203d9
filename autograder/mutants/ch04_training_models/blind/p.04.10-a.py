# %% right
# Intent: for v > 0 the derivative (v - w) + l1 + l2 * v is 0 at (w - l1) / (1 + l2), which only counts if it is
# positive; the same mirrored for v < 0; otherwise the kink at 0 is the lowest point. One weight at a time.
def shrunk_weight(w: float, l1: float, l2: float) -> float:
    if w > l1:
        return (w - l1) / (1.0 + l2)
    if w < -l1:
        return (w + l1) / (1.0 + l2)
    return 0.0


def shrunk(w: Array, alpha: float, l1_ratio: float) -> Array:
    l1: float = alpha * l1_ratio
    l2: float = alpha * (1.0 - l1_ratio)
    result: Array = np.zeros(len(w), dtype=np.float64)
    for j in range(len(w)):
        result[j] = shrunk_weight(float(w[j]), l1, l2)
    return result


P_04_10_CHOICE: list[str] = ["lasso", "elastic net", "ridge", "elastic net"]

# %% wrong: shrunk
# Misconception: Thinks that since the elastic net mixes the two penalties, its weights are the same mixture of the
# weights that lasso and ridge find.
def shrunk(w: Array, alpha: float, l1_ratio: float) -> Array:
    result: Array = np.zeros(len(w), dtype=np.float64)
    for j in range(len(w)):
        by_lasso: float = shrunk_weight(float(w[j]), alpha, 0.0)
        by_ridge: float = shrunk_weight(float(w[j]), 0.0, alpha)
        result[j] = l1_ratio * by_lasso + (1.0 - l1_ratio) * by_ridge
    return result


# %% wrong: shrunk
# Misconception: Thinks that the two penalties act one after the other: ridge first divides the weight, and lasso then
# takes its share off what ridge has left.
def shrunk_weight(w: float, l1: float, l2: float) -> float:
    after_ridge: float = w / (1.0 + l2)
    if after_ridge > l1:
        return after_ridge - l1
    if after_ridge < -l1:
        return after_ridge + l1
    return 0.0
