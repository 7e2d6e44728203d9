# %% right
# Intent: keep the number of rows, the two means and the sums of squared and mixed deviations, and merge each part into
# them; that is exact, and does not suffer from large numbers.
def fit_line_in_chunks(chunks: Iterable[tuple[Array, Array]]) -> Line:
    count = 0
    mean_x = mean_y = 0.0
    sxx = sxy = 0.0
    for x_part, y_part in chunks:
        m = len(x_part)
        if m == 0:
            continue
        part_x = float(np.mean(x_part, dtype=float))
        part_y = float(np.mean(y_part, dtype=float))
        dx = x_part - part_x
        dy = y_part - part_y
        step_x, step_y = part_x - mean_x, part_y - mean_y
        total = count + m
        sxx += float(dx @ dx) + step_x * step_x * count * m / total
        sxy += float(dx @ dy) + step_x * step_y * count * m / total
        mean_x += step_x * m / total
        mean_y += step_y * m / total
        count = total
        del x_part, y_part, dx, dy
    slope = sxy / sxx if sxx > 0 else 0.0
    return mean_y - slope * mean_x, slope


# %% wrong: fit_line_in_chunks
# Misconception: Thinks that the mean point of a part says all that the part has to say, and fits the line to the mean
# points.
def fit_line_in_chunks(chunks: Iterable[tuple[Array, Array]]) -> Line:
    points: list[tuple[float, float]] = []
    for x, y in chunks:
        points.append((float(np.mean(x)), float(np.mean(y))))
    mean_x = sum(p[0] for p in points) / len(points)
    mean_y = sum(p[1] for p in points) / len(points)
    sxx = sum((p[0] - mean_x) ** 2 for p in points)
    sxy = sum((p[0] - mean_x) * (p[1] - mean_y) for p in points)
    slope = sxy / sxx if sxx > 0 else 0.0
    return mean_y - slope * mean_x, slope


# %% wrong: fit_line_in_chunks
# Misconception: Thinks that out-of-core only means that the table arrives in parts, and that one may put it together
# again before fitting.
def fit_line_in_chunks(chunks: Iterable[tuple[Array, Array]]) -> Line:
    xs: list[Array] = []
    ys: list[Array] = []
    for x, y in chunks:
        xs.append(np.array(x, dtype=float))
        ys.append(np.array(y, dtype=float))
    all_x, all_y = np.concatenate(xs), np.concatenate(ys)
    dx = all_x - all_x.mean()
    slope = float(dx @ (all_y - all_y.mean()) / (dx @ dx))
    return float(all_y.mean() - slope * all_x.mean()), slope
