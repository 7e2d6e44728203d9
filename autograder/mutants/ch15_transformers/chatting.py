"""Chapter 15, from a decoder to a chatbot (p.15.9): wrong answers, and right ones."""

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from autograder.testing import alternative, mutant
from solutions.ch15_transformers.chatting import dpo_loss

# ---------------------------------------------------------------- p.15.9


@mutant("p.15.9", replaces="dpo_loss", fails="test_loss_of_preferences")
def without_the_past(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    """You leave out the model before tuning: what counts is by how much each log probability has changed."""
    return dpo_loss(chosen, rejected, np.zeros_like(chosen), np.zeros_like(chosen), beta)


@mutant("p.15.9", replaces="dpo_loss", fails="test_loss_of_preferences")
def rejected_preferred(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    """Your sign is the other one: the loss falls when the chosen answer gets likelier."""
    return dpo_loss(rejected, chosen, rejected_before, chosen_before, beta)


@mutant("p.15.9", replaces="dpo_loss", fails="test_loss_of_preferences")
def beta_outside(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    """You multiply the loss by beta: it is the margin that is multiplied, inside of the sigmoid."""
    return beta * dpo_loss(chosen, rejected, chosen_before, rejected_before, 1.0)


@mutant("p.15.9", replaces="dpo_loss", fails="test_loss_of_preferences")
def summed_up(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    """You sum over the pairs: take the mean."""
    return dpo_loss(chosen, rejected, chosen_before, rejected_before, beta) * len(chosen)


@mutant("p.15.9", replaces="dpo_loss", fails="test_loss_of_preferences")
def loss_of_the_mean(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    """You take the loss of the mean margin: take the mean of the pairs' losses."""
    return dpo_loss(
        *(np.mean(part, keepdims=True) for part in (chosen, rejected, chosen_before, rejected_before)), beta
    )


@mutant("p.15.9", replaces="dpo_loss", fails="test_loss_of_preferences")
def log_of_nothing(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    """Your sigmoid becomes 0 far out, and its logarithm infinite: log(1 + e^-x) is the same, and `logaddexp` can it."""
    margin = np.subtract(chosen, rejected) - np.subtract(chosen_before, rejected_before)
    with np.errstate(all="ignore"):
        return float(-np.log(1 / (1 + np.exp(-beta * margin))).mean())


@mutant("p.15.9", replaces="P_15_9_CHOICE", fails="test_steps_in_order", constant=True)
def preferences_first():
    """A model that only goes on with texts gives no answers to compare: it is fine-tuned on instructions before."""
    return [
        "pretrain on a large corpus",
        "collect which of two answers people like better",
        "tune to these preferences",
        "fine-tune on instructions with good answers",
        "wrap it in a chat template, with a system prompt and history",
        "deploy, with guardrails and monitoring",
    ]


@alternative("p.15.9", replaces="dpo_loss")
def as_a_classifier(chosen, rejected, chosen_before, rejected_before, beta=0.1):
    """By a classifier's loss, whose label is always 1."""
    now, past, before, long_past = (
        torch.as_tensor(np.asarray(part, dtype=float)) for part in (chosen, rejected, chosen_before, rejected_before)
    )
    logits = beta * ((now - before) - (past - long_past))
    return binary_cross_entropy_with_logits(logits, torch.ones_like(logits)).item()
