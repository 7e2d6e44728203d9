"""Hidden checks of chapter 13: chorales, composed (p.13.10)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax

from autograder.checks.ch13_sequences.inputs_chorales import (
    N_NOTES,
    Music,
    canon,
    dice,
    ids_of,
    pieces,
    scales,
)
from autograder.testing import check
from autograder.testing.modules import repeats

# ---------------------------------------------------------------- composing


def _composed(student, model, chords, n: int, **options) -> np.ndarray:
    piece = np.asarray(student.generate(model, chords, n, **options))
    assert piece.shape == (len(chords) + n, 4)
    assert piece.dtype.kind in "iu"
    assert_array_equal(piece[: len(chords)], chords)
    return piece


@check("p.13.10", core=True, weight=2, hint="After which notes is the model asked for the alto? And whose turn does it "
       "think it is?")  # fmt: skip
def test_each_note_follows_from_those_before(student, rng):
    """`generate` adds n chords to those given, one note at a time: with a model of ours whose next note follows from
    the last one and the voice, the piece is exactly the one that follows."""
    steps = rng.permutation(np.arange(1, N_NOTES))[:4]
    for given, n in ((1, 7), (int(rng.integers(2, 9)), 5), (90, 3)):
        chords = pieces(rng, [given])[0]
        notes = ids_of(chords).tolist()
        for _ in range(4 * n):
            notes.append((notes[-1] + int(steps[(len(notes) - 1) % 4])) % N_NOTES)
        piece = _composed(student, student.probe_(scales)(steps.tolist()), chords, n, temperature=1.0)
        assert_array_equal(ids_of(piece), notes)


@check("p.13.10", hint="How many of the notes before does the model get to see?")
def test_model_remembers_earlier_chords(student, rng):
    """The model is given earlier chords as well: one that repeats the notes of 5 or of 16 chords before does so."""
    for delay in (5, 16):
        chords = pieces(rng, [delay + int(rng.integers(6))])[0]
        piece = _composed(student, student.probe_(canon)(4 * delay), chords, 9, temperature=1.0)
        assert_array_equal(piece[-9:], piece[-9 - delay : -delay])


@check("p.13.10", weight=2, hint="Divide the logits, then take the softmax. What does that do to a probability of 90%?")
def test_temperature_shapes_the_probabilities(student, rng):
    """Notes come up as often as the logits, divided by the temperature, say; in 600 notes, no share is off by 0.12."""
    logits = np.full(N_NOTES, -30.0)
    logits[rng.permutation(N_NOTES)[:4]] = np.log([0.55, 0.25, 0.15, 0.05])
    model = student.probe_(dice)(logits.tolist())
    for temperature in (1.0, 0.4, 2.5):
        seed = int(rng.integers(2**31))
        piece = _composed(student, model, [[0, 0, 0, 0]], 150, temperature=temperature, seed=seed)
        shares = np.bincount(ids_of(piece)[4:], minlength=N_NOTES) / 600
        assert_allclose(shares, softmax(logits / temperature), atol=0.12)


@check("p.13.10", hint="What is left to chance when the temperature is 0? Can you divide by it?")
def test_temperature_of_zero_leaves_nothing_to_chance(student, rng):
    """With temperature 0, the most probable note is always taken, whatever the seed, however close the second is."""
    logits = rng.normal(0, 0.1, N_NOTES)
    best = int(rng.integers(N_NOTES))
    logits[best] = logits.max() + 0.01
    for seed in rng.integers(0, 2**31, 2):
        piece = _composed(
            student, student.probe_(dice)(logits.tolist()), pieces(rng, [3])[0], 8, temperature=0, seed=int(seed)
        )
        assert_array_equal(ids_of(piece)[12:], best)


@check("p.13.10", hint="Where do the random numbers come from, and is the seed set when they are drawn?")
def test_seed_decides_the_piece(student, rng):
    """The same seed composes the same piece, another seed another one."""
    chords, model = pieces(rng, [4])[0], student.probe_(dice)([0.0] * N_NOTES)
    repeats(
        lambda seed: _composed(student, model, chords, 20, temperature=1.0, seed=seed),
        tuple(int(seed) for seed in rng.permutation(1000)[:2]),
    )


@check("p.13.10", hint="What do dropout layers do until `eval()` is called?")
def test_model_is_used_in_evaluation_mode(student, rng):
    """A model that was left in training mode is asked in evaluation mode."""
    logits = np.zeros(N_NOTES)
    best = int(rng.integers(20))
    logits[best] = 99.0
    model = student.probe_(dice)(logits.tolist(), muddled=True)
    piece = _composed(student, model, pieces(rng, [2])[0], 6, temperature=1.0)
    assert_array_equal(ids_of(piece)[8:], best)


@check("p.13.10", hint="Predicts well, composes badly? Compare what the net is given while it is trained and here.")
def test_own_piece_sounds_like_the_music(student, rng):
    """Trained on our music, your net composes, with temperature 0.3, a piece in which more than half of the chords are
    chords of that music: of notes put together at random, hardly one would be."""
    music = Music(rng)
    net = student.fit_chorales(music.pieces(24), length=8, hidden=32, n_steps=200)
    piece = _composed(student, net, music.pieces(1)[0][:6], 24, temperature=0.3, seed=int(rng.integers(1000)))
    known = {tuple(chord) for chord in music.chords.tolist()}
    assert np.mean([tuple(chord) in known for chord in piece[6:].tolist()]) > 0.5
