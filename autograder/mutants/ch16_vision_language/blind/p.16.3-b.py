# %% right
# Intent: two calls of torch's cross_entropy, with the teacher's argmax as labels of the second.
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike


def deit_loss(class_logits: ArrayLike, distil_logits: ArrayLike, teacher_logits: ArrayLike, y: ArrayLike) -> float:
    own, distil, teacher = (torch.as_tensor(z, dtype=torch.float64) for z in (class_logits, distil_logits, teacher_logits))
    labels = torch.as_tensor(y, dtype=torch.int64)
    return ((F.cross_entropy(own, labels) + F.cross_entropy(distil, teacher.argmax(dim=1))) / 2).item()

# %% wrong: deit_loss
# Misconception: distillation always means to match the teacher's whole probabilities (soft targets).
def deit_loss(class_logits: ArrayLike, distil_logits: ArrayLike, teacher_logits: ArrayLike, y: ArrayLike) -> float:
    own, distil, teacher = (torch.as_tensor(z, dtype=torch.float64) for z in (class_logits, distil_logits, teacher_logits))
    labels = torch.as_tensor(y, dtype=torch.int64)
    return ((F.cross_entropy(own, labels) + F.cross_entropy(distil, teacher.softmax(dim=1))) / 2).item()

# %% wrong: deit_loss
# Misconception: the two heads are averaged to one prediction, and that one is compared with the labels and with the teacher.
def deit_loss(class_logits: ArrayLike, distil_logits: ArrayLike, teacher_logits: ArrayLike, y: ArrayLike) -> float:
    own, distil, teacher = (torch.as_tensor(z, dtype=torch.float64) for z in (class_logits, distil_logits, teacher_logits))
    labels = torch.as_tensor(y, dtype=torch.int64)
    both = (own + distil) / 2
    return ((F.cross_entropy(both, labels) + F.cross_entropy(both, teacher.argmax(dim=1))) / 2).item()
