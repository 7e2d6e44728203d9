# %% right
# Intent: -log sigmoid is softplus of the negative, which never overflows; all in float64 tensors.
import numpy as np
import torch
import torch.nn.functional as F


def dpo_loss(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    c, r, c0, r0 = (torch.from_numpy(np.array(a, dtype=np.float64)) for a in (chosen, rejected, chosen_before, rejected_before))
    margin = (c - c0) - (r - r0)
    return float(-F.logsigmoid(beta * margin).mean())


P_15_9_CHOICE = [
    "pretrain on a large corpus",
    "fine-tune on instructions with good answers",
    "collect which of two answers people like better",
    "tune to these preferences",
    "wrap it in a chat template, with a system prompt and history",
    "deploy, with guardrails and monitoring",
]

# %% wrong: dpo_loss
# Misconception: what matters is only that the chosen answer is now likelier than the rejected one; the model before tuning is
# needed for nothing.
def dpo_loss(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    c, r = (torch.from_numpy(np.array(a, dtype=np.float64)) for a in (chosen, rejected))
    return float(-F.logsigmoid(beta * (c - r)).mean())

# %% wrong: P_15_9_CHOICE
# Misconception: preferences are learned right after pretraining, and instructions are the last polish.
P_15_9_CHOICE = [
    "pretrain on a large corpus",
    "collect which of two answers people like better",
    "tune to these preferences",
    "fine-tune on instructions with good answers",
    "wrap it in a chat template, with a system prompt and history",
    "deploy, with guardrails and monitoring",
]
