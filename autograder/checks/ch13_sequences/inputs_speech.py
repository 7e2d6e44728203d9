"""Inputs of chapter 13's yes and no: made recordings, whose words are known, and the words of real ones."""

from functools import cache

import numpy as np

from course.datasets import load

RATE = 8_000
WORDS = 8  # of each recording of the data set


def recording(rng, n_words: int, *, noise: float, clicks: bool = False, dips: bool = False, to_the_end: bool = False):
    """Return a wave and where its words are, (begin, end) in samples. The first begins at once, without a pause;
    with `to_the_end` there is none after the last either.

    Words, pauses, dips and clicks are nearly as short, soft or long as the statement says that they may be.
    """
    parts, places, at = [], [], 0
    for number in range(n_words):
        n = int(rng.uniform(0.2 if dips else 0.16, 0.5) * RATE)
        word = rng.uniform(20, 120) * noise * np.sin(2 * np.pi * rng.uniform(0.02, 0.2) * np.arange(n))
        if dips:
            middle = n // 2
            word[middle : middle + int(rng.uniform(0.05, 0.06) * RATE)] = 0
        pause = np.zeros(int(rng.uniform(0.45 if clicks else 0.22, 0.8) * RATE))
        if clicks:
            pause[len(pause) // 2 :][: int(rng.uniform(0.015, 0.03) * RATE)] = 60 * noise
        if to_the_end:  # the second of silence is elsewhere
            pause = np.concatenate([pause, np.zeros(RATE)]) if number < n_words - 1 else np.zeros(0)
        places.append((at, at + n))
        parts += [word, pause]
        at += n + len(pause)
    wave = np.concatenate([*parts, np.zeros(0 if to_the_end else RATE)])
    return wave + rng.normal(0, noise, len(wave)), places


@cache
def spoken():
    """Return (words, label) of each recording of the data set in which eight words are found."""
    speech = load("yesno_speech")
    found = []
    for wave, labels in zip(speech.waves, speech.labels, strict=True):
        cuts = _cuts(wave, speech.rate)
        if len(cuts) == WORDS:
            found.append(([wave[begin:end].astype(float) for begin, end in cuts], labels))
    return found


def some_words(rng, *sizes: int):
    """Return (words, labels), (words, labels), … of recordings drawn at random, so many for each part, none twice."""
    recordings = spoken()
    order, parts, at = rng.permutation(len(recordings)), [], 0
    for size in sizes:
        chosen = [recordings[n] for n in order[at : at + size]]
        words = [word for words, _ in chosen for word in words]
        parts.append((words, np.concatenate([labels for _, labels in chosen])))
        at += size
    return parts


def _cuts(wave, rate):
    """Where it is loud, by thresholds that fit this data set."""
    step = rate // 100
    power = np.add.reduceat(np.asarray(wave, dtype=float) ** 2, np.arange(0, len(wave), step))
    smooth = np.sqrt(np.convolve(power, np.ones(7) / 7, mode="same"))
    heard = np.flatnonzero(smooth > np.quantile(smooth, 0.2) + 0.08 * np.ptp(np.quantile(smooth, [0.2, 0.97])))
    pieces = np.split(heard, np.flatnonzero(np.diff(heard) > 8) + 1)
    return [(piece[0] * step, piece[-1] * step + step) for piece in pieces if len(piece) > 12]
