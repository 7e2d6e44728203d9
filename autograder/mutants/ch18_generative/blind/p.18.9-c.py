# %% right
# Intent: the shares of variance multiply; what is left of the picture is their root, the noise fills up to variance 1.
def noise_levels(betas):
    left = np.cumprod(1.0 - np.asarray(betas, dtype=float))
    return np.sqrt(left), np.sqrt(1.0 - left)


P_18_9_CHOICE = {"A": "diffusion", "B": "GAN", "C": "GAN", "D": "diffusion", "E": "diffusion", "F": "GAN"}

# %% wrong: noise_levels
# Misconception: the variances of the steps' noises simply add up.
def noise_levels(betas):
    b = np.asarray(betas, dtype=float)
    return np.sqrt(np.cumprod(1 - b)), np.sqrt(np.cumsum(b))

# %% wrong: P_18_9_CHOICE
# Misconception: one network with a steady loss is the GAN's generator's job, and a diffusion model, with its blur, ends up with few kinds.
P_18_9_CHOICE = {"A": "GAN", "B": "GAN", "C": "GAN", "D": "diffusion", "E": "diffusion", "F": "diffusion"}
