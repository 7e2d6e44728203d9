"""Chapter 13, yes or no, spoken (p.13.12): the answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from course import device


def to_mono(wave: ArrayLike) -> NDArray[np.float64]:
    """Return one channel, the mean of all channels of a recording.

    Parameters
    ----------
    wave : (channels, samples), or (samples,) where there is only one; numbers of any
        kind, such as int16.

    Returns
    -------
    (samples,) floats.

    Examples
    --------
    >>> to_mono([[1, 2, 3], [3, 2, 1]]).tolist()
    [2.0, 2.0, 2.0]
    """
    wave = np.asarray(wave, dtype=float)
    return wave if wave.ndim == 1 else wave.mean(axis=0)


def _loudness(wave: ArrayLike, size: int) -> NDArray[np.float64]:
    """Root mean square of each `size` samples, smoothed over five of them."""
    wave = np.asarray(wave, dtype=float)
    frames = wave[: len(wave) // size * size].reshape(-1, size)
    return np.convolve(np.sqrt((frames**2).mean(axis=1)), np.full(5, 0.2), mode="same")


def split_on_silence(wave: ArrayLike, rate: int) -> list[tuple[int, int]]:
    """Return where the words of a recording are.

    Words last 0.15 seconds or longer, with pauses of 0.2 seconds or more between them,
    and are at least ten times as loud as the background, of which there is a second or
    more in all. A word may have a dip of up to 0.06 seconds in it; and a click of up to
    0.03 seconds is no word. How loud the recording is as a whole can't be known.

    Parameters
    ----------
    wave : (samples,) numbers.
    rate : samples per second.

    Returns
    -------
    (begin, end) of each word, in samples, in order; each may be 0.06 seconds off.

    Examples
    --------
    >>> tone = np.sin(np.arange(4000))
    >>> len(split_on_silence(np.concatenate([tone, np.zeros(8000), tone]), rate=8000))
    2
    """
    frame = rate // 100
    loud = _loudness(wave, frame)
    floor, top = np.quantile(loud, [0.1, 0.95])
    heard = np.concatenate([[False], loud > floor + 0.1 * (top - floor), [False]])
    words: list[list[int]] = []
    for begin, end in np.flatnonzero(np.diff(heard)).reshape(-1, 2):
        if words and begin - words[-1][1] < 10:  # frames: a dip
            words[-1][1] = int(end)
        else:
            words.append([int(begin), int(end)])
    return [(begin * frame, end * frame) for begin, end in words if end - begin >= 12]


def _mel_filters(n_mels: int, size: int, rate: int) -> NDArray[np.float64]:
    """Triangles over the frequencies of a Fourier transform of `size` samples, (n_mels, size // 2 + 1)."""
    mels = np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), n_mels + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    return np.clip(np.minimum((frequencies - low) / (centre - low), (high - frequencies) / (high - centre)), 0, None)


def log_mel(wave: ArrayLike, rate: int, n_mels: int = 24) -> NDArray[np.float64]:
    """Return the logarithm of the power of a wave in bands of the mel scale,
    moment by moment.

    The wave is cut into frames of 0.032 seconds, one every 0.010 seconds; the last
    begins where a whole one still fits. Bands are triangles whose centres are equally
    far from each other on the mel scale, between 0 and half the rate.

    Parameters
    ----------
    wave : (samples,) numbers, at least one frame.
    rate : samples per second, 8,000 or more.
    n_mels : number of bands.

    Returns
    -------
    (n_mels, frames) finite floats, also where nothing at all is heard; low bands first.
    Natural logarithm.

    Examples
    --------
    >>> log_mel(np.zeros(8000), rate=8000).shape
    (24, 97)
    """
    size, step = round(0.032 * rate), round(0.010 * rate)
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(wave, dtype=float), size)[::step]
    power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2  # (frames, size // 2 + 1)
    return np.log(_mel_filters(n_mels, size, rate) @ power.T + 1e-6)


def _pictures(words: Sequence[ArrayLike], rate: int) -> tuple[Tensor, Tensor]:
    """Return the mel pictures of words, padded, (n, frames, n_mels), and how many frames each has."""
    pictures = []
    for word in words:
        picture = log_mel(word, rate).T
        picture = (picture - picture.mean()) / (picture.std() + 1e-6)  # a louder word has the same picture
        pictures.append(torch.tensor(picture, dtype=torch.float32))
    return pad_sequence(pictures, batch_first=True), torch.tensor([len(picture) for picture in pictures])


class _WordNetwork(nn.Module):
    """A GRU over the frames of a word, and one logit from its last state."""

    def __init__(self, n_mels: int = 24, n_hidden: int = 24) -> None:
        super().__init__()
        self.memory = nn.GRU(n_mels, n_hidden, batch_first=True)
        self.head = nn.Linear(n_hidden, 1)

    def forward(self, pictures: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(pictures, lengths, batch_first=True, enforce_sorted=False)
        _, state = self.memory(packed)  # the state after each word's own last frame
        logits: Tensor = self.head(state[-1])[:, 0]
        return logits


def fit_words(words: Sequence[ArrayLike], labels: ArrayLike, rate: int, seed: int = 0) -> object:
    """Return a model that has learned to tell two meanings apart: from 120 words, well
    enough to name at least nine out of ten others rightly. There may be several words
    that mean the same.

    Parameters
    ----------
    words : waves of any lengths, (samples,) each, at least 0.15 seconds.
    labels : (n,) whole numbers, 0 or 1, in the order of the words.
    rate : samples per second.
    seed : of all that is drawn at random.

    Examples
    --------
    >>> high, low = np.sin(np.arange(4000)), np.sin(np.arange(4000) / 9)
    >>> model = fit_words([high, low] * 20, [1, 0] * 20, rate=8000)
    >>> name_words(model, [low, low, high], rate=8000).tolist()
    [0, 0, 1]
    """
    torch.manual_seed(seed)
    pictures, lengths = _pictures(words, rate)
    targets = torch.tensor(np.asarray(labels), dtype=torch.float32)
    where = device()
    model = _WordNetwork().to(where)
    pictures, targets = pictures.to(where), targets.to(where)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(20):
        for batch in torch.randperm(len(targets)).split(32):
            loss = binary_cross_entropy_with_logits(model(pictures[batch], lengths[batch]), targets[batch])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
    return model.cpu().eval()


def name_words(model: Any, words: Sequence[ArrayLike], rate: int) -> NDArray[np.int64]:
    """Return the label, 0 or 1, that a model of `fit_words` gives to each word,
    (n,) whole numbers.

    Examples
    --------
    >>> tones = [np.sin(np.arange(2000)), np.sin(np.arange(3000) / 9)] * 15
    >>> model = fit_words(tones, [0, 1] * 15, rate=8000)
    >>> name_words(model, tones[:2], rate=8000).tolist()
    [0, 1]
    """
    with torch.no_grad():
        logits: Tensor = model(*_pictures(words, rate))
    return (logits > 0).numpy().astype(np.int64)
