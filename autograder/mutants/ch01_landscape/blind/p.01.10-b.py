# %% right
# Intent: Add up the 3 by 3 matrix of products of (1, x, y), with x and y shifted by the first part's means so that
# large numbers don't cancel, and read the line from it.
def _products(x, y, origin):
    table = np.column_stack([np.ones(len(x)), np.asarray(x, float) - origin[0], np.asarray(y, float) - origin[1]])
    return table.T @ table


def fit_line_in_chunks(chunks):
    origin, total = None, np.zeros((3, 3))
    for x, y in chunks:
        if len(x) == 0:
            continue
        if origin is None:
            origin = float(np.mean(x)), float(np.mean(y))
        total += _products(x, y, origin)
    n, sx, sy = total[0]
    slope = (n * total[1, 2] - sx * sy) / (n * total[1, 1] - sx**2)
    return origin[1] + sy / n - slope * (origin[0] + sx / n), slope


# %% wrong: fit_line_in_chunks
# Misconception: Thinks that the mean of all rows is the mean of the parts' means, whatever their sizes; the line is
# put through that point.
def fit_line_in_chunks(chunks):
    origin, total, means = None, np.zeros((3, 3)), []
    for x, y in chunks:
        if len(x) == 0:
            continue
        if origin is None:
            origin = float(np.mean(x)), float(np.mean(y))
        total += _products(x, y, origin)
        middle = np.array([np.mean(x), np.mean(y)])
        means = [1, middle] if not means else [means[0] + 1, means[1] + middle]
    n, sx, sy = total[0]
    slope = (n * total[1, 2] - sx * sy) / (n * total[1, 1] - sx**2)
    mean_x, mean_y = means[1] / means[0]
    return mean_y - slope * mean_x, slope
