"""Hidden checks of chapter 12: what a network dreams of (tf1.13.10)."""

from itertools import pairwise

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch12_vision.inputs_nets import (
    picture,
    pictures_seen,
    response_gradient,
    small_network,
    state_of,
    wants_gradient,
    watching,
)
from autograder.testing import check
from autograder.testing.modules import outputs, tensor


def _network(student, rng):
    """Return a network in the student's process, and the same one here."""
    seed = int(rng.integers(2**20))
    return student.probe_(small_network)(seed), small_network(seed)


def _responds(network, X, layer: int, channel: int) -> float:
    with torch.no_grad():
        return float(network[: layer + 1](torch.tensor(np.asarray(X)))[0, channel].mean())


@check("tf1.13.10", core=True, hint="Which map of which layer? And its mean, not its largest value.")
def test_response_of_a_map(student, rng):
    """It is the mean of that map, and gradients flow from it to the picture."""
    network, same = _network(student, rng)
    for layer, channel in ((0, 5), (1, 2), (2, 7), (5, int(rng.integers(8)))):
        X = picture(rng, 12, 10, 1.0)
        found = np.asarray(student.response(network, tensor(X), layer, channel))
        assert_allclose(float(found), _responds(same, X, layer, channel), atol=1e-5)
        gradient = student.probe_(response_gradient)(student.response, network, X, layer, channel)
        wanted = torch.tensor(X, requires_grad=True)
        same[: layer + 1](wanted)[0, channel].mean().backward()
        assert_allclose(np.asarray(gradient), wanted.grad, atol=1e-6)


@check(
    "tf1.13.10",
    core=True,
    weight=2,
    hint="Divided by the mean of the absolute values, not by the largest one, nor by the norm. And up!",
)
def test_one_step(student, rng):
    """One step moves the pixels up the gradient by as much as is asked for on average, and none leaves the range from 0
    to 1; without a gradient they stay."""
    for size in (1e-3, 1.0, 300.0):
        X = rng.uniform(0, 1, (1, 3, 5, 6))
        gradient, step = size * rng.normal(size=X.shape), float(rng.uniform(0.01, 0.3))
        found = outputs(lambda X, g, step=step: student.climb(X, g, step), X, gradient, shape=X.shape)
        # Who adds something tiny to the divisor, lest it be 0, is as right.
        assert_allclose(found, np.clip(X + step * gradient / np.abs(gradient).mean(), 0, 1), atol=5e-4)
    still = outputs(lambda X, g: student.climb(X, g, 0.1), X, 0 * X, shape=X.shape)
    assert_allclose(still, X, atol=1e-6)


def _dreamed(student, network, X, *args, **options):
    result = student.dream(network, tensor(X), *args, **options)
    found = outputs(lambda *_: result, shape=X.shape)
    assert found.min() >= 0
    assert found.max() <= 1
    return found


@check(
    "tf1.13.10", core=True, weight=2, hint="Print the response after each step. Is the gradient taken anew each time?"
)
def test_map_responds_more_and_more(student, rng):
    """After some steps the map responds more than after one, and far more than to the picture with as much noise."""
    network, same = _network(student, rng)
    for layer, channel in ((2, int(rng.integers(8))), (3, int(rng.integers(8)))):
        X = picture(rng, 14, 18, 1.5)
        few, many = (_dreamed(student, network, X, layer, channel, n_steps=n, step=0.02) for n in (1, 15))
        start, one, last = (_responds(same, some, layer, channel) for some in (X, few, many))
        assert start < one < last
        signs = rng.choice([-1, 1], X.shape)
        noisy = np.clip(X + signs * np.abs(many - X).mean(), 0, 1).astype(np.float32)
        assert last - start > 3 * abs(_responds(same, noisy, layer, channel) - start)


def _steps(network, X, layer, channel, n_steps, step, sizes):
    """Dream by PyTorch's own `backward`, in given sizes."""
    found = torch.tensor(X)
    for size in sizes:
        found = torch.nn.functional.interpolate(found, size, mode="bilinear", align_corners=False)
        for _ in range(n_steps):
            found = found.detach().requires_grad_(True)
            network[: layer + 1](found)[0, channel].mean().backward()
            with torch.no_grad():
                found = (found + step * found.grad / found.grad.abs().mean()).clamp(0, 1)
    return found.detach().numpy()


@check("tf1.13.10", core=True, hint="Each step needs the gradient at the picture as it is *then*.")
def test_steps_follow_each_other(student, rng):
    """With one octave, the picture is the one that so many steps of `climb` lead to."""
    network, same = _network(student, rng)
    for n_steps in (1, 4):
        X = picture(rng, 12, 16, 1.5)
        found = _dreamed(student, network, X, 3, 2, n_steps=n_steps, step=0.03)
        wanted = _steps(same, X, 3, 2, n_steps, 0.03, [(12, 16)])
        assert np.mean(np.abs(found - wanted) > 0.01) < 0.02  # a gradient near 0 may be of either sign


def _in_turn(seen):
    """Return the sizes of pictures, each as long as it lasts."""
    order = [tuple(np.asarray(some).shape[2:]) for some in seen]
    return [size for size, before in zip(order, [None, *order], strict=False) if size != before]


def _coarse(values):
    """Return a picture as 8 x 6 squares of one colour."""
    height, width = values.shape[2:]
    return values.reshape(3, 8, height // 8, 6, width // 6).mean(axis=(2, 4))


@check(
    "tf1.13.10",
    hint="First a small copy of the picture, at last its full size. By how much is the smallest one smaller?",
)
def test_octaves_make_large_patterns(student, rng):
    """With several octaves, the network sees the picture in the sizes that are asked for, the smallest one first, and
    what was made in one size is still there in the next; the way of enlarging is up to you."""
    network, same = _network(student, rng)
    X, (layer, channel) = picture(rng, 32, 24, 2.0), (2, int(rng.integers(8)))
    sizes = [(8, 6), (16, 12), (32, 24)]
    watched = student.probe_(watching)(network)
    found = _dreamed(student, watched, X, layer + 1, channel, n_steps=3, step=0.04, n_octaves=3, scale=2.0)
    seen = [np.asarray(some) for some in student.probe_(pictures_seen)(watched)]
    order = [some.shape[2:] for some in seen]
    assert _in_turn(seen) == sizes
    assert min(map(order.count, sizes)) >= 3
    for last, first in pairwise(seen):
        if last.shape != first.shape:  # an octave begins with what the one before it has made
            made, kept = _coarse(last) - _coarse(X), _coarse(first) - _coarse(X)
            assert (made * kept).sum() > 0.5 * (made**2).sum()
    wanted = _steps(same, X, layer, channel, 3, 0.04, sizes)
    assert np.corrcoef((_coarse(found) - _coarse(X)).ravel(), (_coarse(wanted) - _coarse(X)).ravel())[0, 1] > 0.6
    assert _responds(same, found, layer, channel) > _responds(same, X, layer, channel)
    _dreamed(student, watched, X, layer + 1, channel, n_steps=1, n_octaves=3, scale=1.5)
    assert _in_turn(student.probe_(pictures_seen)(watched)[len(seen) :]) == [(14, 11), (21, 16), (32, 24)]


@check("tf1.13.10", hint="`torch.autograd.grad` gives the picture's gradient, and leaves the weights' alone.")
def test_network_and_picture_stay_as_they_are(student, rng):
    """Neither the network, nor a gradient of its weights, nor the picture that is given is changed; what comes back
    has no gradient."""
    network, _ = _network(student, rng)
    X = tensor(picture(rng, 10, 10, 1.0))
    look = student.probe_(state_of)
    before = look(network)
    _, after = student.watch_("dream", network, X, 3, 1, 3, 0.05)
    assert not student.probe_(wants_gradient)(student.dream, network, X, 3, 1, 1)
    assert_array_equal(np.asarray(after[1]), np.asarray(X))
    kept, *rest = look(network)
    for name, value in before[0].items():
        assert_array_equal(np.asarray(kept[name]), np.asarray(value))
    assert rest == list(before[1:])
