# %% right
# Intent: a step is a fixed linear map, so apply the 2x2 matrix again and again; coverage by a matrix of distances.
def play(x, y, rate, n_steps):
    M = np.array([[1.0, -rate], [rate, 1.0]])
    path = [np.array([x, y], dtype=float)]
    for _ in range(n_steps):
        path.append(M @ path[-1])
    return np.stack(path)


def modes_covered(made, centres, radius):
    A, C = np.asarray(made, dtype=float), np.asarray(centres, dtype=float)
    D = np.linalg.norm(A[:, None, :] - C[None, :, :], axis=-1)
    return float((D <= radius).any(axis=0).mean())

# %% wrong: play
# Misconception: the players take turns, so the second one already sees the first one's new place.
def play(x, y, rate, n_steps):
    path = [[float(x), float(y)]]
    for _ in range(n_steps):
        x = x - rate * y
        y = y + rate * x
        path.append([float(x), float(y)])
    return np.array(path)

# %% wrong: modes_covered
# Misconception: each row can be of one kind only, that of the nearest middle.
def modes_covered(made, centres, radius):
    A, C = np.asarray(made, dtype=float), np.asarray(centres, dtype=float)
    D = np.linalg.norm(A[:, None, :] - C[None, :, :], axis=-1)
    nearest = D.argmin(axis=1)
    return len(set(nearest[D.min(axis=1) <= radius].tolist())) / len(C)
