# %% right
# Intent: hard distillation is two ordinary cross-entropies in float64; the teacher only gives argmax labels.
def deit_loss(class_logits: ArrayLike, distil_logits: ArrayLike, teacher_logits: ArrayLike, y: ArrayLike) -> float:
    import numpy as np
    import torch
    from torch.nn import functional as F

    heads = [torch.tensor(np.asarray(logits), dtype=torch.float64) for logits in (class_logits, distil_logits)]
    labels = torch.tensor(np.asarray(y), dtype=torch.int64)
    hard = torch.tensor(np.asarray(teacher_logits), dtype=torch.float64).argmax(dim=-1)
    losses = [F.cross_entropy(logits, wanted) for logits, wanted in zip(heads, (labels, hard))]
    return torch.stack(losses).mean().item()


# %% wrong: deit_loss
# Misconception: distillation always means matching the teacher's probabilities.
def deit_loss(class_logits: ArrayLike, distil_logits: ArrayLike, teacher_logits: ArrayLike, y: ArrayLike) -> float:
    import numpy as np
    import torch
    from torch.nn import functional as F

    classes, distil, teacher = (
        torch.tensor(np.asarray(logits), dtype=torch.float64) for logits in (class_logits, distil_logits, teacher_logits)
    )
    labels = torch.tensor(np.asarray(y), dtype=torch.int64)
    return (F.cross_entropy(classes, labels) / 2 + F.cross_entropy(distil, teacher.softmax(dim=-1)) / 2).item()


# %% wrong: deit_loss
# Misconception: the two heads are one classifier: their logits are averaged in training, as when classes are named.
def deit_loss(class_logits: ArrayLike, distil_logits: ArrayLike, teacher_logits: ArrayLike, y: ArrayLike) -> float:
    import numpy as np
    import torch
    from torch.nn import functional as F

    classes, distil, teacher = (
        torch.tensor(np.asarray(logits), dtype=torch.float64) for logits in (class_logits, distil_logits, teacher_logits)
    )
    labels = torch.tensor(np.asarray(y), dtype=torch.int64)
    both = (classes + distil) / 2
    return (F.cross_entropy(both, labels) / 2 + F.cross_entropy(both, teacher.argmax(dim=-1)) / 2).item()
