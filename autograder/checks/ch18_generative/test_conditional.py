"""Hidden checks of chapter 18: a GAN that is told the class (tf2.17.11)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch18_generative.inputs_judges import close, obeyed
from autograder.checks.ch18_generative.inputs_networks import (
    enlarged,
    goes_on,
    modes_of_parts,
    noting_generator,
    stirred,
    with_inputs,
)
from autograder.checks.ch18_generative.inputs_pictures import world
from autograder.testing import check
from autograder.testing.modules import (
    NOISE,
    built,
    gradients_flow,
    has_two_modes,
    newness,
    outputs,
    repeats,
    tensor,
    weights_of,
)


@check("tf2.17.11", core=True, hint="Noise and class are joined before the first layer.")
def test_pictures_of_each_class(student, rng):
    """The generator makes pictures of the right size, from -1 to 1, of noise and classes: other ones of the same noise
    for each class, and of other noise for the same class."""
    for side, n_classes in ((8, 3), (12, int(rng.integers(4, 7)))):
        model = student.probe_(stirred)(built(student, student.ClassGenerator, rng, n_classes, 5, 8, side), 1)
        model.train(False)
        z = np.repeat(rng.normal(size=(2, 5)), n_classes, axis=0)
        y = np.tile(np.arange(n_classes), 2)
        found = outputs(model, z, y, shape=(2 * n_classes, 1, side, side))
        assert np.abs(found).max() <= 1
        rows = found.reshape(2, n_classes, -1)
        for one in range(n_classes):
            assert np.abs(rows[0, one] - rows[1, one]).max() > NOISE
            for other in range(one):
                assert np.abs(rows[0, one] - rows[0, other]).max() > NOISE
        wide = outputs(model, 20 * rng.normal(size=(30, 5)), rng.integers(0, n_classes, 30), shape=(30, 1, side, side))
        assert np.abs(wide).max() <= 1
        assert wide.min() < 0 < wide.max()


@check("tf2.17.11", core=True, hint="What does the discriminator know of the class, picture by picture?")
def test_logits_depend_on_the_class(student, rng):
    """The discriminator says one logit of each picture, another one for each class that it is told, and another one for
    another picture; each depends on its own picture and class alone."""
    n_classes = int(rng.integers(3, 6))
    model = student.probe_(stirred)(built(student, student.ClassDiscriminator, rng, n_classes, 8, 8), 1)
    model = student.probe_(enlarged)(model)
    X = np.repeat(rng.uniform(-1, 1, (2, 1, 8, 8)), n_classes, axis=0)
    y = np.tile(np.arange(n_classes), 2)
    found = outputs(model, X, y, shape=(2 * n_classes,))
    table = found.reshape(2, n_classes)
    assert np.abs(table[0] - table[1]).min() > 0
    apart = np.abs(table[:, :, None] - table[:, None]) + np.eye(n_classes)
    assert apart.min() > 1e-6
    order = rng.permutation(len(y))
    assert_allclose(outputs(model, X[order], y[order], shape=(2 * n_classes,)), found[order], rtol=1e-4, atol=1e-5)
    logits = outputs(model, 1000 * rng.normal(size=(60, 1, 8, 8)), rng.integers(0, n_classes, 60), shape=(60,))
    assert np.abs(logits).max() > 1


@check("tf2.17.11", hint="Batch normalisation between the generator's layers; a class for each row.")
def test_told_halves_can_learn(student, rng):
    """Every weight of both halves gets a gradient, and the generator normalises over the batch in training mode
    only."""
    y = tensor(np.arange(12) % 3)
    generator = student.probe_(with_inputs)(built(student, student.ClassGenerator, rng, 3, 4, 8), y)
    gradients_flow(student, generator, rng.normal(size=(12, 4)), rng=rng)
    has_two_modes(generator, rng.normal(1, 2, (12, 4)), random=False)
    discriminator = student.probe_(with_inputs)(built(student, student.ClassDiscriminator, rng, 3, 8), y)
    gradients_flow(student, discriminator, rng.normal(size=(12, 1, 8, 8)), rng=rng)


@check("tf2.17.11", core=True, hint="-1 is to be 0 and 1 is to be 1. In which order do the pictures come?")
def test_classes_in_the_order_asked_for(student, rng):
    """With a generator of ours: picture after picture is of the class that was asked for, noise comes from N(0, I), and
    pictures from 0 to 1 are what it makes in evaluation mode; it is left in the mode that it was in."""
    weight = rng.normal(0, 1, (3, 4, 16)).astype(np.float32)
    modes = student.probe_(modes_of_parts)
    generator = student.probe_(noting_generator)(weight, told=True)
    for training in (True, False):
        generator.train(training)
        before = list(modes(generator))
        y = rng.integers(0, 3, 900)
        found = np.asarray(student.generate_classes(generator, y.tolist() if training else y, 4))
        assert found.shape == (900, 1, 4, 4)
        assert list(modes(generator)) == before
        z, told = (np.asarray(part)[-900:] for part in (generator.noise(), generator.classes()))
        assert_array_equal(told, y)
        wanted = (np.tanh(np.einsum("nl,nlp->np", z, weight[y])) + 1) / 2
        assert_allclose(found.reshape(900, 16), wanted, atol=1e-5)
        assert np.abs(z.mean(axis=0)).max() < 0.2
        assert np.abs(np.cov(z.T) - np.eye(4)).max() < 0.25


@check(
    "tf2.17.11",
    core=True,
    weight=3,
    at_least=True,
    hint="Which class is the discriminator told beside a picture that was made? Look at ten of each class.",
)
def test_makes_the_classes_asked_for(student, rng) -> float:
    """After 300 steps on 500 pictures of three made-up classes, two kinds each, a network of ours takes new ones for
    what was asked for, more often than not, and each class is as varied as it should be: the lesser of both
    figures is {threshold:.0%} or more, and they are no copies."""
    kinds = world(rng, 6, bend=0.6, grain=0.1)
    (X, of), (held_out, of_held_out) = kinds.some(rng, 500), kinds.some(rng, 600)
    generator = student.fit_class_gan(X, of // 2, n_steps=300, n_latent=4, width=16, seed=int(rng.integers(1000)))
    asked = rng.permutation(np.arange(300) % 3)
    new = outputs(lambda *_: tensor(student.generate_classes(generator, asked, 4)), X, shape=(300, 1, 8, 8))
    if newness(new, X, held_out) < 0.3:
        return 0.0
    seed = int(rng.integers(1000))
    return obeyed(new, asked, held_out, of_held_out // 2, seed, of_class=close, least=0.5)


@check("tf2.17.11", hint="Does `n_steps` get to where it is used?")
def test_told_gan_takes_the_steps_asked_for(student, rng):
    """More steps change the generator further."""
    X, y, seed = rng.uniform(size=(20, 1, 8, 8)).astype(np.float32), np.arange(20) % 3, int(rng.integers(1000))
    goes_on(lambda n: student.fit_class_gan(X, y, n_steps=n, n_latent=4, width=8, seed=seed))


@check("tf2.17.11", hint="Weights, rows and noise: all of them come from chance. Is the seed set first?")
def test_seeds_decide_told_gan_and_pictures(student, rng):
    """The same seed trains the same generator and makes the same pictures, another seed others; the pictures that were
    learned from are left alone."""
    X, y = rng.uniform(size=(20, 1, 8, 8)).astype(np.float32), np.arange(20) % 3
    before = X.copy()
    seeds = tuple(int(seed) for seed in rng.permutation(1000)[:2])
    repeats(lambda seed: weights_of(student.fit_class_gan(X, y, n_steps=3, n_latent=4, width=8, seed=seed)), seeds)
    generator = built(student, student.ClassGenerator, rng, 3, 4, 8)
    repeats(lambda seed: np.asarray(student.generate_classes(generator, [0, 2, 1], 4, seed=seed)), seeds)
    _, (after, *_) = student.watch_("fit_class_gan", X, y, 2, 4, 8)
    assert_array_equal(after, before)
