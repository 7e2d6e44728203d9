# %% right
# Intent: write both softmaxes out, with the largest logit taken away first; the teacher is a running average.
import numpy as np


def dino_loss(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    s = np.asarray(student, dtype=np.float64) / student_temperature
    t = (np.asarray(teacher, dtype=np.float64) - np.asarray(centre, dtype=np.float64)) / teacher_temperature
    total = 0.0
    for s_row, t_row in zip(s, t):
        s_row = s_row - s_row.max()
        log_p = s_row - np.log(np.exp(s_row).sum())
        target = np.exp(t_row - t_row.max())
        target = target / target.sum()
        total -= float((target * log_p).sum())
    return total / len(s)


def follow(teacher, student, momentum):
    teacher = np.array(teacher, dtype=np.float64)
    student = np.array(student, dtype=np.float64)
    return momentum * teacher + (1.0 - momentum) * student

# %% wrong: dino_loss
# Misconception: centring is a normalisation of the outputs, so student and teacher both have the centre taken away.
def dino_loss(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    c = np.asarray(centre, dtype=np.float64)
    s = (np.asarray(student, dtype=np.float64) - c) / student_temperature
    t = (np.asarray(teacher, dtype=np.float64) - c) / teacher_temperature
    s = s - s.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    p = np.exp(t - t.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return float(-(p * log_p).sum(axis=1).mean())

# %% wrong: follow
# Misconception: momentum says how strongly the teacher moves, i.e. the share that is taken over from the student.
def follow(teacher, student, momentum):
    teacher = np.array(teacher, dtype=np.float64)
    student = np.array(student, dtype=np.float64)
    return teacher + momentum * (student - teacher)
