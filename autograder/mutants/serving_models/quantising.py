"""Serving models, numbers in 8 bits (tf2.19.5 and tf2.19.6): wrong answers, and right ones."""

import numpy as np
import torch

from autograder.testing import alternative, mutant
from solutions.serving_models.quantising import fake_quantise as right_fake
from solutions.serving_models.quantising import quantise as right_quantise

# ---------------------------------------------------------------- tf2.19.5


@mutant("tf2.19.5", replaces="quantise", fails="test_steps_are_a_255th_of_the_range")
def range_without_zero(x):
    """The range has to hold 0: widen it where all numbers lie on one side."""
    x = np.asarray(x, dtype=float)
    scale = (x.max() - x.min()) / 255 or 1.0
    zero_point = round(-128 - x.min() / scale)
    return np.clip(np.round(x / scale) + zero_point, -128, 127).astype(np.int8), float(scale), zero_point


@mutant("tf2.19.5", replaces="quantise", fails="test_steps_are_a_255th_of_the_range")
def symmetric(x):
    """You spread the largest size over 127 steps: where the numbers lie on one side, half of the 256 are wasted."""
    x = np.asarray(x, dtype=float)
    scale = float(np.abs(x).max()) / 127 or 1.0
    return np.round(x / scale).astype(np.int8), scale, 0


@mutant("tf2.19.5", replaces="quantise", fails="test_steps_are_a_255th_of_the_range")
def no_lists(x):
    """You take arrays alone: numbers may be a list, of lists too, so make an array of what comes."""
    return right_quantise(x.astype(np.float64))


@mutant("tf2.19.5", replaces="quantise", fails="test_steps_are_a_255th_of_the_range")
def steps_of_a_256th(x):
    """Between 256 numbers there are 255 steps."""
    _, scale, _ = right_quantise(x)
    scale *= 255 / 256
    zero_point = int(np.clip(round(-128 - min(0.0, np.min(x)) / scale), -128, 127))
    return np.clip(np.round(np.asarray(x) / scale) + zero_point, -128, 127).astype(np.int8), scale, zero_point


@mutant("tf2.19.5", replaces="quantise", fails="test_error_is_half_a_step")
def cut_off(x):
    """A conversion to int8 cuts the digits off: round first."""
    _, scale, zero_point = right_quantise(x)
    return np.clip(np.trunc(np.asarray(x) / scale) + zero_point, -128, 127).astype(np.int8), scale, zero_point


@mutant("tf2.19.5", replaces="quantise", fails="test_error_is_half_a_step")
def rounded_down(x):
    """You round down: half of the errors are then larger than half a step."""
    _, scale, zero_point = right_quantise(x)
    return np.clip(np.floor(np.asarray(x) / scale) + zero_point, -128, 127).astype(np.int8), scale, zero_point


@mutant("tf2.19.5", replaces="quantise", fails="test_steps_are_a_255th_of_the_range")
def without_a_sign(x):
    """uint8 goes from 0 to 255: int8 from -128 to 127 is asked for."""
    q, scale, zero_point = right_quantise(x)
    return (q.astype(int) + 128).astype(np.uint8), scale, zero_point + 128


@mutant("tf2.19.5", replaces="quantise", fails="test_zero_stays_zero")
def nothing_to_divide_by(x):
    """If all values are 0, so is the range, and you divide by it."""
    x = np.asarray(x, dtype=float)
    return right_quantise(x) if x.any() else (np.zeros(x.shape, dtype=np.int8), 0.0, 0)


@mutant("tf2.19.5", replaces="dequantise", fails="test_dequantises")
def goes_round(q, scale, zero_point):
    """int8 minus a number goes round beyond 127: make it float first."""
    return scale * (np.asarray(q, dtype=np.int8) - np.array(zero_point, dtype=np.int8)).astype(float)


@mutant("tf2.19.5", replaces="dequantise", fails="test_dequantises")
def zero_point_scaled(q, scale, zero_point):
    """The zero point is a whole number like q: subtract it before you multiply."""
    return scale * np.asarray(q, dtype=float) - zero_point


@mutant("tf2.19.5", replaces="quantise", fails="test_numbers_are_left_alone")
def in_place(x):
    """You work in the caller's array: `x /= …` changes it."""
    found = right_quantise(x)
    if isinstance(x, np.ndarray):
        x /= found[1]
    return found


@mutant("tf2.19.5", replaces="quantise", fails="test_steps_are_a_255th_of_the_range")
def zero_point_cut_off(x):
    """`int` cuts the zero point's digits off: round it to the nearest whole number."""
    x = np.asarray(x, dtype=float)
    _, scale, _ = right_quantise(x)
    zero_point = int(-128 - min(0.0, x.min()) / scale)
    return np.clip(np.round(x / scale) + zero_point, -128, 127).astype(np.int8), scale, zero_point


@mutant("tf2.19.5", replaces="quantise", fails="test_error_is_half_a_step")
def goes_round_at_the_end(x):
    """Where zero point and largest value are both rounded up, 128 comes out, which int8 makes -128: cut off."""
    x = np.asarray(x, dtype=float)
    _, scale, zero_point = right_quantise(x)
    return (np.round(x / scale) + zero_point).astype(int).astype(np.int8), scale, zero_point


@mutant("tf2.19.5", replaces="quantise", fails="test_error_is_half_a_step")
def counted_from_the_smallest(x):
    """You count the steps from the smallest value on, while the zero point is rounded by itself: count them from 0."""
    x = np.asarray(x, dtype=float)
    _, scale, zero_point = right_quantise(x)
    return np.clip(np.round((x - min(0.0, x.min())) / scale) - 128, -128, 127).astype(np.int8), scale, zero_point


@alternative("tf2.19.5", replaces="quantise")
def in_single_precision(x):
    """In float32, rounded after the zero point is added."""
    x = np.asarray(x, dtype=np.float32)
    low, high = np.minimum(x.min(), 0), np.maximum(x.max(), 0)
    scale = (high - low) / np.float32(255) or np.float32(1)
    zero_point = np.rint(-128 - low / scale).astype(int)
    return np.rint(x / scale + zero_point).clip(-128, 127).astype(np.int8), scale, zero_point


@alternative("tf2.19.5", replaces="quantise")
def by_torch(x):
    """With torch's own operation."""
    x = torch.tensor(np.asarray(x), dtype=torch.float64)
    low, high = min(0.0, x.min().item()), max(0.0, x.max().item())
    scale = (high - low) / 255 if high > low else 1.0
    zero_point = max(-128, min(127, round(-128 - low / scale)))
    return torch.clamp(torch.round(x / scale) + zero_point, -128, 127).to(torch.int8), scale, zero_point


@alternative("tf2.19.5", replaces="dequantise")
def by_table(q, scale, zero_point):
    """With the real numbers that all 256 stand for."""
    table = (np.arange(-128, 128) - zero_point) * scale
    return table[np.asarray(q).astype(int) + 128]


# ---------------------------------------------------------------- tf2.19.6


@mutant("tf2.19.6", replaces="fake_quantise", fails="test_gradient_passes_the_rounding")
def as_it_comes(x, scale, zero_point):
    """`torch.round` has the derivative 0, so that nothing is learned: let the gradient pass it."""
    return scale * (torch.clamp(torch.round(x / scale) + zero_point, -128, 127) - zero_point)


@mutant("tf2.19.6", replaces="fake_quantise", fails="test_no_gradient_where_cut_off")
def passes_everywhere(x, scale, zero_point):
    """What was cut off moves nothing: its gradient is 0."""
    return x + (right_fake(x, scale, zero_point) - x).detach()


@mutant("tf2.19.6", replaces="fake_quantise", fails="test_no_gradient_where_cut_off")
def cut_off_before_it_is_rounded(x, scale, zero_point):
    """You stop the gradient as soon as a value is beyond the range: less than half a step beyond, it is rounded to the
    last number and not cut off."""
    inside = x.clamp(scale * (-128 - zero_point), scale * (127 - zero_point))
    return inside + (right_fake(x, scale, zero_point) - inside).detach()


@mutant("tf2.19.6", replaces="fake_quantise", fails="test_gradient_passes_the_rounding")
def gradient_scaled(x, scale, zero_point):
    """The gradient passes as it is: the division and the multiplication by the scale undo each other."""
    y = right_fake(x, scale, zero_point)
    return y.detach() + (y - y.detach()) / scale


@mutant("tf2.19.6", replaces="fake_quantise", fails="test_values_are_rounded")
def never_cut_off(x, scale, zero_point):
    """Beyond -128 and 127 there is no number: cut off."""
    return x + (scale * torch.round(x / scale) - x).detach()


@mutant("tf2.19.6", replaces="fake_quantise", fails="test_values_are_rounded")
def whole_numbers(x, scale, zero_point):
    """You return the whole numbers: what they stand for is asked for."""
    y = right_fake(x, scale, zero_point)
    return y + (y / scale + zero_point - y).detach()


@mutant("tf2.19.6", replaces="fake_quantise", fails="test_values_are_rounded")
def without_the_zero_point(x, scale, zero_point):
    """The zero point decides where is cut off: you leave it out."""
    return right_fake(x, scale, 0)


@mutant("tf2.19.6", replaces="fake_quantise", fails="test_values_are_rounded")
def always_float32(x, scale, zero_point):
    """You return float32 whatever the tensor's type."""
    return right_fake(x.float(), scale, zero_point)


@mutant("tf2.19.6", replaces="fake_quantise", fails="test_tensor_is_left_alone")
def clamped_in_place(x, scale, zero_point):
    """`clamp_` changes the caller's tensor."""
    low, high = scale * (-128 - zero_point), scale * (127 - zero_point)
    with torch.no_grad():
        y = right_fake(x.clone(), scale, zero_point)
    if not x.requires_grad:
        x.clamp_(low, high)
        return y
    return right_fake(x, scale, zero_point)


@alternative("tf2.19.6", replaces="fake_quantise")
def a_function_of_its_own(x, scale, zero_point):
    """With a backward pass of its own."""

    class Rounding(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            q = torch.round(x / scale) + zero_point
            ctx.save_for_backward((q >= -128) & (q <= 127))
            return scale * (q.clamp(-128, 127) - zero_point)

        @staticmethod
        def backward(ctx, slopes):
            return slopes * ctx.saved_tensors[0]

    return Rounding.apply(x)


@alternative("tf2.19.6", replaces="fake_quantise")
def by_a_mask(x, scale, zero_point):
    """With a difference that is 0 and whose gradient is 1 where nothing was cut off."""
    q = (x.detach() / scale + zero_point).round()
    cut_off = q.clamp(-128, 127)
    return (cut_off - zero_point) * scale + (x - x.detach()) * (q == cut_off)


@alternative("tf2.19.6", replaces="fake_quantise")
def by_the_library(x, scale, zero_point):
    """With torch's own operation."""
    return torch.fake_quantize_per_tensor_affine(x, scale, zero_point, -128, 127)
