# %% right
# Intent: mean squared error by a plain sum; the search is the closed form, with means taken away first, so that large
# x do no harm.
def predict_line(line: Line, new: float) -> float:
    intercept, slope = line
    return intercept + slope * new


def cost(line: Line, x: Array, y: Array) -> float:
    if len(x) == 0:
        return 0.0
    total = 0.0
    for i in range(len(x)):
        error = float(y[i]) - predict_line(line, float(x[i]))
        total += error * error
    return total / len(x)


def search_line(x: Array, y: Array) -> Line:
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    mean_x, mean_y = float(xs.mean()), float(ys.mean())
    dx = xs - mean_x
    sxx = float(dx @ dx)
    slope = float(dx @ (ys - mean_y)) / sxx if sxx > 0 else 0.0
    return mean_y - slope * mean_x, slope


# %% wrong: search_line
# Misconception: Thinks that an error is the gap between the known wealth and the wealth that the line would need, so
# the squares are added up along x and not along y.
def search_line(x: Array, y: Array) -> Line:
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    dx, dy = xs - xs.mean(), ys - ys.mean()
    mixed = float(dx @ dy)
    slope = float(dy @ dy) / mixed if mixed != 0 else 0.0
    return float(ys.mean()) - slope * float(xs.mean()), slope


# %% wrong: predict_line
# Misconception: Thinks that a prediction has to be a possible answer: satisfaction goes from 0 to 10, so the line is
# cut off there.
def predict_line(line: Line, new: float) -> float:
    intercept, slope = line
    return min(max(intercept + slope * new, 0.0), 10.0)
