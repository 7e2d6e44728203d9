"""Wrong and right answers of chapter 13: yes or no, spoken (p.13.12)."""

from functools import cache
from types import SimpleNamespace

import numpy as np
from scipy import ndimage, signal
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from autograder.checks.ch13_sequences.inputs_speech import RATE, spoken
from autograder.testing import alternative, lookup, mutant

# ---------------------------------------------------------------- the wave


@mutant("p.13.12", replaces="to_mono", fails="test_channels_are_averaged")
def mean_over_time(wave):
    """You take the mean over the samples, which leaves one number per channel: channels are the first axis."""
    wave = np.asarray(wave, dtype=float)
    return wave if wave.ndim == 1 else wave.mean(axis=1)


@mutant("p.13.12", replaces="to_mono", fails="test_channels_are_averaged")
def sum_in_whole_numbers(wave):
    """The sum of two int16 numbers does not fit into int16: make floats of them first."""
    wave = np.asarray(wave)
    if wave.ndim == 1:
        return wave.astype(float)
    return (wave.sum(axis=0, dtype=wave.dtype) / len(wave)).astype(float)


@mutant("p.13.12", replaces="to_mono", fails="test_channels_are_averaged")
def left_channel_only(wave):
    """You keep the first channel, and lose what only the others have heard."""
    wave = np.asarray(wave, dtype=float)
    return wave if wave.ndim == 1 else wave[0]


# ---------------------------------------------------------------- words


def _rms(wave, size=80):
    wave = np.asarray(wave, dtype=float)
    frames = wave[: len(wave) // size * size].reshape(-1, size)
    return np.convolve(np.sqrt((frames**2).mean(axis=1)), np.full(5, 0.2), mode="same")


def _runs(heard):
    return np.flatnonzero(np.diff(np.concatenate([[False], heard, [False]]))).reshape(-1, 2)


def _joined(runs, gap):
    words = []
    for begin, end in runs.tolist():
        if words and begin - words[-1][1] < gap:
            words[-1][1] = end
        else:
            words.append([begin, end])
    return words


def _relative(loud):
    floor, top = np.quantile(loud, [0.1, 0.95])
    return loud > floor + 0.1 * (top - floor)


@mutant("p.13.12", replaces="split_on_silence", fails="test_loudness_of_the_recording_does_not_matter")
def fixed_limit(wave, rate):
    """Your limit is a fixed number: a quiet recording has no words then, and a loud one no pauses."""
    words = _joined(_runs(_rms(wave, rate // 100) > 10.0), 10)
    return [(a * (rate // 100), b * (rate // 100)) for a, b in words if b - a >= 12]


@mutant("p.13.12", replaces="split_on_silence", fails="test_dips_and_clicks_are_no_words")
def cut_at_every_dip(wave, rate):
    """A dip within a word is shorter than a pause: join what it separates."""
    runs = _runs(_relative(np.sqrt((np.asarray(wave, float)[: len(wave) // 80 * 80].reshape(-1, 80) ** 2).mean(1))))
    return [(int(a) * 80, int(b) * 80) for a, b in runs if b - a >= 4]


@mutant("p.13.12", replaces="split_on_silence", fails="test_dips_and_clicks_are_no_words")
def clicks_are_words(wave, rate):
    """What lasts only some hundredths of a second is no word: leave it out."""
    words = _joined(_runs(_relative(_rms(wave, rate // 100))), 10)
    return [(a * (rate // 100), b * (rate // 100)) for a, b in words]


@mutant("p.13.12", replaces="split_on_silence", fails="test_words_are_found")
def in_seconds(wave, rate):
    """Your places are in seconds: samples are asked for."""
    words = _joined(_runs(_relative(_rms(wave, rate // 100))), 10)
    return [(a / 100, b / 100) for a, b in words if b - a >= 12]


@mutant("p.13.12", replaces="split_on_silence", fails="test_words_are_found")
def pauses(wave, rate):
    """You return the pauses: the words lie between them."""
    words = _joined(_runs(~_relative(_rms(wave, rate // 100))), 10)
    return [(a * (rate // 100), b * (rate // 100)) for a, b in words if b - a >= 12]


@mutant("p.13.12", replaces="split_on_silence", fails="test_words_are_found_at_another_rate")
def eighty_samples_at_any_rate(wave, rate):
    """You count on 80 samples in a hundredth of a second, and at another rate there are others: ask `rate`."""
    words = _joined(_runs(_relative(_rms(wave))), 10)
    return [(a * 80, b * 80) for a, b in words if b - a >= 12]


# ---------------------------------------------------------------- pictures


def _filters(n_mels, size, rate, *, linear=False):
    top = rate / 2 if linear else 2595 * np.log10(1 + rate / 2 / 700)
    edges = np.linspace(0, top, n_mels + 2)
    if not linear:
        edges = 700 * (10 ** (edges / 2595) - 1)
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    return np.array([np.interp(frequencies, edges[n : n + 3], [0, 1, 0]) for n in range(n_mels)])


def _spectra(wave, rate, n_mels, *, floor=1e-6, linear=False, exponent=2):
    size, step = round(0.032 * rate), round(0.010 * rate)
    starts = range(0, len(wave) - size + 1, step)
    frames = np.array([np.asarray(wave, dtype=float)[start : start + size] for start in starts])
    sizes = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** exponent
    with np.errstate(divide="ignore"):
        return np.log(_filters(n_mels, size, rate, linear=linear) @ sizes.T + floor)


@mutant("p.13.12", replaces="log_mel", fails="test_picture_has_a_shape_and_no_infinities")
def logarithm_of_nothing(wave, rate, n_mels=24):
    """In silence you take the logarithm of 0: add something very small."""
    return _spectra(wave, rate, n_mels, floor=0.0)


@mutant("p.13.12", replaces="log_mel", fails="test_picture_has_a_shape_and_no_infinities")
def time_first(wave, rate, n_mels=24):
    """Bands are the rows, and frames the columns: yours are the other way round."""
    return _spectra(wave, rate, n_mels).T


@mutant("p.13.12", replaces="log_mel", fails="test_tones_are_in_their_bands")
def bands_of_equal_width(wave, rate, n_mels=24):
    """Your bands are equally wide in hertz: on the mel scale the low ones are narrower."""
    return _spectra(wave, rate, n_mels, linear=True)


@mutant("p.13.12", replaces="log_mel", fails="test_logarithm_of_power")
def amplitude(wave, rate, n_mels=24):
    """You take the amplitude: power is its square."""
    return _spectra(wave, rate, n_mels, exponent=1)


@mutant("p.13.12", replaces="log_mel", fails="test_logarithm_of_power")
def in_powers_of_ten(wave, rate, n_mels=24):
    """Your logarithm has base 10: the natural one is asked for."""
    return _spectra(wave, rate, n_mels) / np.log(10)


@mutant("p.13.12", replaces="log_mel", fails="test_tones_are_in_their_bands_at_another_rate")
def always_8000(wave, rate, n_mels=24):
    """You take it that there are 8,000 samples per second: frames and bands follow from `rate`."""
    return _spectra(wave, 8_000, n_mels)


@mutant("p.13.12", replaces="log_mel", fails="test_moments_are_in_order")
def backwards(wave, rate, n_mels=24):
    """Your picture runs backwards: the beginning of the wave is the first column."""
    return _spectra(wave, rate, n_mels)[:, ::-1]


# ---------------------------------------------------------------- the model


def _features(words, rate, *, normal=True, pieces=4):
    """Mean picture of each quarter of a word."""
    rows = []
    for word in words:
        picture = _spectra(word, rate, 24)
        if normal:
            picture = (picture - picture.mean()) / (picture.std() + 1e-6)
        parts = np.array_split(picture, pieces, axis=1)
        rows.append(np.concatenate([part.mean(axis=1) for part in parts]))
    return np.array(rows)


def _names(model, words, rate):
    return model.predict(_features(words, rate)).astype(int)


@mutant(
    "p.13.12",
    replaces="fit_words",
    fails="test_words_of_a_made_up_language_are_recognised",
    also={"name_words": _names},
)
def labels_shuffled(words, labels, rate, seed=0):
    """Words and labels have come apart: whatever you shuffle, shuffle both in the same way."""
    order = np.random.default_rng(seed).permutation(len(labels))
    return LogisticRegression(max_iter=1_000).fit(_features(words, rate), np.asarray(labels)[order])


@mutant(
    "p.13.12",
    replaces="fit_words",
    fails="test_words_of_a_made_up_language_are_recognised",
    also={"name_words": _names},
)
def yes_is_no(words, labels, rate, seed=0):
    """Your answers are the wrong way round: 1 is what was 1 in `labels`."""
    return LogisticRegression(max_iter=1_000).fit(_features(words, rate), 1 - np.asarray(labels))


def _names_by_loudness(model, words, rate):
    return (np.array([np.abs(word).max() for word in words]) > model.limit_).astype(int)


@mutant("p.13.12", replaces="fit_words", fails="test_words_of_a_made_up_language_are_recognised",
        also={"name_words": _names_by_loudness})  # fmt: skip
def how_loud_it_is(words, labels, rate, seed=0):
    """You go by how loud a word is: a speaker may say yes softly and no loudly."""
    model = LogisticRegression()
    model.limit_ = np.median([np.abs(word).max() for word in words])
    return model


def _names_padded(model, words, rate):
    longest = max(len(word) for word in words)
    padded = [np.concatenate([word, np.zeros(longest - len(word))]) for word in words]
    return _names(model, padded, rate)


@mutant("p.13.12", replaces="fit_words", fails="test_a_word_alone_is_named_as_among_others",
        also={"name_words": _names_padded})  # fmt: skip
def padding_is_read(words, labels, rate, seed=0):
    """Your words are padded to the longest among them, and the padding is read as if it were spoken."""
    longest = max(len(word) for word in words)
    padded = [np.concatenate([word, np.zeros(longest - len(word))]) for word in words]
    return LogisticRegression(max_iter=1_000).fit(_features(padded, rate), labels)


# ---------------------------------------------------------------- right


def _neighbours(model, words, rate):
    return [int(label) for label in model.predict(_features(words, rate))]


@alternative("p.13.12", replaces="fit_words", also={"name_words": lambda *args: np.array(_neighbours(*args))})
def nearest_words(words, labels, rate, seed=0):
    """Nearest neighbours among mean pictures."""
    return make_pipeline(StandardScaler(), KNeighborsClassifier(5)).fit(_features(words, rate), labels)


@alternative("p.13.12", replaces="fit_words", also={"name_words": _names})
def linear_model(words, labels, rate, seed=0):
    """Logistic regression on the mean pictures of four quarters."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1_000)).fit(
        _features(words, rate), labels
    )


@alternative("p.13.12", replaces="log_mel", also={
    "to_mono": lambda wave: np.atleast_2d(np.asarray(wave, dtype=np.float64)).mean(0).tolist()
})  # fmt: skip
def with_scipy(wave, rate, n_mels=24):
    """SciPy's spectrogram, and bands by interpolation."""
    size, step = round(0.032 * rate), round(0.010 * rate)
    _, _, power = signal.spectrogram(
        np.asarray(wave, dtype=float), rate, window=np.hanning(size), nperseg=size, noverlap=size - step,
        detrend=False, scaling="spectrum", mode="psd",
    )  # fmt: skip
    return np.log(np.maximum(_filters(n_mels, size, rate) @ power, 1e-9))


@alternative("p.13.12", replaces="split_on_silence")
def with_morphology(wave, rate):
    """Closing and opening of what is heard, and decibels."""
    step = rate // 200
    power = np.add.reduceat(np.asarray(wave, dtype=float) ** 2, np.arange(0, len(wave), step)) / step
    level = 10 * np.log10(ndimage.uniform_filter1d(power, 7) + 1e-30)
    floor, top = np.quantile(level, [0.1, 0.95])
    heard = np.pad(level > max(floor + 8, top - 25), 30)
    heard = ndimage.binary_opening(ndimage.binary_closing(heard, np.ones(19)), np.ones(21))[30:-30]
    places, count = ndimage.label(heard)
    return [(int(np.flatnonzero(places == n)[0]) * step, int(np.flatnonzero(places == n)[-1] + 1) * step)
            for n in range(1, count + 1)]  # fmt: skip


# ---------------------------------------------------------------- looked up


@cache
def _public_words():
    """Features of each word of the public recordings, (n, 96), and its label."""
    words = [word for words, _ in spoken() for word in words]
    return _features(words, RATE), np.concatenate([labels for _, labels in spoken()])


def _best_cut(scores, labels):
    """Return the limit, and whether 1 lies above it, that tell the labels apart best by one number each."""
    cuts = [(limit, above) for limit in np.unique(scores) for above in (True, False)]
    return max(cuts, key=lambda cut: np.mean(((scores >= cut[0]) == cut[1]) == labels))


def _knows(score, words, labels, rate):
    """A model that knows a word by one number, and learns from the given words which numbers mean 1."""
    limit, above = _best_cut(score(_features(words, rate)), np.asarray(labels))
    return SimpleNamespace(name=lambda others: (score(_features(others, rate)) >= limit) == above)


def _names_known(model, words, rate):
    return model.name(words).astype(int)


@lookup("p.13.12", replaces="fit_words", also={"name_words": _names_known})
def nearest_public_word(words, labels, rate, seed=0):
    """Says what the nearest public word is, and learns which of the two that is here."""
    return _knows(KNeighborsClassifier(1).fit(*_public_words()).predict, words, labels, rate)


@lookup("p.13.12", replaces="fit_words", also={"name_words": _names_known})
def carries_a_listener(words, labels, rate, seed=0):
    """How much a word sounds like yes to a model of the public words; what that means is learned here."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1_000)).fit(*_public_words())
    return _knows(model.decision_function, words, labels, rate)
