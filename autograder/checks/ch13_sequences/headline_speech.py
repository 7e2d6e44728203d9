"""Full-size figures of chapter 13: yes or no, spoken."""

from functools import cache

import numpy as np

from autograder.testing import headline
from course.datasets import load
from solutions.ch13_sequences.speech import fit_words, name_words, split_on_silence


@cache
def _cut():
    """(words, labels) of each recording in which eight words are found, and how many recordings there are."""
    speech = load("yesno_speech")
    cuts = [split_on_silence(wave, speech.rate) for wave in speech.waves]
    whole = [n for n, found in enumerate(cuts) if len(found) == 8]
    return [([speech.waves[n][a:b] for a, b in cuts[n]], speech.labels[n]) for n in whole], len(cuts)


@headline("p.13.12", "recordings cut into eight words", book="", data="yesno_speech", holds=lambda value: value > 0.8)
def recordings_cut() -> tuple[float, str]:
    """In the others two words run into each other."""
    found, total = _cut()
    return len(found) / total, f"{total} recordings"


@headline("p.13.12", "yes/no, accuracy on unseen recordings", book="", data="yesno_speech", holds=lambda v: v > 0.9)
def words_recognised() -> tuple[float, str]:
    """Two thirds of the recordings for training."""
    found, _ = _cut()
    n = 2 * len(found) // 3
    words, labels = ([word for words, _ in found[:n] for word in words], np.concatenate([y for _, y in found[:n]]))
    others, wanted = ([word for words, _ in found[n:] for word in words], np.concatenate([y for _, y in found[n:]]))
    rate = load("yesno_speech").rate
    model = fit_words(words, labels, rate)
    return float(np.mean(name_words(model, others, rate) == wanted)), f"{n} train / {len(found) - n} test"
