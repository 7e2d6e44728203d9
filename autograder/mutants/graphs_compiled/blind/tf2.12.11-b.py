# %% right
# Intent: a loop that stops as soon as torch.allclose with an absolute tolerance says so.
import torch


def settle(layer, x, tolerance, most):
    for steps in range(1, most + 1):
        x, before = layer(x), x
        if torch.allclose(x, before, rtol=0.0, atol=tolerance):
            break
    return x, steps

# %% wrong: settle
# Misconception: gradients are only needed for the last step; what came before is just a start.
def settle(layer, x, tolerance, most):
    for steps in range(1, most + 1):
        before = x.detach()
        x = layer(before)
        if (x - before).abs().max() <= tolerance:
            break
    return x, steps

# %% wrong: settle
# Misconception: it has settled when it changes little on average.
def settle(layer, x, tolerance, most):
    for steps in range(1, most + 1):
        x, before = layer(x), x
        if (x - before).abs().mean() <= tolerance:
            break
    return x, steps
