# %% right
# Intent: torch's binary cross-entropy with logits, in float64, of all logits with their targets.
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce


def gan_losses(true_logits, made_logits):
    true = torch.as_tensor(true_logits, dtype=torch.float64)
    made = torch.as_tensor(made_logits, dtype=torch.float64)
    targets = torch.cat([torch.ones_like(true), torch.zeros_like(made)])
    return bce(torch.cat([true, made]), targets).item(), bce(made, torch.ones_like(made)).item()


P_18_7_CHOICE = {
    "A": "one for a GAN",
    "B": "not one for a GAN",
    "C": "one for a GAN",
    "D": "one for a GAN",
    "E": "not one for a GAN",
    "F": "not one for a GAN",
}

# %% wrong: gan_losses
# Misconception: both kinds count half each, however many there are of them.
def gan_losses(true_logits, made_logits):
    true = torch.as_tensor(true_logits, dtype=torch.float64)
    made = torch.as_tensor(made_logits, dtype=torch.float64)
    d_loss = (bce(true, torch.ones_like(true)) + bce(made, torch.zeros_like(made))) / 2
    return d_loss.item(), bce(made, torch.ones_like(made)).item()


# %% wrong: gan_losses
# Misconception: clipping the probabilities makes the logarithm safe, and the losses right.
def gan_losses(true_logits, made_logits):
    import numpy as np
    from scipy.special import expit

    true = np.clip(expit(np.asarray(true_logits, float)), 1e-7, 1 - 1e-7)
    made = np.clip(expit(np.asarray(made_logits, float)), 1e-7, 1 - 1e-7)
    d_loss = -np.mean(np.concatenate([np.log(true), np.log(1 - made)]))
    return float(d_loss), float(-np.mean(np.log(made)))
