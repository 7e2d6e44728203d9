"""Chapter 15, from a decoder to a chatbot (p.15.9): the answers."""

import numpy as np
from numpy.typing import ArrayLike

# From a pretrained decoder to a chatbot, in order
P_15_9_CHOICE = [
    "pretrain on a large corpus",
    "fine-tune on instructions with good answers",
    "collect which of two answers people like better",
    "tune to these preferences",
    "wrap it in a chat template, with a system prompt and history",
    "deploy, with guardrails and monitoring",
]


def dpo_loss(
    chosen: ArrayLike, rejected: ArrayLike, chosen_before: ArrayLike, rejected_before: ArrayLike, beta: float = 0.1
) -> float:
    """Return the loss of direct preference optimisation, which tunes a model to what
    people like better without a model of rewards.

    For one pair of answers it is -log σ(beta · margin), where σ is the sigmoid. The
    margin says by how much more the model favours the chosen answer than it did before
    tuning: log probability of the chosen answer now minus before, less log probability
    of the rejected answer now minus before.

    Parameters
    ----------
    chosen, rejected : (n,) log probabilities of both answers, by the model now.
    chosen_before, rejected_before : (n,) by the model before it is tuned.

    Returns
    -------
    The mean over the pairs; finite for any finite log probabilities.

    Examples
    --------
    >>> round(dpo_loss([-3.0], [-5.0], [-3.0], [-5.0]), 4)  # nothing has changed: log 2
    0.6931
    >>> round(dpo_loss([-1.0], [-9.0], [-3.0], [-5.0], beta=0.5), 4)
    0.0486
    """
    now, before = np.subtract(chosen, rejected), np.subtract(chosen_before, rejected_before)
    return float(np.logaddexp(0, -beta * (now - before)).mean())
