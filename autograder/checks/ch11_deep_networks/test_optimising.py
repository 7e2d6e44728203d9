"""Hidden checks of chapter 11: momentum, sparse models, and what dropout costs (p.11.5 to p.11.7)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch import nn
from torch.nn.utils import prune

from autograder.testing import check
from autograder.testing.closed import agrees, chosen


def _by_torch(x, rate, momentum, curvature, n_steps) -> list[float]:
    value = nn.Parameter(torch.tensor([x], dtype=torch.float64))
    optimizer = torch.optim.SGD([value], lr=rate, momentum=momentum)
    path = []
    for _ in range(n_steps):
        optimizer.zero_grad()
        (curvature * value.square() / 2).sum().backward()
        optimizer.step()
        path.append(value.item())
    return path


@check("p.11.5", core=True, weight=2, hint="First the velocity, then x, with the velocity as it is now.")
def test_path_into_the_valley(student, rng):
    """For valleys, rates and momenta of all kinds, each place on the way is right."""
    cases = [
        (float(rng.normal(0, 5)), float(rng.uniform(0.01, 0.1)), momentum, float(rng.uniform(0.2, 4)), int(n_steps))
        for momentum, n_steps in zip([0.0, 0.5, 0.9, 0.9, 0.99, 0.99999, 0.99999, 0.3], range(6, 22, 2), strict=True)
    ]
    for case in cases:
        found, wanted = np.asarray(student.momentum_path(*case), dtype=float), _by_torch(*case)
        assert found.shape == (case[-1],)
        assert_allclose(found, wanted, rtol=1e-4, atol=1e-5 * abs(case[0]))  # single precision will do


@check("p.11.5", hint="When does the velocity no longer change? Solve v = momentum v + rate times gradient.")
def test_speed_on_a_long_slope(student, rng):
    """The length of a step in the end is right, for slopes in either direction."""

    def rolled(rate: float, momentum: float, gradient: float) -> float:
        velocity, kept = rate * gradient, momentum  # after one step; and then after twice as many, again and again
        for _ in range(40):
            velocity, kept = velocity + kept * velocity, kept**2
        return abs(velocity)

    momenta = [0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.998, 0.99999]
    cases = [(float(rng.uniform(0.001, 0.1)), momentum, float(rng.normal(0, 3))) for momentum in momenta]
    agrees(student.top_speed, rolled, cases, rtol=1e-3)


@check("p.11.6", core=True, weight=2, hint="One limit for all layers together. Is a weight of -3 small?")
def test_the_smallest_of_all_weights_go(student, rng):
    """Over all layers together, just so many of the weights are 0 as should be, the smallest ones by their absolute
    values, and all others are as they were."""
    for share in (0.0, 0.25, 0.35, float(rng.uniform(0.3, 0.9)), 1.0):  # of 53: 13.25 and 18.55
        layers = [nn.Linear(5, 4, bias=False), nn.Linear(4, 3, bias=False), nn.Linear(3, 7, bias=False)]
        with torch.no_grad():
            for layer, scale in zip(layers, rng.permutation([0.1, 1.0, 3.0]), strict=True):
                layer.weight.copy_(torch.tensor(rng.normal(0, scale, layer.weight.shape)))
        parts = [layer.weight.detach().double().numpy().copy() for layer in layers]
        found = student.pruned(parts, share)
        prune.global_unstructured([(layer, "weight") for layer in layers], prune.L1Unstructured, amount=share)
        assert len(found) == 3
        for part, layer in zip(found, layers, strict=True):
            assert np.shape(part) == layer.weight.shape
            assert_allclose(np.asarray(part, dtype=float), layer.weight.detach().numpy(), rtol=1e-6)


@check("p.11.6", hint="What becomes of weights that are just at your limit, where there are several of them?")
def test_just_so_many_go(student, rng):
    """Where several weights are as small as each other, just so many of them are 0 as should be, and not all."""
    for share in (0.2, 0.35, float(rng.uniform(0.4, 0.8))):
        signs = rng.choice([-1.0, 1.0], 60)
        sizes = np.repeat(rng.uniform(0.5, 3, 4), 15)  # four sizes, each of them 15 times
        parts = np.split(rng.permutation(sizes) * signs, [20, 45])
        parts = [part.reshape(shape) for part, shape in zip(parts, ((4, 5), (25,), (3, 1, 5)), strict=True)]
        left = [np.asarray(part, dtype=float) for part in student.pruned(parts, share)]
        assert [part.shape for part in left] == [part.shape for part in parts]
        found = np.concatenate([part.ravel() for part in left])
        given = np.concatenate([part.ravel() for part in parts])
        gone = found == 0
        assert gone.sum() == round(60 * share)
        assert_allclose(found[~gone], given[~gone], rtol=1e-6)
        assert np.abs(given[gone]).max() <= np.abs(given[~gone]).min()


@check("p.11.6", hint="Make new arrays: somebody may want to compare.")
def test_weights_that_are_passed_in_stay(student, rng):
    """The arrays that are passed in are left as they are."""
    parts = [rng.normal(size=(3, 4)), rng.normal(size=5)]
    _, (after, _) = student.watch_("pruned", parts, 0.5)
    for part, was in zip(after, parts, strict=True):
        assert_array_equal(np.asarray(part), was)


@check(
    "p.11.7", core=True, weight=2, hint="What has the mean over all draws to be? And where is nothing dropped at all?"
)
def test_units_are_dropped(student, rng):
    """In training the right units are 0, and the others as much larger as they have to be; in use nothing changes."""
    for rate in (0.0, 0.5, float(rng.uniform(0.1, 0.4)), float(rng.uniform(0.5, 0.9))):
        X, draws = rng.normal(size=(6, 5)), rng.random((6, 5))
        draws[0, 0] = draws[2, 3] = rate if rate in (0.0, 0.5) else 0.99  # just at the rate is not below it
        wanted = np.array([[0 if u < rate else x / (1 - rate) for x, u in zip(*rows, strict=True)]
                           for rows in zip(X, draws, strict=True)])  # fmt: skip
        found, used = student.dropped(X, rate, draws), student.dropped(X, rate, draws, training=False)
        assert_allclose(np.asarray(found, dtype=float), wanted, rtol=1e-5)
        assert_allclose(np.asarray(used, dtype=float), X, rtol=1e-5)


@check("p.11.7", hint="Half of the units learn in a step. Which of the three asks the network more than once?")
def test_what_dropout_costs(student, rng):
    """You choose how long each of the three takes, compared with a network without dropout."""
    student.dropped([[1.0]], 0.5, [[0.1]])
    answer = student.P_11_7_CHOICE
    right = {
        "training until it has converged": "about twice as long",
        "a prediction": "as long",
        "a prediction by 20 samples of Monte Carlo dropout": "about twenty times as long",
    }
    assert isinstance(answer, dict)
    assert answer.keys() == right.keys()
    options = ["half as long", "as long", "about twice as long", "about twenty times as long"]
    for case, word in right.items():
        chosen(answer[case], options, right=[word])
