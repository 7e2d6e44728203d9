"""Hidden checks of chapter 12: own kinds of pictures, learned (p.12.9)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch12_vision.inputs_transfer import (
    DIRECTIONS,
    SIDE,
    batches,
    dropping,
    filters,
    rates_of,
    saved,
    stripes_backbone,
    textures,
    trainable,
    two_layers,
    untouchable,
)
from autograder.testing import check
from autograder.testing.modules import built, has_parameters, outputs, tensor, weights_of
from autograder.testing.modules.tensors import NOISE, apart

# ---------------------------------------------------------------- weights from a file


def _two(student, rng, *classes: int):
    make = student.probe_(two_layers)
    return [make(int(rng.integers(1, 2**20)), n) for n in classes]


@check(
    "p.12.9", core=True, weight=2, hint='`torch.load(…, map_location="cpu", weights_only=True)`, and then name by name.'
)
def test_weights_are_loaded(student, rng):
    """All weights of a file are copied, the ones that batch norm keeps, too, and nothing is reported missing: whether
    the file has a state, one within a dictionary, or names that begin with "module."."""
    for how in ("", "nested", "parallel", "nested parallel"):
        old, new = _two(student, rng, 5, 5)
        missing = student.load_weights(new, student.probe_(saved)(old, how))
        assert list(missing) == []
        wanted, found = weights_of(old), weights_of(new)
        for name, value in wanted.items():
            assert_array_equal(found[name], value)


@check("p.12.9", core=True, hint="Compare shapes before you copy. `strict=False` forgives names, and no shapes.")
def test_another_head_is_left_alone(student, rng):
    """Where the head has another shape in the file, or none at all, it stays as it was and is reported, and all the
    rest is copied; the network stays in its mode."""
    old, new = _two(student, rng, 7, 3)
    before, is_trained = weights_of(new), bool(rng.integers(2))
    for training in (is_trained, not is_trained):
        new.train(training)
        missing = student.load_weights(new, student.probe_(saved)(old, "nested"))
        assert new.training is training
    assert list(missing) == ["head.bias", "head.weight"]
    wanted, found = weights_of(old), weights_of(new)
    for name, value in found.items():
        assert_array_equal(value, before[name] if name.startswith("head") else wanted[name])
    old, new = _two(student, rng, 5, 5)
    before = weights_of(new)
    missing = student.load_weights(new, student.probe_(saved)(old.body, ""))  # its names lack "body."
    assert list(missing) == sorted(before)
    for name, value in weights_of(new).items():
        assert_array_equal(value, before[name])


# ---------------------------------------------------------------- the network


def _backbone(student, rng, trained: bool = True):
    weights = filters() if trained else rng.normal(0, 0.05, filters().shape).astype(np.float32)
    return student.probe_(stripes_backbone)(weights)


@check("p.12.9", core=True, hint="One linear layer on top of what the backbone gives.")
def test_network_has_a_head_for_the_classes(student, rng):
    """The network gives logits for as many classes as are asked for, by a linear layer on top of the backbone's
    features, and has no other weights."""
    for n_classes in (2, int(rng.integers(3, 9))):
        backbone = _backbone(student, rng)
        model = built(student, student.TransferNet, rng, backbone, DIRECTIONS, n_classes)
        X = rng.normal(size=(5, 3, SIDE, SIDE))
        model.eval()
        found = outputs(model, X, shape=(5, n_classes))
        features, head = np.asarray(model.backbone(tensor(X))), weights_of(model.head)
        model.train()
        n = has_parameters(student, backbone) + n_classes * (DIRECTIONS + 1)
        has_parameters(student, model, n)
        assert_allclose(found, features @ head["weight"].T + head["bias"], atol=1e-4)


@check("p.12.9", core=True, hint="Which parameters are in the first group, which in the second, and how fast is each?")
def test_backbone_learns_at_a_tenth_of_the_rate(student, rng):
    """While the backbone is frozen, the head only is trained; later each weight is in one group, the head's at the full
    rate and the backbone's at a tenth of it."""
    lr = float(rng.uniform(0.001, 0.1))
    model = student.TransferNet(_backbone(student, rng), DIRECTIONS, 3)
    for frozen in (True, False):
        rates = student.probe_(rates_of)(student.parameter_groups, model, lr, frozen)
        for name, found in rates.items():
            wanted = [lr] if name.startswith("head.") else [] if frozen else [lr / 10]
            assert_allclose([rate for rate in found if rate != 0], wanted, rtol=1e-6)


# ---------------------------------------------------------------- training


class _Task:
    """Textures of some directions that are drawn for this submission, few of them to learn from."""

    def __init__(self, rng, n_classes: int = 4) -> None:
        start = rng.uniform(0, np.pi)
        self.angles = start + np.pi * rng.permutation(n_classes) / n_classes
        self.train, self.valid, self.test = (textures(rng, self.angles, n * n_classes) for n in (4, 10, 50))

    def loaders(self):
        return {"train": batches(*self.train), "valid": batches(*self.valid)}


def _tuned(student, rng, task, n_head, n_all, *, trained=True, lr=0.05, loaders=None, seed=None):
    model = built(student, student.TransferNet, rng, _backbone(student, rng, trained), DIRECTIONS, len(task.angles))
    seed = int(rng.integers(1_000)) if seed is None else seed
    before = weights_of(model)
    history = np.asarray(student.finetune(model, loaders or task.loaders(), n_head, n_all, lr, seed), dtype=float)
    assert history.shape == (n_head + n_all,)
    return model, history, before


def _accuracy(model, X, y) -> float:
    assert model.training is False
    return float(np.mean(outputs(model, X, shape=(len(y), -1)).argmax(axis=1) == y))


def _is_backbones(name: str) -> bool:
    return name.startswith("backbone.")


@check(
    "p.12.9", core=True, weight=2, hint="`requires_grad_(False)` does not stop batch norm from counting: `eval()` does."
)
def test_frozen_backbone_stays_as_it_is(student, rng):
    """In the first epochs nothing of the backbone changes, not even batch norm's running means, and all of the head
    does; afterwards everything can be trained again."""
    model, _, before = _tuned(student, rng, _Task(rng), n_head=3, n_all=0)
    for name, value in weights_of(model).items():
        assert np.array_equal(value, before[name]) == _is_backbones(name)
    assert all(student.probe_(trainable)(model).values())


@check(
    "p.12.9",
    core=True,
    hint="After the first epochs the backbone needs `requires_grad` again, and an optimiser that knows it.",
)
def test_all_of_the_network_is_tuned_in_the_end(student, rng):
    """In the last epochs all weights of the backbone change as well; whether batch norm counts then is up to you."""
    model, _, before = _tuned(student, rng, _Task(rng), n_head=1, n_all=2, lr=0.01)
    after = weights_of(model)
    for name in student.probe_(trainable)(model):
        assert not np.array_equal(after[name], before[name]), name


@check(
    "p.12.9",
    core=True,
    weight=3,
    at_least=True,
    hint="Is the backbone still what it was when the head has learned? And is it in evaluation mode when you ask it?",
)
def test_learns_new_classes_from_few_pictures(student, rng) -> float:
    """From four pictures each of four textures that are drawn for you, with a backbone that knows textures, the network
    learns to name at least {threshold:.0%} of others, on average over three such tasks: trained with the head only, and
    all of it in the end."""
    shares = []
    for _ in range(3):
        task = _Task(rng)
        for n_head, n_all in ((20, 0), (15, 5)):
            shares.append(_accuracy(_tuned(student, rng, task, n_head, n_all)[0], *task.test))
    return float(np.mean(shares))


@check("p.12.9", hint="Ask in evaluation mode, over all batches, however large each is.")
def test_history_tells_the_accuracy_of_each_epoch(student, rng):
    """The accuracies are those on the pictures to validate on, the last one that of the network that comes back."""
    task = _Task(rng)
    X, y = task.valid
    y = np.concatenate([y[:34], (y[34:] + 1) % 4])  # the last batch is smaller than the others, and full of mistakes
    loaders = {**task.loaders(), "valid": batches(X, y, 17)}
    for n_head, n_all in ((12, 0), (10, 2)):
        model, history, _ = _tuned(student, rng, task, n_head, n_all, loaders=loaders)
        assert_allclose(history[-1], _accuracy(model, X, y), atol=0.026)  # rounding may turn one picture
        assert np.all((history >= 0) & (history <= 1))


@check("p.12.9", hint="Set the seed before anything is drawn.")
def test_seed_decides_the_tuning(student, rng):
    """The same seed trains the same network, whatever was drawn before, also where the backbone drops some of its
    features."""
    task, start, seed = _Task(rng), int(rng.integers(2**31)), int(rng.integers(1_000))
    weights = []
    for _ in range(2):
        student.seed_(start)
        backbone = student.probe_(dropping)(_backbone(student, rng))
        model = student.TransferNet(backbone, DIRECTIONS, len(task.angles))
        student.seed_(int(rng.integers(2**31)))  # what draws without the seed draws anew
        student.finetune(model, task.loaders(), 1, 2, 0.05, seed)
        weights.append(weights_of(model))
    assert apart(*([one[name] for name in weights[0]] for one in weights)) <= NOISE


@check("p.12.9", hint="`finetune` needs two of the loaders only.")
def test_other_loaders_are_not_touched(student, rng):
    """A loader that is there for testing is never gone through, and the pictures to validate on teach nothing."""
    task = _Task(rng)
    test = student.probe_(untouchable)(batches(*task.test))
    seed = int(rng.integers(1_000))
    weights = []
    for valid in (task.valid, (task.valid[0][::-1].copy() * 2, task.valid[1])):
        loaders = {**task.loaders(), "valid": batches(*valid), "test": test}
        model, *_ = _tuned(student, np.random.default_rng(seed), task, 1, 1, loaders=loaders, seed=seed)
        weights.append(weights_of(model))
    assert int(test.times) == 0
    for name, value in weights[0].items():
        assert_allclose(weights[1][name], value, atol=1e-5)
