# %% right
# Intent: for each text count how many pictures are more similar than its own; it is found when fewer than k are.
import numpy as np


def recall_at(similarities, k):
    s = np.asarray(similarities, dtype=np.float64)
    n = len(s)
    found = 0
    for i in range(n):
        better = 0
        for j in range(n):
            if s[i, j] > s[i, i]:
                better += 1
        if better < k:
            found += 1
    return found / n


P_16_8_CHOICE = [
    "describe a photo",
    "find photos by words",
    "answer a question on a diagram",
    "write down what is said",
]

# %% wrong: recall_at
# Misconception: it is the picture that looks for its text, so the own text's rank is taken in each column.
def recall_at(similarities, k):
    s = np.asarray(similarities, dtype=np.float64)
    n = len(s)
    found = 0
    for j in range(n):
        if (s[:, j] > s[j, j]).sum() < k:
            found += 1
    return found / n

# %% wrong: P_16_8_CHOICE
# Misconception: multimodal means pictures and something else, so speech to text is plain text work, and counting on photos is multimodal.
P_16_8_CHOICE = [
    "describe a photo",
    "find photos by words",
    "answer a question on a diagram",
    "count the cars on a photo",
]
