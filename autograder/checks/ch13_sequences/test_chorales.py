"""Hidden checks of chapter 13: chorales, cut and predicted (p.13.10)."""

import numpy as np
from numpy.testing import assert_array_equal

from autograder.checks.ch13_sequences.inputs_chorales import (
    N_NOTES,
    Music,
    ids_of,
    note_accuracy,
    pieces,
    seeded,
)
from autograder.testing import check
from autograder.testing.modules import (
    NOISE,
    gradients_flow,
    is_causal,
    is_complete,
    outputs,
    repeats,
    weights_of,
)
from autograder.testing.modules.tensors import apart, leaves


def _windows(student, chorales, length: int, shift: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return X and Y of a submission, and the whole windows, cut by hand, (windows, 4 * length)."""
    X, Y = (np.asarray(part) for part in student.make_windows(chorales, length, shift))
    wanted = []
    for notes in map(ids_of, chorales):
        at = 0
        while 4 * (at + length) <= len(notes):
            wanted.append(notes[4 * at : 4 * (at + length)])
            at += shift
    assert len(wanted) > 3
    assert X.shape == Y.shape == (len(wanted), 4 * length - 1)
    return X, Y, np.array(wanted)


@check("p.13.10", core=True, hint="Cut a piece of three chords by hand. Does a window ever hold notes of two pieces?")
def test_windows_are_cut_from_each_piece(student, rng):
    """`make_windows` cuts every piece by itself, from chords 0, `shift`, 2 `shift`, …, all that fit and no others, and
    X has their notes chord by chord."""
    for length, shift in ((3, 2), (5, 1), (2, 4), (int(rng.integers(4, 9)), int(rng.integers(1, 9)))):
        chorales = pieces(rng, [17, length, *rng.integers(1, 30, 3), 30])
        X, _, wanted = _windows(student, chorales, length, shift)
        assert_array_equal(X, wanted[:, :-1])


@check("p.13.10", hint="Write a row of X and the same row of Y below each other.")
def test_targets_are_the_next_notes(student, rng):
    """At every place, Y has the note that follows the one which X has there: the next voice of the same chord, or the
    first voice of the next chord."""
    X, Y, wanted = _windows(student, pieces(rng, rng.integers(10, 30, 4)), int(rng.integers(2, 8)), 3)
    assert_array_equal(Y, wanted[:, 1:])
    assert_array_equal(Y[:, :-1], X[:, 1:])


@check("p.13.10", hint="Which number has the pitch 36, and which the pitch 81? And silence?")
def test_notes_are_numbers_of_categories(student, rng):
    """Notes are whole numbers from 0 to 46: 0 is silence and stays 0, 36 becomes 1, and 81 becomes 46."""
    piece = rng.permutation(np.concatenate([[0, 36, 81, 0], rng.integers(37, 81, 36)])).reshape(-1, 4)
    X, Y = (np.asarray(part) for part in student.make_windows([piece], 10, 1))
    assert X.dtype.kind in "iu"
    assert Y.dtype.kind in "iu"
    assert X.shape == Y.shape == (1, 39)
    assert_array_equal(np.append(X[0], Y[0, -1]), ids_of(piece))


def _net(student, rng):
    """Return a new net of the submission, with the same weights whenever the check is run again."""
    student.probe_(seeded)(int(rng.integers(2**31)))
    return student.ChoraleNet(hidden=16)


def _notes(rng, rows: int, steps: int) -> np.ndarray:
    return rng.integers(0, N_NOTES, (rows, steps))


def _unlike(rng) -> tuple[np.ndarray, np.ndarray]:
    """Return two batches of notes, (4, 31), that differ at every place."""
    notes = _notes(rng, 4, 31)
    return notes, (notes + rng.integers(1, N_NOTES, notes.shape)) % N_NOTES


@check("p.13.10", hint="Print the shape after each layer. Where does the number of notes come in?")
def test_music_net_gives_a_logit_for_each_note(student, rng):
    """`ChoraleNet` gives 47 finite logits at every place, or more for signs of your own, for sequences of any length
    from 1."""
    net = _net(student, rng)
    for rows, steps in ((2, 1), (3, 6), (2, 63), (2, 300)):
        assert outputs(net, _notes(rng, rows, steps), shape=(rows, steps, -1)).shape[2] >= N_NOTES


@check("p.13.10", weight=2, hint="Change the last note of a sequence. Which outputs change? Only the last one may.")
def test_music_net_does_not_look_ahead(student, rng):
    """What the net says at one place depends on notes up to there, on those before as well, and not on later ones."""
    net = _net(student, rng)
    notes, other = _unlike(rng)
    for t in (9, int(rng.integers(4, 26))):
        is_causal(net, notes, other, t)


@check("p.13.10", hint="Are all layers attributes of the net, and do all of them take part in `forward`?")
def test_all_of_the_music_net_can_learn(student, rng):
    """Every weight of the net is registered as a parameter, and gets a gradient from what the net says."""
    notes = _notes(rng, 4, 47)
    net = _net(student, rng)
    gradients_flow(student, net, notes, rng=rng, spared=_may_cancel)
    is_complete(lambda: student.ChoraleNet(hidden=16), notes, rng=rng)


def _may_cancel(name: str) -> bool:
    """The bias of an attention's keys makes no difference, and is in one parameter with others or by itself."""
    return "in_proj_bias" in name or "key" in name


@check("p.13.10", core=True, weight=3, hint="Is the loss lower at the end of training than at its beginning? Does the "
       "net get the same targets that you would give?")  # fmt: skip
def test_trained_net_predicts_music(student, rng):
    """Trained on 24 pieces of our music, your net predicts at least four of five notes of others, and does not look
    ahead. Repeating each voice gives a third, and to know which note follows which gives two; 94% is the most."""
    music = Music(rng)
    net = student.fit_chorales(music.pieces(24), length=8, hidden=32, n_steps=200)
    net.eval()
    notes, other = _unlike(rng)
    is_causal(net, notes, other, t=15)
    right, repeated, frequent = note_accuracy(net, music.pieces(12))
    assert right >= 0.8 > max(repeated, frequent)


@check("p.13.10", hint="Which of the things it is told does your training not look at?")
def test_music_net_is_trained_as_asked(student, rng):
    """The net has more weights if it is to be larger, and is another one after more steps."""
    chorales = pieces(rng, [12, 15])

    def trained(hidden: int, n_steps: int):
        return leaves(weights_of(student.fit_chorales(chorales, length=4, hidden=hidden, n_steps=n_steps, seed=7)))

    few, many, large = trained(8, 2), trained(8, 6), trained(16, 2)
    assert apart(few, many) > NOISE
    assert sum(part.size for part in large) > sum(part.size for part in few)


@check("p.13.10", hint="What does chance decide: the first weights, the order of windows, dropout? Set the seed first.")
def test_seed_decides_the_music_net(student, rng):
    """The same seed trains the same net, another seed another one."""
    chorales = pieces(rng, [12, 15])
    repeats(
        lambda seed: weights_of(student.fit_chorales(chorales, length=4, hidden=8, n_steps=3, seed=seed)),
        tuple(int(seed) for seed in rng.permutation(1000)[:2]),
    )
