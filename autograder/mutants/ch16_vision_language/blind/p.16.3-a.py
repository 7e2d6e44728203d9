# %% right
# Intent: a small cross-entropy by log-sum-exp, once with the labels and once with the teacher's argmax, then their mean.
import numpy as np


def _mean_cross_entropy(logits, targets):
    logits = np.asarray(logits, dtype=np.float64)
    total = 0.0
    for row, target in zip(logits, targets):
        top = row.max()
        total += top + np.log(np.exp(row - top).sum()) - row[int(target)]
    return total / len(logits)


def deit_loss(class_logits, distil_logits, teacher_logits, y):
    y = np.asarray(y)
    said = np.asarray(teacher_logits, dtype=np.float64).argmax(axis=1)
    return float(0.5 * _mean_cross_entropy(class_logits, y) + 0.5 * _mean_cross_entropy(distil_logits, said))

# %% wrong: deit_loss
# Misconception: distillation always means to imitate the teacher's probabilities (soft), not its decision.
def deit_loss(class_logits, distil_logits, teacher_logits, y):
    teacher = np.asarray(teacher_logits, dtype=np.float64)
    p = np.exp(teacher - teacher.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    d = np.asarray(distil_logits, dtype=np.float64)
    d = d - d.max(axis=1, keepdims=True)
    log_q = d - np.log(np.exp(d).sum(axis=1, keepdims=True))
    soft = -(p * log_q).sum(axis=1).mean()
    return float(0.5 * _mean_cross_entropy(class_logits, np.asarray(y)) + 0.5 * soft)

# %% wrong: deit_loss
# Misconception: the class token learns from the teacher's classes, and the distillation token is compared with the truth.
def deit_loss(class_logits, distil_logits, teacher_logits, y):
    said = np.asarray(teacher_logits, dtype=np.float64).argmax(axis=1)
    return float(0.5 * _mean_cross_entropy(class_logits, said) + 0.5 * _mean_cross_entropy(distil_logits, np.asarray(y)))
