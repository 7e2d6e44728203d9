# %% right
# Intent: the k-nearest-neighbour graphs of X and of Z as 0/1 matrices A and B without a diagonal; the share that is
# kept is their inner product <A, B> = trace(A'B), divided by n k.
import numpy as np
import torch


def _nearest(points, k):
    P = torch.as_tensor(np.asarray(points, dtype=float))
    D = torch.cdist(P, P, compute_mode="donot_use_mm_for_euclid_dist").fill_diagonal_(float("inf"))
    return D.topk(k, dim=1, largest=False).indices


def _graph(points, k):
    near = _nearest(points, k)
    n = len(near)
    return torch.zeros(n, n, dtype=torch.float64).scatter_(1, near, 1.0)


def neighbours_kept(X: ArrayLike, Z: ArrayLike, k: int) -> float:
    A, B = _graph(X, k), _graph(Z, k)
    return float(torch.einsum("ij,ij->", A, B) / (len(A) * k))


P_07_7_CHOICE: list[str] = ["validation score of the next model", "reconstruction error"]

# %% wrong: neighbours_kept
# Misconception: Thinks that a neighbour is kept only if it has kept its rank: the nearest has to be the nearest
# again, the second the second.
def neighbours_kept(X: ArrayLike, Z: ArrayLike, k: int) -> float:
    return float((_nearest(X, k) == _nearest(Z, k)).double().mean())

# %% wrong: P_07_7_CHOICE
# Misconception: Thinks that any score of the next model will do, because the reduction has not seen the labels and
# so the training score can't be too good.
P_07_7_CHOICE: list[str] = [
    "reconstruction error",
    "training score of the next model",
    "validation score of the next model",
]
