# %% right
# Intent: -log sigmoid(z) is log(1 + exp(-z)), written stably with logaddexp; average over all pictures, and over the made ones with target 1.
import numpy as np


def gan_losses(true_logits, made_logits):
    true_logits = np.array(true_logits, dtype=float)
    made_logits = np.array(made_logits, dtype=float)
    total, deceived = 0.0, 0.0
    for z in true_logits:
        total += np.logaddexp(0.0, -z)
    for z in made_logits:
        total += np.logaddexp(0.0, z)
        deceived += np.logaddexp(0.0, -z)
    return float(total / (len(true_logits) + len(made_logits))), float(deceived / len(made_logits))


P_18_7_CHOICE = {
    "A": "one for a GAN",
    "B": "not one for a GAN",
    "C": "one for a GAN",
    "D": "one for a GAN",
    "E": "not one for a GAN",
    "F": "not one for a GAN",
}

# %% wrong: gan_losses
# Misconception: the generator's loss is just the opposite of the discriminator's loss on the made ones (target 0, with a minus).
def gan_losses(true_logits, made_logits):
    t = np.array(true_logits, dtype=float)
    m = np.array(made_logits, dtype=float)
    d = np.concatenate([np.logaddexp(0.0, -t), np.logaddexp(0.0, m)]).mean()
    return float(d), float(-np.logaddexp(0.0, m).mean())

# %% wrong: gan_losses
# Misconception: the discriminator's loss is the average of two means, one over the true pictures and one over the made ones, however many there are of each.
def gan_losses(true_logits, made_logits):
    t = np.array(true_logits, dtype=float)
    m = np.array(made_logits, dtype=float)
    d = (np.logaddexp(0.0, -t).mean() + np.logaddexp(0.0, m).mean()) / 2
    return float(d), float(np.logaddexp(0.0, -m).mean())
