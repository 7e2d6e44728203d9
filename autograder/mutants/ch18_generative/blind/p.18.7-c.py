# %% right
# Intent: binary cross-entropy from logits, pooled over the concatenated batch for the one, over the made ones for the other.
from torch.nn.functional import binary_cross_entropy_with_logits as _bce


def gan_losses(true_logits, made_logits):
    true, made = (torch.as_tensor(np.asarray(v, dtype=np.float64)) for v in (true_logits, made_logits))
    d = _bce(torch.cat([true, made]), torch.cat([torch.ones_like(true), torch.zeros_like(made)]))
    return d.item(), _bce(made, torch.ones_like(made)).item()


P_18_7_CHOICE = {
    letter: "one for a GAN" if letter in "ACD" else "not one for a GAN" for letter in "ABCDEF"
}

# %% wrong: gan_losses
# Misconception: the two kinds count half each, however many there are: the mean of the two means.
def gan_losses(true_logits, made_logits):
    true, made = (torch.as_tensor(np.asarray(v, dtype=np.float64)) for v in (true_logits, made_logits))
    d = (_bce(true, torch.ones_like(true)) + _bce(made, torch.zeros_like(made))) / 2
    return d.item(), _bce(made, torch.ones_like(made)).item()

# %% wrong: P_18_7_CHOICE
# Misconception: GANs learn without labels, so they are made for clustering; colouring is a plain regression.
P_18_7_CHOICE = {
    letter: "one for a GAN" if letter in "ADE" else "not one for a GAN" for letter in "ABCDEF"
}
