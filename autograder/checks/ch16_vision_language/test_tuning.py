"""Hidden checks of chapter 16: a ViT with a new head (p.16.12)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch import nn

from autograder.checks.ch16_vision_language.inputs_tuning import (
    NewClasses,
    batches,
    classes_of,
    is_on_cpu,
    logits_of,
    loss_of,
    modes_noted,
    pretrained,
    saved_and_loaded,
    sayings_noted,
    tiny,
)
from autograder.testing import check
from autograder.testing.modules import steps_taken, tensor, weights_of

NAMES = ["pizza", "sushi", "soup", "ramen", "tacos", "salad", "waffles", "risotto"]

# ---------------------------------------------------------------- tokens


def _pictures(rng):
    """Return pictures, (B, C, height, width), and the side of a patch; all of different sizes."""
    B, C, size, rows, columns = (int(n) for n in rng.permutation(np.arange(2, 7))[:5])
    return rng.normal(size=(B, C, rows * size, columns * size)), size


@check("p.16.12", core=True, hint="`reshape` cuts each axis in two, and `permute` puts rows and columns of patches in "
       "front of what is inside them.")  # fmt: skip
def test_patches_are_cut_in_order(student, rng):
    """The patches come row by row, and what is inside each of them channel by channel, in pictures of all shapes."""
    for _ in range(4):
        X, size = _pictures(rng)
        wanted = nn.functional.unfold(tensor(X), size, stride=size).mT.numpy()  # (B, N, C * size * size)
        found = student.cut_patches(tensor(X), size)
        assert np.asarray(found).shape == wanted.shape
        assert_allclose(np.asarray(found), wanted, atol=1e-6)


def _embedding(rng):
    X, size = _pictures(rng)
    d, n_tokens = int(rng.integers(7, 12)), X.shape[2] * X.shape[3] // size**2 + 1
    shapes = [(d, X.shape[1], size, size), (d,), (1, 1, d), (1, n_tokens, d)]
    return [tensor(values) for values in (X, *(rng.normal(size=shape) for shape in shapes))]


@check("p.16.12", core=True, weight=2, hint="Which token is the first one, and which tokens get a position?")
def test_tokens_are_those_of_a_vit(student, rng):
    """The tokens are those that ViT's convolution makes with the same weights, with the class token in front and the
    positions added to all of them."""
    for _ in range(3):
        X, weight, bias, class_token, positions = _embedding(rng)
        patches = nn.functional.conv2d(X, weight, bias, stride=weight.shape[-1]).flatten(2).mT  # (B, N, d)
        wanted = torch.cat([class_token.repeat(len(X), 1, 1), patches], dim=1) + positions
        found = np.asarray(student.vit_tokens(X, weight, bias, class_token, positions))
        assert found.shape == tuple(wanted.shape)
        assert_allclose(found, wanted.numpy(), atol=1e-4)


# ---------------------------------------------------------------- a new head


def _tiny(student, rng, n_classes: int):
    return student.probe_(tiny)(int(rng.integers(1, 2**20)), n_classes)


def _body(weights) -> dict:
    return {name: value for name, value in weights.items() if not name.startswith("classifier")}


@check("p.16.12", core=True, hint="The new layer has to be called `classifier`, and is new even where there are as "
       "many classes as before; all the rest is a copy.")  # fmt: skip
def test_head_is_new_and_the_body_is_not(student, rng):
    """The new model gives one logit for each new class; its body has the old one's weights, its head has weights drawn
    by the seed, also where there are as many classes as before."""
    n_old, X = int(rng.integers(4, 7)), tensor(rng.normal(size=(4, 3, 8, 8)))
    old = _tiny(student, rng, n_old)
    names = [str(name) for name in rng.permutation(NAMES)[: n_old - 1]]
    seed = int(rng.integers(1_000))
    new, again, other = (student.with_new_head(old, names, number) for number in (seed, seed, seed + 1))
    assert np.asarray(student.probe_(logits_of)(new, X)).shape == (4, len(names))
    before, (one, two, three) = weights_of(old), map(weights_of, (new, again, other))
    assert one.keys() == before.keys()
    for name, value in _body(before).items():
        assert_array_equal(one[name], value)
    head = "classifier.weight"
    assert one[head].shape == (len(names), before[head].shape[1])
    assert_array_equal(one[head], two[head])
    assert np.abs(one[head] - three[head]).max() > 1e-4
    assert len(np.unique(one[head])) > one[head].size // 2
    alike = weights_of(student.with_new_head(old, NAMES[:n_old], seed))
    assert alike[head].shape == before[head].shape
    assert np.abs(alike[head] - before[head]).max() > 1e-4


@check("p.16.12", hint="A copy of the model is a `copy.deepcopy`. Its configuration belongs to it.")
def test_old_model_is_left_alone(student, rng):
    """The old model keeps its weights and its classes, even when the new one is trained."""
    old, (X, y) = _tiny(student, rng, 7), (rng.normal(size=(12, 3, 8, 8)).astype(np.float32), np.arange(12) % 3)
    before, known = weights_of(old), student.probe_(classes_of)(old)
    new = student.with_new_head(old, NAMES[:3], 1)
    student.finetune_vit(new, batches(X, y), batches(X, y), 2, 0.01, 0.01, 1)
    after, known_after = weights_of(old), student.probe_(classes_of)(old)
    assert known_after == known
    assert after.keys() == before.keys()
    for name, value in before.items():
        assert_array_equal(after[name], value)


@check("p.16.12", core=True, hint="`config.id2label` and `config.label2id`; how many classes there are follows from "
       "them, and where the model has a number of its own, it has to be that one.")  # fmt: skip
def test_configuration_knows_the_new_classes(student, rng):
    """The configuration has the new classes' number and names, the model's own loss is right, and once it is saved and
    loaded it says what it said before."""
    old, n = _tiny(student, rng, int(rng.integers(9, 12))), int(rng.integers(3, 7))
    names = [str(name) for name in rng.permutation(NAMES)[:n]]
    new = student.with_new_head(old, names, 3)
    number, by_number, by_name = student.probe_(classes_of)(new)
    assert number == n
    assert {int(key): value for key, value in by_number.items()} == dict(enumerate(names))
    assert {key: int(value) for key, value in by_name.items()} == {name: k for k, name in enumerate(names)}
    X, y = tensor(rng.normal(size=(6, 3, 8, 8))), tensor(rng.integers(0, n, 6))
    new.eval()
    logits = np.asarray(student.probe_(logits_of)(new, X))
    loss = student.probe_(loss_of)(new, X, y)
    assert_allclose(loss, float(nn.functional.cross_entropy(torch.tensor(logits), y)), rtol=1e-4)
    loaded = student.probe_(saved_and_loaded)(new)
    assert_allclose(np.asarray(student.probe_(logits_of)(loaded, X)), logits, atol=1e-5)


# ---------------------------------------------------------------- training


@check("p.16.12", core=True, weight=2, hint="The optimiser needs the parameters of the whole model.")
def test_whole_model_is_trained_and_handed_back(student, rng):
    """Head and body change, in all layers; afterwards the model is on the CPU and in evaluation mode, in which it says
    the same twice."""
    old, (X, y) = _tiny(student, rng, 3), (rng.normal(size=(20, 3, 8, 8)).astype(np.float32), rng.integers(0, 3, 20))
    new = student.with_new_head(old, NAMES[:3], 1)
    before = weights_of(new)
    student.finetune_vit(new, batches(X, y), batches(X, y), 3, 0.01, 0.02, 5)
    assert new.training is False
    assert student.probe_(is_on_cpu)(new) is True
    for name, value in weights_of(new).items():
        if not name.endswith("key.bias"):  # which cancels out in attention
            assert not np.array_equal(value, before[name]), name


@check("p.16.12", core=True, hint="An optimiser takes groups of parameters, each with a rate of its own.")
def test_head_and_body_have_rates_of_their_own(student, rng):
    """The body learns as fast as `lr` says, and the head as fast as `head_lr`: with next to no rate nothing moves."""
    old, (X, y) = _tiny(student, rng, 3), (rng.normal(size=(16, 3, 8, 8)).astype(np.float32), np.arange(16) % 3)
    for lr, head_lr in ((1e-9, 0.01), (0.01, 1e-9)):
        new = student.with_new_head(old, NAMES[:3], 1)
        before = weights_of(new)
        student.finetune_vit(new, batches(X, y), batches(X, y), 2, lr, head_lr, 5)
        after = weights_of(new)
        moved = {name: float(np.abs(value - before[name]).max()) for name, value in after.items()}
        head = [moved[name] for name in moved if name.startswith("classifier")]
        body = [moved[name] for name in moved if not name.startswith("classifier")]
        assert (max(head) > 1e-5, max(body) > 1e-5) == (head_lr > lr, lr > head_lr)


@check("p.16.12", hint="Gradients add up until somebody sets them back: `zero_grad`, for each batch.")
def test_each_step_is_its_own_batchs(student, rng):
    """Each step goes by the gradients of its own batch, to which those of earlier batches are not added."""
    X, y = rng.normal(size=(12, 3, 8, 8)).astype(np.float32), np.arange(12) % 3
    new, parts = student.with_new_head(_tiny(student, rng, 3), NAMES[:3], 1), batches(X, y, 12)
    # With next to no rate the same pictures have the same gradients in all twelve epochs.
    _, steps = steps_taken(student, lambda: student.finetune_vit(new, parts, parts, 12, 1e-9, 1e-9, 5), gradients=True)
    first: dict[object, float] = {}
    for groups in steps:
        size = float(np.sqrt(sum((gradient**2).sum() for group in groups for gradient in group.gradients)))
        assert size < 3 * first.setdefault(tuple(group.shapes for group in groups), size)


@check("p.16.12", hint="`train()` before each epoch, `eval()` before the pictures to validate on.")
def test_learns_and_is_asked_in_the_right_mode(student, rng):
    """In each epoch the model learns in training mode, and what it says of the pictures to validate on it says in
    evaluation mode."""
    X, y = rng.normal(size=(30, 3, 8, 8)).astype(np.float32), rng.integers(0, 3, 30)
    X[20:, 0, 2, 2] = 20  # marks the pictures to validate on
    new, n_epochs = student.with_new_head(_tiny(student, rng, 3), NAMES[:3], 1), int(rng.integers(2, 5))
    log = student.probe_(modes_noted)(new)
    student.finetune_vit(new, batches(X[:20], y[:20]), batches(X[20:], y[20:], 4), n_epochs, 0.01, 0.02, 5)
    calls = [(bool(training), int(marked), int(others)) for training, marked, others in log.calls]
    assert sum(others for training, _, others in calls if training) >= 20 * n_epochs
    assert sum(marked for training, marked, _ in calls if not training) >= 10 * n_epochs
    assert not any(marked for training, marked, _ in calls if training)


def _after_each_epoch(calls, labels, n_epochs: int) -> list[float]:
    """Return the accuracies of what was said last in each epoch, after all of its pictures were learned from."""
    learned = np.cumsum([int(n) for n, _ in calls])
    said: list[dict[int, int]] = [{} for _ in range(n_epochs)]
    for so_far, (_, found) in zip(learned * n_epochs, calls, strict=True):
        if so_far and so_far % learned[-1] == 0:
            said[int(so_far // learned[-1]) - 1].update((int(number), int(kind)) for number, kind in found)
    assert all(len(kinds) == len(labels) for kinds in said), "after an epoch not all pictures were asked about"
    return [float(np.mean([labels[number] == kind for number, kind in kinds.items()])) for kinds in said]


@check("p.16.12", hint="Divide by the number of pictures, not of batches; begin to count anew in each epoch, and ask "
       "after it.")  # fmt: skip
def test_history_is_of_the_pictures_to_validate_on(student, rng):
    """There is one accuracy for each epoch, that of the model as it was after it, the last one that of the model as it
    is left, over all pictures, however large their batches are; and from these pictures nothing is learned."""
    old, n_epochs = _tiny(student, rng, 4), int(rng.integers(4, 6))
    signs, y = rng.normal(size=(4, 3, 8, 8)), np.arange(48) % 4
    X = (signs[y] + rng.normal(0, 0.5, (48, 3, 8, 8))).astype(np.float32)  # easy: what the model says changes soon
    weights = []
    for moved in (0, 1):
        new, labels = student.with_new_head(old, NAMES[:4], 1), (y[24:] + moved) % 4
        log = student.probe_(sayings_noted)(new, tensor(X[24:]))
        valid = [*batches(X[24:39], labels[:15], 15), *batches(X[39:], labels[15:], 2)]
        train = batches(X[:24], y[:24], 8)
        history = np.asarray(student.finetune_vit(new, train, valid, n_epochs, 0.01, 0.02, 5), dtype=float)
        wanted = _after_each_epoch(list(log.calls), labels, n_epochs)
        assert history.shape == (n_epochs,)
        right = np.asarray(student.probe_(logits_of)(new, tensor(X[24:]))).argmax(axis=1) == labels
        assert_allclose(history, wanted, atol=1e-4)
        assert_allclose(history[-1], right.mean(), atol=1e-4)
        weights.append(weights_of(new))
    for name, value in weights[0].items():
        assert_allclose(weights[1][name], value, atol=1e-5)


@check(
    "p.16.12",
    core=True,
    weight=3,
    at_least=True,
    hint="Does training begin with the weights that were passed in? Go through the pictures as often as is asked, in "
    "training mode, one batch at a time.",
)
def test_learns_new_classes_from_few_pictures(student, rng) -> float:
    """Beginning with a small ViT that knows photos and shapes, it learns to tell at least {threshold:.0%} of pictures
    of four kinds that are drawn for you, from twelve of each, on average over two such tasks."""
    shares = []
    for _ in range(2):
        task = NewClasses(rng, 48, 40, 200)
        train, valid, (X, y) = task.parts
        model = student.with_new_head(student.probe_(pretrained)(), task.names, 1)
        student.finetune_vit(model, batches(*train), batches(*valid), 10, 1e-4, 1e-2, int(rng.integers(1_000)))
        model.eval()
        found = np.asarray(student.probe_(logits_of)(model, tensor(X)))
        assert found.shape == (200, 4)
        shares.append(np.mean(found.argmax(axis=1) == y))
    return float(np.mean(shares))
