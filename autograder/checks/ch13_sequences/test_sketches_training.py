"""Hidden checks of chapter 13: networks that know sketches (p.13.11)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.checks.ch13_sequences.inputs_sketches import seeded, sequences, shapes
from autograder.checks.ch13_sequences.test_sketches import _sequence
from autograder.testing import check
from autograder.testing.modules import (
    NOISE,
    gradients_flow,
    ignores_padding,
    is_complete,
    outputs,
    repeats,
    tensor,
    weights_of,
)
from autograder.testing.modules.tensors import apart, leaves


def _net(student, rng, n_classes: int = 4):
    """Return a new net of the submission, with the same weights whenever the check is run again."""
    student.probe_(seeded)(int(rng.integers(2**31)))
    net = student.SketchNet(n_classes, hidden=16)
    net.eval()
    return net


def _padded(seqs, fill: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.array([len(seq) for seq in seqs])
    X = np.full((len(seqs), lengths.max(), 3), fill, dtype=np.float32)
    for row, seq in zip(X, seqs, strict=True):
        row[: len(seq)] = seq
    return X, lengths


@check(
    "p.13.11", hint="Print the shape after each layer. What is left of a sketch in the end: one row, or one per point?"
)
def test_sketch_net_gives_a_logit_for_each_class(student, rng):
    """`SketchNet` gives one finite logit for each class, for sketches of one point and of many."""
    for n_classes, lengths in ((2, [1, 1]), (7, [3, 90, 1])):
        X = _padded(sequences(rng, lengths))
        outputs(_net(student, rng, n_classes), *X, shape=(len(lengths), n_classes))


@check("p.13.11", weight=2, hint="Which state is the last one of a short sketch? Which rows do averages, maxima and "
       "convolutions take in?")  # fmt: skip
def test_padding_makes_no_difference_to_sketches(student, rng):
    """Whatever stands in the padding, and however much of it there is, the logits stay the same; the last point of a
    sketch matters."""
    seqs = sequences(rng, rng.permutation([4, 9, 13, 17, 30]))
    net = _net(student, rng)
    X, lengths = _padded(seqs, fill=0.0)
    others = sequences(rng, map(len, seqs))
    for seq in others:
        seq[-1] = rng.random(3)
    for fill in (0.0, 3.0):
        ignores_padding(net, X=_padded(seqs, fill)[0], other=_padded(others, fill)[0], lengths=lengths, fill=fill)
    other, _ = _padded(seqs, fill=3.0)
    shape = (len(seqs), 4)
    assert_allclose(outputs(net, other, lengths, shape=shape), outputs(net, X, lengths, shape=shape), atol=1e-4)


@check("p.13.11", hint="Turn the sequence round: would your net notice?")
def test_order_of_points_matters(student, rng):
    """A sketch whose points come in another order gets other logits: it is read as a sequence, not as a heap."""
    (seq,) = sequences(rng, [20])
    X = np.array([seq, seq[::-1], seq[rng.permutation(20)]])
    logits = outputs(_net(student, rng), X, np.full(3, 20), shape=(3, 4))
    assert np.abs(logits[1:] - logits[0]).max(axis=1).min() > 1e-5


@check("p.13.11", hint="Are all layers attributes of the net, and do all of them take part in `forward`?")
def test_all_of_the_sketch_net_can_learn(student, rng):
    """Every weight of the net is registered as a parameter, and gets a gradient from what the net says."""
    X = _padded(sequences(rng, [25, 12, 18]))
    gradients_flow(student, _net(student, rng), *X, rng=rng, spared=_may_cancel)
    is_complete(lambda: student.SketchNet(4, hidden=16), *X, rng=rng)


def _may_cancel(name: str) -> bool:
    """The bias of an attention's keys makes no difference, and is in one parameter with others or by itself."""
    return "in_proj_bias" in name or "key" in name


@check("p.13.11", core=True, weight=3, hint="Is the loss lower at the end of training than at its beginning? Does "
       "every sequence keep its own class?")  # fmt: skip
def test_trained_net_knows_shapes(student, rng):
    """Trained on 200 drawings of three shapes, your net knows at least 90% of 150 others, of any size and at any
    place, by way of your own `sketch_to_seq` and `collate`."""
    drawings, labels = shapes(rng, 200)
    net = student.fit_sketches(drawings, labels, 3, hidden=32, n_steps=240)
    net.eval()
    drawings, labels = shapes(rng, 150)
    seqs = [_sequence(student, strokes) for strokes in drawings]
    X, lengths, _ = student.collate(list(zip(seqs, labels.tolist(), strict=True)))
    guesses = outputs(net, tensor(X), tensor(lengths), shape=(150, 3)).argmax(axis=1)
    # 120 steps get a net that reads forwards and takes the mean to 79% to 91%, 300 steps to 98%.
    assert np.mean(guesses == labels) >= 0.9


@check("p.13.11", hint="Which of the things it is told does your training not look at?")
def test_sketch_net_is_trained_as_asked(student, rng):
    """The net has as many classes as you are told, more weights if it is to be larger, and is another one after more
    steps."""
    drawings, labels = shapes(rng, 12)

    def trained(n_classes: int, hidden: int, n_steps: int):
        return student.fit_sketches(drawings, labels, n_classes, hidden=hidden, n_steps=n_steps, seed=7)

    net = trained(5, 8, 2)
    net.eval()
    outputs(net, *_padded(sequences(rng, [4, 6])), shape=(2, 5))
    few, many, large = (leaves(weights_of(each)) for each in (net, trained(5, 8, 6), trained(5, 16, 2)))
    assert apart(few, many) > NOISE
    assert sum(part.size for part in large) > sum(part.size for part in few)


@check(
    "p.13.11", hint="What does chance decide: the first weights, the order of drawings, dropout? Set the seed first."
)
def test_seed_decides_the_sketch_net(student, rng):
    """The same seed trains the same net, another seed another one."""
    drawings, labels = shapes(rng, 12)
    repeats(
        lambda seed: weights_of(student.fit_sketches(drawings, labels, 3, hidden=8, n_steps=3, seed=seed)),
        tuple(int(seed) for seed in rng.permutation(1000)[:2]),
    )
