# %% right
# Intent: carry the factor and the variance from step to step: a *= sqrt(1 - beta), var = (1 - beta) * var + beta.
import numpy as np


def noise_levels(betas):
    a, variance = 1.0, 0.0
    left, spread = [], []
    for beta in np.array(betas, dtype=float):
        a = a * np.sqrt(1 - beta)
        variance = (1 - beta) * variance + beta
        left.append(a)
        spread.append(np.sqrt(variance))
    return np.array(left), np.array(spread)


P_18_9_CHOICE = {"A": "diffusion", "B": "GAN", "C": "GAN", "D": "diffusion", "E": "diffusion", "F": "GAN"}

# %% wrong: noise_levels
# Misconception: the noise of all steps simply adds up; what was added earlier isn't shrunk.
def noise_levels(betas):
    betas = np.array(betas, dtype=float)
    return np.sqrt(np.cumprod(1 - betas)), np.sqrt(np.cumsum(betas))

# %% wrong: noise_levels
# Misconception: the noise after t steps has the deviation of the last step only, since each step mixes anew.
def noise_levels(betas):
    betas = np.array(betas, dtype=float)
    return np.sqrt(np.cumprod(1 - betas)), np.sqrt(betas)
