# %% right
# Intent: the rank of the own picture is the number of pictures in the row that are more similar than the diagonal.
def recall_at(similarities: ArrayLike, k: int) -> float:
    import numpy as np

    scores = np.asarray(similarities, dtype=np.float64)
    own = np.einsum("ii->i", scores)
    ranks = (scores > own[:, None]).sum(axis=1)
    return float((ranks < k).mean())


P_16_8_CHOICE = [
    "describe a photo",
    "find photos by words",
    "answer a question on a diagram",
    "write down what is said",
]


# %% wrong: recall_at
# Misconception: searching in rows or columns is the same, as the matrix is about pairs.
def recall_at(similarities: ArrayLike, k: int) -> float:
    import numpy as np

    scores = np.asarray(similarities, dtype=np.float64)
    ranks = (scores > np.einsum("ii->i", scores)[None, :]).sum(axis=0)
    return float((ranks < k).mean())


# %% wrong: P_16_8_CHOICE
# Misconception: speech and its transcript are both language, hence one kind of data; a photo with a question is two.
P_16_8_CHOICE = ["describe a photo", "find photos by words", "answer a question on a diagram", "count the cars on a photo"]
