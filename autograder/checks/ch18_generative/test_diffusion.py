"""Hidden checks of chapter 18: a diffusion model, with and without classes (p.18.13)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch18_generative.inputs_judges import obeyed
from autograder.checks.ch18_generative.inputs_networks import (
    asked_for_loss,
    frozen_names,
    goes_on,
    knowing_model,
    modes_of_parts,
    stirred,
    with_inputs,
)
from autograder.checks.ch18_generative.inputs_pictures import world
from autograder.testing import check
from autograder.testing.modules import (
    NOISE,
    built,
    gradients_flow,
    newness,
    outputs,
    repeats,
    tensor,
    weights_of,
)


def _schedule(n_steps: int, s: float = 0.008, largest: float = 0.5):
    """By its formula, step by step."""
    g = np.cos((np.arange(n_steps + 1) / n_steps + s) / (1 + s) * np.pi / 2) ** 2
    left = [1.0]
    for t in range(1, n_steps + 1):
        left.append(left[-1] * (1 - min(1 - g[t] / g[t - 1], largest)))
    return np.array(left)


def _some_schedule(rng, n_steps: int):
    """A schedule of no known kind."""
    return np.concatenate([[1.0], np.cumprod(rng.uniform(0.6, 0.97, n_steps))])


@check("p.18.13", core=True, hint="The noise of each step is bounded first; what is left is the product of the rest.")
def test_schedule(student, rng):
    """What is left after each step is what the formulas give, for any number of steps, s and bound: it begins with 1,
    and has one more entry than there are steps."""
    for n_steps in (1, 10, int(rng.integers(30, 90)), 1000):
        found = np.asarray(student.cosine_schedule(n_steps))
        assert found.shape == (n_steps + 1,)
        assert_allclose(found, _schedule(n_steps), rtol=1e-3, atol=1e-6)
    for s, largest in ((float(rng.uniform(0.01, 0.3)), 0.999), (0.008, float(rng.uniform(0.1, 0.4)))):
        assert_allclose(
            np.asarray(student.cosine_schedule(25, s=s, largest=largest)),
            _schedule(25, s, largest),
            rtol=1e-3,
            atol=1e-6,
        )


@check(
    "p.18.13",
    core=True,
    weight=2,
    hint="A picture is multiplied by a square root, and so is the noise. Each by its own t.",
)
def test_many_steps_at_once(student, rng):
    """After t steps, other ones for each picture, they are what the closed form gives: for any schedule, and pictures
    of any shape."""
    alpha_bar = _some_schedule(rng, 12)
    for shape in ((13, 1, 4, 4), (13, 3), (13, 2, 3, 2, 2)):
        x0, noise = rng.normal(size=shape), rng.normal(size=shape)
        t = rng.permutation(13)
        left = alpha_bar[t].reshape(-1, *[1] * (len(shape) - 1))
        found = outputs(student.noisy, x0, t, noise, alpha_bar, shape=shape)
        assert_allclose(found, np.sqrt(left) * x0 + np.sqrt(1 - left) * noise, atol=1e-5)


@check("p.18.13", core=True, weight=2, hint="What is b, if alpha_bar is a product? And which entry belongs to t - 1?")
def test_one_step_back(student, rng):
    """One step back has the mean and the variance of the formulas, for any schedule and step, and at t = 1 no noise at
    all comes in."""
    alpha_bar = _some_schedule(rng, 9)
    for t in (1, 2, int(rng.integers(3, 9)), 9):
        x, predicted, noise = rng.normal(size=(3, 5, 1, 4, 4))
        now, before = alpha_bar[t], alpha_bar[t - 1]
        beta = 1 - now / before
        mean = (x - beta / np.sqrt(1 - now) * predicted) / np.sqrt(1 - beta)
        wanted = mean + np.sqrt(beta * (1 - before) / (1 - now)) * noise
        sent = [tensor(x), t, tensor(predicted), tensor(noise), tensor(alpha_bar)]
        assert_allclose(np.asarray(student.denoise_step(*sent)), wanted, atol=1e-4)


@check("p.18.13", core=True, hint="How does the network know how noisy a picture is, and of which class it is to be?")
def test_noise_net_is_told(student, rng):
    """The network gives noise of the pictures' shape; it depends on the picture, on its own number of steps, and on its
    own class where there are any."""
    n_classes = int(rng.integers(3, 6))
    for side, told in ((8, n_classes), (8, 0), (12, 0)):
        model = built(student, student.NoiseNet, rng, told, 64, side)
        model = student.probe_(stirred)(model, int(rng.integers(1000)))
        model.train(False)
        x, t = rng.normal(size=(6, 1, side, side)), rng.permutation(np.arange(1, 7))
        y = [rng.permutation(np.arange(6) % told)] if told else []
        found = outputs(model, x, t, *y, shape=x.shape)
        order = np.roll(np.arange(6), 1)
        assert_allclose(
            outputs(model, x[order], t[order], *(c[order] for c in y), shape=x.shape), found[order], atol=1e-4
        )
        for changed in ([x + 1, t, *y], [x, t + 20, *y], *([[x, t, (y[0] + 1) % told]] if told else [])):
            other = outputs(model, *changed, shape=x.shape)
            assert np.abs(other - found).max(axis=(1, 2, 3)).min() > NOISE


@check("p.18.13", hint="Is each layer an attribute of the module, and used?")
def test_all_of_the_noise_net_can_learn(student, rng):
    """Every weight of the network that is not frozen gets a gradient, with classes and without."""
    x, t, y = rng.normal(size=(9, 1, 8, 8)), tensor(rng.permutation(np.arange(1, 10))), tensor(np.arange(9) % 3)
    for told, fixed in ((3, (t, y)), (0, (t,))):
        model = student.probe_(with_inputs)(built(student, student.NoiseNet, rng, told, 32, 8), *fixed)
        frozen = list(student.probe_(frozen_names)(model))
        gradients_flow(student, model, x, rng=rng, spared=lambda name, frozen=frozen: name in frozen)


@check(
    "p.18.13",
    core=True,
    weight=2,
    hint="Each picture has its own t, from 1 to T. What is the network to say: the noise, or the picture?",
)
def test_loss_of_the_noise(student, rng):
    """The loss is the mean squared error of the noise, for pictures that are noisy as the schedule says; each has its
    own number of steps, from 1 to T, all equally likely, and new noise each time; classes are handed on."""
    alpha_bar, n = _some_schedule(rng, 6).astype(np.float32), 1200
    scale, shift = rng.uniform(0.5, 1.5, 7).astype(np.float32), rng.normal(size=3).astype(np.float32)
    x0 = rng.normal(size=(n, 1, 2, 2)).astype(np.float32)
    y, seen = rng.integers(0, 3, n), []
    for told in ((), (y,)):
        model = student.probe_(knowing_model)(scale, shift)
        loss, asked, learns = student.probe_(asked_for_loss)(student.diffusion_loss, model, x0, alpha_bar, told)
        x, t, *classes = (np.asarray(part) for part in asked)
        assert len(classes) == len(told)
        for one, right in zip(classes, told, strict=True):
            assert_array_equal(one, right)
        assert t.shape == (n,)
        assert t.dtype.kind in "iu"
        counts = np.bincount(t, minlength=7)
        assert len(counts) == 7
        assert counts[0] == 0
        assert np.abs(counts[1:] - n / 6).max() < 65
        left = alpha_bar[t].reshape(-1, 1, 1, 1)
        noise = (x - np.sqrt(left) * x0) / np.sqrt(1 - left)
        assert abs(noise.mean()) < 0.08
        assert abs(noise.std() - 1) < 0.06
        by = (shift[y] if told else np.full(n, shift[0])).reshape(-1, 1, 1, 1)
        said = scale[t].reshape(-1, 1, 1, 1) * (x - by)
        assert_allclose(loss, np.mean((said - noise) ** 2), rtol=1e-3)
        assert learns is True
        seen.append(noise)
    assert np.abs(seen[0] - seen[1]).max() > 0.1


@check("p.18.13", core=True, weight=2, hint="From T down to 1, with fresh noise at each step. What becomes of -1 to 1?")
def test_all_the_way_back(student, rng):
    """With a model of ours: it is asked once at each step from T to 1, in evaluation mode; the way begins with noise,
    each step is one back, with noise of its own, and at the end -1 has become 0 and 1 has become 1."""
    alpha_bar = _some_schedule(rng, 8).astype(np.float32)
    scale, shift = rng.uniform(0.1, 0.6, 9).astype(np.float32), rng.normal(size=3).astype(np.float32)
    modes, n = student.probe_(modes_of_parts), 60
    y = rng.integers(0, 3, n)
    for told, training in (((), True), ((y,), False)):
        model = student.probe_(knowing_model)(scale, shift)
        model.train(training)
        before = list(modes(model))
        options = {"y": y} if told else {}
        found = np.asarray(student.sample_diffusion(model, n, tensor(alpha_bar), side=5, **options))
        assert found.shape == (n, 1, 5, 5)
        assert list(modes(model)) == before
        asked = [[np.asarray(part) for part in one] for one in model.questions()]
        assert [one[1].tolist() for one in asked] == [[t] * n for t in range(8, 0, -1)]
        assert all(len(one) == 2 + len(told) for one in asked)
        assert all(np.array_equal(one[2], y) for one in asked if told)
        path, noises = [*(one[0].astype(float) for one in asked), 2 * found.astype(float) - 1], []
        by = (shift[y] if told else np.full(n, shift[0])).reshape(-1, 1, 1, 1)
        for t, x, then in zip(range(8, 0, -1), path, path[1:], strict=False):
            now, earlier = alpha_bar[t], alpha_bar[t - 1]
            beta = 1 - now / earlier
            mean = (x - beta / np.sqrt(1 - now) * scale[t] * (x - by)) / np.sqrt(1 - beta)
            if t > 1:
                noises.append((then - mean) / np.sqrt(beta * (1 - earlier) / (1 - now)))
        assert_allclose(path[-1], mean, atol=1e-3)
        rows = np.array([path[0], *noises]).reshape(8, -1)  # (steps, pixels of all pictures)
        assert np.abs(rows.mean(axis=1)).max() < 0.12
        assert np.abs(rows.std(axis=1) - 1).max() < 0.1
        assert np.abs(np.corrcoef(rows) - np.eye(8)).max() < 0.15


def _whole(student, model, n: int, alpha_bar, **options):
    def drawn(*_):
        return tensor(student.sample_diffusion(model, n, alpha_bar, side=8, **options))

    return outputs(drawn, np.zeros(1), shape=(n, 1, 8, 8))


@check(
    "p.18.13",
    core=True,
    weight=3,
    at_least=True,
    hint="Are pictures from -1 to 1 while noise is added? Does the loss fall well below 1? Does the class go with its "
    "picture when the rows are mixed?",
)
def test_noise_becomes_the_class_asked_for(student, rng) -> float:
    """After 80 epochs on 500 pictures of three made-up classes, two kinds each, a network of ours takes at
    least {threshold:.0%} of the new ones for what was asked for, and within their classes as many are near a real one,
    and have a new one near; and they are no copies."""
    kinds, alpha_bar = world(rng, 6, bend=0.6, grain=0.1), tensor(_schedule(40))
    (X, of), (held_out, of_held_out) = kinds.some(rng, 500), kinds.some(rng, 600)
    model = student.fit_diffusion(X, alpha_bar, of // 2, n_epochs=80, seed=int(rng.integers(1000)))
    asked = rng.permutation(np.arange(300) % 3)
    new = _whole(student, model, 300, alpha_bar, y=asked)
    if newness(new, X, held_out) < 0.3:
        return 0.0
    return obeyed(new, asked, held_out, of_held_out // 2, int(rng.integers(1000)))


@check("p.18.13", hint="Does `n_epochs` get to where it is used?")
def test_diffusion_takes_the_epochs_asked_for(student, rng):
    """More epochs change the model further."""
    X, alpha_bar = rng.uniform(size=(12, 1, 8, 8)).astype(np.float32), tensor(_schedule(5))
    seed = int(rng.integers(1000))
    goes_on(lambda n: student.fit_diffusion(X, alpha_bar, n_epochs=n, width=32, seed=seed))


@check("p.18.13", hint="Which mode is it in after the last step of training, and which one is asked for?")
def test_trained_diffusion_is_ready_for_use(student, rng):
    """The model that was trained is handed back in evaluation mode."""
    X, alpha_bar = rng.uniform(size=(12, 1, 8, 8)).astype(np.float32), torch.tensor(_schedule(5)).float()
    assert student.fit_diffusion(X, alpha_bar, n_epochs=1, width=32).training is False


@check("p.18.13", hint="Weights, rows, steps and noise: all of them come from chance. Is the seed set first?")
def test_seeds_decide_diffusion(student, rng):
    """The same seed trains the same model and draws the same pictures, another seed others; the pictures that were
    learned from are left alone."""
    X, alpha_bar = rng.uniform(size=(12, 1, 8, 8)).astype(np.float32), torch.tensor(_schedule(5)).float()
    before = X.copy()
    seeds = tuple(int(seed) for seed in rng.permutation(1000)[:2])
    repeats(lambda seed: weights_of(student.fit_diffusion(X, alpha_bar, n_epochs=1, width=32, seed=seed)), seeds)
    model = built(student, student.NoiseNet, rng, 0, 32, 8)
    repeats(lambda seed: np.asarray(student.sample_diffusion(model, 3, alpha_bar, seed=seed)), seeds)
    _, (after, *_) = student.watch_("fit_diffusion", X, alpha_bar, None, 1, 32)
    assert_array_equal(after, before)
