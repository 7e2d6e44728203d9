# %% right
# Intent: einsum of the teacher's sharpened, centred probabilities with the student's log-probabilities; lerp for the EMA.
def dino_loss(
    student: ArrayLike,
    teacher: ArrayLike,
    centre: ArrayLike,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
) -> float:
    import numpy as np
    import torch

    student, teacher, centre = (torch.tensor(np.asarray(x), dtype=torch.float64) for x in (student, teacher, centre))
    targets = ((teacher - centre) / teacher_temperature).softmax(dim=-1)
    log_probabilities = (student / student_temperature).log_softmax(dim=-1)
    return -torch.einsum("bk,bk->b", targets, log_probabilities).mean().item()


def follow(teacher: ArrayLike, student: ArrayLike, momentum: float) -> NDArray[np.float64]:
    import numpy as np

    pair = np.stack([np.asarray(teacher, dtype=np.float64), np.asarray(student, dtype=np.float64)])
    return np.einsum("s,s...->...", np.array([momentum, 1.0 - momentum]), pair)


# %% wrong: dino_loss
# Misconception: the centre is a bias of the finished scores: it is taken away after they were divided.
def dino_loss(
    student: ArrayLike,
    teacher: ArrayLike,
    centre: ArrayLike,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
) -> float:
    import numpy as np
    import torch

    student, teacher, centre = (torch.tensor(np.asarray(x), dtype=torch.float64) for x in (student, teacher, centre))
    targets = (teacher / teacher_temperature - centre).softmax(dim=-1)
    return -torch.einsum("bk,bk->b", targets, (student / student_temperature).log_softmax(dim=-1)).mean().item()


# %% wrong: follow
# Misconception: momentum is how fast the teacher is pulled to the student.
def follow(teacher: ArrayLike, student: ArrayLike, momentum: float) -> NDArray[np.float64]:
    import numpy as np

    teacher, student = np.asarray(teacher, dtype=np.float64), np.asarray(student, dtype=np.float64)
    return teacher + momentum * (student - teacher)
