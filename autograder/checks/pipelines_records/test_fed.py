"""Hidden checks of data pipelines: a network that is fed from record files (tf2.13.9)."""

import numpy as np
import torch
from numpy.testing import assert_allclose

from autograder.checks.pipelines_records.inputs import (
    Written,
    batched,
    faint_letters,
    most_alive,
    n_parameters,
    take_over,
)
from autograder.testing import check
from autograder.testing.modules import outputs, repeats, weights_of
from course.datasets import load


def _adapted(student, X, size=7):
    layer = student.Standardise(X.shape[1:])
    layer.adapt(student.probe_(batched)(X, size))
    return layer


def _standardised(X, new):
    mean, std = X.astype(float).mean(axis=0), X.astype(float).std(axis=0)
    return (new - mean) / np.where(std > 0, std, 1)


@check("tf2.13.9", core=True, weight=2, hint="Along which dimension is the mean? The last batch may be smaller.")
def test_each_pixel_is_standardised(student, rng):
    """A stream that comes once, in batches of any size, gives each pixel's mean and deviation, over all inputs."""
    wide = rng.normal(300, 2, (31, 5))
    for X in (rng.integers(0, 256, (20, 3, 4)).astype(np.uint8), wide.astype(np.float32), wide[:13]):
        X = X[np.argsort(X.reshape(len(X), -1).sum(axis=1))]  # batches differ
        for size in (1, 7, 64):
            layer, new = _adapted(student, X, size), X[::2] if X.ndim == 3 else X[::3]
            found = layer(torch.as_tensor(new))
            assert isinstance(found, torch.Tensor) and found.dtype == torch.float32
            assert_allclose(np.asarray(found), _standardised(X, new.astype(float)), atol=2e-3)


@check("tf2.13.9", hint="Three things are enough: how many there were, their mean, and their squares about it, so far.")
def test_batches_are_not_kept(student, rng):
    """Of a stream that does not fit into memory no more batches are kept than one needs for the next step."""
    for kind in ("float32", "float64"):
        layer, X = student.Standardise((3,)), rng.normal(size=(40, 3)).astype(kind)
        assert student.probe_(most_alive)(layer, X, 2) <= 4  # of 20
        assert_allclose(np.asarray(layer(torch.as_tensor(X))), _standardised(X, X), atol=2e-3)


@check("tf2.13.9", hint="What is 0 divided by 0? And what is left of the statistics of the first call in the second?")
def test_constant_pixels_and_adapting_again(student, rng):
    """A pixel that has never changed is divided by 1, also where it is another later; before `adapt` nothing is
    changed; a second `adapt` starts anew."""
    X = rng.integers(0, 256, (12, 2, 3)).astype(np.uint8)
    X[:, 0] = X[0, 0]
    fresh = student.Standardise((2, 3))
    assert_allclose(np.asarray(fresh(torch.as_tensor(X))), X.astype(float))
    fresh.adapt(student.probe_(batched)(rng.integers(0, 9, (5, 2, 3)), 2))
    fresh.adapt(student.probe_(batched)(X, 5))
    new = X // 2
    for some in (X, new):
        assert_allclose(np.asarray(fresh(torch.as_tensor(some))), _standardised(X, some.astype(float)), atol=1e-3)


@check(
    "tf2.13.9", core=True, hint="`register_buffer` puts a tensor into the `state_dict`, and not among the parameters."
)
def test_statistics_are_saved_and_not_trained(student, rng):
    """Means and deviations are in the `state_dict`, so that another layer can load them, and are no parameters."""
    X = rng.integers(0, 256, (30, 2, 3)).astype(np.uint8)
    layer, other = _adapted(student, X), student.Standardise((2, 3))
    assert student.probe_(n_parameters)(layer) == 0
    student.probe_(take_over)(other, layer)
    assert_allclose(np.asarray(other(torch.as_tensor(X))), _standardised(X, X.astype(float)), atol=1e-3)


def _scores(model, X):
    """What a network says, in any type, of pictures as the files have them, of uint8."""
    model.eval()
    return outputs(lambda pictures: model(pictures.to(torch.uint8)), X, shape=(len(X), 10), dtype="")


def _written(student, rng, n, n_shards=5, n_new=0):
    """Files with faint letters, sorted by label, and others that are new."""
    X, y, *new = faint_letters(rng, n, *([n_new] if n_new else []))
    order = np.argsort(y, kind="stable")
    return [student.probe_(Written)(student.write_shards, X[order], y[order], n_shards), *new]


@check(
    "tf2.13.9",
    core=True,
    weight=4,
    at_least=True,
    hint="Has each batch letters of several kinds? Print its labels, and mean and deviation of what the layers get.",
)
def test_reads_letters_from_files(student, rng):
    """Trained for two epochs on 2,500 faint letters in five files that are sorted by label, your network names enough
    of 500 new ones."""
    files, X_new, y_new = _written(student, rng, 2500, n_new=500)
    model = files.fit(student.fit_from_shards, 10, n_epochs=2, batch_size=8, seed=int(rng.integers(1000)))
    return float(np.mean(_scores(model, X_new).argmax(axis=1) == y_new))


@check("tf2.13.9", hint="What does chance decide: the first weights, the order of the records? All of it by the seed.")
def test_seed_decides_the_network(student, rng):
    """The same seed trains the same network, another seed another one, and more epochs change it."""
    (files,) = _written(student, rng, 65, 3)  # the last batch has one record

    def weights(seed, n_epochs=1):
        return weights_of(files.fit(student.fit_from_shards, 10, n_epochs=n_epochs, seed=seed))

    seeds = tuple(rng.choice(1000, 2, replace=False).tolist())
    repeats(weights, seeds)
    one, two = (weights(seeds[0], n_epochs) for n_epochs in (1, 3))
    assert max(np.abs(one[name] - two[name]).max() for name in one) > 1e-4


@check(
    "tf2.13.9", hint="Load its `state_dict` into a network that was trained on other files: what does that one lack?"
)
def test_network_is_whole_in_its_state_dict(student, rng):
    """A network that was trained on other files and gets this one's `state_dict` says what this one says."""
    X, y, X_new, _ = faint_letters(rng, 60, 20)
    models = [
        student.probe_(Written)(student.write_shards, some, y, 2).fit(student.fit_from_shards, 10, n_epochs=1)
        for some in (X, 255 - X)
    ]
    wanted, before = (_scores(model, X_new) for model in models)
    student.probe_(take_over)(models[1], models[0])
    assert np.abs(before - wanted).max() > 1e-3
    assert_allclose(_scores(models[1], X_new), wanted, atol=1e-3)


@check("tf2.13.9", full=True, data="fashion_mnist", hint="How does the loss go from epoch to epoch? Are batches mixed?")
def test_names_85_of_100_real_clothes(student, rng):
    """Trained for three epochs on the 60,000 pictures of Fashion-MNIST, in ten files, your network names more than 85
    in 100 of the 10,000 test pictures: with pixels and classes in another order, so that nothing can be looked up."""
    data, classes, pixels = load("fashion_mnist"), rng.permutation(10), rng.permutation(784)
    X, X_new = (rows[:, pixels].reshape(-1, 28, 28) for rows in (data.X_train, data.X_test))
    files = student.probe_(Written)(student.write_shards, X, classes[data.y_train], 10, seed=1)
    model = files.fit(student.fit_from_shards, 10, n_epochs=3)
    assert np.mean(_scores(model, X_new).argmax(axis=1) == classes[data.y_test]) > 0.85
