# %% right
# Intent: the width is the gap between the two levels divided by the gradient's length; the cost is written with
# homogeneous coordinates, so that rows and bias go through one product.
import torch


def _tensor(a):
    return torch.as_tensor(np.asarray(a, dtype=float))


def street_width(w: ArrayLike) -> float:
    return float((1 - -1) / torch.linalg.vector_norm(_tensor(w)))


def soft_margin_cost(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, C: float) -> float:
    X, t, w = map(_tensor, (X, t, w))
    homogeneous = torch.cat([X, torch.ones(len(X), 1, dtype=torch.float64)], dim=1)
    theta = torch.cat([w, _tensor([b])])
    margins = torch.einsum("i,ij,j->i", t, homogeneous, theta)
    return float(torch.dot(w, w) / 2 + C * torch.relu(1 - margins).sum())


# %% wrong: street_width
# Misconception: Takes the length of w to be the sum of its absolute entries (as if one walked along the axes).
def street_width(w: ArrayLike) -> float:
    return float(2 / _tensor(w).abs().sum())


# %% wrong: soft_margin_cost
# Misconception: Thinks that a violation is a share of the street, so that a row on the wrong side has violated it
# fully, by 1, and cannot cost more than C.
def soft_margin_cost(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, C: float) -> float:
    X, t, w = map(_tensor, (X, t, w))
    violations = (1 - t * (X @ w + b)).clamp(0, 1)
    return float(torch.dot(w, w) / 2 + C * violations.sum())
