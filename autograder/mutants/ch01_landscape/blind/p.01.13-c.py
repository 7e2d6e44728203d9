# %% right
# Intent: the residual vector is linear in the line; the best line is found by a QR decomposition of the standardised
# design, so that large x do no harm.
def _says(line, x):
    return np.polynomial.polynomial.polyval(x, np.asarray(line, dtype=float))


def cost(line: Line, x: Array, y: Array) -> float:
    residual = _says(line, np.asarray(x, dtype=float)) - np.asarray(y, dtype=float)
    return float(residual @ residual / len(residual))


def search_line(x: Array, y: Array) -> Line:
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    centre, spread = x.mean(), x.std() or 1.0
    Q, R = np.linalg.qr(np.stack([np.ones_like(x), (x - centre) / spread], axis=1))
    height, steepness = np.linalg.solve(R, Q.T @ y)
    slope = steepness / spread
    return float(height - slope * centre), float(slope)


def predict_line(line: Line, new: float) -> float:
    return float(_says(line, float(new)))


# %% wrong: search_line
# Misconception: Thinks that the best line is the one with the smallest sum of absolute errors; such a line passes
# through two of the points, so it tries all pairs.
def search_line(x: Array, y: Array) -> Line:
    from itertools import combinations

    def lines():
        for i, j in combinations(range(len(x)), 2):
            if x[i] != x[j]:
                slope = (y[j] - y[i]) / (x[j] - x[i])
                yield float(y[i] - slope * x[i]), float(slope)

    return min(lines(), key=lambda line: np.abs(line[0] + line[1] * x - y).sum())
