"""Hidden checks of chapter 12: the style of another picture (tf2.14.11)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch12_vision.inputs_nets import (
    gram_gradient,
    maps_gradient,
    picture,
    small_network,
    state_of,
    wants_gradient,
)
from autograder.testing import check
from autograder.testing.modules import outputs, tensor


def _network(student, rng):
    """Return a network in the student's process, and the same one here."""
    seed = int(rng.integers(2**20))
    return student.probe_(small_network)(seed), small_network(seed)


def _maps(network, X, layers):
    """By layers, one after the other, none of which works in place."""
    found, X = {}, torch.as_tensor(X)
    with torch.no_grad():
        for number, layer in enumerate(network):
            X = layer(X.clone())
            found[number] = X.clone()
    return [found[number].numpy() for number in layers]


@check("tf2.14.11", core=True, hint="A ReLU that works in place changes what you have kept of the layer before it.")
def test_maps_of_some_layers(student, rng):
    """The outputs of the layers that are asked for come out, in order, of pictures of any size; gradients flow from
    them to the picture."""
    network, same = _network(student, rng)
    for layers in ([0, 2], [1, 3, 4], [5]):
        X = rng.uniform(size=(2, 3, 10, 14)).astype(np.float32)
        found = student.feature_maps(network, tensor(X), layers)
        wanted = _maps(same, X, layers)
        assert len(found) == len(wanted)
        for one, right in zip(found, wanted, strict=True):
            assert_allclose(np.asarray(one), right, atol=1e-5)
        assert np.abs(np.asarray(student.probe_(maps_gradient)(student.feature_maps, network, X, layers))).max() > 0


@check("tf2.14.11", core=True, weight=2, hint="Rows of C maps, flattened: each with each. Divided by what?")
def test_gram_matrix(student, rng):
    """For each picture and each two maps it is the mean of their product over all places, for maps of any size."""
    for _ in range(3):
        B, C, height, width = (int(n) for n in rng.choice(np.arange(2, 8), 4, replace=False))
        maps = rng.normal(0.3, 1, (B, C, height, width))
        found = outputs(student.gram, maps, shape=(B, C, C))
        wanted = [[[(one * other).mean() for other in some] for one in some] for some in maps]
        assert_allclose(found, wanted, atol=1e-5)


@check("tf2.14.11", hint="Work with tensors all the way: what goes through NumPy has no gradient.")
def test_style_can_be_learned(student, rng):
    """Gradients flow through the Gram matrix to the maps, and shuffled places give the same matrix."""
    maps = rng.normal(size=(1, 3, 4, 5)).astype(np.float32)
    found = np.asarray(student.probe_(gram_gradient)(student.gram, maps))
    rows = maps.reshape(3, 20)
    assert_allclose(found.reshape(3, 20), 4 * (rows @ rows.T / 20) @ rows / 20, atol=1e-4)
    shuffled = maps.reshape(1, 3, 20)[..., rng.permutation(20)].reshape(maps.shape)
    assert_allclose(np.asarray(student.gram(tensor(shuffled))), np.asarray(student.gram(tensor(maps))), atol=1e-5)


@check("tf2.14.11", core=True, hint="A mean for each layer, then the sum over the layers.")
def test_style_loss_of_several_layers(student, rng):
    """It is the sum over the layers of the mean squared difference of both Gram matrices, for maps of different sizes;
    0 for a picture's own style."""
    shapes = [(int(n), int(rng.integers(3, 7)), int(rng.integers(3, 7))) for n in rng.choice(np.arange(2, 7), 3, False)]
    one = [rng.normal(size=(1, *shape)) for shape in shapes]
    other = [rng.normal(size=(1, shape[0], shape[1] + 2, shape[2] + 1)) for shape in shapes]
    wanted = 0.0
    for a, b in zip(one, other, strict=True):
        G, H = (np.tensordot(X[0], X[0], axes=([1, 2], [1, 2])) / X[0, 0].size for X in (a, b))
        wanted += ((G - H) ** 2).mean()
    found = student.style_loss([tensor(X) for X in one], [tensor(X) for X in other])
    assert_allclose(float(np.asarray(found)), wanted, rtol=1e-4)
    assert_allclose(
        float(np.asarray(student.style_loss([tensor(X) for X in one], [tensor(X) for X in one]))), 0, atol=1e-6
    )


# Before batch norm, whose gradient PyTorch 2.13 gets wrong on a CPU where it comes from einsum for a single picture.
CONTENT, STYLE = 2, [0, 1, 2]


def _losses(network, found, content, style):
    """Return the content loss and the style loss of a picture, by our own reckoning."""
    (a,), (b,) = _maps(network, found, [CONTENT]), _maps(network, content, [CONTENT])
    styles = []
    for X, Y in zip(_maps(network, found, STYLE), _maps(network, style, STYLE), strict=True):
        G, H = (np.tensordot(Z[0], Z[0], axes=([1, 2], [1, 2])) / Z[0, 0].size for Z in (X, Y))
        styles.append(((G - H) ** 2).mean())
    return float(((a - b) ** 2).mean()), float(sum(styles))


def _transferred(student, network, content, style, **options):
    result = student.transfer_style(network, tensor(content), tensor(style), CONTENT, STYLE, **options)
    found = outputs(lambda *_: result, shape=content.shape)
    assert found.min() >= 0
    assert found.max() <= 1
    return found


@check(
    "tf2.14.11",
    core=True,
    weight=3,
    hint="The pixels are what the optimiser changes. Does the loss fall if you print it?",
)
def test_picture_takes_on_the_style(student, rng):
    """The sum of content loss and weighted style loss falls to less than a third of what it is at the beginning, and
    the content is still nearer to the picture than to the other one."""
    network, same = _network(student, rng)
    content, style = picture(rng, 20, 24, 3.0), picture(rng, 22, 18, 0.6)
    found = _transferred(student, network, content, style, weight=100.0, n_steps=60, lr=0.03)
    before, after = _losses(same, content, content, style), _losses(same, found, content, style)
    assert after[0] + 100 * after[1] < (before[0] + 100 * before[1]) / 3
    noise = rng.uniform(size=content.shape).astype(np.float32)
    assert after[0] < _losses(same, noise, content, style)[0] / 2


@check("tf2.14.11", hint="What is left of the loss when the weight of the style is 0? And where do you begin?")
def test_weight_says_how_much_style(student, rng):
    """With a weight of 0 the picture stays what it is, and the larger the weight, the nearer comes the style and the
    farther goes the content."""
    network, same = _network(student, rng)
    content, style = picture(rng, 16, 16, 2.0), picture(rng, 16, 16, 0.5)
    still = _transferred(student, network, content, style, weight=0.0, n_steps=10, lr=0.002)
    # The loss is 0, but for rounding, which Adam may take for a slope: no pixel gets far in ten small steps.
    assert np.abs(still - content).mean() < 0.02
    little, much = (
        _losses(same, _transferred(student, network, content, style, weight=weight, n_steps=50), content, style)
        for weight in (0.3, 1_000.0)
    )
    assert much[1] < little[1]
    assert little[0] < much[0]


@check(
    "tf2.14.11", hint="Which tensors have you given to the optimiser? And `backward` leaves gradients in all weights."
)
def test_network_and_pictures_stay_as_they_are(student, rng):
    """Neither the network's weights, nor their gradients, nor the two pictures are changed; what comes back has no
    gradient."""
    network, _ = _network(student, rng)
    content, style = (tensor(picture(rng, 12, 12, grain)) for grain in (2.0, 0.5))
    look = student.probe_(state_of)
    before = look(network)
    args = (network, content, style, CONTENT, STYLE, 10.0, 4)
    _, after = student.watch_("transfer_style", *args)
    for one, other in zip((content, style), after[1:3], strict=True):
        assert_array_equal(np.asarray(other), np.asarray(one))
    assert not student.probe_(wants_gradient)(student.transfer_style, *args)
    kept, *rest = look(network)
    for name, value in before[0].items():
        assert_array_equal(np.asarray(kept[name]), np.asarray(value))
    assert rest == list(before[1:])
