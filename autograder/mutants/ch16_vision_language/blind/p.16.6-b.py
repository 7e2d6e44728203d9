# %% right
# Intent: torch's cross_entropy takes probabilities as targets, and lerp is the moving average.
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray


def dino_loss(
    student: ArrayLike,
    teacher: ArrayLike,
    centre: ArrayLike,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
) -> float:
    s, t, c = (torch.as_tensor(z, dtype=torch.float64) for z in (student, teacher, centre))
    return F.cross_entropy(s / student_temperature, ((t - c) / teacher_temperature).softmax(dim=1)).item()


def follow(teacher: ArrayLike, student: ArrayLike, momentum: float) -> NDArray[np.float64]:
    t, s = (torch.as_tensor(z, dtype=torch.float64) for z in (teacher, student))
    return torch.lerp(s, t, momentum).numpy()

# %% wrong: dino_loss
# Misconception: centring is a normalisation of the outputs, so it is done to the student's as well as to the teacher's.
def dino_loss(
    student: ArrayLike,
    teacher: ArrayLike,
    centre: ArrayLike,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
) -> float:
    s, t, c = (torch.as_tensor(z, dtype=torch.float64) for z in (student, teacher, centre))
    return F.cross_entropy((s - c) / student_temperature, ((t - c) / teacher_temperature).softmax(dim=1)).item()

# %% wrong: follow
# Misconception: momentum is how fast the teacher moves towards the student.
def follow(teacher: ArrayLike, student: ArrayLike, momentum: float) -> NDArray[np.float64]:
    t, s = (torch.as_tensor(z, dtype=torch.float64) for z in (teacher, student))
    return torch.lerp(t, s, momentum).numpy()
