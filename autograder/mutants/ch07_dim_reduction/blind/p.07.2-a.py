# %% right
# Intent: the complement: a point is inside if all d coordinates are; and distances row by row, then their extremes.
import math


def border_share(d: int, margin: float) -> float:
    inside_one: float = min(1.0, max(0.0, 1.0 - 2.0 * float(margin)))
    if inside_one == 0.0:
        return 1.0
    # expm1/log1p keep the digits of tiny margins
    return float(-math.expm1(int(d) * math.log1p(-2.0 * float(margin))))


def contrast(X: ArrayLike, x: ArrayLike) -> float:
    rows: NDArray[np.float64] = np.asarray(X, dtype=np.float64)
    point: NDArray[np.float64] = np.asarray(x, dtype=np.float64)
    distances: list[float] = []
    for row in rows:
        distances.append(math.sqrt(float(np.sum((row - point) ** 2))))
    nearest: float = min(distances)
    farthest: float = max(distances)
    return (farthest - nearest) / nearest


# %% wrong: border_share
# Misconception: Thinks that the chances of being close to one of the 2d sides simply add up (until they reach 1).
def border_share(d: int, margin: float) -> float:
    return float(min(1.0, 2 * d * margin))


# %% wrong: contrast
# Misconception: Thinks that how far a row is from a point is the difference of their lengths (norms).
def contrast(X: ArrayLike, x: ArrayLike) -> float:
    rows = np.asarray(X, dtype=np.float64)
    length = float(np.linalg.norm(np.asarray(x, dtype=np.float64)))
    distances = [abs(float(np.linalg.norm(row)) - length) for row in rows]
    nearest = min(distances)
    farthest = max(distances)
    return (farthest - nearest) / nearest
