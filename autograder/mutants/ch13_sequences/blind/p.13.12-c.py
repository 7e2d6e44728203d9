# %% right
# Intent: Words lie where the loudness is well above its own quiet second. To name them, log-mel pictures without their
# mean are brought to one length, moved up and down a little, and given to a Gaussian kernel ridge regression.
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def to_mono(wave):
    return np.atleast_2d(np.asarray(wave, dtype=np.float64)).mean(axis=0)


def _loudness(wave, width, hop):
    views = sliding_window_view(wave, width)[::hop]
    return np.sqrt(np.einsum("ij,ij->i", views, views) / width)


def _limit(loud, per_second):
    quiet = np.sort(loud)[: max(per_second, 1)]
    return max(5.5 * np.median(quiet), 1e-4 * loud.max())


def _runs(flags):
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    yield from edges.reshape(-1, 2).tolist()


def split_on_silence(wave, rate):
    wave = np.asarray(wave, dtype=np.float64)
    wave = wave - np.median(wave)
    width, hop = max(round(0.02 * rate), 1), max(round(0.0025 * rate), 1)
    if len(wave) < width or not wave.any():
        return []
    loud = _loudness(wave, width, hop)
    found = []
    for first, behind in _runs(loud > _limit(loud, round(rate / hop))):
        # a loud window shows the word as soon as a tenth of it is loud
        begin = first * hop + round(0.9 * width) if first else 0
        end = (behind - 1) * hop + round(0.1 * width) if behind < len(loud) else len(wave)
        end = max(end, begin + 1)
        if found and begin - found[-1][1] < 0.07 * rate:
            begin = found.pop()[0]
        found.append((begin, end))
    return [(begin, end) for begin, end in found if end - begin > 0.08 * rate]


def _corners(rate, n_mels):
    """The n_mels centres in hertz, with 0 and half the rate around them."""
    mels = np.linspace(0.0, 2595 * np.log10(1 + rate / 2 / 700), n_mels + 2)
    return 700 * (10 ** (mels / 2595) - 1)


def log_mel(wave, rate, n_mels=24):
    wave = np.asarray(wave, dtype=np.float64)
    width = round(0.032 * rate)
    count = int((len(wave) - width) * 100 // rate) + 1
    starts = np.round(np.arange(count) * rate / 100).astype(int)
    starts = starts[starts + width <= len(wave)]
    frames = wave[np.add.outer(starts, np.arange(width))] * np.hanning(width + 2)[1:-1]
    n_fft = 2 ** int(np.ceil(np.log2(8 * width * max(1, n_mels / 48))))
    power = np.abs(np.fft.rfft(frames, n_fft, axis=1)) ** 2
    corners, bins = _corners(rate, n_mels), np.fft.rfftfreq(n_fft, 1 / rate)
    low, centre, high = (corners[k : k + n_mels, np.newaxis] for k in range(3))
    filters = np.clip(np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)), 0, None)
    return np.log(np.einsum("mf,tf->mt", filters, power) + 1e-12)


def _picture(word, rate, steps=20):
    """Log-mel over `steps` moments from begin to end, whatever the loudness."""
    word = np.asarray(word, dtype=np.float64)
    word = word / (np.sqrt(np.mean(word**2)) or 1.0)
    mel = np.maximum(log_mel(word, rate), -1.0)
    place = np.linspace(0, mel.shape[1] - 1, steps)
    left = np.minimum(place.astype(int), mel.shape[1] - 1)
    right = np.minimum(left + 1, mel.shape[1] - 1)
    picture = mel[:, left] + (mel[:, right] - mel[:, left]) * (place - left)
    return picture - picture.mean()


def _moved(picture, bands):
    rows = np.clip(np.arange(len(picture)) - bands, 0, len(picture) - 1)
    return picture[rows] - picture[rows].mean()


class _Kernel:
    def __init__(self, pictures, targets, ridge=0.3):
        flat = pictures.reshape(len(pictures), -1)
        self.known = flat
        gaps = self._gaps(flat)
        self.scale = np.quantile(gaps[gaps > 1e-6], 0.2) if (gaps > 1e-6).any() else 1.0
        gram = np.exp(-gaps / self.scale)
        self.level = targets.mean()
        self.weights = np.linalg.solve(gram + ridge * np.eye(len(gram)), targets - self.level)

    def _gaps(self, flat):
        squares = np.add.outer(np.einsum("ij,ij->i", flat, flat), np.einsum("ij,ij->i", self.known, self.known))
        return np.maximum(squares - 2 * flat @ self.known.T, 0.0)

    def __call__(self, pictures):
        flat = pictures.reshape(len(pictures), -1)
        return self.level + np.exp(-self._gaps(flat) / self.scale) @ self.weights


def fit_words(words, labels, rate, seed=0):
    pictures = [_picture(word, rate) for word in words]
    shifts = (-2, -1, 0, 1, 2)
    shown = np.array([_moved(picture, k) for k in shifts for picture in pictures])
    signs = 2.0 * np.asarray(labels, dtype=np.float64) - 1
    return _Kernel(shown, np.tile(signs, len(shifts)))


def name_words(model, words, rate):
    pictures = [_picture(word, rate) for word in words]
    return np.array([model(picture[np.newaxis])[0] > 0 for picture in pictures]).astype(np.int64)


# %% wrong: split_on_silence
# Misconception: Thinks that recordings are waves between -1 and 1, in which speech is louder than 0.02 and background
# is below it; so a quiet recording has no words, and one in whole numbers is one long word.
def _limit(loud, per_second):
    return 0.02


# %% wrong: log_mel
# Misconception: Thinks that the triangles need only lie evenly between 0 and half the rate, and spaces their centres
# equally in hertz; "mel" is taken for the name of the bands.
def _corners(rate, n_mels):
    return np.linspace(0.0, rate / 2, n_mels + 2)
