# %% right
# Intent: the product of 1 - beta is the share of variance that is left, and the noise has the rest.
import numpy as np


def noise_levels(betas):
    left = np.cumprod(1 - np.asarray(betas, float))
    return np.sqrt(left), np.sqrt(1 - left)


P_18_9_CHOICE = {"A": "diffusion", "B": "GAN", "C": "GAN", "D": "diffusion", "E": "diffusion", "F": "GAN"}

# %% wrong: noise_levels
# Misconception: the noise after t steps is the noise of step t.
def noise_levels(betas):
    betas = np.asarray(betas, float)
    return np.sqrt(np.cumprod(1 - betas)), np.sqrt(betas)


# %% wrong: noise_levels
# Misconception: the variances of all steps' noises just add up; earlier noise is not shrunk by later steps.
def noise_levels(betas):
    betas = np.asarray(betas, float)
    return np.sqrt(np.cumprod(1 - betas)), np.sqrt(np.cumsum(betas))
