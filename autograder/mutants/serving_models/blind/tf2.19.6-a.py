# %% right
# Intent: an autograd function of its own: forward rounds and cuts off, backward multiplies by 1 or 0.
import torch


class _RoundTo8Bits(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero_point):
        q = torch.round(x.double() / scale) + zero_point
        inside = (q >= -128) & (q <= 127)
        ctx.save_for_backward(inside)
        q = torch.where(q < -128, torch.full_like(q, -128), q)
        q = torch.where(q > 127, torch.full_like(q, 127), q)
        return (scale * (q - zero_point)).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient):
        (inside,) = ctx.saved_tensors
        return gradient * inside.to(gradient.dtype), None, None


def fake_quantise(x, scale, zero_point):
    return _RoundTo8Bits.apply(x, scale, zero_point)


# %% wrong: fake_quantise
# Misconception: the limits of 8 bits hold for the rounded x / scale, and the zero point only moves the result.
import torch


def fake_quantise(x, scale, zero_point):
    steps = torch.clamp(x / scale, -128, 127)
    rounded = steps + (torch.round(steps) - steps).detach()
    q = rounded + zero_point
    return scale * (q - zero_point)


# %% wrong: fake_quantise
# Misconception: "straight through" means that every gradient passes, also for what was cut off.
import torch


def fake_quantise(x, scale, zero_point):
    q = torch.clamp(torch.round(x / scale) + zero_point, -128, 127)
    y = scale * (q - zero_point)
    return x + (y - x).detach()
