# %% right
# Intent: torch.nn.functional's elu and selu in float64; a unit is dead if its ReLU input is nowhere above 0.
import torch.nn.functional as F

def elu(z: ArrayLike) -> NDArray[np.float64]:
    return F.elu(torch.tensor(np.asarray(z, dtype=np.float64))).numpy()

def selu(z: ArrayLike) -> NDArray[np.float64]:
    return F.selu(torch.tensor(np.asarray(z, dtype=np.float64))).numpy()

def dead_units(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> list[int]:
    X, W, b = (torch.tensor(np.asarray(part, dtype=np.float64)) for part in (X, W, b))
    return (F.linear(X, W, b) <= 0).all(dim=0).nonzero().flatten().tolist()

TF2_11_3_CHOICE: list[str] = ["a", "d", "e"]

# %% wrong: dead_units
# Misconception: a unit is dead as soon as ReLU gives 0 for some row.
def dead_units(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> list[int]:
    z = np.asarray(X, dtype=float) @ np.asarray(W, dtype=float).T + np.asarray(b, dtype=float)
    return np.flatnonzero((z <= 0).any(axis=0)).tolist()

# %% wrong: selu
# Misconception: SELU is ELU times one constant; alpha is only another name for the slope of 1 on the left.
def selu(z: ArrayLike) -> NDArray[np.float64]:
    return 1.0507009873554805 * elu(z)
