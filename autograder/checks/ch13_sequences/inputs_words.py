"""Words made up for p.13.12, of a language that nobody speaks: only the words given say which mean yes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 8_000
SOUNDS = 3  # of a word
SYNONYMS = 3  # with one of each, a look-up would need one bit, and often have it: two public words that are nearest
_HARMONICS = 36
_LOW, _HIGH = np.array([270.0, 800, 2_300]), np.array([800.0, 2_200, 3_300])  # hertz, where the formants may be
_WIDTH = np.array([90.0, 130, 200])  # hertz, of a formant
_LOUD = np.array([1.0, 0.6, 0.3])


@dataclass(frozen=True)
class Language:
    """Words of a few sounds each, which a voice glides through.

    Attributes
    ----------
    formants : (2, words, sounds, 3), in hertz: first the words for no, then those for yes.
    hiss : (2, words, sounds), the share of noise in a sound.
    lengths : (2, words, sounds), in seconds.
    pitch : of the speaker, in hertz.
    """

    formants: NDArray[np.float64]
    hiss: NDArray[np.float64]
    lengths: NDArray[np.float64]
    pitch: float

    def say(self, rng: np.random.Generator, label: int) -> NDArray[np.float64]:
        """Return the wave, (samples,), of one of the words with this label: drawn, and never said twice alike."""
        word = int(rng.integers(self.hiss.shape[1]))
        formants = self.formants[label, word] * np.exp(rng.normal(0, 0.04, (SOUNDS, 3)))
        lengths = self.lengths[label, word] * np.exp(rng.normal(0, 0.12, SOUNDS) + rng.normal(0, 0.08))
        n = int(RATE * lengths.sum())
        # A sound is reached in its middle; between middles the voice glides.
        middles = np.concatenate([[0], np.cumsum(lengths) - lengths / 2, [lengths.sum()]]) * RATE
        at = np.arange(n)
        paths = np.array([np.interp(at, middles[1:-1], path) for path in [*formants.T, self.hiss[label, word]]])
        edges = np.interp(at, [0, 0.03 * RATE, n - 0.05 * RATE, n], [0.05, 1, 1, 0.05])
        pitch = self.pitch * np.exp(rng.normal(0, 0.08)) * np.interp(at, [0, n], rng.uniform(0.85, 1.15, 2))
        voice = _voiced(rng, pitch, paths[:3])
        noise = np.diff(rng.normal(0, 1, n + 1))  # hisses are high
        sound = (1 - paths[3]) * voice / voice.std() + paths[3] * noise / noise.std()
        background = rng.normal(0, 0.02, n)
        return 2_000 * np.exp(rng.normal(0, 0.3)) * (edges * sound + background)


def _voiced(rng: np.random.Generator, pitch: NDArray[np.float64], formants: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the overtones of a pitch, (n,), as loud as formants, (3, n), let them through."""
    number = np.arange(1, _HARMONICS + 1)[:, None]
    step = RATE // 200  # a filter moves slowly
    heard = number * pitch[::step]  # (harmonics, n / step), in hertz
    gain = sum(
        loud / (1 + ((heard - formant[::step]) / width) ** 2)
        for loud, width, formant in zip(_LOUD, _WIDTH, formants, strict=True)
    )
    gain = np.where(heard < RATE / 2, gain, 0) / number**0.3
    phase = 2 * np.pi * np.cumsum(pitch) / RATE + rng.uniform(0, 2 * np.pi)
    waves = np.sin(number * phase)  # (harmonics, n)
    return np.einsum("hn,hn->n", np.repeat(gain, step, axis=1)[:, : len(pitch)], waves)


def invent_language(rng: np.random.Generator) -> Language:
    """Return a language with three words for yes, and three for no."""
    shape = (2, SYNONYMS, SOUNDS)
    formants = _LOW + (_HIGH - _LOW) * rng.uniform(0, 1, (*shape, 3))
    hiss = np.where(rng.random(shape) < 0.25, 0.7, 0.03)
    return Language(formants, hiss, rng.uniform(0.08, 0.2, shape), rng.uniform(95, 210))


def say_words(rng: np.random.Generator, language: Language, *sizes: int) -> list:
    """Return (words, labels), (words, labels), …: so many words each, half of them yes, in random order."""
    parts = []
    for size in sizes:
        labels = rng.permutation(np.arange(size) % 2)
        parts.append(([language.say(rng, label) for label in labels], labels))
    return parts
