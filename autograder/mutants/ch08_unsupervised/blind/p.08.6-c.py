# %% right
# Intent: The sup norm of each row of probabilities is how sure the model is; a heap takes the n smallest of a generator
# over the rows without a label.
import heapq


def query(probas: ArrayLike, n: int, labelled: Sequence[int]) -> list[int]:
    P, known = np.asarray(probas, dtype=float), {int(row) for row in labelled}
    open_rows = (row for row in range(len(P)) if row not in known)
    return heapq.nsmallest(n, open_rows, key=lambda row: P[row].max())


# %% wrong: query
# Misconception: Thinks that "least sure" always means the smallest lead of the first class over the second, which is
# the same thing only if there are two classes.
def query(probas: ArrayLike, n: int, labelled: Sequence[int]) -> list[int]:
    P, known = np.asarray(probas, dtype=float), {int(row) for row in labelled}
    ranked = np.sort(P, axis=1)
    lead = ranked[:, -1] - ranked[:, -2]
    return heapq.nsmallest(n, (row for row in range(len(P)) if row not in known), key=lambda row: lead[row])
