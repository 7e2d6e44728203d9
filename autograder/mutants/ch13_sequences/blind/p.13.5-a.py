# %% right
# Intent: After k steps |w|**k is left of a change; logarithms give the largest k, two small loops correct rounding.
# Gradients: one norm over all arrays, one common factor.
import math

_TINY = 1e-12  # a change that is as large as the limit up to rounding is felt


def _is_felt(size: float, steps: int, least: float) -> bool:
    return size**steps >= least * (1.0 - _TINY)


def steps_remembered(w: float, least: float) -> float:
    size = abs(float(w))
    if size >= 1.0 or least <= 0.0:
        return math.inf
    if size == 0.0 or least >= 1.0:
        return 0
    steps = max(int(math.log(least) / math.log(size)), 0)
    while steps > 0 and not _is_felt(size, steps, least):
        steps -= 1
    while _is_felt(size, steps + 1, least):
        steps += 1
    return steps


def _total_norm(arrays: list[NDArray[np.float64]]) -> float:
    largest = 0.0
    for array in arrays:
        if array.size > 0:
            largest = max(largest, float(np.abs(array).max()))
    if largest == 0.0:
        return 0.0
    total = 0.0
    for array in arrays:
        total += float(np.sum((array / largest) ** 2))
    return largest * math.sqrt(total)


def clipped(gradients: Sequence[ArrayLike], max_norm: float) -> list[NDArray[np.float64]]:
    arrays = [np.array(gradient, dtype=np.float64) for gradient in gradients]
    norm = _total_norm(arrays)
    if norm <= max_norm:
        return arrays
    factor = max_norm / norm
    return [np.asarray(array * factor, dtype=np.float64) for array in arrays]


P_13_5_CHOICE: list[str] = [
    "gradient clipping",
    "a saturating activation such as tanh",
    "layer normalisation",
    "a smaller learning rate",
]

# %% wrong: steps_remembered
# Misconception: Thinks that with a negative w the influence is over after one step, since a negative number is smaller
# than the limit; forgets that a change downwards is felt as well.
def steps_remembered(w: float, least: float) -> float:
    if w >= 1.0 or least <= 0.0:
        return math.inf
    steps = 0
    left = float(w)
    while left >= least * (1.0 - _TINY):
        steps += 1
        left *= w
    return steps

# %% wrong: clipped
# Misconception: Thinks that clipping by norm is done for each parameter array by itself, as long as every one of them
# ends up with a norm of at most max_norm.
def clipped(gradients: Sequence[ArrayLike], max_norm: float) -> list[NDArray[np.float64]]:
    result = []
    for gradient in gradients:
        array = np.array(gradient, dtype=np.float64)
        norm = float(np.sqrt(np.sum(array**2)))
        if norm > max_norm:
            array = np.asarray(array * (max_norm / norm))
        result.append(array)
    return result
