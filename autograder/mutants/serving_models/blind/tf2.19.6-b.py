# %% right
# Intent: torch has this operation, with the straight-through gradient and the mask, built in.
import torch


def fake_quantise(x, scale, zero_point):
    return torch.fake_quantize_per_tensor_affine(x, float(scale), int(zero_point), -128, 127)


# %% wrong: fake_quantise
# Misconception: a straight-through estimator treats the whole operation as the identity, so the gradient is 1 everywhere,
# also where values are cut off.
import torch


def fake_quantise(x, scale, zero_point):
    with torch.no_grad():
        y = (torch.clamp(torch.round(x / scale) + zero_point, -128, 127) - zero_point) * scale
    return y + (x - x.detach())


# %% wrong: fake_quantise
# Misconception: torch.round and torch.clamp are differentiable operations, so autograd does what is needed by itself.
import torch


def fake_quantise(x, scale, zero_point):
    q = torch.clamp(torch.round(x / scale + zero_point), -128, 127)
    return (q - zero_point) * scale
