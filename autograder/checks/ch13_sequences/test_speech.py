"""Hidden checks of chapter 13: yes or no, spoken (p.13.12)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.checks.ch13_sequences.inputs_speech import RATE, recording, some_words
from autograder.checks.ch13_sequences.inputs_words import invent_language, say_words
from autograder.testing import check

TOLERANCE = 0.06  # seconds that a cut may be off, as the exercise says


@check("p.13.12", hint="Which axis holds the channels? And what is (30000 + 30000) / 2 in int16?")
def test_channels_are_averaged(student, rng):
    """One channel comes out, the mean of those that went in, also where the numbers are large whole ones; a single
    channel stays as it is."""
    for channels in (2, 3):
        wave = rng.integers(-32_768, 32_767, (channels, 500), dtype=np.int16)
        found = np.asarray(student.to_mono(wave), dtype=float)
        assert found.shape == (500,)
        assert_allclose(found, wave.astype(float).sum(axis=0) / channels, atol=1e-6)
    alone = rng.normal(0, 1, 300)
    found = np.asarray(student.to_mono(alone), dtype=float)
    assert found.shape == (300,)
    assert_allclose(found, alone, atol=1e-6)


def _are_right(student, wave, places, rate=RATE):
    cuts = np.asarray(student.split_on_silence(wave, rate), dtype=float)
    assert cuts.shape == (len(places), 2)
    assert_allclose(cuts, places, atol=TOLERANCE * rate)


@check("p.13.12", core=True, weight=2, hint="How loud is it every hundredth of a second? Plot that, and your limit.")
def test_words_are_found(student, rng):
    """In recordings with few and many words, each is found where it is, also one at the very beginning or end."""
    for n_words in (2, int(rng.integers(3, 6)), 8):
        wave, places = recording(rng, n_words, noise=rng.uniform(5, 50), to_the_end=n_words == 2)
        _are_right(student, wave, places)


@check("p.13.12", hint="Your limit has to follow from the recording: from its background and its words.")
def test_loudness_of_the_recording_does_not_matter(student, rng):
    """The same words are found in a quiet recording and in a loud one."""
    wave, places = recording(rng, 4, noise=1.0)
    for factor in (1e-4, 250.0):
        _are_right(student, factor * wave, places)


@check("p.13.12", hint="Join what only a dip separates, and leave out what is too short for a word.")
def test_dips_and_clicks_are_no_words(student, rng):
    """A short dip does not cut a word in two, and a click is no word."""
    for dips, clicks in ((True, False), (False, True), (True, True)):
        wave, places = recording(rng, 4, noise=rng.uniform(5, 50), dips=dips, clicks=clicks)
        _are_right(student, wave, places)


@check("p.13.12", hint="How many samples has a hundredth of a second, at this rate?")
def test_words_are_found_at_another_rate(student, rng):
    """With four times as many samples per second, the same words are found."""
    wave, places = recording(rng, 3, noise=rng.uniform(5, 50), dips=True, clicks=True)
    _are_right(student, np.repeat(wave, 4), 4 * np.array(places), 4 * RATE)


def _tone(frequency, seconds, loudness=1_000.0, rate=RATE):
    return loudness * np.sin(2 * np.pi * frequency / rate * np.arange(int(seconds * rate)))


def _picture(student, wave, n_mels, rate=RATE):
    picture = np.asarray(student.log_mel(wave, rate, n_mels), dtype=float)
    size, step = round(0.032 * rate), round(0.010 * rate)
    assert picture.shape == (n_mels, 1 + (len(wave) - size) // step)
    assert np.all(np.isfinite(picture))
    return picture


@check("p.13.12", core=True, hint="Silence has no power, and log 0 is no number. Is time the second axis?")
def test_picture_has_a_shape_and_no_infinities(student, rng):
    """There is a row for each band and a column for each frame, and all numbers are finite, even in silence."""
    for n_mels in (12, 24):
        wave = rng.normal(0, 100, int(rng.integers(2_000, 9_000)))
        assert np.ptp(_picture(student, wave, n_mels)) > 0
        _picture(student, np.zeros(3_000), n_mels)


@check("p.13.12", core=True, hint="Where on the mel scale is a tone of 300 Hz, where one of 3,000 Hz?")
def test_tones_are_in_their_bands(student, rng):
    """A pure tone is loudest in the band whose centre is nearest to it on the mel scale, or in the one beside it."""
    for n_mels in (16, 24):
        for frequency in (rng.uniform(250, 400), rng.uniform(700, 1_200), rng.uniform(2_000, 3_400)):
            _is_in_its_band(student, frequency, n_mels, RATE)


def _is_in_its_band(student, frequency, n_mels, rate):
    centres = np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), n_mels + 2)[1:-1]
    loudest = _picture(student, _tone(frequency, 0.5, rate=rate), n_mels, rate).mean(axis=1).argmax()
    wanted = np.abs(centres - 2595 * np.log10(1 + frequency / 700)).argmin()
    assert abs(int(loudest) - int(wanted)) <= 1


@check("p.13.12", hint="How long is a frame, and up to which frequency do the bands reach, at this rate?")
def test_tones_are_in_their_bands_at_another_rate(student, rng):
    """With twice as many samples per second there are as many frames, and the bands reach twice as high."""
    for frequency in (rng.uniform(300, 3_400), rng.uniform(5_000, 6_800)):
        _is_in_its_band(student, frequency, 24, 2 * RATE)


@check("p.13.12", hint="What does twice the amplitude make of the power, and of its logarithm?")
def test_logarithm_of_power(student, rng):
    """Ten times the amplitude adds log 100 to where the tone is heard."""
    frequency = rng.uniform(500, 1_500)
    quiet, loud = (_picture(student, _tone(frequency, 0.3, loudness), 24) for loudness in (1_000.0, 10_000.0))
    heard = quiet.mean(axis=1).argmax()
    assert_allclose((loud - quiet)[heard], np.log(100), atol=0.05)


@check("p.13.12", hint="Does your first column show the beginning of the wave, and the last its end?")
def test_moments_are_in_order(student, rng):
    """A tone that is heard in the second half only shows in the second half of the columns only."""
    low, high = _tone(rng.uniform(300, 500), 0.4), _tone(rng.uniform(2_000, 3_000), 0.4)
    picture = _picture(student, np.concatenate([low, high]), 24)
    n = picture.shape[1]
    assert picture[:8, : n // 2 - 4].mean() > picture[:8, n // 2 + 4 :].mean() + 2
    assert picture[16:, n // 2 + 4 :].mean() > picture[16:, : n // 2 - 4].mean() + 2


def _named(student, model, words):
    names = np.asarray(student.name_words(model, words, RATE))
    assert names.shape == (len(words),)
    assert names.dtype.kind in "iu"
    assert set(names.tolist()) <= {0, 1}
    return names


def _louder_or_quieter(rng, words):
    return [word * float(np.exp(rng.uniform(-2.5, 1.5))) for word in words]


def _right(student, model, words, labels):
    """The share of words that a model names rightly."""
    return float(np.mean(_named(student, model, words) == labels))


@check("p.13.12", core=True, weight=4, hint="Listen to what you train on: do words and labels belong together? Is a "
       "quiet word like a loud one?")  # fmt: skip
def test_words_of_a_made_up_language_are_recognised(student, rng):
    """In a language that nobody speaks, with three words for yes and three for no, your model names nine out of ten
    words rightly, be they loud or quiet, after training on 120 others."""
    (words, labels), (others, wanted) = say_words(rng, invent_language(rng), 120, 120)
    model = student.fit_words(words, labels, RATE, int(rng.integers(1_000)))
    assert _right(student, model, _louder_or_quieter(rng, others), wanted) >= 0.9  # as the exercise asks


@check("p.13.12", weight=0.4, data="yesno_speech", hint="Is a quiet word like a loud one?")
def test_unseen_words_are_recognised(student, rng):
    """Trained on 15 real recordings, your model names nine out of ten words of 15 others rightly, be they loud or
    quiet."""
    (words, labels), (others, wanted) = some_words(rng, 15, 15)
    model = student.fit_words(words, labels, RATE, int(rng.integers(1_000)))
    assert _right(student, model, _louder_or_quieter(rng, others), wanted) >= 0.9  # as the exercise asks


@check("p.13.12", hint="Words that are padded to the longest one: does your network read the padding, too?")
def test_a_word_alone_is_named_as_among_others(student, rng):
    """What a word is named does not depend on the words beside it, however long they are."""
    (words, labels), (others, wanted) = say_words(rng, invent_language(rng), 120, 48)
    model = student.fit_words(words, labels, RATE)
    together = _named(student, model, [*others, rng.normal(0, 500, 3 * RATE)])[:-1]
    alone = [int(_named(student, model, [word])[0]) for word in others]
    assert together.tolist() == alone
    assert np.mean(together == wanted) > 0.85  # what knows no words promises nothing about them
