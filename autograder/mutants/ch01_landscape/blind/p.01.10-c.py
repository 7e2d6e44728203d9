# %% right
# Intent: a monoid of moments (count, means, centred sums): each chunk becomes five numbers, and two such quintuples
# merge into one without loss; a fold over the chunks gives those of the whole table.
from functools import reduce


def _moments(chunk):
    x, y = (np.asarray(part, dtype=float) for part in chunk)
    if not len(x):
        return 0, 0.0, 0.0, 0.0, 0.0
    mx, my = float(x.mean()), float(y.mean())
    return len(x), mx, my, float(np.einsum("i,i", x - mx, x - mx)), float(np.einsum("i,i", x - mx, y - my))


def _merge(one, two):
    n, k = one[0], two[0]
    if not k:
        return one
    dx, dy, weight = two[1] - one[1], two[2] - one[2], k / (n + k)
    return (
        n + k,
        one[1] + dx * weight,
        one[2] + dy * weight,
        one[3] + two[3] + n * weight * dx * dx,
        one[4] + two[4] + n * weight * dx * dy,
    )


def fit_line_in_chunks(chunks: Iterable[tuple[Array, Array]]) -> Line:
    _, mx, my, sxx, sxy = reduce(_merge, map(_moments, chunks), (0, 0.0, 0.0, 0.0, 0.0))
    slope = sxy / sxx if sxx else 0.0
    return my - slope * mx, slope


# %% wrong: fit_line_in_chunks
# Misconception: Thinks that the mean of all points is the mean of the chunks' means, although the chunks differ in
# size; only the sums for the slope are added up correctly.
def fit_line_in_chunks(chunks: Iterable[tuple[Array, Array]]) -> Line:
    total, means, parts = np.zeros(5), np.zeros(2), 0
    for x, y in chunks:
        total += len(x), x.sum(), y.sum(), x @ x, x @ y
        means += x.mean(), y.mean()
        parts += 1
    n, sx, sy, sxx, sxy = total
    slope = (n * sxy - sx * sy) / (n * sxx - sx**2)
    mx, my = means / parts
    return float(my - slope * mx), float(slope)
