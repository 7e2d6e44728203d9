# %% right
# Intent: an autograd.Function of my own: forward rounds and clamps (in double, cast back), backward multiplies with the mask of what was not cut off.
import torch


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero_point):
        q = torch.round(x.double() / scale + zero_point)
        ctx.save_for_backward((q >= -128) & (q <= 127))
        return (scale * (q.clamp(-128, 127) - zero_point)).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        (inside,) = ctx.saved_tensors
        return grad * inside, None, None


def fake_quantise(x, scale, zero_point):
    return _StraightThrough.apply(x, scale, zero_point)

# %% wrong: fake_quantise
# Misconception: straight-through means that the gradient passes everywhere, also where the value was cut off.
import torch


def fake_quantise(x, scale, zero_point):
    q = torch.clamp(torch.round(x / scale) + zero_point, -128, 127)
    return x + (scale * (q - zero_point) - x).detach()

# %% wrong: fake_quantise
# Misconception: the limits of 8 bits are -128 and 127 for the value divided by the step; the zero point only shifts the result and has nothing to do with the cut.
import torch


def fake_quantise(x, scale, zero_point):
    steps = x / scale
    cut = steps.clamp(-128, 127)
    return scale * (cut + (cut.round() - cut).detach())
