# %% right
# Intent: k-means by hand, started from k rows that are as far from each other as can be; for known groups the name of
# the nearest old customer, so that a group may lie in several places.
P_01_7_UNKNOWN = "clustering"
P_01_7_KNOWN = "classification"


def squared_distances(rows: Array, point: Array) -> Array:
    return np.sum((rows - point) ** 2, axis=1)


def nearest_centre(rows: Array, centres: list[Array]) -> Array:
    table = np.column_stack([squared_distances(rows, centre) for centre in centres])
    return np.argmin(table, axis=1)


def find_groups(X: Array, k: int) -> Array:
    rows = np.asarray(X, dtype=float)
    if len(rows) == 0:
        return np.zeros(0, dtype=int)
    centres = [rows[0]]
    to_nearest = squared_distances(rows, rows[0])
    while len(centres) < k:
        farthest = int(np.argmax(to_nearest))
        centres.append(rows[farthest])
        to_nearest = np.minimum(to_nearest, squared_distances(rows, rows[farthest]))
    groups = nearest_centre(rows, centres)
    for _ in range(100):
        for g in range(k):
            if np.any(groups == g):
                centres[g] = rows[groups == g].mean(axis=0)
        moved = nearest_centre(rows, centres)
        if np.array_equal(moved, groups):
            break
        groups = moved
    return groups


def assign_groups(X: Array, names: Sequence[str], new: Array) -> list[str]:
    old = np.asarray(X, dtype=float)
    answer: list[str] = []
    for customer in np.asarray(new, dtype=float):
        answer.append(str(names[int(np.argmin(squared_distances(old, customer)))]))
    return answer


# %% wrong: assign_groups
# Misconception: Thinks that a group is described by its mean, and that a new customer belongs where the nearest mean
# is; a group that lies in two places has a mean where nobody is.
def assign_groups(X: Array, names: Sequence[str], new: Array) -> list[str]:
    old = np.asarray(X, dtype=float)
    labels = sorted(set(names))
    means = []
    for label in labels:
        member = np.array([name == label for name in names])
        means.append(old[member].mean(axis=0))
    return [labels[int(i)] for i in nearest_centre(np.asarray(new, dtype=float), means)]


# %% wrong: find_groups
# Misconception: Thinks that groups are parts of equal size: sorts the customers and cuts the list into k pieces.
def find_groups(X: Array, k: int) -> Array:
    order = np.lexsort((X[:, 1], X[:, 0]))
    groups = np.zeros(len(X), dtype=int)
    for number, part in enumerate(np.array_split(order, k)):
        groups[part] = number
    return groups
