"""Hidden checks of chapter 11: how a network begins (p.11.1 to p.11.3)."""

import numpy as np
import torch
from torch import nn

from autograder.checks.ch11_deep_networks.inputs import LETTERS
from autograder.testing import check
from autograder.testing.closed import agrees, ask_all, chosen


def _drawn_by(rule: str, fan_in: int, fan_out: int, uniform: bool = False) -> float:
    """The spread of weights, by what it does to a signal's variance."""
    fans = {"glorot": (fan_in + fan_out) / 2, "he": fan_in / 2, "lecun": fan_in}
    std = 1 / np.sqrt(fans[rule])
    return float(std * np.sqrt(12) / 2 if uniform else std)  # evenly over a length of 1, the variance is 1 / 12


@check("p.11.1", core=True, weight=2, hint="Which of the fans does a rule look at? Is what you return a variance?")
def test_standard_deviations(student, rng):
    """For layers of any size, each rule's standard deviation is right."""
    cases = [
        (rule, *map(int, rng.choice(np.arange(5, 900), 2, replace=False))) for rule in ("glorot", "he", "lecun") * 4
    ]
    agrees(student.init_scale, _drawn_by, cases)


@check("p.11.1", hint="What is the variance of numbers that are drawn evenly between -r and r?")
def test_limits(student, rng):
    """Drawn evenly between two limits, weights have the same variance."""
    cases = [(rule, *map(int, rng.integers(5, 900, 2)), True) for rule in ("glorot", "he", "lecun") * 4]
    agrees(student.init_scale, _drawn_by, cases)


def _after_training(W_in, b, W_out) -> int:
    """Train such a network for a while, and count."""
    torch.manual_seed(0)
    sizes = np.shape(W_in), np.shape(W_out)
    one, two = nn.Linear(sizes[0][1], sizes[0][0]).double(), nn.Linear(sizes[1][1], sizes[1][0]).double()
    with torch.no_grad():
        for value, start in ((one.weight, W_in), (one.bias, b), (two.weight, W_out)):
            value.copy_(torch.tensor(start))
    X, y = torch.randn(30, sizes[0][1]).double(), torch.randn(30, sizes[1][0]).double()
    for _ in range(5):
        (two(torch.tanh(one(X))) - y).square().mean().backward()
        for value in (one.weight, one.bias, two.weight, two.bias):
            with torch.no_grad():
                value -= 0.1 * value.grad
            value.grad = None
    units = torch.cat([one.weight, one.bias[:, None], two.weight.T], dim=1).detach().numpy().round(9)
    return len(np.unique(units, axis=0))


def _network(rng, n_kinds: int) -> tuple[list, list, list]:
    """Draw a network whose units repeat each other."""
    n_in, n_out, n_units = (int(n) for n in rng.integers([2, 2, 5], [5, 5, 8]))
    kinds = rng.integers(0, n_kinds, n_units)
    W_in, b = rng.normal(size=(n_kinds, n_in)), rng.normal(size=n_kinds)
    W_in[-1], W_out = W_in[0], rng.normal(size=(n_out, n_kinds))  # the last kind differs in what comes behind
    b[-1] = b[0]
    return W_in[kinds].tolist(), b[kinds].tolist(), W_out[:, kinds].tolist()


@check("p.11.2", core=True, weight=2, hint="When do two units get the same gradient in every step? Look at what goes "
       "into them, and at what comes behind.")  # fmt: skip
def test_twins_stay_twins(student, rng):
    """For layers in which some units begin alike, you count how many different ones training can make of them."""
    cases = [_network(rng, n_kinds) for n_kinds in (2, 2, 3, 3, 4, 4, 5, 5, 6)]
    cases.append(([[0.3, 0.3]] * 4, [0.0] * 4, [[0.3] * 4]))
    cases.append(([[0.3, 0.3]] * 3, [0.0, 0.1, 0.0], [[0.3] * 3]))
    cases.append(([[0.3, 0.3]] * 3, [0.0] * 3, [[0.3, 0.3, 0.4]]))
    cases.append(([[0.3, 0.3], [0.3, 0.2], [0.1, 0.3], [0.3, 0.2]], [0.0] * 4, [[0.3] * 4]))
    ask_all(student.different_units, _after_training, cases)


@check("p.11.2", hint="Is there anything in which two units of the layer differ?")
def test_starts_that_will_do(student, rng):
    """You choose all starts whose units can learn different things, and no other."""
    student.different_units([[0.3], [0.3]], [0.0, 0.0], [[0.1, 0.1]])
    chosen(student.P_11_2_CHOICE, LETTERS[:5], right=["a", "e"])


def _cross_entropy(counts, biases=None) -> float:
    labels = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    logits = torch.tensor([0.0] * len(counts) if biases is None else biases, dtype=torch.float64)
    return float(nn.functional.cross_entropy(logits.expand(len(labels), -1), labels))


@check("p.11.3", core=True, weight=2, hint="What does a softmax make of the biases? How often is each class the right "
       "one?")  # fmt: skip
def test_first_loss(student, rng):
    """For any counts and biases, large ones too, the first loss is right."""
    counts = [rng.integers(1, 60, int(k)).tolist() for k in rng.integers(2, 8, 9)]
    cases = [(one, rng.normal(0, 2, len(one)).tolist()) for one in counts[:6]]
    cases += [(one,) for one in counts[6:]]
    cases += [([3, 5], [800.0, 810.0]), ([7, 4], [-400.0, 500.0]), ([4, 4, 2], np.log([0.4, 0.4, 0.2]).tolist())]
    agrees(student.first_loss, _cross_entropy, cases, rtol=1e-5)  # single precision will do


@check("p.11.3", hint="Do two units with different weights and the same bias get the same gradient?")
def test_what_is_true_of_biases(student, rng):
    """You choose all sentences on biases that are true, and no other."""
    student.first_loss([1, 2])
    chosen(student.P_11_3_CHOICE, LETTERS, right=["b", "c", "f"])
