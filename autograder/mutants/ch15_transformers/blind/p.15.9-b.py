# %% right
# Intent: torch's logsigmoid, which does not overflow, in float64.
import numpy as np
import torch
import torch.nn.functional as F


def dpo_loss(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    c, r, c0, r0 = (
        torch.tensor(np.asarray(one, dtype=np.float64)) for one in (chosen, rejected, chosen_before, rejected_before)
    )
    return -F.logsigmoid(beta * ((c - c0) - (r - r0))).mean().item()


P_15_9_CHOICE = [
    "pretrain on a large corpus",
    "fine-tune on instructions with good answers",
    "collect which of two answers people like better",
    "tune to these preferences",
    "wrap it in a chat template, with a system prompt and history",
    "deploy, with guardrails and monitoring",
]

# %% wrong: dpo_loss
# Misconception: the loss of a batch is taken of its mean margin, which is the same as the mean of the losses.
def dpo_loss(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    c, r, c0, r0 = (
        torch.tensor(np.asarray(one, dtype=np.float64)) for one in (chosen, rejected, chosen_before, rejected_before)
    )
    return -F.logsigmoid(beta * ((c - c0) - (r - r0)).mean()).item()

# %% wrong: P_15_9_CHOICE
# Misconception: people's preferences come first, and the instructions are a last polish before the chat.
P_15_9_CHOICE = [
    "pretrain on a large corpus",
    "collect which of two answers people like better",
    "tune to these preferences",
    "fine-tune on instructions with good answers",
    "wrap it in a chat template, with a system prompt and history",
    "deploy, with guardrails and monitoring",
]
