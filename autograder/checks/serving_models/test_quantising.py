"""Hidden checks of serving models: numbers in 8 bits (tf2.19.5 and tf2.19.6)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.testing import check


def _tensors(rng):
    """Numbers on both sides of 0, on one side, far from 0, of small and of large size; then some where 0 falls between
    two whole numbers, nearer to the one, nearer to the other, and in the middle."""
    for shape, low, high in (
        ((40,), -1, 2),
        ((6, 5), 3, 9),
        ((30,), -8, -1),
        ((2, 3, 9), -1e-5, 4e-5),
        ((70,), -9e4, 1e3),
    ):
        yield low + (high - low) * rng.uniform(0, 1, shape) * float(rng.uniform(0.7, 1))
    for part in (0.3, 0.7):
        below = int(rng.integers(20, 100)) + part
        yield float(rng.uniform(0.01, 2)) * np.append([-below, 255 - below], rng.uniform(-below, 255 - below, 30))
    yield 2.0 ** rng.integers(-6, 7) * np.append([-11.5, 243.5], rng.integers(-11, 244, 30))  # both ends are halves


def _range(x):
    return max(0.0, float(x.max())) - min(0.0, float(x.min()))


def _parts(student, x):
    q, scale, zero_point = student.quantise(x)
    return np.asarray(q), float(scale), int(zero_point)


@check("tf2.19.5", core=True, hint="256 numbers, 255 steps between them, over a range that holds 0.")
def test_steps_are_a_255th_of_the_range(student, rng):
    """The scale is a 255th of the range with 0 in it, and the zero point stands where 0 falls in it, for lists of
    whole numbers too."""
    for x in _tensors(rng):
        q, scale, zero_point = _parts(student, x)
        assert q.shape == x.shape and q.dtype == np.int8
        assert_allclose(scale, _range(x) / 255, rtol=1e-6)
        assert abs(zero_point - (-128 - min(0.0, x.min()) / scale)) <= 0.5 + 1e-6
        assert -128 <= zero_point <= 127
    q, scale, zero_point = _parts(student, [[0, 102], [510, 254]])
    assert (q.tolist(), scale, zero_point) == ([[-128, -77], [127, -1]], 2, -128)


@check("tf2.19.5", core=True, weight=2, hint="Round to the nearest whole number before you make it int8: a conversion "
       "alone cuts digits off, and beyond 127 it goes round.")  # fmt: skip
def test_error_is_half_a_step(student, rng):
    """What comes back differs by half a step at most, by a step where the range ends, and by a quarter on average."""
    for x in _tensors(rng):
        q, scale, zero_point = _parts(student, x)
        errors = np.abs(np.asarray(student.dequantise(q, scale, zero_point), dtype=float) - x)
        ends = np.isin(q, (-128, 127))  # the zero point was rounded as well
        assert errors[~ends].max(initial=0) <= 0.5001 * scale
        assert errors.max() <= 1.0001 * scale
        assert errors.mean() <= 0.4 * scale


@check("tf2.19.5", hint="Padding and ReLU make many zeros: they must stay what they are.")
def test_zero_stays_zero(student, rng):
    """0 comes back as exactly 0, from values on both sides and on one side; a tensor of zeros comes back too."""
    for x in _tensors(rng):
        flat = np.append(x.ravel(), [0.0, 0.0])
        q, scale, zero_point = _parts(student, flat)
        assert (q[-2:] == zero_point).all()
        assert_array_equal(np.asarray(student.dequantise(q, scale, zero_point))[-2:], 0)
    q, scale, zero_point = _parts(student, np.zeros((2, 3)))
    assert scale == 1
    assert_array_equal(np.asarray(student.dequantise(q, scale, zero_point)), np.zeros((2, 3)))


@check("tf2.19.5", core=True, hint="int8 holds no difference larger than 127: make the numbers float first.")
def test_dequantises(student, rng):
    """Each whole number gives scale (q - zero_point) in float64, whatever is subtracted from it."""
    for zero_point in (-128, 127, int(rng.integers(-100, 100))):
        q, scale = rng.integers(-128, 128, (4, 9)).astype(np.int8), float(rng.uniform(0.01, 3))
        found = np.asarray(student.dequantise(q, scale, zero_point))
        assert found.dtype == np.float64
        assert_allclose(found, scale * (q.astype(float) - zero_point), rtol=1e-6, atol=1e-12)


@check("tf2.19.5", hint="Work on a copy.")
def test_numbers_are_left_alone(student, rng):
    """Neither function changes what it is given."""
    x = rng.normal(size=(5, 4))
    (q, scale, zero_point), (after,) = student.watch_("quantise", x)
    assert_array_equal(after, x)
    _, (after, *_) = student.watch_("dequantise", q, scale, zero_point)
    assert_array_equal(after, q)


def _passed(fake_quantise, x, scale, zero_point, slopes):
    """Probe: values, and the gradient that reaches `x` for these slopes of a loss."""
    x = x.clone().requires_grad_()
    y = fake_quantise(x, scale, zero_point)
    y.backward(slopes)
    return y.detach(), x.grad


def _settings(rng):
    """Tensors with values within the range and beyond it, but none at its ends; scale and zero point."""
    for shape, zero_point in (((60,), 0), ((8, 7), -128), ((50,), 127), ((3, 4, 5), int(rng.integers(-90, 90)))):
        scale = float(rng.uniform(0.02, 2))
        q = rng.integers(-190, 190, shape) + rng.uniform(-0.45, 0.45, shape)
        yield torch.tensor(scale * (q - zero_point), dtype=torch.float32), scale, zero_point


@check("tf2.19.6", core=True, hint="Divide, round, add the zero point, cut off, and all the way back.")
def test_values_are_rounded(student, rng):
    """The values are those that 8 bits can say, cut off beyond -128 and 127, in the tensor's shape and type."""
    for x, scale, zero_point in _settings(rng):
        for dtype in (torch.float32, torch.float64):
            found = student.fake_quantise(x.to(dtype), scale, zero_point)
            wanted = torch.fake_quantize_per_tensor_affine(x, scale, zero_point, -128, 127)
            assert found.dtype == dtype and found.shape == x.shape
            assert_allclose(found.detach().numpy(), wanted.numpy(), rtol=1e-4, atol=1e-4 * scale)


@check("tf2.19.6", core=True, hint="x + (rounded - x).detach() has the value of the one and the gradient of the other.")
def test_gradient_passes_the_rounding(student, rng):
    """Values are rounded, and within the range the gradient passes unchanged, whatever the loss."""
    probe = student.probe_(_passed)
    for x, scale, zero_point in _settings(rng):
        slopes = torch.tensor(rng.normal(size=x.shape), dtype=torch.float32)
        found, gradient = probe(student.fake_quantise, x, scale, zero_point, slopes)
        wanted = torch.fake_quantize_per_tensor_affine(x, scale, zero_point, -128, 127)
        assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-4, atol=1e-4 * scale)
        q = torch.round(x / scale) + zero_point
        inside = ((q > -128) & (q < 127)).numpy()
        assert gradient is not None and tuple(gradient.shape) == tuple(x.shape)
        assert_allclose(gradient.numpy()[inside], slopes.numpy()[inside], rtol=1e-5)


@check("tf2.19.6", hint="What was cut off does not move the result: how much is its gradient? What becomes 127 by "
       "rounding was not cut off.")  # fmt: skip
def test_no_gradient_where_cut_off(student, rng):
    """Where a value was cut off the gradient is 0, and nowhere else: what is rounded to -128 or 127 was not."""
    probe = student.probe_(_passed)
    for x, scale, zero_point in _settings(rng):
        _, gradient = probe(student.fake_quantise, x, scale, zero_point, torch.ones_like(x))
        q = torch.round(x / scale) + zero_point
        outside = ((q < -128) | (q > 127)).numpy()
        assert outside.any() and (gradient.numpy()[outside] == 0).all()
        ends = torch.tensor([-129.3, -128.7, -128.3, -127.7, 126.7, 127.3, 127.7, 128.3])
        _, gradient = probe(student.fake_quantise, scale * (ends - zero_point), scale, zero_point, torch.ones(8))
        assert_array_equal(gradient.numpy().round(4), [0, 0, 1, 1, 1, 1, 0, 0])


@check("tf2.19.6", hint="`x.clamp_` and `x[...] = …` change the caller's tensor.")
def test_tensor_is_left_alone(student, rng):
    """The tensor that is passed in keeps its values."""
    x = torch.tensor(rng.uniform(-400, 400, 30), dtype=torch.float32)
    _, (after, *_) = student.watch_("fake_quantise", x.clone(), 0.5, 3)
    assert_array_equal(after.numpy(), x.numpy())
